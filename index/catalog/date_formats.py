"""Dates as people and spreadsheets write them: day or month first, month names, 12 hours."""

import re
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum

from index.catalog.records import CellError
from index.text.folding import fold_spelling


class DateOrder(Enum):
    """Whether "05/06/2024" is the fifth of June or the sixth of May.

    Attributes:
        DAY: The day comes first.
        MONTH: The month comes first.
        UNKNOWN: It is not known; such a date is refused unless only one order is possible.
        ANY: It does not matter: only whether it is a date is asked.
    """

    DAY = "day"
    MONTH = "month"
    UNKNOWN = "unknown"
    ANY = "any"


_MONTHS = (
    "january jan januar janner janvier janv يناير جانفي",
    "february feb februar fevrier fevr fev فبراير شباط فيفري",
    "march mar marz mrz mars مارس اذار",
    "april apr avril avr ابريل نيسان افريل",
    "may mai مايو ايار ماي",
    "june jun juni juin يونيو حزيران جوان يونيه",
    "july jul juli juillet juil يوليو تموز جويليه يوليوز يوليه",
    "august aug aout اغسطس اب اوت غشت",
    "september sep sept septembre سبتمبر ايلول شتنبر",
    "october oct oktober okt octobre اكتوبر",
    "november nov novembre نوفمبر نونبر",
    "december dec dezember dez decembre ديسمبر دجنبر",
)
_MONTH_BY_NAME = {name: i for i, names in enumerate(_MONTHS, 1) for name in names.split()}
_LEVANT_MONTHS = (
    ("كانون الثاني", "يناير"), ("تشرين الاول", "اكتوبر"), ("تشرين الثاني", "نوفمبر"),
    ("كانون الاول", "ديسمبر"),
)  # fmt: skip
_WEEKDAYS = (
    "monday mon tuesday tue tues wednesday wed thursday thu thur thurs friday fri saturday sat "
    "sunday sun montag mo dienstag di mittwoch mi donnerstag do freitag fr samstag sa sonnabend "
    "sonntag so lundi lun mardi mercredi mer jeudi jeu vendredi ven samedi sam dimanche dim "
    "الاثنين الثلاثاء الاربعاء الخميس الجمعه السبت الاحد"
)
_FILLERS = frozenset((*_WEEKDAYS.split(), "at", "um", "uhr", "a", "le", "الساعه", "of", "de"))
_MORNING = frozenset({"am", "ص", "صباحا"})
_AFTERNOON = frozenset({"pm", "م", "مساء"})
# Source: RFC 822 for America, RFC 1123 for UT. Names that two countries share (IST, AST, BST as
# Bangladesh's) are not here: the date is then refused.
_ZONE_HOURS = {
    "utc": 0, "gmt": 0, "ut": 0, "z": 0, "wet": 0, "cet": 1, "mez": 1, "cest": 2, "mesz": 2,
    "eet": 2, "eest": 3, "msk": 3, "trt": 3, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7,
    "mdt": -6, "pst": -8, "pdt": -7,
}  # fmt: skip

_NUMBERS = re.compile(r"(\d{1,4})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{1,4})(?!\d)\.?", re.ASCII)
_TIME = re.compile(
    r"(?:\bt|(?<!\d))(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?!\d)", re.ASCII
)
_OFFSET = re.compile(r"(?:utc|gmt)?\s?([+-])(\d{1,2}):?(\d{2})?$", re.ASCII)
_NAMED = re.compile(
    r"(?P<d1>\d{1,2})(?:st|nd|rd|th|er|\.)?[\s-]*(?P<m1>[^\W\d_]+)\.?,?[\s-]*(?P<y1>\d{4}|\d{2})(?!\d)|"
    r"(?P<m2>[^\W\d_]+)\.?\s*(?P<d2>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y2>\d{4})(?!\d)|"
    r"(?P<y3>\d{4})[\s-]+(?P<m3>[^\W\d_]+)[\s-]+(?P<d3>\d{1,2})(?!\d)"
)
_FIRST_HIJRI_YEAR, _LAST_HIJRI_YEAR = 1300, 1500
_FIRST_YEAR, _LAST_YEAR = 1900, 2200


def find_order(text: str) -> DateOrder | None:
    """Return what a date says about its column's order; None when it has neither order."""
    match = _NUMBERS.match(text.strip())
    if match is None or len(match[1]) > 2:
        return None
    first, second = int(match[1]), int(match[3])
    if first > 12 >= second:
        return DateOrder.DAY
    return DateOrder.MONTH if second > 12 >= first else DateOrder.UNKNOWN


