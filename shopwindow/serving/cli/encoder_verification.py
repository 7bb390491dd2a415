"""The work of `shopwindow encoders verify`: load, check, say how to go on."""

import shlex
import time

from rich.table import Table

from embed import load_encoder
from embed.verification import REFERENCE_LABELS, REFERENCE_TEXTS, run_sanity_checks
from shopwindow.serving.cli.output import get_stdout_console, print_notice
from shopwindow.values.encoder import Encoder, Vectors
from shopwindow.values.settings import Settings


def verify_encoder(settings: Settings, name: str) -> None:
    """Load an encoder, check it, and write what was found and how to index with it.

    Args:
        settings: How it runs.
        name: Its name or folder.

    Raises:
        EncoderError: It cannot be loaded, or a check failed.
    """
    print_notice(f"loading {name}; weights that are not on this machine are downloaded")
    began = time.perf_counter()
    encoder = load_encoder(name, photo_limits=settings.photo, settings=settings.encoder)
    took_s = time.perf_counter() - began
    _show(encoder, run_sanity_checks(encoder), took_s)
    quoted = shlex.quote(name)
    print_notice(f"{name} is sound. An index has one encoder, so index anew: "
        f"shopwindow --encoder {quoted} --index NEW index FEED")  # fmt: skip
    print_notice(f"To keep both, put SHOPWINDOW_ENCODER__NAME={quoted} and "
        "SHOPWINDOW_INDEX__LOCATION=NEW into `.env`")  # fmt: skip


def _show(encoder: Encoder, similarity: Vectors, took_s: float) -> None:
    table = Table("check", "found", title=encoder.spec.identity)
    table.add_row("loaded", f"in {took_s:.1f} s")
    table.add_row("vectors of texts and photos", f"{encoder.dim} numbers, float32, length 1")
    for text, row in zip(REFERENCE_TEXTS, similarity, strict=True):
        found = ", ".join(f"{kind} {s:.3f}" for kind, s in zip(REFERENCE_LABELS, row, strict=True))
        table.add_row(text, found)
    get_stdout_console().print(table)
