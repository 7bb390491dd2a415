"""The values of one table of a rules file, each by the type that it must have."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches
from typing import Any, TypeVar, overload

from search.rules.rule_checks import format_value, validate_texts
from shopwindow.values.errors import InvalidValueError, RuleError

Made = TypeVar("Made")


class TableReader:
    """Hands out the values of a table; what does not fit becomes a fault, and a default comes.

    Args:
        values: The table.
        known: The keys that it may have.
        name: The table's own key, for messages; empty for a rule.
        problems: Where faults are collected.
    """

    def __init__(
        self, values: Mapping[str, Any], known: Sequence[str], faults: list[str], name: str = ""
    ) -> None:
        self._values = values
        self._prefix = f"{name}." if name else ""
        self.problems = faults
        for key in values:
            if key not in known:
                near = get_close_matches(key, known, n=1)
                hint = f"did you mean `{near[0]}`?" if near else f"known are {', '.join(known)}"
                self.problems.append(f"`{self._prefix}{key}` is not known; {hint}")

    def has(self, key: str) -> bool:
        """Return whether the key was written."""
        return key in self._values

    def get_raw(self, key: str) -> Any:
        """Return the value as it was written."""
        return self._values[key]

    def get_text(self, key: str, default: str = "") -> str:
        """Return a text that is not empty."""
        value = self._values.get(key, default)
        if key in self._values and not (isinstance(value, str) and value.strip()):
            return self._refused(key, "a text in quotation marks", default)
        return str(value).strip()

    def get_texts(self, key: str) -> tuple[str, ...]:
        """Return one or several texts."""
        value = self._values.get(key)
        if value is None:
            return ()
        several = [value] if isinstance(value, str) else value
        if not (isinstance(several, list) and all(isinstance(each, str) for each in several)):
            return self._refused(key, "texts in quotation marks between [ and ]", ())
        texts = tuple(each.strip() for each in several)
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
        return self._refused(key, "a number, without quotation marks", default)

    def get_bool(self, key: str) -> bool | None:
        """Return true or false; None when it was not written."""
        value: Any = self._values.get(key)
        if value is None or isinstance(value, bool):
            return value
        return self._refused(key, "true or false, without quotation marks", None)

    def get_time(self, key: str) -> datetime | None:
        """Return a time with a zone; None when it was not written."""
        value: Any = self._values.get(key)
        if value is None or (isinstance(value, datetime) and value.tzinfo is not None):
            return value
        example = "2026-03-01T00:00:00+04:00, without quotation marks"
        return self._refused(key, f"a time with a zone, such as {example}", None)

    def build(self, make: Callable[[], Made]) -> Made | None:
        """Return what a function makes of the values; None, and faults, when it refuses them."""
        try:
            return make()
        except RuleError as exc:
            self.problems += exc.problems
        except InvalidValueError as exc:
            expected = f"expected {exc.expected}, got {format_value(exc.got)}"
            self.problems.append(f"`{self._prefix}{exc.field}`: {expected}")
        return None

    def _refused(self, key: str, expected: str, default: Made) -> Made:
        got = format_value(self._values[key])
        self.problems.append(f"`{self._prefix}{key}`: expected {expected}, got {got}")
        return default
