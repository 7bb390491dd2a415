"""Parsing of a rules file in TOML; the error has every problem of the file."""

import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

from search.rules.action_parsing import ACTION_KEYS, parse_action
from search.rules.rule import MatchType, Rule, RuleScope
from search.rules.rule_checks import format_value
from search.rules.ruleset import RuleSet
from search.rules.table_fields import TableReader
from shopwindow.values.errors import RuleError

_SCOPE_KEYS = ("query", "match", "category", "merchant", "from", "until")
_RULE_KEYS = ("name", *_SCOPE_KEYS, *ACTION_KEYS, "place", "by")
_CURLY_QUOTES = "“”„«»‘’"


def read_rules(path: str | Path) -> RuleSet:
    """Read a rules file.

    Args:
        path: A TOML file with one `[[rule]]` per rule; docs/rules.md says what it can hold.

    Returns:
        The rules, ready to use.

    Raises:
        RuleError: The file cannot be read, or something in it is invalid. The error has every
            problem of the file, with the rule that it is in and what to write instead.
    """
    faults: list[str] = []
    tables = _read_tables(Path(path), faults)
    rules = [_parse_table(table, number, faults) for number, table in enumerate(tables, start=1)]
    raw_names = [table.get("name") for table in tables]
    names = Counter(name.strip() for name in raw_names if isinstance(name, str))
    for name in [name for name, count in names.items() if name and count > 1]:
        faults.append(
            f"{names[name]} rules are called {format_value(name)}; give each its own name"
        )
    if faults:
        raise RuleError(faults, path)
    return RuleSet([rule for rule in rules if rule is not None])


def load_rules(path: str) -> RuleSet:
    """Return the rules of a file; an empty rule set without a path.

    Raises:
        RuleError: The file cannot be read, or is invalid.
    """
    return read_rules(Path(path)) if path else RuleSet.empty()


def _read_tables(path: Path, faults: list[str]) -> list[dict[str, Any]]:
    """Return the rules of a file as tables.

    Raises:
        RuleError: The file cannot be read, or is not TOML.
    """
    document = _read_document(path)
    TableReader(document, ("rule",), faults)
    tables = document.get("rule", [])
    if isinstance(tables, list) and all(isinstance(table, dict) for table in tables):
        return tables
    faults.append("expected [[rule]], with two brackets, above each rule")
    return []


def _read_document(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as exc:
        raise RuleError(["there is no such file"], path) from exc
    except UnicodeDecodeError as exc:
        raise RuleError(["it is not UTF-8; save it as UTF-8 text"], path) from exc
    except OSError as exc:
        raise RuleError([f"it cannot be read: {exc.strerror}"], path) from exc
    try:
        return tomllib.loads(text)
    except RecursionError as exc:
        raise RuleError(["it is not TOML that can be read: lists lie too deep"], path) from exc
    except ValueError as exc:  # TOMLDecodeError, or a number of thousands of digits
        hint = ' Are its quotation marks straight (")?' if set(_CURLY_QUOTES) & set(text) else ""
        raise RuleError([f"it is not TOML: {exc}.{hint}"], path) from exc


def _parse_table(table: dict[str, Any], number: int, faults: list[str]) -> Rule | None:
    """Return one rule; None, and faults, when it is invalid."""
    fields = TableReader(table, _RULE_KEYS, [])
    rule = _parse_rule(fields)
    name = table.get("name")
    label = (
        format_value(name)
        if isinstance(name, str) and name.strip()
        else f"{number} (without a name)"
    )
    faults += [f"rule {label}: {problem}" for problem in fields.problems]
    return rule


def _parse_rule(fields: TableReader) -> Rule | None:
    name = fields.get_text("name")
    if not fields.has("name"):
        fields.problems.append('`name` is missing; write name = "..."')
    scope = fields.build(lambda: _parse_scope(fields))
    action = parse_action(fields)
    if fields.problems or action is None or scope is None:
        return None
    return fields.build(lambda: Rule(name, action, scope))


def _parse_scope(fields: TableReader) -> RuleScope:
    match: MatchType = fields.get_text("match", "phrase")  # type: ignore[assignment]  # RuleScope checks it
    if fields.has("match") and not fields.has("query"):
        fields.problems.append("`match` says how `query` is compared, and there is none")
    return RuleScope(
        query=fields.get_texts("query"),
        match=match,
        category=fields.get_text("category"),
        merchant=fields.get_text("merchant"),
        start=fields.get_time("from"),
        until=fields.get_time("until"),
    )
