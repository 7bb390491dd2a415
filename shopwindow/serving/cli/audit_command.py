"""`shopwindow report`: what is wrong in a catalogue. The work is in `shopwindow.serving.cli.auditing`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shopwindow.serving.cli.filter_options import Merchants

if TYPE_CHECKING:
    from shopwindow.serving.cli.context import CliContext


def audit(
    ctx: typer.Context,
    *,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="The page; audit.html when not given."),
    ] = None,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="One JSON document; the files only with --out."),
    ] = False,
    fetch: Annotated[
        bool, typer.Option("--fetch", help="Fetch photos behind addresses for the page.")
    ] = False,
    merchant: Merchants = None,
) -> int:
    """Look through the index for what is wrong in the catalogue.

    It finds doubles, photos that do not fit their title, fields that are missing or contradict one
    another, doubtful prices and unusable photos. It writes one page that needs nothing else, and
    beside it a table (.csv) of every finding with what to do. With --merchant nobody else's
    products are looked at, so that the report can be handed to them.

    Returns:
        The exit code.
    """
    from shopwindow.serving.cli.auditing import AuditRequest, audit_index  # noqa: PLC0415 -- for `--help`

    invocation: CliContext = ctx.obj
    asked = AuditRequest(out, as_json, fetch, tuple(merchant or ()))
    return audit_index(invocation.load_settings(), asked)
