"""Tables of encoders, of settings and of the facts about an index."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import SecretStr
from rich.table import Table
from rich.text import Text

from embed import list_encoders
from shopwindow.serving.cli.context import open_index
from shopwindow.serving.cli.output import get_stdout_console, sanitize_line
from shopwindow.serving.cli.settings_page import iter_settings
from shopwindow.values.settings import Settings


def show_encoders(current: str) -> None:
    """Show the known encoders.

    Args:
        current: Name of the encoder in force; it gets a mark.
    """
    table = Table("", "name", "dim", "pixels", "languages", "licence")
    for spec in list_encoders():
        languages = " ".join(spec.languages)
        mark = "*" if spec.name == current else ""
        cells = (mark, spec.name, spec.dim, spec.image_size, languages, spec.license)
        table.add_row(*(Text(sanitize_line(cell), overflow="fold") for cell in cells))
    get_stdout_console().print(table)


def show_settings(settings: Settings) -> None:
    """Show the settings in force: secrets masked, those that are not the default marked."""
    table = Table("", "setting", "value")
    for row in iter_settings():
        value = getattr(getattr(settings, row.group), row.field)
        table.add_row("*" if value != row.default else "", row.name, _format_value(value))
    get_stdout_console().print(table)


def show_index(settings: Settings) -> None:
    """Show the facts about the index.

    Raises:
        EncoderError: The encoder cannot be loaded, or did not make this index.
        IndexStoreError: There is no index there, or it cannot be opened.
    """
    with open_index(settings) as index:
        facts = index.info()
    table = Table("index", "")
    for name, value in _flatten(facts):
        table.add_row(name, _format_value(value))
    get_stdout_console().print(table)


def _format_value(value: object) -> str:
    if isinstance(value, SecretStr):
        return "********"
    if isinstance(value, list):
        return sanitize_line(" ".join(str(item) for item in value))
    return "" if value is None else sanitize_line(value)


def _flatten(facts: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, object]]:
    for name, value in facts.items():
        if isinstance(value, Mapping):
            yield from _flatten(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value
