"""What every value that enters is held to: one check of texts, one of numbers, one of times.

A value that passes can be stored, compared, sent to the engine, logged and printed. What is not
one of Python's own types, such as a number of numpy, comes back as the plain value that it stands
for; whatever else goes wrong is an error of the value's own kind.
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
"""Characters of an id: of a product, a visitor, an event."""

MAX_CHARS = 100_000
"""Characters of any text; descriptions are among them."""

MAX_ITEMS = 10_000
"""Texts of one list."""

_ONLY_TEXTS = {str}

_HALF = (
    "It has half of a surrogate pair, as a text does that was cut inside an emoji or wrongly "
    "decoded; cut it elsewhere, or decode it as UTF-8"
)


@dataclass(frozen=True, slots=True)
class Validator:
    """Checks fields, and raises the error of one kind of value for what has no sense.

    Every method takes the field's name for the message first, and the value; each returns the
    value in Python's own types.

    Attributes:
        error_type: The error.
    """

    error_type: type[InvalidValueError]

    def check_text(
        self, field: str, value: object, max_chars: int = MAX_CHARS, *, required: bool = False
    ) -> str:
        """Return a text in valid Unicode, without NUL.

        Args:
            field: Its name.
            value: The text.
            max_chars: Its greatest length.
            required: Whether it must say something.

        Raises:
            InvalidValueError: It is none, of the class `refusal`.
        """
        if type(value) is not str:
            if not isinstance(value, str):
                raise self.error_type(field, "a text", value)
            value = str.__str__(value)  # such as numpy's, or a member of a StrEnum
        if len(value) > max_chars:
            raise self.error_type(field, f"a text of at most {max_chars} characters", value)
        if not is_well_formed(value):
            raise self.error_type(field, "a text in valid Unicode", value, _HALF)
        if "\0" in value:
            raise self.error_type(field, "a text without NUL characters", value)
        if required and not value.strip():
            raise self.error_type(field, "a text that is not empty", value)
        return value

    def check_texts(
        self, field: str, value: object, max_chars: int = MAX_CHARS, *, required: bool = False
    ) -> tuple[str, ...]:
        """Return the texts of a list, tuple or set; see `text`.

        Args:
            field: Its name.
            value: The texts; a set's are put in order.
            max_chars: The greatest length of each.
            required: Whether each must say something.

        Raises:
            InvalidValueError: It is no list of texts.
        """
        if type(value) is tuple and not required and are_plain_strings(value, max_chars):
            return value
        if not isinstance(value, (list, tuple, set, frozenset)):
            raise self.error_type(field, "texts in a tuple", value)
        if len(value) > MAX_ITEMS:
            raise self.error_type(field, f"at most {MAX_ITEMS} values", len(value))
        found = (self.check_text(field, each, max_chars, required=required) for each in value)
        return tuple(sorted(found)) if isinstance(value, (set, frozenset)) else tuple(found)

    def check_number(
        self,
        field: str,
        value: object,
        expected: str,
        predicate: Callable[[float], bool] | None = None,
    ) -> float:
        """Return a finite number.

        Args:
            field: Its name.
            value: The number; True and False are none.
            expected: What numbers are meant, such as "a number of zero or more".
            predicate: Whether a finite number is one of them; all are when None.

        Raises:
            InvalidValueError: It is no such number, or too large to be computed with.
        """
        number = _finite(value)
        if number is None or not (predicate is None or predicate(number)):
            raise self.error_type(field, expected, value)
        return number

    def check_optional_number(
        self, field: str, value: object, expected: str, predicate: Callable[[float], bool]
    ) -> float | None:
        """Return a finite number, or None for None; see `number`.

        Raises:
            InvalidValueError: It is neither.
        """
        return None if value is None else self.check_number(field, value, expected, predicate)

    def check_integer(self, field: str, value: object, expected: str, low: int, high: int) -> int:
        """Return a whole number.

        Args:
            field: Its name.
            value: The number; 1.0 is none, nor are True and False.
            expected: What numbers are meant.
            low: The least one.
            high: The greatest one.

        Raises:
            InvalidValueError: It is no such number.
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
        """Return a time with a zone, in years that can be stored.

        Raises:
            InvalidValueError: It is none, has no zone, or lies outside of the years 1 to 9999.
        """
        if type(value) is datetime and value.tzinfo is UTC and 1 < value.year < 9999:
            return value  # nearly always
        if not isinstance(value, datetime) or value.tzinfo is None or value.utcoffset() is None:
            raise self.error_type(field, "a time with a zone", value)
        try:
            datetime.fromtimestamp(value.timestamp(), UTC)  # as what is stored is read again
        except (OverflowError, ValueError, OSError) as exc:
            raise self.error_type(field, "a time of the years 1 to 9999 in UTC", value) from exc
        return value

    def check_choice(self, field: str, value: object, choices: Collection[str]) -> str:
        """Return one of several names.

        Raises:
            InvalidValueError: It is none of them.
        """
        if not isinstance(value, str) or value not in choices:
            raise self.error_type(field, f"one of {', '.join(choices)}", value)
        return str.__str__(value)

    def check_mapping(self, field: str, value: object, expected: str) -> Mapping[str, object]:
        """Return a mapping whose keys are texts; its values are not looked at.

        Args:
            field: Its name.
            value: The mapping.
            expected: What is meant, such as "texts by name".

        Raises:
            InvalidValueError: It is none.
        """
        if type(value) is not dict and not isinstance(value, Mapping):
            raise self.error_type(field, expected, value)
        if len(value) > MAX_ITEMS:
            raise self.error_type(field, f"at most {MAX_ITEMS} values", len(value))
        if are_plain_strings(list(value)):
            return dict(value)
        return {self.check_text(field, name): each for name, each in value.items()}


def is_well_formed(text: str) -> bool:
    """Return whether a text can be written as UTF-8: it has no half of a surrogate pair."""
    if text.isascii():
        return True
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def are_plain_strings(texts: Sequence[object], max_chars: int = MAX_CHARS) -> bool:
    """Return whether values are texts of which `Validator.check_text` would change and refuse none.

    One look at all of them together, some ten times as fast; False says only that each must be
    looked at. Products and events are made by the million.

    Args:
        texts: The values.
        max_chars: The greatest length of each.
    """
    if not texts:
        return True
    if set(map(type, texts)) != _ONLY_TEXTS or len(texts) > MAX_ITEMS:
        return False
    joined = "".join(texts)  # type: ignore[arg-type]  # as was just seen
    return len(joined) <= max_chars and "\0" not in joined and is_well_formed(joined)


def to_well_formed(text: str) -> str:
    """Return a text with a replacement character for each half of a surrogate pair.

    Source: USVString of the Web IDL standard, to which browsers convert what a form sends.
    """
    return (
        text
        if is_well_formed(text)
        else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    )


def _finite(value: object) -> float | None:
    """Return a number as a float; None when it is none, not finite, or too large for one."""
    if type(value) is float:  # nearly always; asking for `Real` takes ten times as long
        return value if math.isfinite(value) else None
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (Real, Decimal)):
        return None
    try:
        number = float(value)
    except (OverflowError, ValueError):  # beyond floats, or a signalling NaN
        return None
    return number if math.isfinite(number) else None
