"""Rules out of a TOML file; everything that is wrong with it is said at once."""

import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

from search.rules.action_parsing import ACTIONS, read_action
from search.rules.rule import Match, Rule, Scope
from search.rules.rule_checks import shown
from search.rules.ruleset import RuleBook
from search.rules.table_fields import Fields
from shopwindow.values.errors import RuleError

_SCOPE = ("query", "match", "category", "merchant", "from", "until")
_KNOWN = ("name", *_SCOPE, *ACTIONS, "place", "by")
_CURLY = "“”„«»‘’"


def read_rules(path: str | Path) -> RuleBook:
    """Read a file of rules.

    Args:
        path: A TOML file with one `[[rule]]` for each rule; docs/rules.md says what it can hold.

    Returns:
        The rules, ready to use.

    Raises:
        RuleError: The file cannot be read, or something in it has no sense. The error has every
            problem of the file, with the rule that it is in and what to write instead.
    """
    faults: list[str] = []
    tables = _tables(Path(path), faults)
    rules = [_read_rule(table, number, faults) for number, table in enumerate(tables, start=1)]
    named = [table.get("name") for table in tables]
    names = Counter(each.strip() for each in named if isinstance(each, str))
    for name in [name for name, n in names.items() if name and n > 1]:
        faults.append(f"{names[name]} rules are called {shown(name)}; give each its own name")
    if faults:
        raise RuleError(faults, path)
    return RuleBook([each for each in rules if each is not None])


def rules_of(path: str) -> RuleBook:
    """Return the rules of a file; none without a path.

    Raises:
        RuleError: The file cannot be used.
    """
    return read_rules(Path(path)) if path else RuleBook.empty()


def _tables(path: Path, faults: list[str]) -> list[dict[str, Any]]:
    """Return the rules of a file as tables.

    Raises:
        RuleError: It is no TOML file.
    """
    document = _document(path)
    Fields(document, ("rule",), faults)
    tables = document.get("rule", [])
    if isinstance(tables, list) and all(isinstance(each, dict) for each in tables):
        return tables
    faults.append("expected [[rule]], with two brackets, above each rule")
    return []


def _document(path: Path) -> dict[str, Any]:
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
        hint = ' Are its quotation marks straight (")?' if set(_CURLY) & set(text) else ""
        raise RuleError([f"it is not TOML: {exc}.{hint}"], path) from exc


def _read_rule(table: dict[str, Any], number: int, faults: list[str]) -> Rule | None:
    """Return one rule; None, and faults, when it cannot be used."""
    fields = Fields(table, _KNOWN, [])
    rule = _rule(fields)
    name = table.get("name")
    where = shown(name) if isinstance(name, str) and name.strip() else f"{number} (without a name)"
    faults += [f"rule {where}: {each}" for each in fields.faults]
    return rule


def _rule(fields: Fields) -> Rule | None:
    name = fields.text("name")
    if not fields.has("name"):
        fields.faults.append('`name` is missing; write name = "..."')
    scope = fields.made(lambda: _scope(fields))
    action = read_action(fields)
    if fields.faults or action is None or scope is None:
        return None
    return fields.made(lambda: Rule(name, action, scope))


def _scope(fields: Fields) -> Scope:
    match: Match = fields.text("match", "phrase")  # type: ignore[assignment]  # Scope checks it
    if fields.has("match") and not fields.has("query"):
        fields.faults.append("`match` says how `query` is compared, and there is none")
    return Scope(
        query=fields.texts("query"),
        match=match,
        category=fields.text("category"),
        merchant=fields.text("merchant"),
        start=fields.time("from"),
        until=fields.time("until"),
    )