def parse_written_date(text: str, order: DateOrder) -> datetime:
    """Return the time of a date that a person or a spreadsheet wrote; UTC without a zone.

    Args:
        text: The date, with ASCII digits.
        order: Whether the day or the month comes first. Dots always have the day first.

    Raises:
        CellError: The date is of the Hijri calendar, or could be two dates.
        ValueError: It is not a date.
    """
    rest = fold_spelling(text).strip()
    if "ه" in rest.split()[-1:] or rest.endswith(("هـ", " ah")):
        raise CellError(_format_hijri(text))
    for name, month in _LEVANT_MONTHS:
        rest = rest.replace(name, month)
    year_month_day, rest = _read_date(rest, order, text)
    if _FIRST_HIJRI_YEAR <= year_month_day[0] <= _LAST_HIJRI_YEAR:
        raise CellError(_format_hijri(text))
    if not _FIRST_YEAR <= year_month_day[0] <= _LAST_YEAR:
        raise ValueError(text)
    hour, minute, second, rest = _read_time(rest)
    zone = _read_zone(rest)
    return datetime(*year_month_day, hour, minute, tzinfo=zone) + timedelta(seconds=second)


def _read_date(text: str, order: DateOrder, original: str) -> tuple[tuple[int, int, int], str]:
    """Return year, month and day, and the text without them.

    Raises:
        ValueError: It is not a date.
    """
    match = _NUMBERS.search(text)
    if match:
        numbers = (match[1], match[3], match[4])
        date = _order_numbers(numbers, DateOrder.DAY if match[2] == "." else order, original)
        return date, text[: match.start()] + " " + text[match.end() :]
    for named in _NAMED.finditer(text):
        parts = [value for value in named.groupdict().items() if value[1]]
        part = {key[0]: value for key, value in parts}
        if part["m"] in _MONTH_BY_NAME:
            date = _to_year(part["y"]), _MONTH_BY_NAME[part["m"]], int(part["d"])
            return date, text[: named.start()] + " " + text[named.end() :]
    raise ValueError(text)


def _order_numbers(
    numbers: tuple[str, str, str], order: DateOrder, original: str
) -> tuple[int, int, int]:
    first, second, third = map(int, numbers)
    if len(numbers[0]) > 2:
        return first, second, third
    if len(numbers[2]) not in {2, 4}:
        raise ValueError(original)
    year = _to_year(numbers[2])
    if first > 12 or (second <= 12 and order is DateOrder.DAY) or first == second:
        return year, second, first
    if second > 12 or order in {DateOrder.MONTH, DateOrder.ANY}:
        return year, first, second
    raise CellError(
        f"a date with one meaning expected, got {original[:40]!r}: the day or the month may come "
        'first, and no other date of the column says which; write it as "2024-05-31"'
    )


def _to_year(digits: str) -> int:
    """Return a year; 00 to 68 are of this century. Source: POSIX, strptime, %y."""
    number = int(digits)
    return number if len(digits) > 2 else number + (2000 if number < 69 else 1900)


def _read_time(text: str) -> tuple[int, int, float, str]:
    """Return hour, minute and second, and the text without them.

    Raises:
        ValueError: The hour is none of twelve.
    """
    match = _TIME.search(text)
    if match is None:
        return 0, 0, 0.0, text
    hour, minute = int(match[1]), int(match[2])
    second = float(f"{match[3] or 0}.{match[4] or 0}")
    words = (text[: match.start()] + " " + text[match.end() :]).replace(".m.", "m").split()
    is_afternoon, is_morning = _AFTERNOON & set(words), _MORNING & set(words)
    if is_afternoon or is_morning:
        if not 1 <= hour <= 12:
            raise ValueError(text)
        hour = hour % 12 + (12 if is_afternoon else 0)
    return hour, minute, second, " ".join(w for w in words if w not in _AFTERNOON | _MORNING)


def _read_zone(text: str) -> timezone:
    """Return the zone that the rest of a date names; UTC when it names none.

    Raises:
        ValueError: The rest is no zone.
    """
    words = [word for word in text.replace(",", " ").split() if word.strip(".") not in _FILLERS]
    rest = " ".join(words)
    if not rest:
        return UTC
    if rest in _ZONE_HOURS:
        return timezone(timedelta(hours=_ZONE_HOURS[rest]))
    match = _OFFSET.fullmatch(rest)
    if match is None:
        raise ValueError(text)
    offset = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    return timezone(-offset if match[1] == "-" else offset)


def _format_hijri(text: str) -> str:
    return (
        f"a date of the Gregorian calendar expected, got the Hijri date {text[:40]!r}; "
        'write it as "2024-05-31"'
    )
