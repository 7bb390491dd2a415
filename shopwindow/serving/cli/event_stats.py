"""The work of `shopwindow events stats`: tables for people, JSON for programs."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import typer
from rich.table import Table
from rich.text import Text

from shopwindow.eventlog.analytics import (
    DailyCount,
    EventStore,
    Period,
    PositionClickRate,
    RankerPerformance,
)
from shopwindow.serving.cli.event_store import open_existing_store, to_period
from shopwindow.serving.cli.exit_codes import ExitCode
from shopwindow.serving.cli.output import get_stdout_console, sanitize_line
from shopwindow.serving.cli.response_tables import is_stdout_unicode
from shopwindow.values.settings import EventSettings

MAX_POSITIONS = 20


def show_stats(
    settings: EventSettings, since: datetime | None, until: datetime | None, as_json: bool
) -> ExitCode:
    """Show what a store has of a period.

    Returns:
        OK.

    Raises:
        EventStoreError: There is no store, or it cannot be used.
        InvalidEventError: The period ends before it begins.
    """
    period = to_period(since, until)
    with open_existing_store(settings) as store:
        document = _document(store, period) if as_json else None
        tables = [] if as_json else list(_tables(store, period))
    if document is not None:
        typer.echo(json.dumps(document, ensure_ascii=not is_stdout_unicode(), indent=2))
    elif not tables:
        get_stdout_console().print("No events.")
    for each in tables:
        get_stdout_console().print(each)
    return ExitCode.OK


def _document(store: EventStore, period: Period) -> dict[str, Any]:
    """Return the answers in plain values.

    Returns:
        An object with the keys days, positions and rankers.
    """
    days = [asdict(each) | {"day": each.day.isoformat()} for each in store.count_by_day(period)]
    return {
        "days": days,
        "positions": [_with_rate(each) for each in store.compute_position_rates(period)],
        "rankers": [_with_rate(each) for each in store.compute_ranker_rates(period)],
    }


def _with_rate(rate: PositionClickRate | RankerPerformance) -> dict[str, Any]:
    return asdict(rate) | {"click_rate": rate.click_rate}


def _tables(store: EventStore, period: Period) -> Iterable[Table]:
    if totals := store.count_by_day(period):
        yield _totals_table(totals)
    if rankers := store.compute_ranker_rates(period):
        yield _ranker_table(rankers)
    if positions := store.compute_position_rates(period):
        yield _position_table(positions)


def _totals_table(totals: Sequence[DailyCount]) -> Table:
    counts: Counter[str] = Counter()
    for each in totals:
        counts[each.kind] += each.n_events
    days = [each.day for each in totals]
    rows = [(kind, f"{n_events:,}") for kind, n_events in counts.most_common()]
    title = f"events, {min(days)} to {max(days)}"
    return _table(title, ("kind", "events"), rows, n_names=1)


def _ranker_table(rates: Sequence[RankerPerformance]) -> Table:
    names = ("ranker", "version", "surface")
    heads = (*names, "impressions", "clicked", "rate", "IPS", "SNIPS", "effective size")
    rows = [
        (
            each.ranker or "(none)", each.version, each.surface, f"{each.n_impressions:,}",
            f"{each.n_clicks:,}", f"{each.click_rate:.4f}", _known(each.ips, ".4f"),
            _known(each.snips, ".4f"), _known(each.effective_sample_size, ",.0f"),
        )
        for each in rates
    ]  # fmt: skip
    return _table("click rates by ranker", heads, rows, n_names=3)


def _position_table(rates: Sequence[PositionClickRate]) -> Table:
    rows = [
        (
            each.surface,
            str(each.position or "unknown"),
            f"{each.n_impressions:,}",
            f"{each.n_clicks:,}",
            f"{each.click_rate:.4f}",
        )
        for each in rates
        if each.position <= MAX_POSITIONS
    ]
    title = f"click rates by position, up to {MAX_POSITIONS} (--json has all)"
    return _table(title, ("surface", "position", "impressions", "clicked", "rate"), rows, n_names=1)


def _table(
    title: str, heads: Sequence[str], rows: Iterable[Sequence[str]], *, n_names: int
) -> Table:
    table = Table(title=title, title_justify="left", min_width=len(title) + 2)
    for place, head in enumerate(heads):
        table.add_column(head, justify="left" if place < n_names else "right", overflow="fold")
    for row in rows:
        table.add_row(*(Text(sanitize_line(cell)) for cell in row))
    return table


def _known(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form)
