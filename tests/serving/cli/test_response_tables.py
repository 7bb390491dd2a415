"""A search response as a table and as JSON: titles, interpretations, reasons of each hit."""

import io
import json
import sys
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from shopwindow.serving.cli.output import sanitize_line
from shopwindow.serving.cli.response_tables import (
    choose_title,
    describe_interpretation,
    describe_processing,
    explain_hit,
    response_to_json,
    show_response,
)
from shopwindow.values import Hit, Product, SearchResponse, Translation
from shopwindow.values.response import QueryInterpretation

BILINGUAL = Product(
    "p",
    "Red [bold]dress[/bold]",
    translations={"ar": Translation("فستان أحمر")},
    price=1234.5,
    currency="AED",
    created_at=datetime(2025, 1, 2, tzinfo=UTC),
)
RESPONSE = SearchResponse(
    (Hit(BILINGUAL, 0.75, {"lexical": 0.25, "text": 0.5}, ("red",)),), "q1", "next"
)
HIT = Hit(Product("p", "Red dress"), 0.75, {"lexical": 0.25, "text": 0.5})


@pytest.mark.parametrize(
    ("product", "text", "title"),
    [
        (BILINGUAL, "red", BILINGUAL.title),
        (BILINGUAL, "فستان", "فستان أحمر"),
        (BILINGUAL, "red فستان", "فستان أحمر"),
        (BILINGUAL, "", BILINGUAL.title),
        (Product("p", "Red"), "فستان", "Red"),
        (Product("p", "", translations={"ar": Translation("كوب")}), "mug", "كوب"),
        (Product("p", "كوب", translations={"en": Translation("Mug")}), "mug", "Mug"),
        (Product("p", "كوب", translations={"en": Translation("Mug")}), "", "كوب"),
        (Product("p", image="p.png"), "mug", ""),
    ],
)
def test_the_title_is_in_the_script_of_the_query(product: Product, text: str, title: str) -> None:
    assert choose_title(product, text) == title


def test_the_table_shows_text_without_markup(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    show_response(RESPONSE, "red", title="search red")
    output = capsys.readouterr().out
    for text in ("search red", "Red [bold]dress[/bold]", "AED 1,234.50", "0.750"):
        assert text in output
    assert "text 0.500 + lexical 0.250 (red)" in output
    show_response(SearchResponse((), "q2"), "red")
    assert capsys.readouterr().out == "No product matches.\n"


def test_json_has_every_field_in_any_encoding(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    document = response_to_json(RESPONSE, "فستان")
    assert "فستان أحمر" in document
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="ascii"))
    escaped = response_to_json(RESPONSE, "فستان")
    assert escaped.isascii()
    assert json.loads(escaped) == json.loads(document)
    (hit,) = json.loads(document)["hits"]
    names = [
        "id",
        "title",
        "score",
        "contributions",
        "matched_words",
        "n_variants",
        "retrieval_rank",
    ]
    assert list(hit) == [*names, "rules", "propensity", "matched_image", "product"]
    assert set(hit["product"]) == set(Product.__dataclass_fields__)
    assert hit["product"]["created_at"] == "2025-01-02T00:00:00+00:00"


def test_control_characters_never_reach_the_terminal() -> None:
    assert sanitize_line("a\x1b[31m\nb\t\x00c\x9b") == "a[31m b c"


@pytest.mark.parametrize(
    ("interpretation", "line"),
    [
        (
            QueryInterpretation("spelling", "gren", "green"),
            "searched for 'green' instead of 'gren'",
        ),
        (QueryInterpretation("negation", "-black", "black"), "without 'black'"),
        (
            QueryInterpretation("price", "under 9", "≤ 9", is_filter=True),
            "filter: price ≤ 9 ('under 9')",
        ),
        (
            QueryInterpretation("price", "under 9", "≤ 9"),
            "no match has price ≤ 9 ('under 9')",
        ),
        (QueryInterpretation("color", "red", "red"), "boosting color: red ('red')"),
    ],
)
def test_interpretations_are_described(interpretation: QueryInterpretation, line: str) -> None:
    assert describe_interpretation(interpretation) == line


@pytest.mark.parametrize(
    ("hit", "rank", "line"),
    [
        (HIT, 1, "text 0.500 + lexical 0.250"),
        (replace(HIT, retrieval_rank=1), 1, "text 0.500 + lexical 0.250"),
        (replace(HIT, retrieval_rank=7), 1, "text 0.500 + lexical 0.250 (rank 7 before reranking)"),
        (
            replace(HIT, retrieval_rank=7, rules=("r",)),
            1,
            "text 0.500 + lexical 0.250 pinned by 'r' (rank 7 before rules)",
        ),
        (replace(HIT, retrieval_rank=7), 0, "text 0.500 + lexical 0.250"),
        (
            replace(
                HIT, contributions={"text": 0.5, "rules": 0.2}, rules=("a",), matched_words=("red",)
            ),
            1,
            "text 0.500 + rules 0.200 (red) boosted by 'a'",
        ),
        (
            replace(HIT, contributions={"text": 0.5, "rules": -1}, rules=("a", "b")),
            1,
            "text 0.500 + rules -1.000 buried by 'a', 'b'",
        ),
        (
            replace(HIT, contributions={"text": 0.5, "pinned": 0.1}, rules=("Eid abayas first",)),
            1,
            "text 0.500 + pinned 0.100 pinned by 'Eid abayas first'",
        ),
        (replace(HIT, contributions={}, rules=("a",)), 1, "pinned by 'a'"),
    ],
)
def test_the_rank_of_a_hit_is_explained(hit: Hit, rank: int, line: str) -> None:
    assert explain_hit(hit, rank) == line


def test_processing_is_described() -> None:
    assert describe_processing(SearchResponse((), "q")) == []
    response = SearchResponse(
        (), "q", relaxed=("in_stock", "brand"), n_below_cutoff=1200, n_collapsed=3, rules=("a", "b")
    )
    assert describe_processing(replace(response, redirect="/eid")) == [
        "a rule redirects this search to /eid",
        "no results with all filters; dropped: stock, brand (--no-relax keeps them)",
        "1,200 low-relevance products hidden",
        "3 variants grouped (--no-collapse shows them)",
        "rules in force: a, b",
    ]


def test_a_response_without_confident_match_says_so() -> None:
    line = "no confident match; these are the nearest products"
    assert line in describe_processing(SearchResponse((HIT,), "q", is_confident=False))
    assert line not in describe_processing(SearchResponse((HIT,), "q"))
    assert line not in describe_processing(SearchResponse((), "q", is_confident=False))
