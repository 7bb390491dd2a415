"""The work of `shopwindow encoders verify`: load, check, say how to go on."""

import shlex
import time

from rich.table import Table

from embed import load_encoder
from embed.verification import KINDS, TEXTS, verify
from shopwindow.serving.cli.output import answers, say
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
    say(f"loading {name}; weights that are not on this machine are downloaded")
    began = time.perf_counter()
    encoder = load_encoder(name, photo=settings.photo, settings=settings.encoder)
    took_s = time.perf_counter() - began
    _show(encoder, verify(encoder), took_s)
    quoted = shlex.quote(name)
    say(f"{name} is sound. An index has one encoder, so index anew: "
        f"shopwindow --encoder {quoted} --index NEW index FEED")  # fmt: skip
    say(f"To keep both, put SHOPWINDOW_ENCODER__NAME={quoted} and "
        "SHOPWINDOW_INDEX__LOCATION=NEW into `.env`")  # fmt: skip


def _show(encoder: Encoder, similarity: Vectors, took_s: float) -> None:
    table = Table("check", "found", title=encoder.spec.identity)
    table.add_row("loaded", f"in {took_s:.1f} s")
    table.add_row("vectors of texts and photos", f"{encoder.dim} numbers, float32, length 1")
    for text, row in zip(TEXTS, similarity, strict=True):
        found = ", ".join(f"{kind} {s:.3f}" for kind, s in zip(KINDS, row, strict=True))
        table.add_row(text, found)
    answers().print(table)
