"""Validation of input values: texts, numbers, times, choices and mappings.

A validated value can be stored, compared, sent to the engine, logged and printed. Values of other
types, such as numpy numbers, are converted to the equal built-in value; everything else raises an
error of the value's own class.
"""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from numbers import Integral, Real

import numpy as np

from shopwindow.values.errors import InvalidValueError

MAX_ID_CHARS = 512
"""Maximum length of an id: of a product, a visitor, an event."""

MAX_CHARS = 100_000
"""Maximum length of any text, descriptions included."""

MAX_ITEMS = 10_000
"""Maximum number of values in one list or mapping."""

_ONLY_STR = {str}

_SURROGATE_REMEDY = (
    "It has half of a surrogate pair, as when a text is cut inside an emoji or decoded wrongly; "
    "cut it elsewhere, or decode it as UTF-8"
)


@dataclass(frozen=True, slots=True)
class Validator:
    """Validates the fields of one class of values and raises that class's error.

    Every method takes the field's name, for the message, and its value, and returns the value as a
    built-in type.

    Attributes:
        error_type: The error that every method raises.
    """

    error_type: type[InvalidValueError]

    def check_text(
        self, field: str, value: object, max_chars: int = MAX_CHARS, *, required: bool = False
    ) -> str:
        """Return a text in valid Unicode, without NUL.

        Args:
            field: Name of the field.
            value: The text.
            max_chars: Maximum length.
            required: Whether empty and blank texts are refused.

        Raises:
            InvalidValueError: It is not such a text; of the class `error_type`.
        """
        if type(value) is not str:
            if not isinstance(value, str):
                raise self.error_type(field, "a text", value)
            value = str.__str__(value)  # such as numpy's, or a member of a StrEnum
        if len(value) > max_chars:
            raise self.error_type(field, f"a text of at most {max_chars} characters", value)
        if not is_well_formed(value):
            raise self.error_type(field, "a text in valid Unicode", value, _SURROGATE_REMEDY)
        if "\0" in value:
            raise self.error_type(field, "a text without NUL characters", value)
        if required and not value.strip():
            raise self.error_type(field, "a text that is not empty", value)
        return value

    def check_texts(
        self, field: str, value: object, max_chars: int = MAX_CHARS, *, required: bool = False
    ) -> tuple[str, ...]:
        """Return the texts of a list, tuple or set as a tuple; see `check_text`.

        Args:
            field: Name of the field.
            value: The texts; those of a set are sorted.
            max_chars: Maximum length of each text.
            required: Whether empty and blank texts are refused.

        Raises:
            InvalidValueError: It is not a collection of texts, or has more than `MAX_ITEMS`.
        """
        if type(value) is tuple and not required and are_plain_strings(value, max_chars):
            return value
        if not isinstance(value, (list, tuple, set, frozenset)):
            raise self.error_type(field, "texts in a tuple", value)
        if len(value) > MAX_ITEMS:
            raise self.error_type(field, f"at most {MAX_ITEMS} values", len(value))
        texts = (self.check_text(field, text, max_chars, required=required) for text in value)
        return tuple(sorted(texts)) if isinstance(value, (set, frozenset)) else tuple(texts)

    def check_number(
        self,
        field: str,
        value: object,
        expected: str,
        predicate: Callable[[float], bool] | None = None,
    ) -> float:
        """Return a finite number.

        Args:
            field: Name of the field.
            value: The number; True and False are refused.
            expected: The accepted numbers in words, such as "a number of zero or more".
            predicate: Whether a finite number is accepted; None accepts all.

        Raises:
            InvalidValueError: It is not such a number, or too large for a float.
        """
        number = _to_finite_float(value)
        if number is None or not (predicate is None or predicate(number)):
            raise self.error_type(field, expected, value)
        return number

    def check_optional_number(
        self, field: str, value: object, expected: str, predicate: Callable[[float], bool]
    ) -> float | None:
        """Return a finite number, or None for None; see `check_number`.

        Raises:
            InvalidValueError: It is neither.
        """
        return None if value is None else self.check_number(field, value, expected, predicate)

    def check_integer(self, field: str, value: object, expected: str, low: int, high: int) -> int:
        """Return a whole number.

        Args:
            field: Name of the field.
            value: The number; 1.0, True and False are refused.
            expected: The accepted numbers in words.
            low: Minimum, inclusive.
            high: Maximum, inclusive.

        Raises:
            InvalidValueError: It is not such a number.
        """
        if type(value) is not int and (isinstance(value, bool) or not isinstance(value, Integral)):
            raise self.error_type(field, "a whole number", value)
        if not low <= int(value) <= high:
            raise self.error_type(field, expected, value)
        return int(value)

    def check_bool(self, field: str, value: object) -> bool:
        """Return True or False.

        Raises:
            InvalidValueError: It is neither.
        """
        if not isinstance(value, (bool, np.bool_)):
            raise self.error_type(field, "True or False", value)
        return bool(value)

    def check_datetime(self, field: str, value: object) -> datetime:
        """Return a time with a time zone that can be stored.

        Raises:
            InvalidValueError: It is not a datetime, has no time zone, or lies outside the years 1
                to 9999 in UTC.
        """
        if type(value) is datetime and value.tzinfo is UTC and 1 < value.year < 9999:
            return value  # the usual case
        if not isinstance(value, datetime) or value.tzinfo is None or value.utcoffset() is None:
            raise self.error_type(field, "a time with a zone", value)
        try:
            datetime.fromtimestamp(value.timestamp(), UTC)  # stored times are read back like this
        except (OverflowError, ValueError, OSError) as exc:
            raise self.error_type(field, "a time of the years 1 to 9999 in UTC", value) from exc
        return value

    def check_choice(self, field: str, value: object, choices: Collection[str]) -> str:
        """Return a text that is one of the choices.

        Raises:
            InvalidValueError: It is none of them.
        """
        if not isinstance(value, str) or value not in choices:
            raise self.error_type(field, f"one of {', '.join(choices)}", value)
        return str.__str__(value)

    def check_mapping(self, field: str, value: object, expected: str) -> Mapping[str, object]:
        """Return a mapping whose keys are texts; its values are not validated.

        Args:
            field: Name of the field.
            value: The mapping.
            expected: The accepted mappings in words, such as "texts by name".

        Raises:
            InvalidValueError: It is not such a mapping, or has more than `MAX_ITEMS`.
        """
        if type(value) is not dict and not isinstance(value, Mapping):
            raise self.error_type(field, expected, value)
        if len(value) > MAX_ITEMS:
            raise self.error_type(field, f"at most {MAX_ITEMS} values", len(value))
        if are_plain_strings(list(value)):
            return dict(value)
        return {self.check_text(field, name): item for name, item in value.items()}


