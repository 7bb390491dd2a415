"""Popularity: read from feeds, validated, and updated in the index."""

from pathlib import Path

import pytest

from embed import FakeEncoder
from index import ProductIndex, read_products
from search import SearchService
from shopwindow.values import Product, Query
from shopwindow.values.errors import InvalidProductError

COLUMN_NAMES = ("popularity", "Units Sold", "rating_count", "الشعبية", "عدد المبيعات", "sold")


def write_feed(folder: Path, name: str, *values: str) -> Path:
    rows = [f'p{n},mug {n},"{value}"' for n, value in enumerate(values)]
    path = folder / "feed.csv"
    path.write_text("\n".join([f"id,title,{name}", *rows]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("name", COLUMN_NAMES)
def test_popularity_has_many_column_names(tmp_path: Path, name: str) -> None:
    products = list(read_products(write_feed(tmp_path, name, "17")))
    assert [(p.popularity, dict(p.attributes)) for p in products] == [(17.0, {})]


@pytest.mark.parametrize(
    ("written", "read"),
    [("0", 0.0), ("3.5", 3.5), ("1,234", 1234.0), ("١٢٣", 123.0), ("١٬٢٩٩", 1299.0), ("", None)],
)
def test_number_formats_of_popularity(tmp_path: Path, written: str, read: float | None) -> None:
    (product,) = read_products(write_feed(tmp_path, "popularity", written))
    assert product.popularity == read


@pytest.mark.parametrize("invalid", ["many", "-5", "infinity", "inf", "1-2"])
def test_a_row_with_an_invalid_popularity_is_indexed_without_it(
    encoder: FakeEncoder, tmp_path: Path, invalid: str
) -> None:
    index = ProductIndex.open(":memory:", encoder)
    report = index.add(read_products(write_feed(tmp_path, "sold", "3", invalid, "4")))
    assert (report.added, report.warnings_by_field) == (3, {"popularity": 1})
    (warning,) = report.warnings
    assert (warning.line, warning.column, warning.product_id) == (3, "sold", "p1")
    assert warning.reason == f"a number of zero or more expected, got {invalid!r}"
    assert index.get(["p1"])[0].popularity is None


@pytest.mark.parametrize("invalid", [-1.0, float("nan"), float("inf")])
def test_a_product_refuses_an_invalid_popularity(invalid: float) -> None:
    with pytest.raises(InvalidProductError, match="popularity: expected a number of zero or more"):
        Product("p", "mug", popularity=invalid)


def test_a_product_is_updated_when_only_its_popularity_changes(
    encoder: FakeEncoder, tmp_path: Path
) -> None:
    index = ProductIndex.open(":memory:", encoder)
    index.add(read_products(write_feed(tmp_path, "popularity", "5", "3", "1")))
    update = index.add(read_products(write_feed(tmp_path, "popularity", "5", "9", "1")))
    assert (update.added, update.updated, update.unchanged) == (0, 1, 2)
    response = SearchService(index).search(Query(sort="popular"))
    assert [hit.product.id for hit in response.hits] == ["p1", "p0", "p2"]
    removal = index.add(read_products(write_feed(tmp_path, "popularity", "5", "", "1")))
    assert removal.updated == 1
    response = SearchService(index).search(Query(sort="popular"))
    assert [hit.product.id for hit in response.hits] == ["p0", "p2", "p1"]
