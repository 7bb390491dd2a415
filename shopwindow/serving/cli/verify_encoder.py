"""A check of an encoder: it is loaded, tested, and shown with how to index with it."""

import shlex
import time

from rich.table import Table

from embed import REFERENCE_LABELS, REFERENCE_TEXTS, load_encoder, run_sanity_checks
from shopwindow.serving.cli.output import get_stdout_console, print_notice
from shopwindow.values import Encoder, Vectors
from shopwindow.values.settings import Settings


def verify_encoder(settings: Settings, name: str) -> None:
    """Load an encoder, check it, and show the results and how to index with it.

    Args:
        settings: How the encoder runs, and the limits of photos.
        name: Its name or folder.

    Raises:
        EncoderError: It cannot be loaded, or a check failed.
    """
    print_notice(f"loading {name}; weights that are not on this machine are downloaded")
    start_s = time.perf_counter()
    encoder = load_encoder(name, photo_limits=settings.photo, settings=settings.encoder)
    load_s = time.perf_counter() - start_s
    _show_checks(encoder, run_sanity_checks(encoder), load_s)
    quoted = shlex.quote(name)
    print_notice(
        f"{name} passed every check. An index has one encoder, so index anew: "
        f"shopwindow --encoder {quoted} --index NEW index FEED"
    )
    print_notice(
        f"To keep both, put SHOPWINDOW_ENCODER__NAME={quoted} and "
        "SHOPWINDOW_INDEX__LOCATION=NEW into `.env`"
    )


def _show_checks(encoder: Encoder, similarities: Vectors, load_s: float) -> None:
    """Show the checks, and the cosines of reference texts with photos, shape (2, 2)."""
    table = Table("check", "result", title=encoder.spec.identity)
    table.add_row("loaded", f"in {load_s:.1f} s")
    table.add_row("vectors of texts and photos", f"{encoder.dim} dimensions, float32, unit length")
    for text, row in zip(REFERENCE_TEXTS, similarities, strict=True):
        pairs = zip(REFERENCE_LABELS, row, strict=True)
        table.add_row(text, ", ".join(f"{label} {cosine:.3f}" for label, cosine in pairs))
    get_stdout_console().print(table)
