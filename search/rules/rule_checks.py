"""Checks of rule values, which collect every fault before one error is raised."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, time

from shopwindow.values import Validator, are_plain_strings, errors
from shopwindow.values.errors import InvalidValueError, RuleError

MAX_SHOWN_CHARS = 60
MAX_TEXT_CHARS = 2000
"""Most characters of any text of a rule; as many as a query may have."""


def raise_on_faults(faults: Iterable[str]) -> None:
    """Raise an error if a value has faults.

    Raises:
        RuleError: There are faults; the error has all of them.
    """
    problems = tuple(faults)
    if problems:
        raise RuleError(problems)


def validate_texts(name: str, texts: object) -> list[str]:
    """Return the faults of a tuple that must hold one or more distinct, non-empty texts.

    Args:
        name: Name of the tuple in the rules file.
        texts: The tuple.
    """
    if not isinstance(texts, tuple) or not all(isinstance(text, str) for text in texts):
        return [f"`{name}`: expected texts in a tuple, got {format_value(texts)}"]
    if not texts:
        return [f"`{name}`: the list is empty; write at least one, or leave `{name}` out"]
    if not all(text.strip() for text in texts):
        return [f"`{name}`: one of its texts is empty; remove it"]
    if not are_plain_strings(texts, MAX_TEXT_CHARS):
        faults = [fault for text in texts for fault in validate_text(name, text)]
        if faults:
            return faults
    repeated = [text for text, count in Counter(texts).items() if count > 1]
    return [
        f"`{name}`: {format_value(text)} is in the list more than once; remove one"
        for text in repeated
    ]


def validate_text(name: str, text: object, *, required: bool = False) -> list[str]:
    """Return the faults of a text.

    Args:
        name: Name of the text in the rules file.
        text: The text.
        required: Whether it must not be empty.
    """
    check = Validator(InvalidValueError)
    return _faults(name, lambda: check.check_text(name, text, MAX_TEXT_CHARS, required=required))


def validate_time(name: str, value: object) -> list[str]:
    """Return the faults of a time, which must have a zone.

    Args:
        name: Name of the time in the rules file.
        value: The time.
    """
    return _faults(name, lambda: Validator(InvalidValueError).check_datetime(name, value))


def _faults(name: str, check: Callable[[], object]) -> list[str]:
    try:
        check()
    except InvalidValueError as exc:
        return [f"`{name}`: expected {exc.expected}, got {format_value(exc.got)}"]
    return []


def format_value(value: object) -> str:
    """Return a value as a rule's author may have written it, shortened when it is long."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (date, time)):  # a datetime is a date
        return value.isoformat()
    return errors.safe_repr(value, MAX_SHOWN_CHARS)
