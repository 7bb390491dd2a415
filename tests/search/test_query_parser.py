"""Prices, negations and entities in a query: what is parsed, and what is left alone."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.query.entities import EntityIndex
from search.query.negation import extract_negations
from search.query.price_filters import extract_price
from search.query.query_parser import QueryParser
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
def test_prices_are_extracted(text: str, low: float | None, high: float | None) -> None:
    price = extract_price(text)
    assert price is not None
    assert (price.low, price.high) == (low, high)
    assert price.typed in text


@pytest.mark.parametrize("text", NO_PRICES)
def test_other_numbers_are_no_prices(text: str) -> None:
    assert extract_price(text) is None


@pytest.mark.parametrize(
    ("text", "remaining", "demoted", "excluded"),
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
def test_negations_are_extracted(
    text: str, remaining: str, demoted: list[str], excluded: list[str]
) -> None:
    negations = extract_negations(text, lambda word: word in {"leather", "suede"})
    assert negations.remaining_text == remaining
    assert [phrase for phrase, _ in negations.demoted] == demoted
    assert [phrase for phrase, _ in negations.excluded] == excluded


@given(st.text(max_size=60))
def test_any_text_can_be_parsed(text: str) -> None:
    extract_price(text)
    assert extract_negations(text).remaining_text or not text.strip()


@pytest.fixture
def parser() -> QueryParser:
    attributes = {"color=red": 9, "color=navy blue": 2, "size=42": 3, "organic=yes": 4}
    brands = {"Red Valley": 2, "Nuqta": 5}
    synonyms = SynonymIndex(load_builtin_synonyms())
    return QueryParser(
        EntityIndex(brands, {"Shop > Dresses": 4, "Shop > T-Shirts": 3}, attributes, synonyms)
    )


def match_entities(
    parser: QueryParser, text: str, **more: tuple[str, ...]
) -> list[tuple[str, str, str]]:
    parsed = parser.parse(Query(text, **more))  # type: ignore[arg-type]
    return [(match.kind, match.typed, match.name) for match in parsed.attribute_matches]


def test_entities_of_the_catalog_are_matched(parser: QueryParser) -> None:
    assert match_entities(parser, "a red dress") == [
        ("color", "red", "red"),
        ("category", "dress", "Dresses"),
    ]
    assert match_entities(parser, "nuqta tee size 42") == [
        ("brand", "nuqta", "Nuqta"),
        ("category", "tee", "T-Shirts"),
        ("size", "size 42", "size 42"),
    ]
    assert match_entities(parser, "yes 42") == []


def test_the_longest_entity_wins(parser: QueryParser) -> None:
    assert match_entities(parser, "red valley dress")[0] == ("brand", "red valley", "Red Valley")
    assert match_entities(parser, "navy blue")[0] == ("color", "navy blue", "navy blue")


def test_arabic_words_match_english_entities(parser: QueryParser) -> None:
    assert match_entities(parser, "فستان أحمر") == [
        ("category", "فستان", "Dresses"),
        ("color", "أحمر", "red"),
    ]


def test_a_price_becomes_a_filter_and_leaves_the_text(parser: QueryParser) -> None:
    parsed = parser.parse(Query("red dress under 50 AED"))
    assert parsed.text == "red dress"
    assert parsed.filters.price_max == 50
    assert [interpretation.is_filter for interpretation in parsed.interpretations] == [
        True,
        False,
        False,
    ]
    assert (parsed.interpretations[0].value, parsed.filters.currency) == ("≤ 50 AED", "AED")
    of_catalogue = replace(parser, currency="AED").parse(Query("red dress under 50 AED"))
    assert (of_catalogue.interpretations[0].value, of_catalogue.filters.currency) == ("≤ 50", "")
    texts = {
        "dress over 9": "≥ 9",
        "dress between 9 and 5": "5–9",
        "dress under 1234567": "≤ 1234567",
    }
    for text, expected in texts.items():
        assert parser.parse(Query(text)).interpretations[0].value == expected


def test_the_querys_own_filter_takes_precedence(parser: QueryParser) -> None:
    parsed = parser.parse(Query("dress under 50", filters=Filters(price_max=80)))
    assert (parsed.text, parsed.filters.price_max) == ("dress under 50", 80)


def test_verbatim_phrases_are_not_interpreted(parser: QueryParser) -> None:
    everything = parser.parse(Query("red dress under 50 -white"))
    for interpretation in everything.interpretations:
        rest = parser.parse(Query("red dress under 50 -white", verbatim=(interpretation.text,)))
        assert interpretation not in rest.interpretations
        assert len(rest.interpretations) == len(everything.interpretations) - 1
    plain = parser.parse(Query("red dress under 50 -white", verbatim=("*",)))
    assert (plain.text, plain.interpretations) == ("red dress under 50 -white", ())


def test_matches_keep_the_text_as_typed(parser: QueryParser) -> None:
    assert match_entities(parser, "Nuqta  T-Shirt") == [
        ("brand", "Nuqta", "Nuqta"),
        ("category", "T-Shirt", "T-Shirts"),
    ]
    assert match_entities(parser, "Nuqta T-Shirt", verbatim=("T-Shirt",)) == [
        ("brand", "Nuqta", "Nuqta")
    ]


def test_hyphenated_compounds_stem_alike_in_any_case() -> None:
    assert stem_phrase("T-Shirts") == stem_phrase("t-shirt")
