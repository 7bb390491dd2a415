"""Feeds of partial updates: which columns count, what cells mean, and what is reported."""

import csv
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from embed import FakeEncoder
from index import IndexReport, ProductIndex, read_products, read_updates
from index.catalog.removal_words import REMOVAL_WORDS
from shopwindow.values import Product
from shopwindow.values.errors import FeedError

DRESS = Product(
    id="d", title="Linen dress", price=100.0, currency="AED", brand="Noor",
    attributes={"color": "red", "size": "M"}, availability="in_stock", quantity=4,
)  # fmt: skip
SHIRT = Product(id="s", title="Shirt", price=12.5, currency="KWD", merchant_id="m1")


@pytest.fixture
def index() -> ProductIndex:
    index = ProductIndex.open(":memory:", FakeEncoder())
    index.add([DRESS, SHIRT])
    return index


def write(tmp_path: Path, text: str, name: str = "prices.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def update(
    index: ProductIndex, tmp_path: Path, text: str, name: str = "prices.csv", **options: str
) -> IndexReport:
    return index.update(read_updates(write(tmp_path, text, name), **options))


def get(index: ProductIndex, product_id: str = "d") -> Product:
    return index.get([product_id])[0]


def test_two_columns_change_one_field(index: ProductIndex, tmp_path: Path) -> None:
    report = update(index, tmp_path, "id,price\nd,79.90\ns,\nx,3\n")
    assert (report.updated, report.unchanged, report.n_unknown) == (1, 1, 1)
    assert get(index) == replace(DRESS, price=79.9)
    assert get(index, "s") == SHIRT
    assert (report.unknown[0].line, report.unknown[0].product_id) == (4, "x")


def test_any_format_is_read(index: ProductIndex, tmp_path: Path) -> None:
    rows = [{"id": "d", "price": 5, "availability": "preorder"}]
    update(index, tmp_path, "\n".join(map(json.dumps, rows)), "prices.jsonl")
    assert (get(index).price, get(index).availability) == (5.0, "preorder")
    update(index, tmp_path, "المعرف\tالسعر\tالكمية\nd\t٧٫٥ د.إ\t0\n", "prices.tsv")
    assert (get(index).price, get(index).in_stock, get(index).quantity) == (7.5, False, 0)


CELLS = {
    "stock in words": ("availability", "sold out", {"availability": "out_of_stock"}),
    "stock as a number": ("stock", "3", {"availability": "in_stock", "quantity": 4}),
    "quantity": ("quantity", "0", {"availability": "out_of_stock", "quantity": 0}),
    "attribute": ("color", "blue", {"attributes": {"color": "blue", "size": "M"}}),
    "new attribute": ("neckline", "V", {"attributes": {**DRESS.attributes, "neckline": "V"}}),
    "attribute removed": ("color", "(none)", {"attributes": {"size": "M"}}),
    "attributes removed": ("attributes", "(none)", {"attributes": {}}),
    "brand": ("brand", "Lulu", {"brand": "Lulu"}),
    "brand removed": ("brand", "(بدون)", {"brand": ""}),
    "price removed": ("price", "__empty__value__", {"price": None}),
    "quantity removed": ("stock_quantity", "(none)", {"quantity": None, "availability": ""}),
    "sale beside the stored price": ("sale_price", "60", {"price": 60.0, "list_price": 100.0}),
    "price with its currency": ("price", "20 USD", {"price": 20.0, "currency": "USD"}),
    "currency in the name": ("Price (SAR)", "20", {"price": 20.0, "currency": "SAR"}),
    "rating": ("rating", "90 %", {"rating": 4.5}),
    "link": ("link", "https://shop/d", {"url": "https://shop/d"}),
    "category": ("category", "A > B", {"category": ("A", "B")}),
    "a word for a gap": ("brand", "N/A", {}),
    "NULL": ("price", "NULL", {}),
}


@pytest.mark.parametrize(("column", "cell", "changes"), CELLS.values(), ids=CELLS)
def test_a_cell_changes_its_field_alone(
    index: ProductIndex, tmp_path: Path, column: str, cell: str, changes: dict[str, object]
) -> None:
    update(index, tmp_path, f"id,{column}\nd,{cell}\n")
    availability = changes.get("availability", DRESS.availability)
    in_stock = availability != "out_of_stock"
    assert get(index) == replace(DRESS, **{**changes, "in_stock": in_stock})  # type: ignore[arg-type]


def test_the_next_full_feed_with_the_same_values_changes_nothing(
    index: ProductIndex, tmp_path: Path
) -> None:
    whole = "id,title,brand,price,sale_price,stock,color,size,rating_count\n"
    first, second = "d,Dress,Noor,100 AED,,4,red,M,7\n", "d,Dress,Noor,110 AED,90 AED,0,blue,M,9\n"
    index.add(read_products(write(tmp_path, whole + first, "full.csv")))
    update(index, tmp_path, "id,price,sale_price,stock,color,rating_count\nd,110,90,0,blue,9\n")
    report = index.add(read_products(write(tmp_path, whole + second, "full.csv")))
    assert (report.unchanged, report.updated) == (1, 0)
    report = index.add(read_products(write(tmp_path, whole + first, "full.csv")))
    assert report.updated == 1


