"""What encoders on torch share: numbers, threads, pixels, and the version of their weights."""

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
from shopwindow.values.encoder import EncoderSpec, digest
from shopwindow.values.errors import EncoderError
from shopwindow.values.settings import EncoderSettings


@dataclass(frozen=True, slots=True)
class PixelNormalization:
    """How the photos were scaled when the model was trained.

    Attributes:
        mean: Of red, green and blue, from 0 to 1.
        std: Standard deviations of the same.
    """

    mean: tuple[float, ...]
    std: tuple[float, ...]

    def apply(self, pixels: NDArray[np.uint8], dtype: torch.dtype) -> torch.Tensor:
        """Scale pixels to what the image tower takes.

        Args:
            pixels: uint8 RGB, shape (n, side, side, 3).
            dtype: Of the weights.

        Returns:
            Shape (n, 3, side, side), channels last in memory.
        """
        values = torch.from_numpy(pixels).to(torch.float32) / 255
        scaled = (values - torch.tensor(self.mean)) / torch.tensor(self.std)
        # A view: the last axis still lies innermost, which is torch's channels_last.
        return scaled.permute(0, 3, 1, 2).to(dtype)  # (n, 3, side, side)


class TorchEncoder(BatchEncoder):
    """An encoder whose two towers are one torch module on the processor.

    Subclasses give `_tokens`, `_text_tower` and `_image_tower`.

    Args:
        spec: The facts about the encoder.
        reader: Opens the photos.
        settings: Precision, threads and batch size.
        model: Both towers; it is changed in place to the precision.
        normalization: How the model wants its pixels.
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
        self._normalisation = normalization
        self._threads = settings.threads
        self._usual_threads = torch.get_num_threads()
        self._tokenizer_lock = threading.Lock()

    def _text_batch(self, texts: Sequence[str]) -> NDArray[np.float32]:
        with self._tokenizer_lock:  # fast tokenizers break when two threads share one
            tokens = self._tokens(texts)
        with self._running():
            return _rows(self._text_tower(tokens))

    def _image_batch(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        with self._running():
            return _rows(self._image_tower(self._normalisation.apply(pixels, self._dtype)))

    def _call(self, method: str, *args: torch.Tensor, **named: torch.Tensor) -> Any:
        # The libraries' methods beside forward() are unknown to torch's own types.
        return getattr(self._model, method)(*args, **named)

    @abstractmethod
    def _tokens(self, texts: Sequence[str]) -> Mapping[str, torch.Tensor]:
        """Return the named inputs of the text tower, each of shape (n_texts, ...)."""

    @abstractmethod
    def _text_tower(self, tokens: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Return shape (n_texts, dim)."""

    @abstractmethod
    def _image_tower(self, pixels: torch.Tensor) -> torch.Tensor:
        """Return shape (n, dim) for scaled pixels of shape (n, 3, side, side)."""

    @contextmanager
    def _running(self) -> Iterator[None]:
        """Without gradients, and on as many threads as set.

        torch knows one number of threads for the process: it is put back after each batch.
        """
        if self._threads:
            torch.set_num_threads(self._threads)
        try:
            with torch.inference_mode():
                yield
        finally:
            if self._threads:
                torch.set_num_threads(self._usual_threads)


def choose_dtype(precision: str) -> torch.dtype:
    """Return the numbers to compute with.

    Half precision is 3 to 4 times faster where the processor multiplies it itself (ViT-B/32: 37
    photos a second on one core against 9), and slower than single where it is imitated.

    Args:
        precision: "float32", "bfloat16", or "auto" for bfloat16 where it is native.

    Returns:
        torch.float32 or torch.bfloat16.

    Raises:
        EncoderError: They are numbers that torch encoders do not compute in.
    """
    if precision == "int8":
        raise EncoderError("torch encoders compute in float32 or bfloat16, not in int8")
    if precision == "auto":
        return torch.bfloat16 if has_native_bfloat16() else torch.float32
    return torch.bfloat16 if precision == "bfloat16" else torch.float32


def has_native_bfloat16() -> bool:
    """Tell whether this processor has instructions for bfloat16 (AVX-512 BF16 or AMX).

    Returns:
        False also where torch is too old to say (before 2.10).
    """
    ask = getattr(torch.cpu, "get_capabilities", None)
    found = ask() if ask is not None else {}
    return bool(found.get("avx512_bf16") or found.get("amx_bf16"))


def compute_weights_version(model: torch.nn.Module, *facts: object) -> str:
    """Return a digest of all weights and of what else decides the vectors.

    Every number counts, about 1 GB a second: a model that was trained on a little is another one.
    The precision does not count, for vectors of both precisions may be compared (cosine above
    0.999): an index can be built on one machine and asked on another.

    Args:
        model: In float32, as loaded.
        facts: JSON-like values, such as the size and the normalisation.

    Returns:
        12 hexadecimal digits, the same on every machine.
    """
    named = sorted(model.state_dict().items())
    tensors = (
        digest(name, list(tensor.shape), tensor.float().contiguous().numpy().tobytes())
        for name, tensor in named
    )
    return digest(PREPROCESSING_VERSION, *facts, *tensors)


def _rows(features: torch.Tensor) -> NDArray[np.float32]:
    return np.asarray(features.float().numpy(), dtype=np.float32)
