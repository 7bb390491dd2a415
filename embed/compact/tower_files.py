"""The shipped ONNX files of the image tower, checked before they are run.

`python -m tools.export_photo_tower` makes them and prints their digests.
"""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal, TypeAlias

from shopwindow.values.errors import EncoderError, EncoderUnavailableError

TowerPrecision: TypeAlias = Literal["float32", "int8"]
"""The precisions that are shipped."""

TowerReader: TypeAlias = Callable[[TowerPrecision], bytes]
"""Returns the ONNX model of a precision."""

TOWER_DIR = Path(__file__).parents[1] / "weights" / "photo_tower"

TOWER_DIGESTS: Mapping[TowerPrecision, str] = {
    "float32": "5557b9169cdff15a6b4dc9ac88487127edd12884a884877cbc43ea12aab78b2b",
    "int8": "83263a617e6fe71f778322bdda8d915b40b63c0920eb925892a78e251aac5b4e",
}
"""SHA-256 of each file. Other files give other vectors: raise `heads_folder.FORMAT_VERSION` too."""

IMAGE_SIZE = 224
"""Side in pixels of the photos that the tower takes."""

N_LAST_CHANNELS = 1280
"""Channels of the last layer; the first features are their means."""

PATCH_SIZE = 8
"""Side in pixels of the patches whose mean colours are an output."""


def find_tower_file(precision: TowerPrecision, folder: Path = TOWER_DIR) -> Path:
    """Return the path of the ONNX file of a precision."""
    return folder / f"efficientnet-lite0.{precision}.onnx"


def read_tower(precision: TowerPrecision, folder: Path = TOWER_DIR) -> bytes:
    """Read the image tower's ONNX model, and check that it is the one that was published.

    Returns:
        The bytes of the file.

    Raises:
        EncoderUnavailableError: The file is missing or cannot be read.
        EncoderError: The file has another SHA-256.
    """
    path = find_tower_file(precision, folder)
    try:
        model = path.read_bytes()
    except OSError as exc:
        reason = f"{path} cannot be read ({exc.strerror}); install shopwindow again"
        raise EncoderUnavailableError("compact", reason) from exc
    digest = hashlib.sha256(model).hexdigest()
    if digest != TOWER_DIGESTS[precision]:
        raise EncoderError(
            f"{path}: expected the file with SHA-256 {TOWER_DIGESTS[precision]}, got {digest} "
            f"({len(model)} bytes): it is damaged or was replaced; install shopwindow again with "
            "`pip install --force-reinstall shopwindow`"
        )
    return model
