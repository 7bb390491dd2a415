"""Shopwindow's entry: joins the command line and the page. Nothing happens on import.

`shopwindow` and `python -m app` are the command line; `python app.py` alone opens the page.
"""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from shopwindow.serving.cli import run

if TYPE_CHECKING:
    from search import SearchService
    from shopwindow.values.settings import Settings


def open_page(service: "SearchService", settings: "Settings") -> None:
    """Serve the page until Ctrl-C."""
    from shopwindow.serving.web import launch  # noqa: PLC0415 -- no other command waits for gradio

    launch(service, settings)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: What follows the program's name; the process's own when None.

    Returns:
        The exit code; see `shopwindow.serving.cli.exit_codes`.
    """
    return run(arguments, open_page)


if __name__ == "__main__":
    # Run as a script there is no __spec__; Gradio users expect `python app.py` to open the page.
    opens_page = __spec__ is None and len(sys.argv) == 1
    sys.exit(main(["serve"] if opens_page else None))
