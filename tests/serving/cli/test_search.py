"""`shopwindow search`: orders, parts of photos, what is avoided, what rules and filters did."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shopwindow.serving.cli.response_tables import describe_processing, explain_hit
from shopwindow.values import Hit, Product, SearchResponse
from tests.conftest import COLORS
from tests.serving.cli.conftest import Here, shopwindow, write_feed

RULES = """
[[rule]]
name = "Blue first"
query = "dress"
pin = ["sku-1"]

[[rule]]
name = "No green"
hide = { attributes = { color = "green" } }

[[rule]]
name = "Sale"
query = "sale"
redirect = "/sale"
"""

HIT = Hit(Product("p", "Red dress"), 0.75, {"lexical": 0.25, "text": 0.5})


@pytest.fixture
def shop(here: Here) -> Here:
    write_feed(here.folder / "feed.csv", 12)
    assert here("index", "feed.csv").code == 0
    (here.folder / "rules.toml").write_text(RULES, encoding="utf-8")
    return here


def found(shop: Here, *arguments: str) -> list[dict[str, Any]]:
    done = shop("search", *arguments, "--json")
    assert done.code == 0, done.err
    hits: list[dict[str, Any]] = json.loads(done.out)["hits"]
    return hits


def colors(hits: list[dict[str, Any]]) -> list[str]:
    return [each["product"]["attributes"]["color"] for each in hits]


@pytest.mark.parametrize("words", [(), ("dress",)])
def test_orders(shop: Here, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPWINDOW_SEARCH__LEAST_SHARE", "0")
    prices = [each["product"]["price"] for each in found(shop, *words, "--sort", "price_desc")]
    assert prices == [110.0 - 10 * n for n in range(10)]


def test_several_photos_and_their_parts(shop: Here) -> None:
    from PIL import Image  # noqa: PLC0415

    both = Image.new("RGB", (40, 20), COLORS["red"][0])
    both.paste(COLORS["blue"][0], (20, 0, 40, 20))
    both.save("both.png")
    left, right = ("--crop", "0,0,0.5,1"), ("--crop", "0.5,0,1,1")
    image = ("--image", "both.png")
    assert set(colors(found(shop, *image, *left, "--limit", "4"))) == {"red"}
    assert set(colors(found(shop, *image, *right, "--limit", "4"))) == {"blue"}
    several = found(shop, *image, *left, *image, *right, "--limit", "8")
    assert set(colors(several)) == {"red", "blue"}
    one_for_all = found(shop, *image, *image, *right, "--limit", "4")
    assert set(colors(one_for_all)) == {"blue"}
    share = ("red", "--image", "photos/1.png", "--limit", "1", "--photo-share")
    assert colors(found(shop, *share, "1")) == ["blue"]
    assert colors(found(shop, *share, "0")) == ["red"]


def test_what_is_avoided_is_gone(shop: Here) -> None:
    ids = [each["id"] for each in found(shop, "dress", "--avoid", "sku-0", "--avoid", "sku-1")]
    assert ids
    assert not {"sku-0", "sku-1"} & set(ids)
    unknown = shop("search", "dress", "--avoid", "none")
    assert unknown.code == 1
    assert unknown.err.startswith("error: no product has the id 'none'.")


def test_diversity_changes_the_order(shop: Here) -> None:
    plain, spread = (found(shop, "red dress", "--diversity", dial) for dial in ("0", "1"))
    assert {each["id"] for each in plain} != set()
    assert [each["id"] for each in plain] != [each["id"] for each in spread]
    assert any("diversity" in each["contributions"] for each in spread)


def test_filters_are_given_up_unless_that_is_unwanted(shop: Here) -> None:
    filters = ("--price-min", "900", "--category", "Dresses")
    told = shop("search", *filters)
    line = "nothing passes all filters; given up: price (--no-relax keeps them)"
    assert told.out.splitlines()[0] == line
    page = json.loads(shop("search", "dress", *filters, "--json").out)
    assert (page["relaxed_filters"], len(page["hits"])) == (["price"], 6)
    assert shop("search", *filters, "--no-relax").out == "No product matches.\n"


def test_variants_are_shown_once_or_all(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPWINDOW_SEARCH__LEAST_SHARE", "0")
    rows = "id,title,item_group_id\na,red shirt,g\nb,blue shirt,g\nc,oak table,\n"
    (here.folder / "groups.csv").write_text(rows, encoding="utf-8")
    assert here("index", "groups.csv").code == 0
    folded = here("search", "shirt")
    assert "1 behind their variants or photos (--all-variants shows them)" in folded.out
    assert len(found(here, "shirt")) == 2
    assert len(found(here, "shirt", "--all-variants")) == 3


def test_rules_are_told(shop: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    told = shop("search", "red dress", "--rules", "rules.toml", "--limit", "3")
    assert "rules in force: Blue first, No green" in told.out
    assert "pinned by 'Blue first' (was " in " ".join(told.out.replace("│", " ").split())
    monkeypatch.setenv("SHOPWINDOW_SEARCH__RULES", "rules.toml")
    page = json.loads(shop("search", "red dress", "--json").out)
    assert page["rules"] == ["Blue first", "No green"]
    first = page["hits"][0]
    assert (first["id"], first["rules"], first["retrieval_rank"] > 1) == (
        "sku-1",
        ["Blue first"],
        True,
    )
    assert "green" not in colors(page["hits"])
    assert "a rule sends who searches this to /sale" in shop("search", "sale").out
    assert shop("search", "x", "--rules", "none.toml").code == 2


def test_ranges_of_prices(shop: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPWINDOW_SEARCH__LEAST_SHARE", "0")
    page = json.loads(shop("search", "dress", "--json").out)
    assert set(page["price_buckets"][0]) == {"low", "high", "count"}
    assert sum(each["count"] for each in page["price_buckets"]) >= 12
    assert "price" not in page["facets"]


@pytest.mark.parametrize(
    ("hit", "place", "line"),
    [
        (HIT, 1, "text 0.500 + lexical 0.250"),
        (replace(HIT, retrieval_rank=1), 1, "text 0.500 + lexical 0.250"),
        (replace(HIT, retrieval_rank=7), 1, "text 0.500 + lexical 0.250 (was 7)"),
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
def test_why_a_hit_is_there(hit: Hit, place: int, line: str) -> None:
    assert explain_hit(hit, place) == line


def test_what_was_done_to_an_answer() -> None:
    assert describe_processing(SearchResponse((), "q")) == []
    page = SearchResponse(
        (), "q", relaxed=("in_stock", "brand"), n_below_cutoff=1200, n_collapsed=3, rules=("a", "b")
    )
    assert describe_processing(replace(page, redirect="/eid")) == [
        "a rule sends who searches this to /eid",
        "nothing passes all filters; given up: stock, brand (--no-relax keeps them)",
        "1,200 left out: too little to do with the query",
        "3 behind their variants or photos (--all-variants shows them)",
        "rules in force: a, b",
    ]


def test_the_real_command(indexed: Path, tmp_path: Path) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text(RULES, encoding="utf-8")
    ordered = shopwindow(indexed, "search", "dress", "--sort", "price_asc", "--json")
    prices = [each["product"]["price"] for each in json.loads(ordered.out)["hits"]]
    assert prices == sorted(prices)
    photos = ("--image", "photos/0.png", "--image", "photos/3.png", "--crop", "0,0,0.5,1")
    seen = shopwindow(indexed, "search", *photos, "--avoid", "sku-0", "--rules", str(rules))
    assert seen.code == 0, seen.err
    assert "rules in force: No green" in seen.out
    assert "sku-0 " not in seen.out
    refused = shopwindow(indexed, "search", "dress", "--sort", "cheapest")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith("error: sort: expected one of relevance, price_low")


def test_an_unsure_answer_is_told() -> None:
    line = "nothing is really what was asked for; these come nearest"
    assert line in describe_processing(SearchResponse((HIT,), "q", is_confident=False))
    assert line not in describe_processing(SearchResponse((HIT,), "q"))
    assert line not in describe_processing(SearchResponse((), "q", is_confident=False))
