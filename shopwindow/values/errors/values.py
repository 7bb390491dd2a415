"""Errors of values, files and vectors that come from outside."""

from collections.abc import Iterable

from shopwindow.values.errors.base import ShopwindowError, safe_repr


class InvalidValueError(ShopwindowError, ValueError):
    """A value is out of range.

    Attributes:
        field: Names it.
        expected: What it should have been.
        got: What came.
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
    """A product lacks what every product needs, or one of its fields has no sense."""


class InvalidQueryError(InvalidValueError):
    """A query asks for nothing that can be looked up, or its cursor is not ours."""


class InvalidSettingError(InvalidValueError):
    """A setting is unknown, mistyped or out of range."""


class InvalidEventError(InvalidValueError):
    """An event lacks its product, or one of its fields has no sense."""


class FeedError(ShopwindowError, ValueError):
    """A catalogue feed cannot be read at all; single bad rows are rejected instead."""

    def __init__(self, path: object, reason: str) -> None:
        self.path = str(path)
        self.reason = reason
        super().__init__(f"{self.path}: {reason}")


class EventFileError(ShopwindowError, ValueError):
    """A file of events cannot be read or written at all; single bad rows are refused instead."""

    def __init__(self, path: object, reason: str) -> None:
        self.path = str(path)
        self.reason = reason
        super().__init__(f"{self.path}: {reason}")


class RuleError(ShopwindowError, ValueError):
    """Merchandisers' rules cannot be used; `problems` are all that was found, not just the first.

    Attributes:
        problems: What is wrong where, and what to write instead; one sentence each.
        source: The file; empty for rules that were built in Python.
    """

    def __init__(self, problems: Iterable[str], source: object = "") -> None:
        self.problems = tuple(problems)
        self.source = str(source)
        super().__init__("\n".join(self.lines))

    @property
    def lines(self) -> tuple[str, ...]:
        """The problems, each with the file it is in."""
        where = f"{self.source}: " if self.source else ""
        return tuple(where + each for each in self.problems)


class VectorError(ShopwindowError, ValueError):
    """A vector has the wrong width or values that are not finite numbers."""
