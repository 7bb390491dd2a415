"""Encode texts and photos as unit vectors of one space.

Exported names are imported on first use: the processes that decode photos
(`embed.photos.decoder_worker`) import this package too, and must start fast and stay small.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from embed.fake_encoder import FakeEncoder
    from embed.photos.reader import PhotoReader
    from embed.registry import list_encoders, load_encoder
    from shopwindow.version import __version__

__all__ = [
    "FakeEncoder",
    "PhotoReader",
    "__version__",
    "list_encoders",
    "load_encoder",
]

_MODULES = {
    "__version__": "shopwindow.version",
    "FakeEncoder": "embed.fake_encoder",
    "PhotoReader": "embed.photos.reader",
    "list_encoders": "embed.registry",
    "load_encoder": "embed.registry",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)
