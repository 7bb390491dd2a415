"""Run the frozen image tower: pixels to features, in the numbers that are fastest here."""

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
from shopwindow.values.errors import EncoderError
from shopwindow.values.fork_guard import ForkGuard
from shopwindow.values.settings import EncoderSettings

CHUNK_SIZE = 8
"""Photos that go through the graph at once; more do not fit the cache and are slower each."""


class ImageTower:
    """EfficientNet-Lite0 with its pooling; safe to call from several threads.

    Args:
        image_size: Side of the pictures in pixels.
        settings: Threads, and numbers: "auto" takes int8 where it is measured to be faster.
        activation_ranges: What int8 must know; without one the tower runs in float32.

    Attributes:
        precision: "int8" or "float32".

    Raises:
        EncoderUnavailableError: The package with the weights is not installed.
        EncoderError: Its file is not the one we know, or int8 is asked for where it goes wrong.
    """

    def __init__(
        self,
        image_size: int,
        settings: EncoderSettings,
        activation_ranges: ActivationRanges | None = None,
    ) -> None:
        self._process = ForkGuard("this encoder")
        try:
            self.precision, self._run = _choose(
                load_tower_builder(image_size), settings, activation_ranges
            )
        except KeyError as exc:
            raise EncoderError(
                f"{find_backbone_file()}: expected the weights of EfficientNet-Lite0, {exc} is missing"
            ) from exc

    def extract_features(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return what the tower sees.

        Args:
            pixels: RGB, uint8, shape (n, side, side, 3).

        Returns:
            Shape (n, width), float32; the first `LAST` columns are the means of the last layer,
            the last ones describe colours.

        Raises:
            ForkedError: Another process opened it: its threads are not here.
        """
        self._process.check()
        starts = range(0, len(pixels), CHUNK_SIZE)
        return np.concatenate([self._run(pixels[at : at + CHUNK_SIZE]) for at in starts])


def load_tower_builder(image_size: int) -> TowerBuilder:
    """Return the tower with the weights that the package index delivered.

    Raises:
        EncoderUnavailableError: Their package is not installed.
        EncoderError: Their file cannot be read.
    """
    return TowerBuilder(read_checkpoint(find_backbone_file()), image_size)


def open_int8_towers(
    builder: TowerBuilder, threads: int, activation_ranges: ActivationRanges
) -> Iterator[TowerFunction]:
    """Open the tower in int8 with one kind of kernels after the other, the faster ones first.

    Yields:
        Towers that stand for the same numbers; only the last is right on every processor.
    """
    for unsigned in (False, True):
        yield _open(builder.build(Int8Layers(OnnxGraph(), activation_ranges, unsigned)), threads)


def _choose(
    graph: TowerBuilder, settings: EncoderSettings, ranges: ActivationRanges | None
) -> tuple[str, TowerFunction]:
    """Return the name of the numbers, and what computes in them.

    Raises:
        EncoderError: int8 is asked for, and goes wrong on this processor.
    """
    precise = _open(graph.build(FloatLayers(OnnxGraph())), settings.threads)
    if ranges is None or settings.precision == "float32":
        return "float32", precise
    side = graph.image_size
    rounded = find_accurate_tower(precise, open_int8_towers(graph, settings.threads, ranges), side)
    if rounded is None and settings.precision == "int8":
        raise EncoderError(
            "compact was asked for int8, but on this processor its features in int8 are not those "
            f"of float32 (cosine below {MIN_COSINE}): set SHOPWINDOW_ENCODER__PRECISION to auto "
            "or float32"
        )
    if rounded and (settings.precision == "int8" or is_faster(rounded, precise, side)):
        return "int8", rounded
    return "float32", precise


def _open(model: bytes, threads: int) -> TowerFunction:
    import onnxruntime  # noqa: PLC0415 - a search by words must not wait for it

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    # Spinning threads would take the cores from whoever decodes the next photos.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def run(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        features, fields = session.run(["features", "patches"], {"pixels": pixels})
        return np.concatenate([features, compute_color_features(fields)], axis=1)

    return run
