"""`shopwindow profiles`: the profiles of all visitors, learned from the event log."""

import typer

from shopwindow.serving.cli.command_loading import build_group
from shopwindow.serving.cli.context import load_settings


def rebuild(ctx: typer.Context) -> int:
    """Rebuild profiles and counts from the event log: needed after a change of encoder.

    Returns:
        The exit code.
    """
    from shopwindow.serving.cli.rebuild_profiles import rebuild_profiles  # noqa: PLC0415 -- `--help` does without

    return rebuild_profiles(load_settings(ctx))


def consume(ctx: typer.Context) -> int:
    """Keep profiles and counts up to date with the event log; Ctrl-C ends it.

    It serves nothing. Of all processes that share a log, one at a time consumes its events; when it
    ends, another takes over. SHOPWINDOW_EVENTS__CONSUME=false leaves that to this command.

    Returns:
        The exit code.
    """
    from shopwindow.serving.cli.consume_events import consume_events  # noqa: PLC0415 -- `--help` does without

    return consume_events(load_settings(ctx))


app = build_group(
    "Manage the profiles that are learned from the event log.",
    {"rebuild": rebuild, "consume": consume},
)
