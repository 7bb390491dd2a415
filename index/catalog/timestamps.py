"""Parsing of timestamps: ISO dates and times, Unix time, Excel's serial numbers, written dates."""

import re
from datetime import UTC, date, datetime, time, timedelta

from index.catalog.date_formats import DateOrder, parse_written_date
from index.catalog.records import CellError
from index.text.folding import ASCII_DIGITS

_IGNORED = dict.fromkeys((0x200E, 0x200F, 0x061C, 0xFEFF))
_TO_ASCII = {**ASCII_DIGITS, **_IGNORED, 0xA0: " ", 0x202F: " "}
_UNIX_SECONDS = re.compile(r"\d{9,10}(?:\.\d+)?", re.ASCII)
_UNIX_MILLISECONDS = re.compile(r"\d{12,13}", re.ASCII)
_EXCEL_DAYS = re.compile(r"[3-6]\d{4}(?:[.,]\d+)?", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EXCEL_EPOCH = datetime(1899, 12, 30, tzinfo=UTC)
"""Day 0 of Excel's serial numbers after February 1900. Source: ECMA-376, 18.17.4.1."""

_TIME_OF_DAY = re.compile(r"\d:\d\d|T\d", re.ASCII)
_MAX_CHARS = 60
_FIRST_YEAR = 1900


def parse_datetime(value: object, order: DateOrder = DateOrder.UNKNOWN) -> datetime:
    """Return the time of a date; UTC without a time zone.

    Numbers of nine and ten digits are seconds since 1970, of twelve and thirteen milliseconds; of
    five digits from 30000 (1982) to 69999 (2091) they are Excel's days. A date alone is midnight.

    Args:
        value: The date.
        order: Whether the day or the month comes first in the feed's dates.

    Raises:
        CellError: It is no date, could be two dates, is of the Hijri calendar, or is outside the
            years that `datetime` can represent.
    """
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime.combine(value, time(), tzinfo=UTC)
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise CellError(_format_error(value))
    text = to_ascii(str(value))
    try:
        return _parse_text(text.removesuffix(".0") if isinstance(value, float) else text, order)
    except CellError:
        raise
    except (ValueError, OverflowError) as exc:
        raise CellError(_format_error(value)) from exc


def to_ascii(text: str) -> str:
    """Return a date with ASCII digits and without marks of direction."""
    return (text if text.isascii() else text.translate(_TO_ASCII)).strip()


def has_time_of_day(value: object) -> bool:
    """Return whether a date also says the time of day."""
    if isinstance(value, str):
        text = to_ascii(value)
        return bool(_TIME_OF_DAY.search(text) or _UNIX_SECONDS.fullmatch(text))
    return not isinstance(value, date) or isinstance(value, datetime)


def _parse_text(text: str, order: DateOrder) -> datetime:
    if text[:1].isdigit() and text[1:4].isdigit():
        if _UNIX_SECONDS.fullmatch(text):
            return _EPOCH + timedelta(seconds=float(text))
        if _UNIX_MILLISECONDS.fullmatch(text):
            return _EPOCH + timedelta(milliseconds=int(text))
        if _EXCEL_DAYS.fullmatch(text):
            days = timedelta(days=float(text.replace(",", ".")))
            return _EXCEL_EPOCH + timedelta(seconds=round(days.total_seconds()))
        try:
            parsed = datetime.fromisoformat(text)
        except ValueError:
            parsed = None
        if parsed and parsed.year >= _FIRST_YEAR:
            return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    if len(text) > _MAX_CHARS:
        raise ValueError(text)
    return parse_written_date(text, order)


def _format_error(value: object) -> str:
    return (
        f'a date such as "2024-05-31", "2024-05-31T18:00:00+04:00" or seconds since 1970 '
        f"expected, got {str(value)[:60]!r}"
    )
