"""Errors of values, files and vectors that callers supply."""

from collections.abc import Iterable, Sequence

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
    """A setting is unknown, mistyped or out of range; `problems` lists all that are.

    Attributes:
        problems: One sentence for each; field, expected and got are those of the first.
    """

    def __init__(self, field: str, expected: str, got: object, remedy: str = "") -> None:
        super().__init__(field, expected, got, remedy)
        self.problems: tuple[str, ...] = (str(self.args[0]),)

    @classmethod
    def join(cls, errors: Sequence["InvalidSettingError"]) -> "InvalidSettingError":
        """Return one error with the problems of one or more."""
        first = errors[0]
        joined = cls(first.field, first.expected, first.got, first.remedy)
        joined.problems = tuple(problem for error in errors for problem in error.problems)
        joined.args = ("\n".join(joined.problems),)
        return joined

    @property
    def lines(self) -> tuple[str, ...]:
        """The problems, as lines of a report."""
        return tuple(str(self).split("\n"))


class InvalidEventError(InvalidValueError):
    """An event lacks its product, or one of its fields is invalid."""


class FeedError(ShopwindowError, ValueError):
    """A product feed cannot be read at all; single bad rows are rejected instead."""

    def __init__(self, path: object, reason: str) -> None:
        self.path = str(path)
        self.reason = reason
        super().__init__(f"{self.path}: {reason}")


class FeedFetchError(FeedError, OSError):
    """A feed cannot be fetched from its address, or not completely."""


class FeedMappingError(FeedError):
    """The mapping of a feed's columns cannot be used; `problems` lists every problem.

    Attributes:
        problems: One sentence for each: what is wrong where, and what was expected.
    """

    def __init__(self, problems: Iterable[str], path: object = "the mapping") -> None:
        self.problems = tuple(problems)
        super().__init__(path, f"\n{path}: ".join(self.problems))

    @property
    def lines(self) -> tuple[str, ...]:
        """The problems, each prefixed with the path of the mapping file."""
        return tuple(f"{self.path}: {problem}" for problem in self.problems)


class EventFileError(ShopwindowError, ValueError):
    """A file of events cannot be read or written at all; single bad rows are rejected instead."""

    def __init__(self, path: object, reason: str) -> None:
        self.path = str(path)
        self.reason = reason
        super().__init__(f"{self.path}: {reason}")


class ExchangeRatesError(ShopwindowError, ValueError):
    """A file of exchange rates cannot be used."""

    def __init__(self, path: object, reason: str) -> None:
        self.path = str(path)
        self.reason = reason
        super().__init__(f"the exchange rates {self.path}: {reason}")


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
