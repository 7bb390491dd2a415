"""`shopwindow info`: the settings in force and the index."""

import typer

from shopwindow.serving.cli.context import load_settings


def info(ctx: typer.Context) -> None:
    """Show the settings in force and the facts about the index."""
    from shopwindow.serving.cli.info_tables import show_index, show_settings  # noqa: PLC0415 -- `--help` does without

    settings = load_settings(ctx)
    show_settings(settings)
    show_index(settings)
