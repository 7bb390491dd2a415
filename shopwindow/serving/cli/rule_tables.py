"""The work of `shopwindow rules`: tables and documents of rules."""

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any, Self

from rich.table import Table
from rich.text import Text

from search.rules import Rule, RuleConflict, RulePlan, RuleSet
from search.rules.formatting import format_action, format_scope
from shopwindow.serving.cli.exit_codes import ExitCode
from shopwindow.serving.cli.filter_options import filter_by_merchant
from shopwindow.serving.cli.output import get_stdout_console, sanitize_line
from shopwindow.values.errors import InvalidQueryError
from shopwindow.values.query import Filters, Query

_STATES = {"active": "in force", "scheduled": "scheduled", "expired": "expired"}


@dataclass(frozen=True, slots=True)
class SearchScenario:
    """The search that rules are asked about.

    Attributes:
        text: Its words.
        filters: Its category and merchant.
        at: When it is asked.
    """

    text: str
    filters: Filters
    at: datetime

    @classmethod
    def from_options(cls, text: str, at: str, category: str, merchant: str | None) -> Self:
        """Return the case of what was given.

        Raises:
            InvalidQueryError: The time is none, or has no zone; the merchant is empty; the text
                is too long, or none.
        """
        filters = replace(filter_by_merchant(merchant), category=category)
        text = Query(text=text).text
        return cls(text, filters, _time(at) if at else datetime.now(UTC))


def show_ruleset(book: RuleSet, at: datetime, as_json: bool) -> ExitCode:
    """Write all rules, and the pairs that contradict each other.

    Returns:
        OK: a contradiction has a winner, and is no fault.
    """
    found = book.find_conflicts()
    if as_json:
        rules = [_plain(rule) | {"state": rule.scope.get_status(at)} for rule in book]
        _write({"rules": rules, "contradictions": [asdict(each) for each in found]})
        return ExitCode.OK
    table = _table(book, at)
    get_stdout_console().print(table if book else "The file has no rules.")
    _show_contradictions(found)
    return ExitCode.OK


def show_matching_rules(book: RuleSet, case: SearchScenario, as_json: bool) -> ExitCode:
    """Write which rules hold for one search, the first to win first, and what wins.

    Returns:
        OK.
    """
    plan = book.plan(case.text, case.filters, case.at)
    found = book.find_conflicts(plan)
    by_name = {rule.name: rule for rule in book}
    held = [by_name[name] for name in plan.rule_names]
    if as_json:
        _write(_document(plan, case, held, found))
        return ExitCode.OK
    if not plan:
        get_stdout_console().print("No rule holds for this search.")
        return ExitCode.OK
    get_stdout_console().print(_table(held, case.at))
    if plan.redirect is not None:
        target = f"Goes to {plan.redirect.action.address} by {plan.redirect.name!r}."
        get_stdout_console().print(sanitize_line(target), soft_wrap=True)
    _show_contradictions(found)
    return ExitCode.OK


def _document(
    plan: RulePlan, case: SearchScenario, held: Sequence[Rule], found: Sequence[RuleConflict]
) -> dict[str, Any]:
    redirect = plan.redirect
    return {
        "text": case.text,
        "at": case.at.isoformat(),
        "rules": [_plain(rule) for rule in held],
        "redirect": redirect and {"address": redirect.action.address, "rule": redirect.name},
        "contradictions": [asdict(each) for each in found],
    }


def _plain(rule: Rule) -> dict[str, Any]:
    kind = type(rule.action).__name__.casefold()
    return {
        "name": rule.name,
        "kind": kind,
        "when": format_scope(rule.scope),
        "action": format_action(rule.action),
    }


def _table(rules: Iterable[Rule], at: datetime) -> Table:
    table = Table()
    for name in ("rule", "when", "action"):
        table.add_column(name, overflow="fold", ratio=1)
    table.add_column("active", no_wrap=True)
    for rule in rules:
        state = _STATES[rule.scope.get_status(at)]
        cells = (rule.name, format_scope(rule.scope), format_action(rule.action), state)
        table.add_row(*(Text(sanitize_line(cell)) for cell in cells))
    return table


def _show_contradictions(found: Sequence[RuleConflict]) -> None:
    console = get_stdout_console()
    if not found:
        console.print("No contradictions.")
        return
    console.print(f"{len(found)} contradictions:" if len(found) > 1 else "1 contradiction:")
    for each in found:
        where = f" For example, in a search for {each.query!r}." if each.query else ""
        console.print(sanitize_line(f"- {each.explanation}{where}"), soft_wrap=True)


def _write(document: dict[str, Any]) -> None:
    # Where stdout cannot carry Arabic, JSON's own escapes can.
    is_unicode = (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf")
    sys.stdout.write(json.dumps(document, ensure_ascii=not is_unicode, indent=2) + "\n")


def _time(text: str) -> datetime:
    expected = "a time with a zone, such as 2026-03-01T09:00+04:00"
    try:
        at = datetime.fromisoformat(text)
    except ValueError as exc:
        raise InvalidQueryError("--at", expected, text) from exc
    if at.tzinfo is None:
        raise InvalidQueryError("--at", expected, text)
    return at
