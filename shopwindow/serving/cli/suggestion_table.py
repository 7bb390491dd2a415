"""Suggestions of queries: a table for people, JSON for programs."""

from collections.abc import Sequence
from dataclasses import asdict

import typer
from rich.table import Table
from rich.text import Text

from search import Suggestion
from shopwindow.serving.cli.context import open_service
from shopwindow.serving.cli.output import get_stdout_console, sanitize_line, to_json
from shopwindow.values import Filters
from shopwindow.values.settings import Settings


def show_suggestions(
    settings: Settings, text: str, limit: int, merchants: tuple[str, ...], as_json: bool
) -> None:
    """Show completions of a query.

    Args:
        settings: The settings in force.
        text: What was typed so far.
        limit: Suggestions shown, 1 to 50.
        merchants: Sellers whose catalogue is used; everybody's for none.
        as_json: One JSON document instead of a table.

    Raises:
        InvalidQueryError: The limit is out of range.
        EncoderError: The encoder cannot be loaded, or did not make this index.
        IndexStoreError: There is no index there, or it cannot be opened.
    """
    with open_service(settings) as service:
        suggestions = service.suggest(text, limit, Filters(merchant_id=merchants))
    if as_json:
        typer.echo(to_json([asdict(suggestion) for suggestion in suggestions]))
    elif suggestions:
        get_stdout_console().print(_build_table(suggestions))
    else:
        get_stdout_console().print("No suggestions.")


def _build_table(suggestions: Sequence[Suggestion]) -> Table:
    table = Table()
    for column in ("text", "kind", "value"):
        table.add_column(column, overflow="fold")
    table.add_column("products", justify="right")
    for suggestion in suggestions:
        cells = (suggestion.text, suggestion.kind, suggestion.value, suggestion.count)
        table.add_row(*(Text(sanitize_line(cell)) for cell in cells))
    return table
