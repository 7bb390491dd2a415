"""Parsing of timestamps: ISO dates and times, and Unix time."""

import re
from datetime import UTC, date, datetime, time, timedelta

from index.catalog.records import CellError

_DIGITS = {ord(d): str(i % 10) for i, d in enumerate("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹")}
_UNIX_SECONDS = re.compile(r"\d{9,10}(?:\.\d+)?", re.ASCII)
_UNIX_MILLISECONDS = re.compile(r"\d{12,13}", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parse_datetime(value: object) -> datetime:
    """Return the time of an ISO date or time, or of Unix time; UTC without a time zone.

    A date alone is midnight in UTC. Numbers of twelve and thirteen digits are milliseconds.

    Raises:
        CellError: It is neither, or outside the years that `datetime` can represent.
    """
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime.combine(value, time(), tzinfo=UTC)
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise CellError(_format_error(value))
    text = str(value).translate(_DIGITS).strip()
    try:
        return _parse_text(text.removesuffix(".0") if isinstance(value, float) else text)
    except (ValueError, OverflowError) as exc:
        raise CellError(_format_error(value)) from exc


def _parse_text(text: str) -> datetime:
    if _UNIX_SECONDS.fullmatch(text):
        return _EPOCH + timedelta(seconds=float(text))
    if _UNIX_MILLISECONDS.fullmatch(text):
        return _EPOCH + timedelta(milliseconds=int(text))
    for zone in (" UTC", " GMT", " Z"):
        text = text.removesuffix(zone) + "+00:00" if text.endswith(zone) else text
    time_or_date = datetime.fromisoformat(text)
    return time_or_date if time_or_date.tzinfo else time_or_date.replace(tzinfo=UTC)


def _format_error(value: object) -> str:
    return (
        f'a date such as "2024-05-31", "2024-05-31T18:00:00+04:00" or seconds since 1970 '
        f"expected, got {str(value)[:60]!r}"
    )
