"""`shopwindow search`: sorting, crops, negative examples, rules, relaxed filters."""

import json
from pathlib import Path
from typing import Any

import pytest

from shopwindow.serving.cli.search_options import parse_attributes
from shopwindow.values.errors import InvalidQueryError
from tests.conftest import COLORS
from tests.serving.cli.conftest import CliRunner, shopwindow, write_feed

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


@pytest.fixture
def shop(cli: CliRunner) -> CliRunner:
    write_feed(cli.folder / "feed.csv", 12)
    assert cli("index", "feed.csv").code == 0
    (cli.folder / "rules.toml").write_text(RULES, encoding="utf-8")
    return cli


def search(shop: CliRunner, *arguments: str) -> list[dict[str, Any]]:
    outcome = shop("search", *arguments, "--json")
    assert outcome.code == 0, outcome.err
    hits: list[dict[str, Any]] = json.loads(outcome.out)["hits"]
    return hits


def colors(hits: list[dict[str, Any]]) -> list[str]:
    return [hit["product"]["attributes"]["color"] for hit in hits]


@pytest.mark.parametrize("words", [(), ("dress",)])
def test_sorting_by_price(
    shop: CliRunner, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOPWINDOW_SEARCH__RELATIVE_SCORE_CUTOFF", "0")
    prices = [hit["product"]["price"] for hit in search(shop, *words, "--sort", "price_desc")]
    assert prices == [110.0 - 10 * n for n in range(10)]


def test_several_photos_and_their_crops(shop: CliRunner) -> None:
    from PIL import Image  # noqa: PLC0415

    both = Image.new("RGB", (40, 20), COLORS["red"][0])
    both.paste(COLORS["blue"][0], (20, 0, 40, 20))
    both.save("both.png")
    left, right = ("--crop", "0,0,0.5,1"), ("--crop", "0.5,0,1,1")
    image = ("--image", "both.png")
    assert set(colors(search(shop, *image, *left, "--limit", "4"))) == {"red"}
    assert set(colors(search(shop, *image, *right, "--limit", "4"))) == {"blue"}
    two_photos = search(shop, *image, *left, *image, *right, "--limit", "8")
    assert set(colors(two_photos)) == {"red", "blue"}
    one_crop = search(shop, *image, *image, *right, "--limit", "4")
    assert set(colors(one_crop)) == {"blue"}
    query = ("red", "--image", "photos/1.png", "--limit", "1", "--image-weight")
    assert colors(search(shop, *query, "1")) == ["blue"]
    assert colors(search(shop, *query, "0")) == ["red"]


def test_negative_examples_are_not_hits(shop: CliRunner) -> None:
    ids = [hit["id"] for hit in search(shop, "dress", "--not-like", "sku-0", "--not-like", "sku-1")]
    assert ids
    assert not {"sku-0", "sku-1"} & set(ids)
    unknown = shop("search", "dress", "--not-like", "none")
    assert unknown.code == 1
    assert unknown.err.startswith("error: no product has the id 'none'.")


def test_diversity_changes_the_order(shop: CliRunner) -> None:
    plain, diverse = (search(shop, "red dress", "--diversity", value) for value in ("0", "1"))
    assert {hit["id"] for hit in plain} != set()
    assert [hit["id"] for hit in plain] != [hit["id"] for hit in diverse]
    assert any("diversity" in hit["contributions"] for hit in diverse)


def test_filters_are_relaxed_unless_no_relax_is_given(shop: CliRunner) -> None:
    filters = ("--price-min", "900", "--category", "Dresses")
    line = "no results with all filters; dropped: price (--no-relax keeps them)"
    assert shop("search", *filters).out.splitlines()[0] == line
    document = json.loads(shop("search", "dress", *filters, "--json").out)
    assert (document["relaxed_filters"], len(document["hits"])) == (["price"], 6)
    assert shop("search", *filters, "--no-relax").out == "No product matches.\n"


def test_variants_are_collapsed_or_all_shown(
    cli: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOPWINDOW_SEARCH__RELATIVE_SCORE_CUTOFF", "0")
    rows = "id,title,item_group_id\na,red shirt,g\nb,blue shirt,g\nc,oak table,\n"
    (cli.folder / "groups.csv").write_text(rows, encoding="utf-8")
    assert cli("index", "groups.csv").code == 0
    assert "1 variants grouped (--no-collapse shows them)" in cli("search", "shirt").out
    assert len(search(cli, "shirt")) == 2
    assert len(search(cli, "shirt", "--no-collapse")) == 3


def test_rules_are_reported(shop: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    ruled = shop("search", "red dress", "--rules", "rules.toml", "--limit", "3")
    assert "rules in force: Blue first, No green" in ruled.out
    assert "pinned by 'Blue first' (rank " in " ".join(ruled.out.replace("│", " ").split())
    monkeypatch.setenv("SHOPWINDOW_SEARCH__RULES_FILE", "rules.toml")
    document = json.loads(shop("search", "red dress", "--json").out)
    assert document["rules"] == ["Blue first", "No green"]
    first = document["hits"][0]
    assert (first["id"], first["rules"], first["retrieval_rank"] > 1) == (
        "sku-1",
        ["Blue first"],
        True,
    )
    assert "green" not in colors(document["hits"])
    assert "a rule redirects this search to /sale" in shop("search", "sale").out
    assert shop("search", "x", "--rules", "none.toml").code == 2


def test_price_buckets(shop: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPWINDOW_SEARCH__RELATIVE_SCORE_CUTOFF", "0")
    document = json.loads(shop("search", "dress", "--json").out)
    assert set(document["price_buckets"][0]) == {"low", "high", "count"}
    assert sum(bucket["count"] for bucket in document["price_buckets"]) >= 12
    assert "price" not in document["facets"]


def test_the_real_command(indexed: Path, tmp_path: Path) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text(RULES, encoding="utf-8")
    ordered = shopwindow(indexed, "search", "dress", "--sort", "price_asc", "--json")
    prices = [hit["product"]["price"] for hit in json.loads(ordered.out)["hits"]]
    assert prices == sorted(prices)
    photos = ("--image", "photos/0.png", "--image", "photos/3.png", "--crop", "0,0,0.5,1")
    visual = shopwindow(indexed, "search", *photos, "--not-like", "sku-0", "--rules", str(rules))
    assert visual.code == 0, visual.err
    assert "rules in force: No green" in visual.out
    assert "sku-0 " not in visual.out
    refused = shopwindow(indexed, "search", "dress", "--sort", "cheapest")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith("error: sort: expected one of relevance, price_asc")


def test_filters_and_pages(shop: CliRunner) -> None:
    options = ("--category", "Dresses", "--attribute", "color=red", "--price-max", "50")
    hits = json.loads(shop("search", "dress", *options, "--json").out)["hits"]
    assert [hit["id"] for hit in hits] == ["sku-0"]
    brands = ("--brand", "Brand 1", "--brand", "Brand 2", "--in-stock", "--price-min", "10")
    first = json.loads(shop("search", *brands, "--limit", "4", "--json").out)
    rest = json.loads(shop("search", *brands, "--cursor", first["next_cursor"], "--json").out)
    ids = [hit["id"] for hit in first["hits"] + rest["hits"]]
    assert sorted(ids) == ["sku-1", "sku-10", "sku-2", "sku-5", "sku-6", "sku-9"]
    table = shop("search", "dress", "--limit", "1")
    assert table.err.startswith("more: the same command with --cursor ")
    assert "cursor" not in shop("similar", "sku-1", "--limit", "1").err


def test_attributes_are_parsed_into_values_by_name() -> None:
    pairs = ("color=red", "size = M", "color=blue", "fit=a=b")
    assert parse_attributes(pairs) == {"color": ("red", "blue"), "size": ("M",), "fit": ("a=b",)}
    for malformed in ("color", "=red", "color=", ""):
        with pytest.raises(InvalidQueryError, match="expected NAME=VALUE"):
            parse_attributes([malformed])
