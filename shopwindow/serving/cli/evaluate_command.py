"""`shopwindow evaluate`: what the answers to judged queries are worth. See `shopwindow.serving.cli.evaluating`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from shopwindow.serving.cli.context import CliContext

DEFAULT_METRICS = ["nDCG@10", "MAP@10", "MRR@10", "recall@100", "precision@10", "zero"]


def evaluate(
    ctx: typer.Context,
    judged: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="Columns query, product_id, and gain or label (E S C I)."
        ),
    ],
    *,
    metrics: Annotated[
        list[str] | None,
        typer.Option("--measure", metavar="NAME", help="Such as nDCG@10; may be given again."),
    ] = None,
    baseline: Annotated[
        list[str] | None,
        typer.Option(
            "--against",
            metavar="SETTING=VALUE",
            help="A search setting to compare with, such as fusion=ranks; may be given again.",
        ),
    ] = None,
    queries: Annotated[
        int, typer.Option(metavar="N", min=0, help="Queries shown that differ most, or are worst.")
    ] = 5,
) -> int:
    """Ask the index every judged query and print what its answers are worth.

    With --against, the same queries are asked under changed search settings, and the difference is
    tested: whether it is more than luck with these queries, and which of them it helps or harms.

    Returns:
        The exit code.
    """
    from shopwindow.serving.cli.evaluating import evaluate_index  # noqa: PLC0415 -- `--help` does without

    invocation: CliContext = ctx.obj
    return evaluate_index(
        invocation.load_settings(),
        judged,
        tuple(metrics or DEFAULT_METRICS),
        tuple(baseline or ()),
        queries,
    )
