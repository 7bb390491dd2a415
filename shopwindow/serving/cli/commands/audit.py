"""`shopwindow audit`: what is wrong in a catalogue."""

from pathlib import Path
from typing import Annotated

import typer

from shopwindow.serving.cli.context import load_settings
from shopwindow.serving.cli.options import Merchants


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
    """Audit the catalogue in the index for what is wrong.

    It finds duplicates, photos that do not fit their title, fields that are missing or contradict
    one another, doubtful prices and unusable photos. It writes one self-contained HTML page, and
    beside it a table (.csv) of every finding with the recommended action. With --merchant only
    that seller's products are audited, so that the page can be handed to them.

    Returns:
        The exit code.
    """
    from shopwindow.serving.cli.audit_index import AuditRequest, audit_index  # noqa: PLC0415 -- `--help` does without

    request = AuditRequest(out, as_json, fetch, tuple(merchant or ()))
    return audit_index(load_settings(ctx), request)
