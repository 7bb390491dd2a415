"""Statistics of the analytic store: tables for people, JSON for programs."""

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
from shopwindow.serving.cli.output import get_stdout_console, sanitize_line, to_json
from shopwindow.values.display_formats import format_day
from shopwindow.values.setting_groups import EventSettings

MAX_POSITIONS = 20


def show_stats(
    settings: EventSettings, since: datetime | None, until: datetime | None, as_json: bool
) -> ExitCode:
    """Show the statistics of a period.

    Args:
        settings: Where the store is.
        since: Start of the period in UTC, inclusive; None for no bound.
        until: End of the period in UTC, exclusive; None for no bound.
        as_json: One JSON document instead of tables.

    Returns:
        OK.

    Raises:
        EventStoreError: There is no store, or it cannot be used.
        InvalidEventError: The period ends before it begins.
    """
    period = to_period(since, until)
    with open_existing_store(settings) as store:
        document = _build_document(store, period) if as_json else None
        tables = [] if as_json else list(_build_tables(store, period))
    if document is not None:
        typer.echo(to_json(document))
    elif not tables:
        get_stdout_console().print("No events.")
    for table in tables:
        get_stdout_console().print(table)
    return ExitCode.OK


def _build_document(store: EventStore, period: Period) -> dict[str, Any]:
    """Build the statistics as plain values.

    Returns:
        An object with the keys days, positions and rankers.
    """
    days = [asdict(total) | {"day": total.day.isoformat()} for total in store.count_by_day(period)]
    return {
        "days": days,
        "positions": [_to_dict(rate) for rate in store.compute_position_rates(period)],
        "rankers": [_to_dict(rate) for rate in store.compute_ranker_rates(period)],
    }


def _to_dict(rate: PositionClickRate | RankerPerformance) -> dict[str, Any]:
    return asdict(rate) | {"click_rate": rate.click_rate}


def _build_tables(store: EventStore, period: Period) -> Iterable[Table]:
    if totals := store.count_by_day(period):
        yield _build_totals_table(totals)
    if ranker_rates := store.compute_ranker_rates(period):
        yield _build_ranker_table(ranker_rates)
    if position_rates := store.compute_position_rates(period):
        yield _build_position_table(position_rates)


def _build_totals_table(totals: Sequence[DailyCount]) -> Table:
    counts: Counter[str] = Counter()
    for total in totals:
        counts[total.kind] += total.n_events
    days = [total.day for total in totals]
    rows = [(kind, f"{n_events:,}") for kind, n_events in counts.most_common()]
    title = f"events, {format_day(min(days))} to {format_day(max(days))}"
    return _build_table(title, ("kind", "events"), rows, n_text_columns=1)


def _build_ranker_table(rates: Sequence[RankerPerformance]) -> Table:
    columns = ("ranker", "version", "surface", "impressions", "clicked", "rate", "IPS", "SNIPS",
        "effective size")  # fmt: skip
    rows = [
        (
            rate.ranker or "(none)", rate.version, rate.surface, f"{rate.n_impressions:,}",
            f"{rate.n_clicks:,}", f"{rate.click_rate:.4f}", _format_optional(rate.ips, ".4f"),
            _format_optional(rate.snips, ".4f"),
            _format_optional(rate.effective_sample_size, ",.0f"),
        )
        for rate in rates
    ]  # fmt: skip
    return _build_table("click rates by ranker", columns, rows, n_text_columns=3)


def _build_position_table(rates: Sequence[PositionClickRate]) -> Table:
    columns = ("surface", "position", "impressions", "clicked", "rate")
    rows = [
        (
            rate.surface,
            str(rate.position or "unknown"),
            f"{rate.n_impressions:,}",
            f"{rate.n_clicks:,}",
            f"{rate.click_rate:.4f}",
        )
        for rate in rates
        if rate.position <= MAX_POSITIONS
    ]
    title = f"click rates by position, up to {MAX_POSITIONS} (--json has all)"
    return _build_table(title, columns, rows, n_text_columns=1)


def _build_table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], *, n_text_columns: int
) -> Table:
    table = Table(title=title, title_justify="left", min_width=len(title) + 2)
    for position, column in enumerate(columns):
        is_text = position < n_text_columns
        table.add_column(column, justify="left" if is_text else "right", overflow="fold")
    for row in rows:
        table.add_row(*(Text(sanitize_line(cell)) for cell in row))
    return table


def _format_optional(value: float | None, number_format: str) -> str:
    return "" if value is None else format(value, number_format)
