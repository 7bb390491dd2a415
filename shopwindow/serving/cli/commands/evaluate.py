"""`shopwindow evaluate`: relevance on judged queries, and the difference that settings make."""

from typing import Annotated

import typer

from shopwindow.serving.cli.context import load_settings
from shopwindow.serving.cli.options import JudgmentsFile

DEFAULT_METRICS = ["nDCG@10", "MAP@10", "MRR@10", "recall@100", "precision@10", "zero"]


def evaluate(
    ctx: typer.Context,
    judgments: JudgmentsFile,
    *,
    metrics: Annotated[
        list[str] | None,
        typer.Option("--metric", metavar="NAME", help="Such as nDCG@10; may be given again."),
    ] = None,
    variant: Annotated[
        list[str] | None,
        typer.Option(
            "--variant",
            metavar="SETTING=VALUE",
            help="A changed search setting to compare with those in force, such as fusion=rrf; may "
            "be given again. Differences are variant minus current.",
        ),
    ] = None,
    queries: Annotated[
        int, typer.Option(metavar="N", min=0, help="Queries shown that differ most, or are worst.")
    ] = 5,
) -> int:
    """Measure relevance (nDCG, MRR, ...) on judged queries, and compare settings.

    With --variant, the same queries also run with the changed search settings, and the difference,
    variant minus current, is tested for significance: a positive one says that the variant is
    better. The queries that it helps and harms most are listed.

    Returns:
        The exit code.
    """
    from shopwindow.serving.cli.evaluate_index import evaluate_index  # noqa: PLC0415 -- `--help` does without

    names = tuple(metrics or DEFAULT_METRICS)
    return evaluate_index(load_settings(ctx), judgments, names, tuple(variant or ()), queries)
