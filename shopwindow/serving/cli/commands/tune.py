"""`shopwindow tune`: search weights chosen by a metric on judged queries."""

from typing import Annotated

import typer

from shopwindow.serving.cli.context import load_settings
from shopwindow.serving.cli.options import JudgmentsFile


def tune(
    ctx: typer.Context,
    judgments: JudgmentsFile,
    *,
    metric: Annotated[
        str, typer.Option(metavar="NAME", help="The metric to maximize.")
    ] = "nDCG@10",
    rounds: Annotated[
        int,
        typer.Option(metavar="N", min=1, help="Most passes of coordinate ascent."),
    ] = 2,
) -> int:
    """Find the search weights with the best metric on judged queries.

    Half of the queries train the weights; the other half, held out, tests whether they are better
    than those in force. No setting is changed: the lines to set are printed.

    Returns:
        The exit code.
    """
    from shopwindow.serving.cli.tune_weights import tune_weights  # noqa: PLC0415 -- `--help` does without

    return tune_weights(load_settings(ctx), judgments, metric, rounds)
