"""What a full feed deletes and what it keeps, in every format."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from embed import FakeEncoder
from index import IndexReport, ProductIndex, read_products
from shopwindow.values import Product
from shopwindow.values.errors import DeletionRefusedError
from tests.index.catalog.shops import FORMATS, Row, write_shop

MUG, CUP, JAR, POT = PRODUCTS = tuple(
    {"id": f"A{at}", "title": title, "price": f"{at + 4}", "stock": "5"}
    for at, title in enumerate(("Mug", "Cup", "Jar", "Pot"), start=1)
)
ROW_WITHOUT_ID = {"id": "", "title": "Bowl", "price": "3", "stock": "5"}
BROKEN_ROWS = {
    "csv": '"A3" x,Jar,7,5',
    "tsv": "A3\tJar\t7\t5\tfive\tcells",
    "jsonl": '{"id": "A3", "title": "Jar",}',
    "google-xml": "<item><g:title>Salt & pepper</g:title><g:id>A3</g:id></item>",
    "google-tsv": '"A3" x\tJar\t7\t5',
    "shopify": 'A3,"Jar" big,7,5,A3,-',
}


@pytest.fixture
def index(encoder: FakeEncoder) -> ProductIndex:
    return ProductIndex.open(":memory:", encoder)


def add_feed(index: ProductIndex, path: Path, full: bool = True) -> IndexReport:
    return index.add(read_products(path), delete_missing=full)


def list_ids(index: ProductIndex) -> str:
    """List which of the four products are indexed, as one text."""
    return " ".join(product.id for product in index.get(["A1", "A2", "A3", "A4"]))


def drop_price(row: Row) -> Row:
    return {**row, "price": "call us"}


@pytest.mark.parametrize("form", [form for form in FORMATS if form != "parquet"])
def test_an_unreadable_row_prevents_deletion(
    index: ProductIndex, tmp_path: Path, form: str
) -> None:
    add_feed(index, write_shop(tmp_path, form, PRODUCTS))
    report = add_feed(index, write_shop(tmp_path, form, [MUG, CUP, POT], BROKEN_ROWS[form]))
    assert list_ids(index) == "A1 A2 A3 A4"
    assert (report.deleted, report.n_not_deleted, report.n_rejected) == (0, 1, 1)
    assert report.not_deleted_reason.startswith(
        "1 row has no id that can be read (the first in line"
    )
    assert "the feed lacks 1 of the indexed products" in report.not_deleted_reason


@pytest.mark.parametrize("form", FORMATS)
def test_a_row_without_id_prevents_deletion(index: ProductIndex, tmp_path: Path, form: str) -> None:
    add_feed(index, write_shop(tmp_path, form, PRODUCTS))
    report = add_feed(index, write_shop(tmp_path, form, [MUG, CUP, ROW_WITHOUT_ID, POT]))
    assert list_ids(index) == "A1 A2 A3 A4"
    assert (report.deleted, report.n_not_deleted) == (0, 1)


@pytest.mark.parametrize("form", FORMATS)
def test_a_product_that_a_full_feed_lacks_is_deleted(
    index: ProductIndex, tmp_path: Path, form: str
) -> None:
    add_feed(index, write_shop(tmp_path, form, PRODUCTS))
    report = add_feed(index, write_shop(tmp_path, form, [MUG, CUP, POT]))
    assert list_ids(index) == "A1 A2 A4"
    assert (report.deleted, report.n_not_deleted, report.not_deleted_reason) == (1, 0, "")


@pytest.mark.parametrize("form", FORMATS)
def test_a_rejected_row_with_an_id_keeps_only_its_own_product(
    index: ProductIndex, tmp_path: Path, form: str
) -> None:
    add_feed(index, write_shop(tmp_path, form, PRODUCTS))
    report = add_feed(index, write_shop(tmp_path, form, [MUG, CUP, {**JAR, "title": ""}]))
    assert list_ids(index) == "A1 A2 A3"
    assert (report.n_rejected, report.deleted) == (1, 1)


def test_a_rejected_row_with_a_long_id_keeps_its_product(
    index: ProductIndex, tmp_path: Path
) -> None:
    long = {**JAR, "id": "x" * 512}
    add_feed(index, write_shop(tmp_path, "csv", [MUG, CUP, POT, long]))
    report = add_feed(index, write_shop(tmp_path, "csv", [MUG, CUP, POT, {**long, "title": ""}]))
    assert (report.n_rejected, report.deleted, index.count()) == (1, 0, 4)


@pytest.mark.parametrize("form", FORMATS)
def test_a_rejected_row_leaves_its_id_to_a_later_one(
    index: ProductIndex, tmp_path: Path, form: str
) -> None:
    report = add_feed(index, write_shop(tmp_path, form, [{**MUG, "title": ""}, CUP, MUG]))
    assert (report.added, report.n_rejected) == (2, 1)
    assert index.get(["A1"])[0].price == 5


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("rows_between", [[], [CUP, JAR, POT] * 100])
def test_a_complete_row_replaces_one_that_lacks_a_value(
    index: ProductIndex, tmp_path: Path, form: str, rows_between: list[Row]
) -> None:
    numbered_rows = [{**row, "id": f"B{number}"} for number, row in enumerate(rows_between)]
    add_feed(index, write_shop(tmp_path, form, [MUG]))
    rows = [drop_price(MUG), *numbered_rows, MUG, {**MUG, "price": "9"}]
    report = add_feed(index, write_shop(tmp_path, form, rows), full=False)
    assert index.get(["A1"])[0].price == 5
    assert (report.n_rejected, report.warnings_by_field) == (1, {"price": 1})
    assert report.rejected[0].reason.startswith("the id is used in line")


@pytest.mark.parametrize("form", FORMATS)
def test_an_unusable_cell_does_not_keep_the_old_price_and_stock(
    index: ProductIndex, tmp_path: Path, form: str
) -> None:
    add_feed(index, write_shop(tmp_path, form, PRODUCTS))
    today = [{**MUG, "price": "call us", "stock": "0"}, {**CUP, "price": "9", "stock": "soon"}]
    report = add_feed(index, write_shop(tmp_path, form, [*today, JAR, POT]))
    mug, cup = index.get(["A1", "A2"])
    assert (mug.price, mug.in_stock, cup.price, cup.in_stock) == (None, False, 9.0, True)
    assert (report.updated, report.n_rejected, report.n_warnings) == (2, 0, 2)
    assert report.warnings_by_field == {"price": 1, "in_stock": 1}
    assert [row.product_id for row in report.warnings] == ["A1", "A2"]
    assert [row.field for row in report.warnings] == ["price", "in_stock"]


def test_a_short_row_lacks_only_its_last_cells(index: ProductIndex, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,title,price,color\nA1,Mug,5,red\nA2,Cup\n")
    report = add_feed(index, path)
    assert index.get(["A2"]) == [Product(id="A2", title="Cup")]
    (warning,) = report.warnings
    assert (warning.line, warning.field, warning.product_id) == (3, "cells", "A2")
    assert warning.reason == "4 cells expected as in the header, got 2; the others are empty"


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("full", [False, True])
def test_a_draft_is_deleted_from_the_index(
    index: ProductIndex, tmp_path: Path, form: str, full: bool
) -> None:
    active = [{**row, "status": "active"} for row in PRODUCTS]
    add_feed(index, write_shop(tmp_path, form, active))
    report = add_feed(
        index, write_shop(tmp_path, form, [*active[:3], {**POT, "status": "Draft"}]), full
    )
    assert list_ids(index) == "A1 A2 A3"
    assert (report.n_withdrawn, report.n_withdrawn_deleted, report.deleted) == (1, 1, 0)
    assert (report.n_rejected, report.unchanged) == (0, 3)
    (row,) = report.withdrawn
    assert (row.product_id, row.reason) == ("A4", "the product's status is draft, not active")
    again = add_feed(
        index, write_shop(tmp_path, form, [*active[:3], {**POT, "status": "Draft"}]), full
    )
    assert (again.n_withdrawn, again.n_withdrawn_deleted) == (1, 0)


def test_a_draft_that_another_row_sells_stays(index: ProductIndex, tmp_path: Path) -> None:
    rows = [{**MUG, "status": "draft"}, {**CUP, "status": ""}, {**MUG, "status": "active"}]
    report = add_feed(index, write_shop(tmp_path, "csv", rows))
    assert (report.added, report.n_withdrawn, report.n_withdrawn_deleted) == (2, 1, 0)
    assert list_ids(index) == "A1 A2"


def test_a_row_rejected_for_its_photo_leaves_its_id_to_a_later_row(
    index: ProductIndex, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,title,image\nA1,,gone.png\nA2,Cup,\nA1,Mug,\n")
    report = add_feed(index, path)
    assert list_ids(index) == "A1 A2"
    assert (report.added, report.n_rejected) == (2, 1)
    assert [row.line for row in report.indexing_issues] == [2]


def test_a_broken_part_of_parquet_prevents_deletion(index: ProductIndex, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    rows = {"id": [f"A{n}" for n in range(2_000)], "title": [f"t{n}" for n in range(2_000)]}
    pq.write_table(pa.table(rows), path, row_group_size=500, compression="zstd")
    assert add_feed(index, path).added == 2_000
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 1_000] = bytes(1_000)
    path.write_bytes(data)
    report = add_feed(index, path)
    assert report.n_not_deleted >= 400
    assert report.deleted == 0
    assert index.count() == 2_000


def test_a_truncated_feed_is_reported_with_the_products_it_lacks(
    index: ProductIndex, tmp_path: Path
) -> None:
    path = write_shop(tmp_path, "google-xml", PRODUCTS)
    add_feed(index, path)
    text = path.read_text()
    path.write_text(text[: text.index("<g:id>A4")])
    with pytest.raises(
        DeletionRefusedError, match=r"the feed broke off.*1 products are not"
    ) as caught:
        add_feed(index, path)
    report = caught.value.report
    assert isinstance(report, IndexReport)
    assert (report.unchanged, report.n_not_deleted, report.deleted) == (3, 1, 0)
    assert report.not_deleted_reason == str(caught.value)
    assert list_ids(index) == "A1 A2 A3 A4"


def test_a_refused_deletion_leaves_a_complete_index(index: ProductIndex, tmp_path: Path) -> None:
    add_feed(index, write_shop(tmp_path, "csv", PRODUCTS))
    manifest_before, n_changes_before = index.manifest, index.n_changes
    new = {**MUG, "id": "B1", "title": "A very long title of a bowl in many words"}
    with pytest.raises(DeletionRefusedError, match="lacks 4 of 5 indexed products, so nothing"):
        add_feed(index, write_shop(tmp_path, "csv", [new]))
    assert index.count() == 5
    assert index.manifest != manifest_before
    assert index.n_changes == n_changes_before + 1
