"""Calibrate int8: the activation ranges of the image tower in float32."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from embed.compact.image_encoder import CHUNK_SIZE
from embed.compact.tower_files import IMAGE_SIZE
from embed.photos.reader import PhotoReader
from tools.export_photo_tower.activation_ranges import ActivationRange, ActivationRanges
from tools.export_photo_tower.architecture import TowerBuilder
from tools.export_photo_tower.graph import OnnxGraph
from tools.export_photo_tower.layers import ConvLayer, FloatLayers
from tools.train_compact.datasets import read_labeled_products, split_by_title

N_CALIBRATION_IMAGES = 512


@dataclass(slots=True)
class CalibrationLayers(FloatLayers):
    """Float32 layers that also output the range of every activation not bounded by ReLU6.

    Attributes:
        observed: Names of the layers; the graph outputs `NAME.min` and `NAME.max`, per photo.
    """

    observed: list[str] = field(default_factory=list)

    def add_convolution(self, x: str, layer: ConvLayer) -> str:
        """Add one convolution; see `FloatLayers`.

        Returns:
            The name of the output.
        """
        y = FloatLayers.add_convolution(self, x, layer)
        if not layer.has_relu6:
            self._add_range_outputs(y, layer.name)
        return y

    def add_sum(self, x: str, y: str, name: str) -> str:
        """Add two activations; see `FloatLayers`.

        Returns:
            The name of the output.
        """
        z = FloatLayers.add_sum(self, x, y, name)
        self._add_range_outputs(z, name)
        return z

    def _add_range_outputs(self, x: str, name: str) -> None:
        self.observed.append(name)
        for op_type, suffix in (("ReduceMin", "min"), ("ReduceMax", "max")):
            self.graph.add_node(op_type, [x], name=f"{name}.{suffix}", axes=[1, 2, 3], keepdims=0)
            self.graph.add_output(f"{name}.{suffix}", ("n",))


def read_calibration_photos(data: Path) -> list[NDArray[np.uint8]]:
    """Return training photos, evenly spaced, each uint8 RGB of shape (side, side, 3).

    Args:
        data: Folder of the product datasets.
    """
    products = read_labeled_products(data)
    train = split_by_title(products).train
    step = max(1, len(train) // N_CALIBRATION_IMAGES)
    reader = PhotoReader()
    return [reader.read_letterboxed(products[row].image, IMAGE_SIZE) for row in train[::step]]


def calibrate_ranges(
    builder: TowerBuilder, photos: Sequence[NDArray[np.uint8]]
) -> ActivationRanges:
    """Run the tower in float32 and record the range of each activation.

    Args:
        builder: With the weights that will be quantized.
        photos: uint8 RGB, each of shape (side, side, 3), none of them used for evaluation.

    Returns:
        Ranges that cover every photo.
    """
    layers = CalibrationLayers(OnnxGraph())
    session = onnxruntime.InferenceSession(
        builder.build(layers), providers=["CPUExecutionProvider"]
    )
    names = [f"{layer}.{bound}" for layer in layers.observed for bound in ("min", "max")]
    batches: dict[str, list[NDArray[Any]]] = {name: [] for name in names}
    for start in range(0, len(photos), CHUNK_SIZE):
        pixels = np.stack(photos[start : start + CHUNK_SIZE])
        for name, values in zip(names, session.run(names, {"pixels": pixels}), strict=True):
            batches[name].append(values)
    bounds = {name: np.concatenate(values) for name, values in batches.items()}
    return {
        layer: ActivationRange(
            float(bounds[f"{layer}.min"].min()), float(bounds[f"{layer}.max"].max())
        )
        for layer in layers.observed
    }
