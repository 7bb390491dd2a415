"""How far activations reach in float32, which the tower in int8 must know."""

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
    """Run the tower in float32 and note how far each activation reaches.

    Args:
        builder: With the weights that will be rounded.
        photos: Squares of the tower's size, none of them for measuring.

    Returns:
        Ranges that hold every photo.
    """
    layers = CalibrationLayers(OnnxGraph())
    session = onnxruntime.InferenceSession(
        builder.build(layers), providers=["CPUExecutionProvider"]
    )
    names = [f"{name}.{end}" for name in layers.observed for end in ("least", "most")]
    seen: dict[str, list[NDArray[Any]]] = {name: [] for name in names}
    for start in range(0, len(photos), CHUNK_SIZE):
        pixels = np.stack(photos[start : start + CHUNK_SIZE])
        for name, values in zip(names, session.run(names, {"pixels": pixels}), strict=True):
            seen[name].append(values)
    ends = {name: np.concatenate(values) for name, values in seen.items()}
    return {
        name: ActivationRange(float(ends[f"{name}.least"].min()), float(ends[f"{name}.most"].max()))
        for name in layers.observed
    }
