"""A typed reader of one table of a rules file, which collects faults."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches
from typing import Any, TypeVar, overload

from search.rules.rule_checks import format_value, validate_texts
from shopwindow.values.errors import InvalidValueError, RuleError

Value = TypeVar("Value")


class TableReader:
    """Returns the values of a table by type; a wrong one adds a fault and gives the default.

    Args:
        values: The table.
        known_keys: The keys that it may have.
        faults: Where faults are collected.
        name: The table's own key, for messages; empty for a rule.

    Attributes:
        problems: The faults.
    """

    def __init__(
        self,
        values: Mapping[str, Any],
        known_keys: Sequence[str],
        faults: list[str],
        name: str = "",
    ) -> None:
        self._values = values
        self._prefix = f"{name}." if name else ""
        self.problems = faults
        for key in values:
            if key not in known_keys:
                close_keys = get_close_matches(key, known_keys, n=1)
                hint = (
                    f"did you mean `{close_keys[0]}`?"
                    if close_keys
                    else f"known are {', '.join(known_keys)}"
                )
                self.problems.append(f"`{self._prefix}{key}` is not known; {hint}")

    def has(self, key: str) -> bool:
        """Return whether the table has the key."""
        return key in self._values

    def get_raw(self, key: str) -> Any:
        """Return the value without a check."""
        return self._values[key]

    def get_text(self, key: str, default: str = "") -> str:
        """Return a text, which may not be empty."""
        value = self._values.get(key, default)
        if key in self._values and not (isinstance(value, str) and value.strip()):
            return self._refuse(key, "a text in quotation marks", default)
        return str(value).strip()

    def get_texts(self, key: str) -> tuple[str, ...]:
        """Return one or several texts, as a tuple."""
        value = self._values.get(key)
        if value is None:
            return ()
        items = [value] if isinstance(value, str) else value
        if not (isinstance(items, list) and all(isinstance(text, str) for text in items)):
            return self._refuse(key, "texts in quotation marks between [ and ]", ())
        texts = tuple(text.strip() for text in items)
        faults = validate_texts(self._prefix + key, texts)
        self.problems += faults
        return () if faults else texts

    @overload
    def get_number(self, key: str, default: float) -> float: ...

    @overload
    def get_number(self, key: str) -> float | None: ...

    def get_number(self, key: str, default: float | None = None) -> float | None:
        """Return a number."""
        value: Any = self._values.get(key)
        if value is None:
            return default
        if isinstance(value, int | float) and not isinstance(value, bool):
            return value
        return self._refuse(key, "a number, without quotation marks", default)

    def get_bool(self, key: str) -> bool | None:
        """Return true or false; None when missing."""
        value: Any = self._values.get(key)
        if value is None or isinstance(value, bool):
            return value
        return self._refuse(key, "true or false, without quotation marks", None)

    def get_time(self, key: str) -> datetime | None:
        """Return a time with a zone; None when missing."""
        value: Any = self._values.get(key)
        if value is None or (isinstance(value, datetime) and value.tzinfo is not None):
            return value
        example = "2026-03-01T00:00:00+04:00, without quotation marks"
        return self._refuse(key, f"a time with a zone, such as {example}", None)

    def build(self, make: Callable[[], Value]) -> Value | None:
        """Return the result of a function; None, and its faults, when it refuses the values."""
        try:
            return make()
        except RuleError as exc:
            self.problems += exc.problems
        except InvalidValueError as exc:
            expected = f"expected {exc.expected}, got {format_value(exc.got)}"
            self.problems.append(f"`{self._prefix}{exc.field}`: {expected}")
        return None

    def _refuse(self, key: str, expected: str, default: Value) -> Value:
        got = format_value(self._values[key])
        self.problems.append(f"`{self._prefix}{key}`: expected {expected}, got {got}")
        return default
