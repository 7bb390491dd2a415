"""Mutation of valid inputs: unusual characters, numbers, types, lengths, deletions, repetition."""

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
"""Texts that are inserted into texts."""

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
"""Values that replace valid values."""


def mutate_text(rng: random.Random, valid: Sequence[str]) -> str:
    """Return one of the valid texts after one to four mutations."""
    text = rng.choice(valid)
    for _ in range(rng.randint(1, 4)):
        text = rng.choice(_TEXT_MUTATIONS)(rng, text)
    return text[:20_000]


def mutate_value(rng: random.Random, valid: Any, texts: Sequence[str]) -> Any:
    """Return a replacement for a valid value, or a mutation of it.

    Args:
        rng: Source of randomness.
        valid: The valid value.
        texts: Further valid texts to mutate where the value is, or contains, a text.
    """
    if rng.random() < 0.5:
        return rng.choice(VALUES)
    if isinstance(valid, str):
        return mutate_text(rng, (valid, *texts))
    if isinstance(valid, (tuple, list)):
        return type(valid)(mutate_value(rng, item, texts) for item in valid)
    if isinstance(valid, dict):
        return {
            mutate_text(rng, [name]): mutate_value(rng, item, texts) for name, item in valid.items()
        }
    if isinstance(valid, (int, float)) and not isinstance(valid, bool):
        return rng.choice((-valid, 0, valid * 10.0 ** rng.randint(-300, 300), math.nan, 10**400))
    return valid


def mutate_fields(
    rng: random.Random, valid: Mapping[str, Any], texts: Sequence[str]
) -> dict[str, Any]:
    """Return fields by name, with some left out and one to three of them mutated."""
    kept = [name for name in valid if rng.random() < 0.8]
    mutated = set(rng.sample(list(valid), rng.choice((1, 1, 1, 2, 3))))
    return {
        name: mutate_value(rng, valid[name], texts) if name in mutated else valid[name]
        for name in valid
        if name in mutated or name in kept
    }


def mutate_bytes(rng: random.Random, valid: Sequence[str]) -> bytes:
    """Return the bytes of a mutated text, with up to three bytes overwritten."""
    data = bytearray(mutate_text(rng, valid).encode("utf-8", "surrogatepass"))
    for _ in range(rng.choice((0, 0, 1, 3)) if data else 0):
        data[rng.randrange(len(data))] = rng.randrange(256)
    return bytes(data)


def _insert(rng: random.Random, text: str) -> str:
    index = rng.randint(0, len(text))
    return text[:index] + rng.choice(FRAGMENTS) + text[index:]


def _delete(rng: random.Random, text: str) -> str:
    start, end = sorted((rng.randint(0, len(text)), rng.randint(0, len(text))))
    return text[:start] + text[end:]


def _replace(rng: random.Random, text: str) -> str:
    index = rng.randint(0, len(text))
    character = chr(rng.choice((rng.randrange(0x80), rng.randrange(0x110000))))
    return text[:index] + character + text[index + 1 :]


def _repeat(rng: random.Random, text: str) -> str:
    index = rng.randint(0, len(text))
    repeated = text[index : index + rng.randint(1, 40)] * rng.choice((2, 3, 50))
    return text[:index] + repeated + text[index:]


def _shuffle_words(rng: random.Random, text: str) -> str:
    words = text.split(" ")
    rng.shuffle(words)
    return " ".join(words)


_TEXT_MUTATIONS: tuple[Callable[[random.Random, str], str], ...] = (
    _insert, _insert, _insert, _delete, _replace, _replace, _repeat, _shuffle_words,
)  # fmt: skip
