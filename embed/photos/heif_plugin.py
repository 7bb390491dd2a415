"""HEIC photos, as phones take them: read by the library of the extra `heic`, if it is there."""

from contextlib import suppress
from importlib import import_module

from PIL import Image

_HEIF_PLUGIN = "pillow_heif"
"""It is imported with the first such photo, in the decoder process."""


def register_heif() -> bool:
    """Let Pillow open HEIC photos, if the extra is installed.

    Returns:
        Whether it is.
    """
    if "HEIF" not in Image.OPEN:
        with suppress(ImportError):
            # One thread: each would reserve memory, which is limited. No thumbnails are decoded.
            import_module(_HEIF_PLUGIN).register_heif_opener(thumbnails=False, decode_threads=1)
    return "HEIF" in Image.OPEN
