"""Rules and their contradictions: tables for people, JSON for programs."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Self

import typer
from rich.table import Table
from rich.text import Text

from search.rules import Rule, RuleConflict, RulePlan, RuleSet, format_action, format_scope
from shopwindow.serving.cli.exit_codes import ExitCode
from shopwindow.serving.cli.output import get_stdout_console, print_line, sanitize_line, to_json
from shopwindow.values import Filters, Query
from shopwindow.values.errors import InvalidQueryError

_STATUS_LABELS = {"active": "in force", "scheduled": "scheduled", "expired": "expired"}


@dataclass(frozen=True, slots=True)
class SearchScenario:
    """A search that rules are matched against.

    Attributes:
        text: The query.
        filters: Category and merchant.
        at: Time of the search, with a zone.
    """

    text: str
    filters: Filters
    at: datetime

    @classmethod
    def from_options(cls, text: str, at: str, category: str, merchant: str | None) -> Self:
        """Build a scenario from the options of the command line.

        Args:
            text: The query; empty for any.
            at: An ISO 8601 time with a zone; empty for now.
            category: The category; empty for any.
            merchant: The seller; None for any.

        Returns:
            The scenario, checked.

        Raises:
            InvalidQueryError: The time is not valid, or has no zone; the merchant is empty; the
                text is too long, or not valid.
        """
        filters = Filters(category=category, merchant_id=() if merchant is None else merchant)
        text = Query(text=text).text
        return cls(text, filters, _parse_time(at) if at else datetime.now(UTC))


def show_ruleset(ruleset: RuleSet, at: datetime, as_json: bool) -> ExitCode:
    """Show all rules, and the pairs that contradict each other.

    Args:
        ruleset: The rules.
        at: The time that decides which rules are in force.
        as_json: One JSON document instead of a table.

    Returns:
        OK: a contradiction has a winner, and is no fault.
    """
    conflicts = ruleset.find_conflicts()
    if as_json:
        rules = [_rule_to_dict(rule) | {"state": rule.scope.get_status(at)} for rule in ruleset]
        contradictions = [asdict(conflict) for conflict in conflicts]
        typer.echo(to_json({"rules": rules, "contradictions": contradictions}))
        return ExitCode.OK
    table = _build_table(ruleset, at)
    get_stdout_console().print(table if ruleset else "The file has no rules.")
    _show_conflicts(conflicts)
    return ExitCode.OK


def show_matching_rules(ruleset: RuleSet, scenario: SearchScenario, as_json: bool) -> ExitCode:
    """Show which rules apply to one search, in order of precedence, and what wins.

    Args:
        ruleset: The rules.
        scenario: The search.
        as_json: One JSON document instead of a table.

    Returns:
        OK.
    """
    plan = ruleset.plan(scenario.text, scenario.filters, scenario.at)
    conflicts = ruleset.find_conflicts(plan)
    by_name = {rule.name: rule for rule in ruleset}
    matching = [by_name[name] for name in plan.rule_names]
    if as_json:
        typer.echo(to_json(_plan_to_dict(plan, scenario, matching, conflicts)))
        return ExitCode.OK
    if not plan:
        get_stdout_console().print("No rule applies to this search.")
        return ExitCode.OK
    get_stdout_console().print(_build_table(matching, scenario.at))
    if plan.redirect is not None:
        address = plan.redirect.action.address
        print_line(f"Redirects to {address} by {plan.redirect.name!r}.")
    _show_conflicts(conflicts)
    return ExitCode.OK


def _plan_to_dict(
    plan: RulePlan,
    scenario: SearchScenario,
    matching: Sequence[Rule],
    conflicts: Sequence[RuleConflict],
) -> dict[str, Any]:
    redirect = plan.redirect
    return {
        "text": scenario.text,
        "at": scenario.at.isoformat(),
        "rules": [_rule_to_dict(rule) for rule in matching],
        "redirect": redirect and {"address": redirect.action.address, "rule": redirect.name},
        "contradictions": [asdict(conflict) for conflict in conflicts],
    }


def _rule_to_dict(rule: Rule) -> dict[str, Any]:
    kind = type(rule.action).__name__.casefold()
    return {
        "name": rule.name,
        "kind": kind,
        "when": format_scope(rule.scope),
        "action": format_action(rule.action),
    }


def _build_table(rules: Iterable[Rule], at: datetime) -> Table:
    table = Table()
    for name in ("rule", "when", "action"):
        table.add_column(name, overflow="fold", ratio=1)
    table.add_column("status", no_wrap=True)
    for rule in rules:
        status = _STATUS_LABELS[rule.scope.get_status(at)]
        cells = (rule.name, format_scope(rule.scope), format_action(rule.action), status)
        table.add_row(*(Text(sanitize_line(cell)) for cell in cells))
    return table


def _show_conflicts(conflicts: Sequence[RuleConflict]) -> None:
    if not conflicts:
        print_line("No contradictions.")
        return
    print_line(f"{len(conflicts)} contradictions:" if len(conflicts) > 1 else "1 contradiction:")
    for conflict in conflicts:
        example = f" For example, in a search for {conflict.query!r}." if conflict.query else ""
        print_line(f"- {conflict.explanation}{example}")


def _parse_time(text: str) -> datetime:
    expected = "a time with a zone, such as 2026-03-01T09:00+04:00"
    try:
        time = datetime.fromisoformat(text)
    except ValueError as exc:
        raise InvalidQueryError("--at", expected, text) from exc
    if time.tzinfo is None:
        raise InvalidQueryError("--at", expected, text)
    return time
