"""The one translation of pydantic's errors into plain sentences."""

from collections.abc import Collection
from typing import Any

from pydantic import AfterValidator, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from shopwindow.values.config.model_fields import (
    describe_field,
    describe_number,
    find_field,
    get_fields,
    holds_secret,
    is_number,
    list_keys,
)
from shopwindow.values.config.problem import Keys, Problem, format_keys
from shopwindow.values.errors import InvalidSettingError, InvalidValueError

_KEY = "[key]"  # pydantic's name for an error in a mapping's key
_UNKNOWN_KEY_TYPES = ("extra_forbidden", "unexpected_keyword_argument")
_QUOTED_TYPES = ("bool_type", "int_type", "float_type")
_HIDDEN_SECRET = "a secret"
_EXPECTED = {
    "string_type": "a text in quotation marks",
    "tuple_type": "texts in a tuple",
    "list_type": "a list between [ and ]",
    "dict_type": "a table of names",
    "mapping_type": "a table of names",
    "model_type": "a table of names",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "datetime_type": "a time with a zone",
    "literal_error": "one of {expected}",
    "unexpected_positional_argument": "no further argument",
    "multiple_argument_values": "one value",
    "is_instance_of": "a {class}",
    "dataclass_exact_type": "a {class_name}",
}
"""What each of pydantic's error types expected; numbers are described by their bounds."""


def list_problems(error: ValidationError, model: Any) -> tuple[Problem, ...]:
    """Return everything that pydantic found wrong, each key once.

    Args:
        error: What pydantic raised.
        model: The model or dataclass that refused the values; its fields tell bounds and names.
    """
    problems = [_build_problem(details, model) for details in error.errors(include_url=False)]
    unknown = [problem.keys for problem in problems if problem.known]
    return tuple(problem for problem in problems if problem.known or problem.keys not in unknown)


def make_setting_error(error: ValidationError, model: Any, source: object) -> InvalidSettingError:
    """Return one error with everything that pydantic found wrong in settings.

    Args:
        error: What pydantic raised.
        model: The model that refused the values.
        source: Where the settings are from, such as the path of a file; it precedes their names.
    """
    return InvalidSettingError.join(
        [
            problem.to_error(InvalidSettingError, f"{source}: {format_keys(problem.keys)}")
            for problem in list_problems(error, model)
        ]
    )


def restrict_keys(known: Collection[str]) -> AfterValidator:
    """Return a validator of a mapping's keys, for `Annotated`; an unknown one is refused.

    Args:
        known: The accepted keys.
    """

    def check_key(key: str) -> str:
        if key not in known:
            raise _UnknownKeyError(tuple(known), key)
        return key

    return AfterValidator(check_key)


class _UnknownKeyError(InvalidValueError):
    def __init__(self, known: tuple[str, ...], key: str) -> None:
        self.known = known
        super().__init__("", f"one of {', '.join(known)}", key)


def _build_problem(details: ErrorDetails, model: Any) -> Problem:
    keys = _read_keys(details["loc"], model)
    if details["type"] in _UNKNOWN_KEY_TYPES:
        return Problem(keys, "", details["input"], known=list_keys(model, keys[:-1]))
    field = find_field(model, keys)
    got = _HIDDEN_SECRET if holds_secret(field) else details["input"]
    if details["type"] == "missing":
        return Problem(keys, describe_field(field), None, is_missing=True)
    cause = details.get("ctx", {}).get("error")
    if isinstance(cause, _UnknownKeyError):
        return Problem(keys, cause.expected, cause.got, known=cause.known)
    if isinstance(cause, InvalidValueError):
        inner_keys = [cause.field] if cause.field else []
        return Problem([*keys, *inner_keys], cause.expected, cause.got, cause.remedy)
    return Problem(keys, _describe_expected(details, field), got)


def _read_keys(location: Keys, model: Any) -> list[str | int]:
    """Return the keys of pydantic's location, which counts positional arguments."""
    keys = [key for key in location if key != _KEY]
    names = list(get_fields(model))
    if keys and isinstance(keys[0], int) and keys[0] < len(names):
        keys[0] = names[keys[0]]
    return keys


def _describe_expected(details: ErrorDetails, field: FieldInfo | None) -> str:
    kind, got = details["type"], details["input"]
    expected = _EXPECTED.get(kind, "").format(**details.get("ctx", {})).replace("'", "")
    if not expected and is_number(field):
        expected = describe_number(field)
        if isinstance(got, str) and any(char.isdigit() and not char.isascii() for char in got):
            expected += ", in the digits 0 to 9"
    if isinstance(got, str) and kind in _QUOTED_TYPES:
        expected += ", without quotation marks"
    return expected or details["msg"].removeprefix("Input should be ")
