"""How much a product is sold or liked: read from feeds, and kept up to date."""

from pathlib import Path

import pytest

from embed import FakeEncoder
from index import ProductIndex, read_products
from search import SearchService
from shopwindow.values import Product, Query
from shopwindow.values.errors import InvalidProductError

NAMES = ("popularity", "Units Sold", "rating_count", "الشعبية", "عدد المبيعات", "sold")


def feed(folder: Path, name: str, *values: str) -> Path:
    rows = [f'p{n},mug {n},"{value}"' for n, value in enumerate(values)]
    path = folder / "feed.csv"
    path.write_text("\n".join([f"id,title,{name}", *rows]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("name", NAMES)
def test_shops_call_it_many_things(tmp_path: Path, name: str) -> None:
    products = list(read_products(feed(tmp_path, name, "17")))
    assert [(each.popularity, dict(each.attributes)) for each in products] == [(17.0, {})]


@pytest.mark.parametrize(
    ("written", "read"),
    [("0", 0.0), ("3.5", 3.5), ("1,234", 1234.0), ("١٢٣", 123.0), ("١٬٢٩٩", 1299.0), ("", None)],
)
def test_numbers_as_they_are_written(tmp_path: Path, written: str, read: float | None) -> None:
    (product,) = read_products(feed(tmp_path, "popularity", written))
    assert product.popularity == read


@pytest.mark.parametrize("bad", ["many", "-5", "nan", "inf", "1-2"])
def test_a_row_with_a_bad_one_is_taken_without_it(
    encoder: FakeEncoder, tmp_path: Path, bad: str
) -> None:
    index = ProductIndex.open(":memory:", encoder)
    report = index.add(read_products(feed(tmp_path, "sold", "3", bad, "4")))
    assert (report.added, report.warnings_by_field) == (3, {"popularity": 1})
    (warning,) = report.warnings
    assert (warning.line, warning.column, warning.product_id) == (3, "sold", "p1")
    assert warning.reason == f"a number of zero or more expected, got {bad!r}"
    assert index.get(["p1"])[0].popularity is None


@pytest.mark.parametrize("bad", [-1.0, float("nan"), float("inf")])
def test_a_product_refuses_a_bad_one(bad: float) -> None:
    with pytest.raises(InvalidProductError, match="popularity: expected a number of zero or more"):
        Product("p", "mug", popularity=bad)


def test_a_product_is_updated_when_only_that_changes(encoder: FakeEncoder, tmp_path: Path) -> None:
    index = ProductIndex.open(":memory:", encoder)
    index.add(read_products(feed(tmp_path, "popularity", "5", "3", "1")))
    again = index.add(read_products(feed(tmp_path, "popularity", "5", "9", "1")))
    assert (again.added, again.updated, again.unchanged) == (0, 1, 2)
    page = SearchService(index).search(Query(sort="popular"))
    assert [hit.product.id for hit in page.hits] == ["p1", "p0", "p2"]
    gone = index.add(read_products(feed(tmp_path, "popularity", "5", "", "1")))
    assert gone.updated == 1
    page = SearchService(index).search(Query(sort="popular"))
    assert [hit.product.id for hit in page.hits] == ["p0", "p2", "p1"]
