"""What is written to the terminal, and how: answers to stdout, everything else to stderr."""

import io
import os
import sys
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

PIPED_WIDTH = 140
"""Columns where no terminal tells its own; tables would be cramped into 80 otherwise."""


def get_stdout_console() -> "Console":
    """Return the console for what was asked."""
    return _console(stderr=False)


def get_stderr_console() -> "Console":
    """Return the console for progress, hints and errors."""
    return _console(stderr=True)


def _console(stderr: bool) -> "Console":
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
    words = " ".join(str(text).split())
    return "".join(c for c in words if unicodedata.category(c) != "Cc")


def print_notice(message: str, style: str = "") -> None:
    """Write one line to stderr, however long it is."""
    get_stderr_console().print(sanitize_line(message), style=style or None, soft_wrap=True)


def escape_unencodable_output() -> None:
    """Write a character that the terminal's encoding lacks as an escape instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
