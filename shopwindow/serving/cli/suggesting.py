"""The work of `shopwindow suggest`."""

import json
from collections.abc import Sequence
from dataclasses import asdict

import typer
from rich.table import Table
from rich.text import Text

from search.suggestions import Suggestion
from shopwindow.serving.cli.context import open_service
from shopwindow.serving.cli.output import get_stdout_console, sanitize_line
from shopwindow.serving.cli.response_tables import is_stdout_unicode
from shopwindow.values.query import Filters
from shopwindow.values.settings import Settings


def show_suggestions(
    settings: Settings, text: str, asked: tuple[int, tuple[str, ...]], as_json: bool
) -> None:
    """Show how a begun query may go on.

    Args:
        settings: The settings in force.
        text: What was typed so far.
        asked: Limit, and the merchants whose words are suggested; everybody's for none.
        as_json: One JSON document instead of a table.

    Raises:
        InvalidQueryError: The limit is out of range.
        EncoderError: The encoder cannot be loaded, or did not make this index.
        IndexStoreError: There is no index there, or it cannot be opened.
    """
    limit, merchants = asked
    with open_service(settings) as service:
        found = service.suggest(text, limit, Filters(merchant_id=merchants))
    if as_json:
        document = [asdict(each) for each in found]
        typer.echo(json.dumps(document, ensure_ascii=not is_stdout_unicode(), indent=2))
    elif found:
        get_stdout_console().print(_table(found))
    else:
        get_stdout_console().print("Nothing goes on like this.")


def _table(found: Sequence[Suggestion]) -> Table:
    table = Table()
    for column in ("text", "kind", "what it is"):
        table.add_column(column, overflow="fold")
    table.add_column("products", justify="right")
    for each in found:
        cells = (each.text, each.kind, each.value, each.count)
        table.add_row(*(Text(sanitize_line(cell)) for cell in cells))
    return table
