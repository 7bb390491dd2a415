"""Types of the fields of rules, each with its check: the same in a file and in Python."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, TypeAlias, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from search.query.stems import stem_phrase
from shopwindow.values import MAX_LIMIT, MAX_TEXT_CHARS, Validator
from shopwindow.values.config import Problem, format_value
from shopwindow.values.errors import InvalidValueError, RuleError

Item = TypeVar("Item")

_VALIDATOR = Validator(InvalidValueError)
_UNWRITABLE = re.compile(r"[\s\\\x00-\x1f\x7f]")


def make_rule_error(problems: Sequence[Problem]) -> RuleError:
    """Return the error of a rule that was built in Python."""
    return RuleError(str(problem) for problem in problems)


def check_end(end: datetime | None, info: ValidationInfo) -> datetime | None:
    """Return the end of a period, which must be after its `start`.

    Raises:
        InvalidValueError: It is not.
    """
    start = info.data.get("start")
    if start is not None and end is not None and start >= end:
        raise InvalidValueError("", f"a time after `from` ({format_value(start)})", end)
    return end


def _check_text(text: str) -> str:
    return _VALIDATOR.check_text("", text, MAX_TEXT_CHARS)


def _check_filled(text: str) -> str:
    return _VALIDATOR.check_text("", text, MAX_TEXT_CHARS, required=True)


def _check_words(text: str) -> str:
    if not stem_phrase(text):
        raise InvalidValueError("", "a text with a word or number in it", text)
    return text


def _check_time(time: object) -> datetime:
    try:
        return _VALIDATOR.check_datetime("", time)
    except InvalidValueError as exc:
        expected = f"{exc.expected}, such as 2026-03-01T00:00:00+04:00, without quotation marks"
        raise InvalidValueError("", expected, time) from exc


def _check_address(address: str) -> str:
    if not _is_address(address):
        expected = "an http(s) address, or a path that begins with one /"
        raise InvalidValueError("", expected, address)
    return address


def check_any(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """Return values of which there must be at least one.

    Raises:
        InvalidValueError: There is none.
    """
    if not items:
        remedy = "Write one or more between [ and ], or leave the key out"
        raise InvalidValueError("", "at least one", [], remedy)
    return items


def _check_distinct(texts: tuple[str, ...]) -> tuple[str, ...]:
    repeated = [format_value(text) for text, count in Counter(texts).items() if count > 1]
    if repeated:
        remedy = f"{', '.join(repeated)} is in the list more than once; remove one"
        raise InvalidValueError("", "each text once", list(texts), remedy)
    return texts


def _check_group(words: tuple[str, ...]) -> tuple[str, ...]:
    if len(words) == 1:
        raise InvalidValueError("", "two or more words", list(words))
    return words


def _is_address(address: str) -> bool:
    """Return whether a browser may be sent there: not to a script, nor another host (`//host`)."""
    if not address or _UNWRITABLE.search(address):
        return False
    if address.startswith("/"):
        return not address.startswith("//")
    try:
        url = urlsplit(address)
    except ValueError:
        return False
    return url.scheme in {"http", "https"} and bool(url.hostname)


OptionalText: TypeAlias = Annotated[str, AfterValidator(_check_text)]
Text: TypeAlias = Annotated[str, AfterValidator(_check_filled)]
QueryText: TypeAlias = Annotated[Text, AfterValidator(_check_words)]
UniqueTexts: TypeAlias = Annotated[tuple[Text, ...], AfterValidator(_check_distinct)]
Texts: TypeAlias = Annotated[UniqueTexts, AfterValidator(check_any)]
QueryTexts: TypeAlias = Annotated[tuple[QueryText, ...], AfterValidator(_check_distinct)]
WordGroup: TypeAlias = Annotated[Texts, AfterValidator(_check_group)]
WordGroups: TypeAlias = Annotated[tuple[WordGroup, ...], AfterValidator(check_any)]
Address: TypeAlias = Annotated[OptionalText, AfterValidator(_check_address)]
Time: TypeAlias = Annotated[datetime, BeforeValidator(_check_time)]
Position: TypeAlias = Annotated[int, Field(ge=1, le=MAX_LIMIT)]
Amount: TypeAlias = Annotated[float, Field(gt=0, le=1)]
MatchType: TypeAlias = Literal["phrase", "words", "exact"]
