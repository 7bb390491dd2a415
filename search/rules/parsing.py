"""Parsing of a rules file in TOML; the error has every problem of the file."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from search.rules.rule_table import RulesFile
from search.rules.ruleset import RuleSet
from shopwindow.values.config import Problem, format_value, list_problems, read_toml
from shopwindow.values.errors import RuleError

_ACTION_KEYS = ("pin", "boost", "bury", "hide", "redirect", "synonyms")
_ALLOWED_ACTIONS = {"place": ("pin",), "by": ("boost", "bury")}


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
    document = read_toml(Path(path), lambda reason: RuleError([reason], path))
    tables = _list_tables(document)
    combinations = [*_find_key_problems(tables), *_find_repeated_names(tables)]
    try:
        file = RulesFile.model_validate(document)
    except ValidationError as exc:
        problems = list_problems(exc, RulesFile)
        in_rules = [_describe_problem(problem, tables) for problem in problems]
        raise RuleError([*in_rules, *combinations], path) from exc
    if combinations:
        raise RuleError(combinations, path)
    return RuleSet([table.to_rule() for table in file.rule])


def load_rules(path: str) -> RuleSet:
    """Return the rules of a file; an empty rule set without a path.

    Raises:
        RuleError: The file cannot be read, or is invalid.
    """
    return read_rules(Path(path)) if path else RuleSet.empty()


def _list_tables(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rules of a file as they are written; none when they are no tables."""
    tables = document.get("rule", [])
    is_list = isinstance(tables, list) and all(isinstance(table, dict) for table in tables)
    return tables if is_list else []


def _describe_problem(problem: Problem, tables: Sequence[Mapping[str, Any]]) -> str:
    match problem.keys:
        case ["rule", int() as index, *keys]:
            return f"{_label_rule(index, tables[index])}: {problem.at(keys)}"
    return str(problem)


def _label_rule(index: int, table: Mapping[str, Any]) -> str:
    name = table.get("name")
    has_name = isinstance(name, str) and name.strip()
    return f"rule {format_value(name)}" if has_name else f"rule {index + 1} (without a name)"


def _find_key_problems(tables: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield what is wrong with the keys of each rule together, whatever their values are."""
    for index, table in enumerate(tables):
        for problem in _iter_key_problems(table):
            yield f"{_label_rule(index, table)}: {problem}"


def _iter_key_problems(table: Mapping[str, Any]) -> Iterator[str]:
    if "match" in table and "query" not in table:
        yield "`match` says how `query` is compared, and there is none"
    actions = [key for key in _ACTION_KEYS if key in table]
    if len(actions) != 1:
        got = f"got {' and '.join(actions)}; make a rule of each" if actions else "got none"
        yield f"expected exactly one of {', '.join(_ACTION_KEYS)}, {got}"
        return
    for key, allowed in _ALLOWED_ACTIONS.items():
        if key in table and actions[0] not in allowed:
            yield f"`{key}` belongs to {' or '.join(allowed)}, not to {actions[0]}"


def _find_repeated_names(tables: Sequence[Mapping[str, Any]]) -> list[str]:
    names = [table.get("name") for table in tables]
    counts = Counter(name.strip() for name in names if isinstance(name, str) and name.strip())
    return [
        f"{count} rules are called {format_value(name)}; give each its own name"
        for name, count in counts.items()
        if count > 1
    ]
