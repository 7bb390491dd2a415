"""Valid inputs made wrong: odd characters, numbers, types and lengths, cuts and doublings."""

import math
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

FRAGMENTS = (
    "\ud83d", "\ude00", "\udcff", "\0", "\x1b[31m", "\r", "\n", "\t", "\x85", "\u2028", "\ufeff",
    "\u200b", "\u200f", "\u202e", "\u2066", "\u0301" * 40, "ﷺ" * 30, "ﬃ", "İ", "ı", "ß", "ّ" * 30,
    "²", "½", "٣", "۴", "๔", "𝟗", "⑨", "九", "٫", "٬", "،", "؛", "1e400", "-0", "NaN", "inf",
    "9" * 400,
    "0x" + "f" * 200, "=", "'", '"', '"""', "\\", "\\u", "\\ud83d", "#", "[", "[[", "{", "}",
    "]" * 9,
    "[" * 2000, "{" * 500, "a" * 3000, "a-" * 800, "'s " * 400, "l'" * 500, "not " * 300,
    "without ",
    "بدون ", "no more than ", "between 1 and ", "under ", "تحت ", "أقل من ", " or ", "-", "--", "_",
    "red dress ", "فستان أحمر ", "платье ", "ชุดสีแดง", "赤いドレス", "🧥👗", "w/o ", " ' OR 1=1 --",
    "<script>", "%s{0}", "../../etc/passwd", "null", "true", "1979-05-27T07:32:00Z", "12:99",
    "\u00a0",
)  # fmt: skip
"""What is put into texts."""

VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**63, -(2**63) - 1, 10**400, -(10**5000), 0.0, -0.0, 1e308,
    5e-324,
    math.nan, math.inf, -math.inf, "5", "", " ", b"red", bytearray(b"a"), [], (), {}, set(),
    object(),
    [[]], ("a", ""), ("a", 5), ["\ud83d"], {"a": "b"}, {"a": ("b", "\ud83d")}, {5: "a"},
    {"\0": "a"},
    {"a": None}, range(3), 1j, Decimal("1.5"), Decimal("sNaN"), Decimal("1e999"), Fraction(1, 3),
    np.float32(2), np.int64(3), np.bool_(True), np.str_("red"), np.array([1.0]), np.array("red"),
    np.datetime64("2026-01-01"), datetime(2026, 1, 1), datetime(2026, 1, 1, tzinfo=UTC),
    datetime.max,
    datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC), lambda: None, int,
    "a" * 3000,
    datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=23))), timedelta(1), ("a",) * 3000, "\ud83d",
)  # fmt: skip
"""What is put in the place of values."""


def text(rng: random.Random, valid: Sequence[str]) -> str:
    """Return a valid text with one to four things done to it."""
    found = rng.choice(valid)
    for _ in range(rng.randint(1, 4)):
        found = rng.choice(_CHANGES)(rng, found)
    return found[:20_000]


def value(rng: random.Random, valid: Any, texts: Sequence[str]) -> Any:
    """Return another value in the place of a valid one, or the valid one changed."""
    if rng.random() < 0.5:
        return rng.choice(VALUES)
    if isinstance(valid, str):
        return text(rng, (valid, *texts))
    if isinstance(valid, (tuple, list)):
        return type(valid)(value(rng, each, texts) for each in valid)
    if isinstance(valid, dict):
        return {text(rng, [name]): value(rng, each, texts) for name, each in valid.items()}
    if isinstance(valid, (int, float)) and not isinstance(valid, bool):
        return rng.choice((-valid, 0, valid * 10.0 ** rng.randint(-300, 300), math.nan, 10**400))
    return valid


def values(rng: random.Random, valid: Mapping[str, Any], texts: Sequence[str]) -> dict[str, Any]:
    """Return fields of which some are left out, and one or more are changed."""
    kept = [name for name in valid if rng.random() < 0.8]
    wrong = set(rng.sample(list(valid), rng.choice((1, 1, 1, 2, 3))))
    return {
        name: value(rng, valid[name], texts) if name in wrong else valid[name]
        for name in valid
        if name in wrong or name in kept
    }


def data(rng: random.Random, valid: Sequence[str]) -> bytes:
    """Return the bytes of a changed text, some of them damaged."""
    found = bytearray(text(rng, valid).encode("utf-8", "surrogatepass"))
    for _ in range(rng.choice((0, 0, 1, 3)) if found else 0):
        found[rng.randrange(len(found))] = rng.randrange(256)
    return bytes(found)


def _inserted(rng: random.Random, given: str) -> str:
    at = rng.randint(0, len(given))
    return given[:at] + rng.choice(FRAGMENTS) + given[at:]


def _cut(rng: random.Random, given: str) -> str:
    first, last = sorted((rng.randint(0, len(given)), rng.randint(0, len(given))))
    return given[:first] + given[last:]


def _replaced(rng: random.Random, given: str) -> str:
    at = rng.randint(0, len(given))
    return (
        given[:at]
        + chr(rng.choice((rng.randrange(0x80), rng.randrange(0x110000))))
        + given[at + 1 :]
    )


def _doubled(rng: random.Random, given: str) -> str:
    at = rng.randint(0, len(given))
    return given[:at] + given[at : at + rng.randint(1, 40)] * rng.choice((2, 3, 50)) + given[at:]


def _shuffled(rng: random.Random, given: str) -> str:
    words = given.split(" ")
    rng.shuffle(words)
    return " ".join(words)


_CHANGES: tuple[Callable[[random.Random, str], str], ...] = (
    _inserted, _inserted, _inserted, _cut, _replaced, _replaced, _doubled, _shuffled,
)  # fmt: skip
