"""Calibrate int8: the activation ranges of the image tower in float32."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from embed.compact.image_encoder import CHUNK_SIZE
from embed.compact.image_tower import TowerBuilder
from embed.compact.onnx_writer import OnnxGraph
from embed.compact.quantization import ActivationRange, ActivationRanges, CalibrationLayers

N_CALIBRATION_IMAGES = 512


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
