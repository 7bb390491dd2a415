"""`shopwindow events`: the log of impressions and interactions, and its analytic store."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from shopwindow.serving.cli.command_loading import build_group
from shopwindow.serving.cli.context import load_settings
from shopwindow.serving.cli.options import AsJson

if TYPE_CHECKING:
    from shopwindow.values.setting_groups import EventSettings

_TIME_FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]

EventFile: TypeAlias = Annotated[
    Path, typer.Argument(metavar="FILE", help="A file named .csv, .jsonl or .parquet.")
]
Since: TypeAlias = Annotated[
    datetime | None, typer.Option(formats=_TIME_FORMATS, help="From this day or time in UTC on.")
]
Until: TypeAlias = Annotated[
    datetime | None, typer.Option(formats=_TIME_FORMATS, help="Before this day or time in UTC.")
]


def import_file(ctx: typer.Context, file: EventFile) -> int:
    """Import events from a CSV, JSON Lines or Parquet file into the log.

    Columns go by their usual names: event, item, user, timestamp, and so on. A time without a zone
    is in UTC, a "view" is a click. A row that cannot be used is rejected, shown and counted, and
    the rest is imported. The same file again adds nothing.

    Returns:
        The exit code.
    """
    from shopwindow.serving.cli.event_files import show_import  # noqa: PLC0415 -- `--help` does without

    return show_import(_load_event_settings(ctx), file)


def export_file(
    ctx: typer.Context,
    file: EventFile,
    *,
    user: Annotated[
        str, typer.Option("--user", metavar="USER", help="Only the events of this visitor.")
    ] = "",
) -> int:
    """Export the events of the log to a CSV, JSON Lines or Parquet file.

    Returns:
        The exit code.
    """
    from shopwindow.serving.cli.event_files import show_export  # noqa: PLC0415 -- `--help` does without

    return show_export(_load_event_settings(ctx), file, user)


def erase(
    ctx: typer.Context,
    user: Annotated[str, typer.Argument(metavar="USER", help="Id of the visitor.")],
) -> int:
    """Erase a visitor from disk: events in log and analytic store, and their profile.

    Returns:
        The exit code.
    """
    from shopwindow.serving.cli.event_files import show_erasure  # noqa: PLC0415 -- `--help` does without

    return show_erasure(_load_event_settings(ctx), user)


def count(ctx: typer.Context) -> int:
    """Show how many events the log has.

    Returns:
        The exit code.
    """
    from shopwindow.serving.cli.event_files import show_count  # noqa: PLC0415 -- `--help` does without

    return show_count(_load_event_settings(ctx))


def sync(
    ctx: typer.Context,
    *,
    to: Annotated[
        str,
        typer.Option(metavar="ADDRESS", help="Another store than SHOPWINDOW_EVENTS__STORE."),
    ] = "",
) -> int:
    """Copy new events of the log into the analytic store, each exactly once.

    It resumes where it ended, also after Ctrl-C or a kill. The log stays as it is. `erase` reaches
    only the store of the settings: after --to, erase there by giving its address in the settings.

    Returns:
        The exit code.
    """
    from shopwindow.serving.cli.event_store import show_sync  # noqa: PLC0415 -- `--help` does without

    return show_sync(_load_event_settings(ctx), to)


def stats(
    ctx: typer.Context, *, since: Since = None, until: Until = None, as_json: AsJson = False
) -> int:
    """Show statistics of the analytic store: events by kind, click rates by position and ranker.

    Returns:
        The exit code.
    """
    from shopwindow.serving.cli.event_stats import show_stats  # noqa: PLC0415 -- `--help` does without

    return show_stats(_load_event_settings(ctx), since, until, as_json)


def export_training(
    ctx: typer.Context,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The file to write: .parquet.")],
    *,
    since: Since = None,
    until: Until = None,
) -> int:
    """Export training data for a ranker: one row for each impression, with what followed it.

    Returns:
        The exit code.
    """
    from shopwindow.serving.cli.event_store import show_training_export  # noqa: PLC0415 -- `--help` does without

    return show_training_export(_load_event_settings(ctx), out, since, until)


def _load_event_settings(ctx: typer.Context) -> "EventSettings":
    return load_settings(ctx).events


app = build_group(
    "Manage the log of impressions and interactions (SHOPWINDOW_EVENTS__FOLDER).",
    {
        "import": import_file,
        "export": export_file,
        "erase": erase,
        "count": count,
        "sync": sync,
        "stats": stats,
        "export-training": export_training,
    },
)
