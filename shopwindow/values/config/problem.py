"""One thing that is wrong in what a person wrote, as a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from difflib import get_close_matches
from typing import TypeAlias, TypeVar

from shopwindow.values.errors import InvalidValueError, safe_repr

Keys: TypeAlias = Sequence[str | int]
"""Where something is: names of tables and of the key, and indices of list items from 0."""

Error = TypeVar("Error", bound=InvalidValueError)

MAX_SHOWN_CHARS = 60


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a file, a value or the environment.

    Attributes:
        keys: Where it is: names of tables and of the key, and indices of list items from 0.
        expected: What would have been accepted, as a phrase.
        got: What came; "a secret" in place of one.
        remedy: What to do, where `expected` does not say it.
        is_missing: Whether nothing came.
        known: Keys that are accepted there; only for a key that is unknown.
    """

    keys: Keys
    expected: str
    got: object
    remedy: str = ""
    is_missing: bool = False
    known: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return it in one sentence, with its place."""
        if self.known:
            hint = f"did you mean `{self.likely}`?" if self.likely else f"known are {self._names}"
            return f"{self._place} is not known; {hint}"
        if self.is_missing:
            return f"{self._place} is missing; expected {self.expected}"
        place = f"{self._place}: " if self.keys else ""
        advice = f". {self.remedy}" if self.remedy else ""
        return f"{place}expected {self.expected}, got {format_value(self.got)}{advice}"

    @property
    def likely(self) -> str:
        """The key that was probably meant; empty when none is close."""
        return next(iter(get_close_matches(str(self.keys[-1]).casefold(), self.known, n=1)), "")

    def at(self, keys: Keys) -> "Problem":
        """Return the same problem at another place."""
        return replace(self, keys=keys)

    def to_error(self, error_type: type[Error], field: str) -> Error:
        """Return it as an error of one value.

        Args:
            error_type: Class of the error.
            field: Name of the value, in place of the keys.
        """
        if not self.known:
            return error_type(field, self.expected, self.got, self.remedy)
        advice = f"Did you mean `{self.likely}`?" if self.likely else ""
        return error_type(field, f"one of {self._names}", str(self.keys[-1]), advice)

    @property
    def _place(self) -> str:
        """The key in backticks, and numbers of the items that it is in: "`pin` (item 2)"."""
        names = format_keys([key for key in self.keys if isinstance(key, str)])
        numbers = [f"item {key + 1}" for key in self.keys if isinstance(key, int)]
        return f"`{names}`" + (f" ({', '.join(numbers)})" if numbers else "")

    @property
    def _names(self) -> str:
        return ", ".join(self.known)


def format_keys(keys: Keys) -> str:
    """Return keys as they are written in TOML: "boost.brand"."""
    return ".".join(str(key) for key in keys)


def format_value(value: object) -> str:
    """Return a value as the author of a file may have written it, shortened when it is long."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (date, time)):  # a datetime is a date
        return value.isoformat()
    return safe_repr(value, MAX_SHOWN_CHARS)
