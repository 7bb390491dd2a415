"""Shared by encoders on torch: precision, threads, pixel normalisation, version of the weights."""

import threading
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from embed.base_encoder import BatchEncoder
from embed.photos.letterboxing import PREPROCESSING_VERSION
from embed.photos.reader import PhotoReader
from shopwindow.values import EncoderSpec, digest
from shopwindow.values.errors import EncoderError
from shopwindow.values.setting_groups import EncoderSettings


@dataclass(frozen=True, slots=True)
class PixelNormalization:
    """Pixel statistics of the model's training data.

    Attributes:
        mean: Mean of red, green and blue, in units where pixels run from 0 to 1.
        std: Standard deviation of each.
    """

    mean: tuple[float, ...]
    std: tuple[float, ...]

    def apply(self, pixels: NDArray[np.uint8], dtype: torch.dtype) -> torch.Tensor:
        """Normalise pixels for the image tower.

        Args:
            pixels: uint8 RGB, shape (n, side, side, 3).
            dtype: The dtype of the weights.

        Returns:
            Shape (n, 3, side, side), channels last in memory.
        """
        values = torch.from_numpy(pixels).to(torch.float32) / 255
        scaled = (values - torch.tensor(self.mean)) / torch.tensor(self.std)
        # A view: the last axis still lies innermost, which is torch's channels_last.
        return scaled.permute(0, 3, 1, 2).to(dtype)  # (n, 3, side, side)


class TorchEncoder(BatchEncoder):
    """An encoder whose two towers are one torch module on the CPU.

    Subclasses implement `_tokenize`, `_run_text_tower` and `_run_image_tower`.

    Args:
        spec: The encoder's spec.
        reader: Loads the photos.
        settings: Precision, threads and batch size.
        model: Both towers; converted in place to the precision.
        normalization: How pixels are normalised.
    """

    def __init__(
        self,
        spec: EncoderSpec,
        reader: PhotoReader,
        settings: EncoderSettings,
        model: torch.nn.Module,
        normalization: PixelNormalization,
    ) -> None:
        super().__init__(spec, reader, settings.batch_size)
        self._dtype = choose_dtype(settings.precision)
        self._model = model.to(dtype=self._dtype).to(memory_format=torch.channels_last)
        self._normalization = normalization
        self._threads = settings.threads
        self._default_threads = torch.get_num_threads()
        self._tokenizer_lock = threading.Lock()

    def _encode_text_batch(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return rows of any length, shape (n_texts, dim)."""
        with self._tokenizer_lock:  # fast tokenizers break when two threads share one
            tokens = self._tokenize(texts)
        with self._inference_mode():
            return _to_float32_array(self._run_text_tower(tokens))

    def _encode_image_batch(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return rows of any length, shape (n, dim), for uint8 RGB of shape (n, side, side, 3)."""
        with self._inference_mode():
            return _to_float32_array(
                self._run_image_tower(self._normalization.apply(pixels, self._dtype))
            )

    def _call_model(self, method: str, *args: torch.Tensor, **named: torch.Tensor) -> Any:
        # torch's types do not know the methods that libraries add beside forward().
        return getattr(self._model, method)(*args, **named)

    @abstractmethod
    def _tokenize(self, texts: Sequence[str]) -> Mapping[str, torch.Tensor]:
        """Tokenize texts into the text tower's named inputs, each of shape (n_texts, ...)."""

    @abstractmethod
    def _run_text_tower(self, tokens: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Encode tokenized texts, shape (n_texts, dim)."""

    @abstractmethod
    def _run_image_tower(self, pixels: torch.Tensor) -> torch.Tensor:
        """Encode normalised pixels of shape (n, 3, side, side), shape (n, dim)."""

    @contextmanager
    def _inference_mode(self) -> Iterator[None]:
        """Disable gradients and use the configured number of threads.

        torch has one thread count for the whole process: it is restored after each batch.
        """
        if self._threads:
            torch.set_num_threads(self._threads)
        try:
            with torch.inference_mode():
                yield
        finally:
            if self._threads:
                torch.set_num_threads(self._default_threads)


def choose_dtype(precision: str) -> torch.dtype:
    """Choose the dtype to compute in.

    bfloat16 is 3 to 4 times faster where the CPU supports it natively (ViT-B/32: 37 photos a second
    on one core against 9), and slower than float32 where it is emulated.

    Args:
        precision: "float32", "bfloat16", or "auto" for bfloat16 where it is native.

    Returns:
        torch.float32 or torch.bfloat16.

    Raises:
        EncoderError: The precision is int8, which torch encoders do not support.
    """
    if precision == "int8":
        raise EncoderError(
            "torch encoders compute in float32 or bfloat16, not in int8: set "
            "SHOPWINDOW_ENCODER__PRECISION to one of them or to auto"
        )
    if precision == "auto":
        return torch.bfloat16 if has_native_bfloat16() else torch.float32
    return torch.bfloat16 if precision == "bfloat16" else torch.float32


def has_native_bfloat16() -> bool:
    """Return whether this CPU has bfloat16 instructions (AVX-512 BF16 or AMX).

    Returns:
        False also where torch is too old to tell (before 2.10).
    """
    get_capabilities = getattr(torch.cpu, "get_capabilities", None)
    capabilities = get_capabilities() if get_capabilities is not None else {}
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))


def compute_weights_version(model: torch.nn.Module, *facts: object) -> str:
    """Compute a digest of all weights and of everything else that decides the vectors.

    Every weight is hashed, about 1 GB a second: a model that was fine-tuned a little is another
    one. The precision is left out, because vectors of both precisions may be compared (cosine above
    0.999): an index can be built on one machine and queried on another.

    Args:
        model: In float32, as loaded.
        facts: JSON-like values, such as the image size and the pixel normalisation.

    Returns:
        12 hexadecimal digits, the same on every machine.
    """
    named_tensors = sorted(model.state_dict().items())
    digests = (
        digest(name, list(tensor.shape), tensor.float().contiguous().numpy().tobytes())
        for name, tensor in named_tensors
    )
    return digest(PREPROCESSING_VERSION, *facts, *digests)


def _to_float32_array(features: torch.Tensor) -> NDArray[np.float32]:
    """Return a tensor as an array of the same shape."""
    return np.asarray(features.float().numpy(), dtype=np.float32)
