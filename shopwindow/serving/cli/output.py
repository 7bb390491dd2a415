"""What is written to the terminal, and how: results to stdout, everything else to stderr."""

import io
import json
import os
import sys
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

PIPED_WIDTH = 140
"""Columns where no terminal tells its own; tables would be cramped into 80 otherwise."""


def get_stdout_console() -> "Console":
    """Return the console for results."""
    return _build_console(stderr=False)


def get_stderr_console() -> "Console":
    """Return the console for progress, hints and errors."""
    return _build_console(stderr=True)


def _build_console(stderr: bool) -> "Console":
    from rich.console import Console  # noqa: PLC0415 -- `--version` and `--json` do without

    # Titles come from feeds: square brackets and :names: in them are text, not markup.
    console = Console(stderr=stderr, markup=False, highlight=False, emoji=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = PIPED_WIDTH
    return console


def sanitize_line(text: object) -> str:
    """Return a text on one line without control characters.

    Titles and reasons come from feeds, and a terminal obeys escape sequences in them.
    """
    line = " ".join(str(text).split())
    return "".join(c for c in line if unicodedata.category(c) != "Cc")


def print_line(message: str) -> None:
    """Write one line to stdout, however long it is."""
    get_stdout_console().print(sanitize_line(message), soft_wrap=True)


def print_notice(message: str, style: str = "") -> None:
    """Write one line to stderr, however long it is."""
    get_stderr_console().print(sanitize_line(message), style=style or None, soft_wrap=True)


def to_json(document: object) -> str:
    """Return a document as JSON; where stdout cannot carry Arabic, with JSON's own escapes."""
    is_unicode = (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf")
    return json.dumps(document, ensure_ascii=not is_unicode, indent=2)


def escape_unencodable_output() -> None:
    """Write a character that the terminal's encoding lacks as an escape instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
