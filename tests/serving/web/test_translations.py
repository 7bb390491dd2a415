"""Texts in two languages, and language detection."""

import re

import pytest

from shopwindow.serving.web.translations import (
    MESSAGE_KEYS,
    detect_language,
    translate,
    translate_count,
)
from shopwindow.values.display_formats import Language

VALUES = {
    name: "7"
    for name in (
        *("n", "name", "text", "shown", "ms", "reason", "limit", "typed", "value"),
        *("low", "high", "filters", "dropped", "before", "page", "events", "total"),
        *("share", "chance", "currency"),
    )
}


@pytest.mark.parametrize("name", sorted(MESSAGE_KEYS))
def test_every_text_exists_in_both_languages_with_the_same_values(name: str) -> None:
    english, arabic = translate(name, "en", **VALUES), translate(name, "ar", **VALUES)
    assert english.strip()
    assert arabic.strip()
    assert "{" not in english + arabic
    if name != "other_language":
        assert re.search(r"[\u0600-\u06ff]", arabic)
        assert not re.search(r"[\u0600-\u06ff]", english)


def test_numbers_are_formatted_and_counted_in_the_plural_form_of_the_language() -> None:
    assert translate("show_all", "en", n=1234) == "Show all 1,234"
    assert translate_count("products", 1234, "en") == "1,234 products"
    assert [translate_count("products", count, "ar") for count in (1, 2, 3, 11, 100, 0)] == [
        "منتج واحد", "منتجان", "3 منتجات", "11 منتجًا", "100 منتج", "0 منتج"
    ]  # fmt: skip


def test_an_unknown_message_key_is_an_error() -> None:
    with pytest.raises(KeyError, match="nonsense"):
        translate("nonsense", "en")


@pytest.mark.parametrize(
    ("query", "before", "language"),
    [
        ("red dress", "ar", "en"),
        ("فستان أحمر", "en", "ar"),
        ("حذاء nike adidas", "en", "ar"),
        ("", "ar", "ar"),
        ("42 !", "en", "en"),
        ("٤٢", "ar", "ar"),
    ],
)
def test_the_language_of_a_query_is_detected(query: str, before: Language, language: str) -> None:
    assert detect_language(query, default=before) == language
