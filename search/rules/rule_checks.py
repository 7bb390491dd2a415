"""What rules refuse, all of it at once."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, time

from shopwindow.values import errors
from shopwindow.values.errors import InvalidValueError, RuleError
from shopwindow.values.validation import Validator, are_plain_strings

MAX_SHOWN_CHARS = 60
MAX_TEXT_CHARS = 2000
"""Characters of any text of a rule; as many as a query may have."""


def raise_on_faults(faults: Iterable[str]) -> None:
    """Refuse a value that has faults.

    Raises:
        RuleError: There is a fault; all of them are in it.
    """
    found = tuple(faults)
    if found:
        raise RuleError(found)


def validate_texts(name: str, texts: object) -> list[str]:
    """Return what is wrong with a list that must hold texts, each once, at least one.

    Args:
        name: What the list is called where it was written.
        texts: The list.
    """
    if not isinstance(texts, tuple) or not all(isinstance(each, str) for each in texts):
        return [f"`{name}`: expected texts in a tuple, got {format_value(texts)}"]
    if not texts:
        return [f"`{name}`: the list is empty; write at least one, or leave `{name}` out"]
    if not all(each.strip() for each in texts):
        return [f"`{name}`: one of its texts is empty; take it out"]
    if not are_plain_strings(texts, MAX_TEXT_CHARS):
        faults = [fault for each in texts for fault in validate_text(name, each)]
        if faults:
            return faults
    double = [each for each, n in Counter(texts).items() if n > 1]
    return [f"`{name}`: {format_value(each)} stands there more than once" for each in double]


def validate_text(name: str, text: object, *, required: bool = False) -> list[str]:
    """Return what is wrong with a text.

    Args:
        name: What it is called where it was written.
        text: The text.
        required: Whether it must say something.
    """
    check = Validator(InvalidValueError)
    return _faults(name, lambda: check.check_text(name, text, MAX_TEXT_CHARS, required=required))


def validate_time(name: str, at: object) -> list[str]:
    """Return what is wrong with a time that must have a zone.

    Args:
        name: What it is called where it was written.
        at: The time.
    """
    return _faults(name, lambda: Validator(InvalidValueError).check_datetime(name, at))


def _faults(name: str, check: Callable[[], object]) -> list[str]:
    try:
        check()
    except InvalidValueError as exc:
        return [f"`{name}`: expected {exc.expected}, got {format_value(exc.got)}"]
    return []


def format_value(value: object) -> str:
    """Return a value as a rule's author may have written it, cut when it is long."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (date, time)):  # a datetime is a date
        return value.isoformat()
    return errors.safe_repr(value, MAX_SHOWN_CHARS)
