"""The work of `shopwindow feed`, `complements` and `profile`."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import typer
from rich.table import Table
from rich.text import Text

from search import SearchService
from shopwindow.eventlog import EventLog
from shopwindow.serving.cli.context import open_service
from shopwindow.serving.cli.output import get_stdout_console, print_notice, sanitize_line
from shopwindow.serving.cli.response_tables import (
    is_stdout_unicode,
    response_to_json,
    show_response,
)
from shopwindow.values.profile_view import Interest, UserProfileView, serialize_profile_view
from shopwindow.values.query import Filters, Query
from shopwindow.values.settings import Settings


def show_recommendations(
    settings: Settings, user: str, asked: tuple[int, tuple[str, ...], str], as_json: bool
) -> None:
    """Show the feed of a visitor.

    Args:
        settings: The settings in force.
        user: The visitor; empty for a stranger.
        asked: Limit, merchants (none for all) and cursor.
        as_json: One JSON document instead of a table.

    Raises:
        InvalidQueryError: A value has no sense, or the cursor is not of this feed.
        ProfileError: The visitor's profile cannot be read.
        IndexStoreError: There is no index there, or it cannot be opened.
        EventLogError: The log cannot be read.
    """
    limit, merchants, cursor = asked
    filters = Filters(merchant_id=merchants)
    query = Query(limit=limit, filters=filters, user_id=user, cursor=cursor)
    with open_personalized_service(settings) as service:
        page = service.recommend(user, query.limit, query.filters, cursor)
    if as_json:
        typer.echo(response_to_json(page, ""))
        return
    show_response(page, "", is_first_page=False)
    if page.next_cursor:
        print_notice(f"more: the same command with --cursor {page.next_cursor}")


def show_complements(
    settings: Settings, product_id: str, asked: tuple[int, tuple[str, ...]], as_json: bool
) -> None:
    """Show what goes with a product.

    Args:
        settings: The settings in force.
        product_id: The product.
        asked: Limit and merchants; none for all.
        as_json: One JSON document instead of a table.

    Raises:
        InvalidQueryError: A value has no sense.
        ProductNotFoundError: No product has the id.
        IndexStoreError: There is no index there, or it cannot be opened.
        EventLogError: The log cannot be read.
    """
    limit, merchants = asked
    query = Query(limit=limit, filters=Filters(merchant_id=merchants))
    with open_personalized_service(settings) as service:
        page = service.complements(product_id, query.limit, filters=query.filters)
    if as_json:
        typer.echo(response_to_json(page, ""))
    else:
        show_response(page, "", is_first_page=False)


def show_profile(settings: Settings, user: str, as_json: bool) -> None:
    """Show what is known of a visitor.

    Raises:
        ProfileError: Their profile cannot be read.
        IndexStoreError: There is no index there, or it cannot be opened.
        EventLogError: The log cannot be read.
    """
    with open_personalized_service(settings) as service:
        person = service.profile(user)
    if as_json:
        document = serialize_profile_view(person)
        typer.echo(json.dumps(document, ensure_ascii=not is_stdout_unicode(), indent=2))
        return
    console = get_stdout_console()
    if not (person.n_interactions or person.recent_interactions):
        console.print(sanitize_line(f"Nothing is known of {user}."), soft_wrap=True)
        return
    console.print(f"{person.n_interactions:,} things learned from.")
    console.print(_interests(person))
    for line in _lines(person):
        console.print(sanitize_line(line), soft_wrap=True)


@contextmanager
def open_personalized_service(settings: Settings) -> Iterator[SearchService]:
    """Open the search with what the event log knows, logging nothing of what is shown.

    Yields:
        The search; it, its index and the log are closed when the block ends.

    Raises:
        IndexStoreError: There is no index there, or it cannot be opened.
        EventLogError: The log cannot be read.
        OnlineStoreError: The profiles cannot be read or written.
    """
    if not Path(settings.events.folder).is_dir():
        with open_service(settings) as service:
            yield service
        return
    with (
        EventLog.open(settings.events.folder) as log,
        open_service(settings, log, logs_impressions=False) as service,
    ):
        service.flush()
        yield service


def _interests(person: UserProfileView) -> Table:
    table = Table()
    table.add_column("weight", justify="right")
    table.add_column("interest")
    for sign, several in (("", person.interests), ("-", person.dislikes)):
        for each in several:
            table.add_row(f"{sign}{each.weight:.0%}", Text(sanitize_line(_titles(each))))
    return table


def _titles(interest: Interest) -> str:
    return "; ".join(each.title or each.id for each in interest.products)


def _lines(person: UserProfileView) -> list[str]:
    lines = [f"{name}: {_values(values)}" for name, values in person.preferences.items()]
    lines += [
        f"price: usually {each.typical:,.2f} {currency} ({each.low:,.2f} to {each.high:,.2f})"
        for currency, each in person.preferred_prices.items()
    ]
    return lines + [
        f"{each.time:%Y-%m-%d %H:%M} {each.kind} {each.product.id} {each.product.title}"
        for each in person.recent_interactions
    ]


def _values(values: Mapping[str, float]) -> str:
    return ", ".join(f"{value} {share:+.2f}" for value, share in values.items())
