"""`shopwindow tune`: the weights that answer judged queries best. See `shopwindow.serving.cli.tuning`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from shopwindow.serving.cli.context import CliContext


def tune(
    ctx: typer.Context,
    judged: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="Columns query, product_id, and gain or label (E S C I)."
        ),
    ],
    *,
    metric: Annotated[str, typer.Option(metavar="NAME", help="What is to rise.")] = "nDCG@10",
    rounds: Annotated[
        int, typer.Option(metavar="N", min=1, help="Times that each weight has its turn, at most.")
    ] = 2,
) -> int:
    """Find the weights of the search for which the answers to judged queries are worth most.

    Half of the queries choose the weights; the other half, which had no part in it, says whether
    they are better than those that are set. Nothing is changed: the lines to set are printed.

    Returns:
        The exit code.
    """
    from shopwindow.serving.cli.tuning import tune_weights  # noqa: PLC0415 -- `--help` does without

    invocation: CliContext = ctx.obj
    return tune_weights(invocation.load_settings(), judged, metric, rounds)
