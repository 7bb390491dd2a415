"""`shopwindow demo`: the sample catalogue, indexed and searched."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from shopwindow.serving.cli.context import CliContext


def demo(
    ctx: typer.Context,
    feed: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A feed; the sample catalogue by default.")
    ] = None,
    text: Annotated[
        list[str] | None,
        typer.Option(metavar="TEXT", help="A query; one English, one Arabic by default."),
    ] = None,
    photo: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A photo query; the first of `queries` beside the feed."),
    ] = None,
    opens_page: Annotated[
        bool, typer.Option("--serve/--no-serve", help="Open the page afterwards.")
    ] = False,
) -> int:
    """Index the sample catalogue into var/demo, run three searches, and show the results.

    Interactions on its page, and those of three made-up visitors, are logged in var/demo-events.

    Returns:
        The exit code.
    """
    from data_samples import CATALOG  # noqa: PLC0415 -- `--help` does without
    from shopwindow.serving.cli.demo_visitors import with_events  # noqa: PLC0415
    from shopwindow.serving.cli.run_demo import DEMO_EVENTS, DEMO_INDEX, run_demo  # noqa: PLC0415
    from shopwindow.serving.cli.serve_page import serve_page  # noqa: PLC0415

    context: CliContext = ctx.obj
    settings = with_events(context.load_settings(DEMO_INDEX), DEMO_EVENTS)
    code = run_demo(settings, feed or CATALOG, text or (), photo)
    if code == 0 and opens_page:
        serve_page(settings, context.launch)
    return code
