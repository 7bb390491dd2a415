"""`shopwindow events rollover`, `stats` and `training`: the analytic store behind the log."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from shopwindow.serving.cli.context import CliContext

_DAYS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]

Since = Annotated[
    datetime | None, typer.Option(formats=_DAYS, help="From this day or time in UTC on.")
]
Until = Annotated[
    datetime | None, typer.Option(formats=_DAYS, help="Before this day or time in UTC.")
]


def sync(
    ctx: typer.Context,
    *,
    to: Annotated[
        str,
        typer.Option(metavar="ADDRESS", help="Another store than SHOPWINDOW_EVENTS__STORE."),
    ] = "",
) -> int:
    """Take what is new in the log into the analytic store, each event exactly once.

    It goes on where it ended, also after Ctrl-C or a kill. The log stays as it is. `erase` reaches
    the store of the settings only: after --to, erase there by giving its address in the settings.

    Returns:
        The exit code.
    """
    from shopwindow.serving.cli.event_store import show_sync  # noqa: PLC0415 -- `--help` does without

    return show_sync(_settings(ctx), to)


def stats(
    ctx: typer.Context,
    *,
    since: Since = None,
    until: Until = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON document instead of tables.")
    ] = False,
) -> int:
    """Show what the analytic store has: events by kind, click rates by position and ranker.

    Returns:
        The exit code.
    """
    from shopwindow.serving.cli.event_stats import show_stats  # noqa: PLC0415 -- `--help` does without

    return show_stats(_settings(ctx), since, until, as_json)


def export_training(
    ctx: typer.Context,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The file to write: .parquet.")],
    *,
    since: Since = None,
    until: Until = None,
) -> int:
    """Write impressions with what followed them, one a row, for a ranker to learn from.

    Returns:
        The exit code.
    """
    from shopwindow.serving.cli.event_store import show_training_export  # noqa: PLC0415 -- `--help` does without

    return show_training_export(_settings(ctx), out, since, until)


STORE_COMMANDS: Mapping[str, Callable[..., int]] = {
    "rollover": sync,
    "stats": stats,
    "training": export_training,
}


def _settings(ctx: typer.Context) -> Any:
    invocation: CliContext = ctx.obj
    return invocation.load_settings().events
