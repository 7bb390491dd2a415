"""`shopwindow rules`: what merchandisers' rules say, and where they contradict each other."""

from pathlib import Path
from typing import Annotated

import typer

from shopwindow.serving.cli.options import AsJson


def rules(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A TOML file of rules.")],
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[TEXT]", help="A query: only the rules that apply to it."),
    ] = None,
    *,
    at: Annotated[
        str, typer.Option(metavar="TIME", help="Such as 2026-03-01T09:00+04:00, instead of now.")
    ] = "",
    category: Annotated[
        str, typer.Option(metavar="C", help="The category that the search is filtered to.")
    ] = "",
    merchant: Annotated[
        str | None, typer.Option(metavar="M", help="The seller that the search is filtered to.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Check a file of rules, and show them with the pairs that contradict each other.

    With a text, a category or a merchant, show which rules apply to that search, and which of
    them wins. No index is needed. Searches use the file that SHOPWINDOW_SEARCH__RULES_FILE names,
    or `shopwindow search --rules FILE`.

    Returns:
        The exit code.
    """
    from search.rules import read_rules  # noqa: PLC0415
    from shopwindow.serving.cli.rule_tables import SearchScenario, show_matching_rules, show_ruleset  # noqa: PLC0415 -- `--help` does without

    scenario = SearchScenario.from_options(" ".join(words or ()), at, category, merchant)
    ruleset = read_rules(file)
    if words or category or merchant is not None:
        return show_matching_rules(ruleset, scenario, as_json)
    return show_ruleset(ruleset, scenario.at, as_json)