def is_well_formed(text: str) -> bool:
    """Return whether a text has no lone surrogates, so that it can be encoded as UTF-8."""
    if text.isascii():
        return True
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def are_plain_strings(texts: Sequence[object], max_chars: int = MAX_CHARS) -> bool:
    """Return whether all values are built-in strings that `Validator.check_text` would accept.

    This fast path checks all texts at once, about ten times as fast; after False each has to be
    checked. Products and events are created by the million.

    Args:
        texts: The values.
        max_chars: Maximum length of the texts, all together; longer ones may still be valid.
    """
    if not texts:
        return True
    if set(map(type, texts)) != _ONLY_STR or len(texts) > MAX_ITEMS:
        return False
    joined = "".join(texts)  # type: ignore[arg-type]  # checked just above
    return len(joined) <= max_chars and "\0" not in joined and is_well_formed(joined)


def to_well_formed(text: str) -> str:
    """Return a text with each lone surrogate replaced by U+FFFD.

    Source: USVString of the Web IDL standard, to which browsers convert submitted form data.
    """
    return (
        text
        if is_well_formed(text)
        else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    )


def _to_finite_float(value: object) -> float | None:
    """Return a number as a float; None when it is not a number, not finite, or too large."""
    if type(value) is float:  # the usual case; `isinstance(value, Real)` takes ten times as long
        return value if math.isfinite(value) else None
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (Real, Decimal)):
        return None
    try:
        number = float(value)
    except (OverflowError, ValueError):  # beyond floats, or a signalling NaN
        return None
    return number if math.isfinite(number) else None
