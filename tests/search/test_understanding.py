"""Prices, negatives and names in a query: what is read, and what is left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.query.entities import EntityIndex
from search.query.interpreter import QueryParser
from search.query.negation import extract_negations
from search.query.price_filters import extract_price
from search.query.stems import stem_phrase
from search.query.synonym_expansion import SynonymIndex
from shopwindow.values import Filters, Query
from shopwindow.values.synonyms import load_builtin_synonyms

PRICES = [
    ("red dress under 50", None, 50.0),
    ("shoes below AED 1,200", None, 1200.0),
    ("lamp less than 99.90 euros", None, 99.9),
    ("watch over $300", 300.0, None),
    ("sofa between 500 and 1000 aed", 500.0, 1000.0),
    ("sofa between 1000 and 500", 500.0, 1000.0),
    ("from 20 to 30 dollars mugs", 20.0, 30.0),
    ("فستان أقل من ٢٠٠ ريال", None, 200.0),
    ("حذاء تحت 150 درهم", None, 150.0),
    ("ساعة أكثر من ٣٠٠", 300.0, None),
    ("عطر بين ١٠٠ و ٢٠٠ درهم", 100.0, 200.0),
]
NO_PRICES = [
    "nike air max 90",
    "desk under 120 cm",
    "bottle over 1.5 l",
    "laptop with more than 16 GB",
    "toys for under 3 years",
    "iphone 14",
    "under armour shoes",
    "size 42",
    "طاولة أقل من ١٢٠ سم",
    "dress from zara",
]


@pytest.mark.parametrize(("text", "low", "high"), PRICES)
def test_prices_are_read(text: str, low: float | None, high: float | None) -> None:
    found = extract_price(text)
    assert found is not None
    assert (found.low, found.high) == (low, high)
    assert found.typed in text


@pytest.mark.parametrize("text", NO_PRICES)
def test_other_numbers_are_no_prices(text: str) -> None:
    assert extract_price(text) is None


@pytest.mark.parametrize(
    ("text", "rest", "unwanted", "banned"),
    [
        ("dress without sleeves", "dress", ["sleeves"], []),
        ("bag not leather or suede", "bag", ["leather", "suede"], []),
        ("shoes -white", "shoes", [], ["white"]),
        ("فستان بدون أكمام", "فستان", ["أكمام"], []),
        ("شنطة من غير جلد", "شنطة", ["جلد"], []),
        ("no show socks", "no show socks", [], []),
        ("t-shirt", "t-shirt", [], []),
        ("without sleeves", "without sleeves", [], []),
        ("notebook", "notebook", [], []),
    ],
)
def test_negatives_are_taken_out(
    text: str, rest: str, unwanted: list[str], banned: list[str]
) -> None:
    found = extract_negations(text, lambda word: word in {"leather", "suede"})
    assert found.remaining_text == rest
    assert [phrase for phrase, _ in found.demoted] == unwanted
    assert [phrase for phrase, _ in found.excluded] == banned


@given(st.text(max_size=60))
def test_any_text_is_read(text: str) -> None:
    extract_price(text)
    assert extract_negations(text).remaining_text or not text.strip()


@pytest.fixture
def reader() -> QueryParser:
    attributes = {"color=red": 9, "color=navy blue": 2, "size=42": 3, "organic=yes": 4}
    brands = {"Red Valley": 2, "Nuqta": 5}
    synonyms = SynonymIndex(load_builtin_synonyms())
    return QueryParser(
        EntityIndex(brands, {"Shop > Dresses": 4, "Shop > T-Shirts": 3}, attributes, synonyms)
    )


def names(reader: QueryParser, text: str, **more: tuple[str, ...]) -> list[tuple[str, str, str]]:
    found = reader.parse(Query(text, **more))  # type: ignore[arg-type]
    return [(each.kind, each.typed, each.name) for each in found.attribute_matches]


def test_names_of_the_catalogue_are_found(reader: QueryParser) -> None:
    assert names(reader, "a red dress") == [
        ("color", "red", "red"),
        ("category", "dress", "Dresses"),
    ]
    assert names(reader, "nuqta tee size 42") == [
        ("brand", "nuqta", "Nuqta"),
        ("category", "tee", "T-Shirts"),
        ("size", "size 42", "size 42"),
    ]
    assert names(reader, "yes 42") == []


def test_the_longest_name_wins(reader: QueryParser) -> None:
    assert names(reader, "red valley dress")[0] == ("brand", "red valley", "Red Valley")
    assert names(reader, "navy blue")[0] == ("color", "navy blue", "navy blue")


def test_arabic_words_mean_what_the_catalogue_says_in_english(reader: QueryParser) -> None:
    assert names(reader, "فستان أحمر") == [
        ("category", "فستان", "Dresses"),
        ("color", "أحمر", "red"),
    ]


def test_a_price_becomes_a_filter_and_is_no_longer_searched_for(reader: QueryParser) -> None:
    found = reader.parse(Query("red dress under 50 AED"))
    assert found.text == "red dress"
    assert found.filters.price_max == 50
    assert [each.is_filter for each in found.interpretations] == [True, False, False]
    assert found.interpretations[0].value == "≤ 50"
    texts = {"dress over 9": "≥ 9", "dress between 9 and 5": "5–9"}
    for text, shown in texts.items():
        assert reader.parse(Query(text)).interpretations[0].value == shown


def test_the_shoppers_own_filter_wins(reader: QueryParser) -> None:
    found = reader.parse(Query("dress under 50", filters=Filters(price_max=80)))
    assert (found.text, found.filters.price_max) == ("dress under 50", 80)


def test_what_is_literal_is_left_alone(reader: QueryParser) -> None:
    every = reader.parse(Query("red dress under 50 -white"))
    for each in every.interpretations:
        left = reader.parse(Query("red dress under 50 -white", verbatim=(each.text,)))
        assert each not in left.interpretations
        assert len(left.interpretations) == len(every.interpretations) - 1
    plain = reader.parse(Query("red dress under 50 -white", verbatim=("*",)))
    assert (plain.text, plain.interpretations) == ("red dress under 50 -white", ())


def test_what_was_typed_is_told_as_it_was_typed(reader: QueryParser) -> None:
    assert names(reader, "Nuqta  T-Shirt") == [
        ("brand", "Nuqta", "Nuqta"),
        ("category", "T-Shirt", "T-Shirts"),
    ]
    assert names(reader, "Nuqta T-Shirt", literal=("T-Shirt",)) == [("brand", "Nuqta", "Nuqta")]


def test_stems_of_a_compound_hold_the_whole() -> None:
    assert stem_phrase("T-Shirts") == stem_phrase("t-shirt")
