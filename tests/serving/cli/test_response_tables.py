"""Tables and JSON of an answer, `info`, `encoders`, `serve`, `demo`."""

import io
import json
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shopwindow.serving.cli import ExitCode
from shopwindow.serving.cli.output import sanitize_line
from shopwindow.serving.cli.response_tables import (
    choose_title,
    describe_interpretation,
    response_to_json,
    show_response,
)
from shopwindow.serving.cli.searching import parse_attributes
from shopwindow.values import Hit, Product, SearchResponse, Translation
from shopwindow.values.errors import InvalidQueryError
from shopwindow.values.response import QueryInterpretation
from tests.serving.cli.conftest import Here, write_feed

BILINGUAL = Product(
    "p",
    "Red [bold]dress[/bold]",
    translations={"ar": Translation("فستان أحمر")},
    price=1234.5,
    currency="AED",
    created_at=datetime(2025, 1, 2, tzinfo=UTC),
)
PAGE = SearchResponse(
    (Hit(BILINGUAL, 0.75, {"lexical": 0.25, "text": 0.5}, ("red",)),), "q1", "next"
)


@pytest.fixture
def shop(here: Here) -> Here:
    write_feed(here.folder / "feed.csv", 12)
    assert here("index", "feed.csv").code == ExitCode.OK
    return here


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


def test_the_table_shows_text_as_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    show_response(PAGE, "red", title="search red")
    shown = capsys.readouterr().out
    for part in ("search red", "Red [bold]dress[/bold]", "1,234.50 AED", "0.750"):
        assert part in shown
    assert "text 0.500 + lexical 0.250 (red)" in shown
    show_response(SearchResponse((), "q2"), "red")
    assert capsys.readouterr().out == "No product matches.\n"


def test_the_document_has_every_field_whatever_the_encoding(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    document = response_to_json(PAGE, "فستان")
    assert "فستان أحمر" in document
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="ascii"))
    escaped = response_to_json(PAGE, "فستان")
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
    assert list(hit) == [*names, "rules", "propensity", "product"]
    assert set(hit["product"]) == set(Product.__dataclass_fields__)
    assert hit["product"]["created_at"] == "2025-01-02T00:00:00+00:00"


def test_control_characters_never_reach_the_terminal() -> None:
    assert sanitize_line("a\x1b[31m\nb\t\x00c\x9b") == "a[31m b c"


def test_attributes_are_names_and_values() -> None:
    given = ("color=red", "size = M", "color=blue", "fit=a=b")
    assert parse_attributes(given) == {"color": ("red", "blue"), "size": ("M",), "fit": ("a=b",)}
    for bad in ("color", "=red", "color=", ""):
        with pytest.raises(InvalidQueryError, match="expected NAME=VALUE"):
            parse_attributes([bad])


def test_filters_and_pages(shop: Here) -> None:
    options = ("--category", "Dresses", "--attribute", "color=red", "--price-max", "50")
    hits = json.loads(shop("search", "dress", *options, "--json").out)["hits"]
    assert [each["id"] for each in hits] == ["sku-0"]
    brands = ("--brand", "Brand 1", "--brand", "Brand 2", "--in-stock", "--price-min", "10")
    page = json.loads(shop("search", *brands, "--limit", "4", "--json").out)
    rest = json.loads(shop("search", *brands, "--cursor", page["next_cursor"], "--json").out)
    ids = [each["id"] for each in page["hits"] + rest["hits"]]
    assert sorted(ids) == ["sku-1", "sku-10", "sku-2", "sku-5", "sku-6", "sku-9"]
    table = shop("search", "dress", "--limit", "1")
    assert table.err.startswith("more: the same command with --cursor ")
    assert "cursor" not in shop("similar", "sku-1", "--limit", "1").err


def test_info_shows_settings_without_secrets_and_the_index(
    shop: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOPWINDOW_INDEX__API_KEY", "s3cret")
    shown = shop("info").out
    assert "s3cret" not in shown
    assert "│ * │ SHOPWINDOW_INDEX__API_KEY                 │ ********" in shown
    assert "│   │ SHOPWINDOW_SERVER__PORT                   │ 7860" in shown
    for fact in ("products", "│ 12", "encoder.name", str(shop.folder / "var" / "index")):
        assert fact in shown


def test_serve_hands_the_settings_to_the_page(shop: Here) -> None:
    served = shop("serve", "--host", "0.0.0.0", "--port", "8123")
    assert served.code == ExitCode.OK
    assert served.err == "opening the page of 12 products ...\n"
    assert (shop.launched[0].server.host, shop.launched[0].server.port) == ("0.0.0.0", 8123)
    assert shop("serve", "--port", "0").code == ExitCode.OK
    assert shop.launched[1].server.port == 0


def test_the_demonstration_has_an_index_of_its_own(here: Here) -> None:
    write_feed(here.folder / "feed.csv", 12)
    queries = here.folder / "queries"
    queries.mkdir()
    shutil.copy(here.folder / "photos" / "2.png", queries / "b.png")
    (queries / "a.txt").write_text("no photo", encoding="utf-8")
    texts = ("--text", "red mug", "--text", "كوب أزرق")
    first = here("demo", "--feed", "feed.csv", *texts)
    assert first.code == ExitCode.OK
    for part in ("search red mug", "search كوب أزرق", f"search --image {Path('queries/b.png')}"):
        assert part in first.out
    assert sorted(each.name for each in (here.folder / "var").iterdir()) == ["demo", "demo-events"]
    assert here.launched == []
    again = here("demo", "--feed", "feed.csv", "--photo", "photos/1.png", "--serve")
    assert "search --image photos/1.png" in again.out
    assert [each.index.location for each in here.launched] == ["var/demo"]
    assert [each.events.folder for each in here.launched] == ["var/demo-events"]
    assert here.launched[0].events.enabled


def test_no_command_shows_the_help_and_version_the_version(here: Here) -> None:
    shown = here()
    assert (shown.code, shown.err) == (ExitCode.OK, "")
    for command in ("index", "search", "similar", "serve", "encoders", "info", "demo"):
        assert f" {command} " in shown.out
    assert "Returns:" not in here("index", "--help").out
    assert here("--version").out == "shopwindow 0.1.0\n"


@pytest.mark.parametrize(
    ("reading", "line"),
    [
        (
            QueryInterpretation("spelling", "gren", "green"),
            "searched for 'green' instead of 'gren'",
        ),
        (QueryInterpretation("negation", "-black", "black"), "without 'black'"),
        (
            QueryInterpretation("price", "under 9", "≤ 9", is_filter=True),
            "only price ≤ 9 ('under 9')",
        ),
        (
            QueryInterpretation("price", "under 9", "≤ 9"),
            "nothing that matches has price ≤ 9 ('under 9')",
        ),
        (QueryInterpretation("color", "red", "red"), "first color red ('red')"),
    ],
)
def test_what_was_read_is_told(reading: QueryInterpretation, line: str) -> None:
    assert describe_interpretation(reading) == line