def test_a_price_without_currency_is_read_in_that_of_the_product(
    index: ProductIndex, tmp_path: Path
) -> None:
    update(index, tmp_path, 'id,price\ns,"12,500"\nd,"12,500"\n')
    assert (get(index, "s").price, get(index).price) == (12.5, 12500.0)
    update(index, tmp_path, "id,price\ns,3\n", currency="SAR")
    assert (get(index, "s").price, get(index, "s").currency) == (3.0, "SAR")


def test_sales_get_their_window(index: ProductIndex, tmp_path: Path) -> None:
    end = datetime.now(UTC).replace(microsecond=0) + timedelta(days=3)
    rows = f"id,sale_price,sale_end\nd,60,{end.isoformat()}\ns,,{end.isoformat()}\n"
    report = update(index, tmp_path, rows)
    sale = get(index)
    assert (sale.price, sale.list_price, sale.sale_price, sale.sale_end) == (60, 100, 60, end)
    assert report.warnings_by_field == {"sale_end": 1}
    assert get(index, "s") == SHIRT
    update(index, tmp_path, "id,price\nd,120\n")
    assert (get(index).price, get(index).list_price) == (60.0, 120.0)
    update(index, tmp_path, "id,sale_price\nd,(none)\n")
    assert get(index) == replace(DRESS, price=120.0)


def test_cost_becomes_the_margin_of_the_new_price(index: ProductIndex, tmp_path: Path) -> None:
    update(index, tmp_path, "id,price,cost\nd,50,20\n")
    assert get(index).margin == 0.6


def test_an_unusable_value_removes_its_field_with_a_warning(
    index: ProductIndex, tmp_path: Path
) -> None:
    rejects = tmp_path / "rejects.csv"
    report = update(index, tmp_path, "id,price\nd,call us\n", rejects=str(rejects))
    assert get(index).price is None
    assert report.warnings_by_field == {"price": 1}
    assert (report.updated, report.n_rejected) == (1, 0)


def test_columns_that_cannot_be_updated_are_ignored_with_a_reason(
    index: ProductIndex, tmp_path: Path
) -> None:
    report = update(
        index, tmp_path, "id,title,title_ar,image,status,price\nd,New,جديد,x.jpg,draft,5\n"
    )
    assert get(index) == replace(DRESS, price=5.0)
    assert index.count() == 2
    reasons = report.ignored_columns
    assert set(reasons) == {"title", "title_ar", "image", "status"}
    assert "encodes nothing" in reasons["title"]
    assert "encodes nothing" in reasons["title_ar"]
    assert "removes nothing" in reasons["status"]


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("name,price", "no column holds an id"),
        ("id", "no column beside the id can be updated"),
        ("id,title,image", "title: an update encodes nothing"),
        ("id,currency", "no column beside the id"),
    ],
)
def test_a_feed_without_anything_to_update_is_refused(
    tmp_path: Path, header: str, message: str
) -> None:
    row = ",".join("1" for _ in header.split(","))
    with pytest.raises(FeedError, match=message):
        read_updates(write(tmp_path, f"{header}\n{row}\n"))


def test_bad_rows_are_rejected_and_written_to_the_rejects_file(
    index: ProductIndex, tmp_path: Path
) -> None:
    rejects = tmp_path / "rejects.csv"
    path = write(tmp_path, "id,price,url\n,5,\nd,6,\nd,7,\nx,8,\ns,9,10,11,12\n")
    feed = read_updates(path, rejects=rejects)
    report = index.update(feed)
    feed.append_rejections(report.indexing_issues)
    assert (report.updated, report.n_rejected, report.n_unknown) == (1, 3, 1)
    reasons = [row.reason for row in report.rejected]
    assert reasons[0] == "an id expected, got nothing"
    assert reasons[1] == "the id is used in line 3 already"
    with rejects.open(encoding="utf-8-sig", newline="") as file:
        lines = [row["line"] for row in csv.DictReader(file)]
    assert sorted(lines) == ["2", "4", "5", "6"]


def test_a_merchant_s_feed_touches_its_products_only(index: ProductIndex, tmp_path: Path) -> None:
    path = write(tmp_path, "id,price,seller\nd,1,\ns,2,\n")
    report = index.update(read_updates(path, merchant_id="m1"), merchant_id="m1")
    assert (report.updated, report.n_rejected) == (1, 1)
    assert "no merchant" in report.rejected[0].reason
    report = index.update(read_updates(write(tmp_path, "id,price,seller\ns,3,m2\n")))
    assert "belongs to the merchant 'm1'" in report.rejected[0].reason
    assert (get(index).price, get(index, "s").price) == (100.0, 2.0)


def test_the_words_of_removal_are_documented() -> None:
    text = Path(__file__).parents[3].joinpath("docs/feeds.md").read_text(encoding="utf-8")
    assert all(f"`{word}`" in text for word in REMOVAL_WORDS)
