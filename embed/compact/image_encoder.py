"""Run the frozen image tower: pixels to features, in the precision that is fastest here."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from embed.compact.color_features import compute_color_features
from embed.compact.kernel_choice import MIN_COSINE, TowerFunction, find_accurate_tower, is_faster
from embed.compact.tower_files import IMAGE_SIZE, TowerReader, read_tower
from shopwindow.values import ForkGuard
from shopwindow.values.errors import EncoderError
from shopwindow.values.setting_groups import EncoderSettings

CHUNK_SIZE = 8
"""Photos in one forward pass; larger ones do not fit the CPU cache and are slower per photo."""


class ImageTower:
    """EfficientNet-Lite0 with pooling; safe to call from several threads.

    Args:
        settings: Threads and precision; "auto" takes int8 where it is measured to be faster.
        read_model: Returns the ONNX model of a precision.

    Attributes:
        precision: "int8" or "float32".

    Raises:
        EncoderUnavailableError: A file of the tower is missing.
        EncoderError: It is not the published one, or int8 is requested and inaccurate here.
    """

    def __init__(self, settings: EncoderSettings, read_model: TowerReader = read_tower) -> None:
        self._fork_guard = ForkGuard("this encoder")
        self.precision, self._extract = _choose_precision(settings, read_model)

    def extract_features(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Extract features of photos.

        Args:
            pixels: RGB, uint8, shape (n, side, side, 3).

        Returns:
            Shape (n, width), float32; the first `N_LAST_CHANNELS` columns are the means of the last
            layer, the last `N_COLOR_FEATURES` are colour features.

        Raises:
            ForkedError: The tower was opened before a fork: its threads are not in this process.
        """
        self._fork_guard.check()
        starts = range(0, len(pixels), CHUNK_SIZE)
        return np.concatenate(
            [self._extract(pixels[start : start + CHUNK_SIZE]) for start in starts]
        )


def open_int8_towers(model: bytes, threads: int) -> Iterator[TowerFunction]:
    """Open the tower in int8 with int8 kernels and then with uint8 kernels, the faster ones first.

    Args:
        model: The ONNX model in int8.
        threads: Threads of one forward pass.

    Yields:
        Towers with equal weights; only the last is accurate on every CPU.
    """
    for has_uint8_kernels in (False, True):
        yield _open_session(model, threads, has_uint8_kernels=has_uint8_kernels)


def _choose_precision(
    settings: EncoderSettings, read_model: TowerReader
) -> tuple[str, TowerFunction]:
    """Return the precision, and the tower that runs in it.

    Raises:
        EncoderError: int8 is requested, and inaccurate on this CPU.
    """
    reference = _open_session(read_model("float32"), settings.threads)
    if settings.precision == "float32":
        return "float32", reference
    int8_towers = open_int8_towers(read_model("int8"), settings.threads)
    quantized = find_accurate_tower(reference, int8_towers, IMAGE_SIZE)
    if quantized is None and settings.precision == "int8":
        raise EncoderError(
            "the precision of compact is set to int8, but on this CPU its features in int8 differ "
            f"from those in float32 (cosine below {MIN_COSINE}): set SHOPWINDOW_ENCODER__PRECISION "
            "to auto or float32"
        )
    if quantized and (settings.precision == "int8" or is_faster(quantized, reference, IMAGE_SIZE)):
        return "int8", quantized
    return "float32", reference


def _open_session(model: bytes, threads: int, *, has_uint8_kernels: bool = False) -> TowerFunction:
    """Open a tower in ONNX Runtime.

    Args:
        model: The ONNX model.
        threads: Threads of one forward pass.
        has_uint8_kernels: Whether int8 kernels are shifted to uint8, with the same values. They are
            slower to multiply where int8 is native; but x86 CPUs without VNNI accumulate products
            of int8 in 16 bits, which overflow, and those of uint8 in 32.

    Returns:
        The tower.
    """
    import onnxruntime  # noqa: PLC0415 - a text query must not wait for it

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    # Spinning threads would take the cores from the processes that decode the next photos.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.x64quantprecision", str(int(has_uint8_kernels)))
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def run(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return features, shape (n, width), float32, of uint8 RGB, shape (n, side, side, 3)."""
        features, patches = session.run(["features", "patches"], {"pixels": pixels})
        return np.concatenate([features, compute_color_features(patches)], axis=1)

    return run
