"""Errors of values, files and vectors that callers supply."""

from collections.abc import Iterable

from shopwindow.values.errors.base import ShopwindowError, safe_repr


class InvalidValueError(ShopwindowError, ValueError):
    """A value is of the wrong type or out of range.

    Attributes:
        field: Name of the field or parameter.
        expected: The values that would have been accepted, as a phrase.
        got: The value that came.
        remedy: What to do, where `expected` does not say it.
    """

    def __init__(self, field: str, expected: str, got: object, remedy: str = "") -> None:
        self.field = field
        self.expected = expected
        self.got = got
        self.remedy = remedy
        advice = f". {remedy}" if remedy else ""
        super().__init__(f"{field}: expected {expected}, got {safe_repr(got)}{advice}")


class InvalidProductError(InvalidValueError):
    """A product lacks a required field, or one of its fields is invalid."""


class InvalidQueryError(InvalidValueError):
    """A field of a query is invalid, or its cursor belongs to another query or index."""


class InvalidSettingError(InvalidValueError):
    """A setting is unknown, mistyped or out of range."""


class InvalidEventError(InvalidValueError):
    """An event lacks its product, or one of its fields is invalid."""


class FeedError(ShopwindowError, ValueError):
    """A product feed cannot be read at all; single bad rows are rejected instead."""

    def __init__(self, path: object, reason: str) -> None:
        self.path = str(path)
        self.reason = reason
        super().__init__(f"{self.path}: {reason}")


class EventFileError(ShopwindowError, ValueError):
    """A file of events cannot be read or written at all; single bad rows are rejected instead."""

    def __init__(self, path: object, reason: str) -> None:
        self.path = str(path)
        self.reason = reason
        super().__init__(f"{self.path}: {reason}")


class RuleError(ShopwindowError, ValueError):
    """The merchandising rules cannot be used; `problems` lists every problem, not just the first.

    Attributes:
        problems: One sentence for each: what is wrong where, and what to write instead.
        source: Path of the rules file; empty for rules that were built in Python.
    """

    def __init__(self, problems: Iterable[str], source: object = "") -> None:
        self.problems = tuple(problems)
        self.source = str(source)
        super().__init__("\n".join(self.lines))

    @property
    def lines(self) -> tuple[str, ...]:
        """The problems, each prefixed with the path of the rules file."""
        prefix = f"{self.source}: " if self.source else ""
        return tuple(prefix + problem for problem in self.problems)


class VectorError(ShopwindowError, ValueError):
    """A vector has the wrong width or values that are not finite numbers."""
