"""Encode texts and photos as unit vectors of one space.

Exported names are imported on first use: the processes that decode photos
(`embed.photos.decoder_worker`) import this package too, and must start fast and stay small.
"""

from typing import TYPE_CHECKING

from shopwindow.lazy_exports import make_getattr

if TYPE_CHECKING:
    from embed.clip_files import ClipFrameFolder
    from embed.clip_frames import ClipLimits, read_clip_frames
    from embed.fake_encoder import FakeEncoder
    from embed.finetuning import AdaptReport, adapt_encoder
    from embed.finetuning.adapt import StageProgress
    from embed.photos.reader import PREVIEW_SIZE, PhotoReader
    from embed.registry import list_encoders, load_encoder
    from embed.verification import REFERENCE_LABELS, REFERENCE_TEXTS, run_sanity_checks
    from shopwindow.version import __version__

__all__ = [
    "PREVIEW_SIZE",
    "REFERENCE_LABELS",
    "REFERENCE_TEXTS",
    "AdaptReport",
    "ClipFrameFolder",
    "ClipLimits",
    "FakeEncoder",
    "PhotoReader",
    "StageProgress",
    "__version__",
    "adapt_encoder",
    "list_encoders",
    "load_encoder",
    "read_clip_frames",
    "run_sanity_checks",
]

_MODULES = {
    "AdaptReport": "embed.finetuning",
    "ClipFrameFolder": "embed.clip_files",
    "ClipLimits": "embed.clip_frames",
    "read_clip_frames": "embed.clip_frames",
    "adapt_encoder": "embed.finetuning",
    "StageProgress": "embed.finetuning.adapt",
    "PREVIEW_SIZE": "embed.photos.reader",
    "REFERENCE_LABELS": "embed.verification",
    "REFERENCE_TEXTS": "embed.verification",
    "run_sanity_checks": "embed.verification",
    "__version__": "shopwindow.version",
    "FakeEncoder": "embed.fake_encoder",
    "PhotoReader": "embed.photos.reader",
    "list_encoders": "embed.registry",
    "load_encoder": "embed.registry",
}

__getattr__ = make_getattr(__name__, _MODULES)
