"""`shopwindow events`: the log of what people were shown and did; see `shopwindow.serving.cli.event_files`."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shopwindow.serving.cli.event_store_commands import STORE_COMMANDS

if TYPE_CHECKING:
    from shopwindow.serving.cli.context import CliContext

EventFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="A file named .csv, .jsonl or .parquet.")
]


def import_file(ctx: typer.Context, file: EventFile) -> int:
    """Take events from a CSV, JSON Lines or Parquet file into the log.

    Columns go by their usual names: event, item, user, timestamp, and so on. A time without a zone
    is in UTC, a "view" is a click. A row that cannot be used is refused, told and counted, and the
    rest goes on. The same file again adds nothing.

    Returns:
        The exit code.
    """
    from shopwindow.serving.cli.event_files import show_import  # noqa: PLC0415 -- `--help` does without

    return show_import(_settings(ctx), file)


def export_file(
    ctx: typer.Context,
    file: EventFile,
    *,
    user: Annotated[
        str, typer.Option("--user", metavar="USER", help="Only the events of this visitor.")
    ] = "",
) -> int:
    """Write the events of the log to a CSV, JSON Lines or Parquet file.

    Returns:
        The exit code.
    """
    from shopwindow.serving.cli.event_files import show_export  # noqa: PLC0415 -- `--help` does without

    return show_export(_settings(ctx), file, user)


def erase(
    ctx: typer.Context,
    user: Annotated[str, typer.Argument(metavar="USER", help="Id of the visitor.")],
) -> int:
    """Remove a visitor with their bytes: events from log and analytic store, what was learned.

    Returns:
        The exit code.
    """
    from shopwindow.serving.cli.event_files import show_erasure  # noqa: PLC0415 -- `--help` does without

    return show_erasure(_settings(ctx), user)


def count(ctx: typer.Context) -> int:
    """Show how many events the log has.

    Returns:
        The exit code.
    """
    from shopwindow.serving.cli.event_files import show_count  # noqa: PLC0415 -- `--help` does without

    return show_count(_settings(ctx))


def rebuild(ctx: typer.Context) -> int:
    """Learn profiles and counts anew from the log: needed after another encoder was chosen.

    Returns:
        The exit code.
    """
    from shopwindow.serving.cli.profile_rebuild import rebuild_profiles  # noqa: PLC0415 -- `--help` does without

    invocation: CliContext = ctx.obj
    return rebuild_profiles(invocation.load_settings())


def build_events_app(format_help: Callable[..., str]) -> Any:
    """Return the commands below `shopwindow events`.

    Args:
        format_help: Makes a command's help of its docstring.
    """
    app = typer.Typer(
        no_args_is_help=True,
        help="Look after the log of what people were shown and did (SHOPWINDOW_EVENTS__FOLDER).",
    )
    commands: dict[str, Callable[..., int]] = {
        "import": import_file,
        "export": export_file,
        "erase": erase,
        "count": count,
        "rebuild": rebuild,
        **STORE_COMMANDS,
    }
    for name, command in commands.items():
        app.command(name, help=format_help(command))(command)
    return app


def _settings(ctx: typer.Context) -> Any:
    invocation: CliContext = ctx.obj
    return invocation.load_settings().events
