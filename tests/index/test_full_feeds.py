"""What a full feed deletes, what it keeps, and why: in every format."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from embed import FakeEncoder
from index import IndexReport, ProductIndex, read_products
from shopwindow.values import Product
from shopwindow.values.errors import DeletionRefusedError
from tests.index.catalog.shops import FORMATS, Row, write_shop

MUG, CUP, JAR, POT = SHOP = tuple(
    {"id": f"A{at}", "title": title, "price": f"{at + 4}", "stock": "5"}
    for at, title in enumerate(("Mug", "Cup", "Jar", "Pot"), start=1)
)
NO_ID = {"id": "", "title": "Bowl", "price": "3", "stock": "5"}
BROKEN = {
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


def run(index: ProductIndex, path: Path, full: bool = True) -> IndexReport:
    return index.add(read_products(path), delete_missing=full)


def ids(index: ProductIndex) -> str:
    """The indexed ones among the shop's ids, as one text."""
    return " ".join(each.id for each in index.get(["A1", "A2", "A3", "A4"]))


def without_price(row: Row) -> Row:
    return {**row, "price": "call us"}


@pytest.mark.parametrize("form", [each for each in FORMATS if each != "parquet"])
def test_a_row_that_cannot_be_read_keeps_what_the_feed_lacks(
    index: ProductIndex, tmp_path: Path, form: str
) -> None:
    run(index, write_shop(tmp_path, form, SHOP))
    report = run(index, write_shop(tmp_path, form, [MUG, CUP, POT], BROKEN[form]))
    assert ids(index) == "A1 A2 A3 A4"
    assert (report.deleted, report.n_not_deleted, report.n_rejected) == (0, 1, 1)
    assert report.not_deleted_reason.startswith(
        "1 row has no id that can be read (the first in line"
    )
    assert "the feed lacks 1 of the indexed products" in report.not_deleted_reason


@pytest.mark.parametrize("form", FORMATS)
def test_a_row_without_id_keeps_what_the_feed_lacks(
    index: ProductIndex, tmp_path: Path, form: str
) -> None:
    run(index, write_shop(tmp_path, form, SHOP))
    report = run(index, write_shop(tmp_path, form, [MUG, CUP, NO_ID, POT]))
    assert ids(index) == "A1 A2 A3 A4"
    assert (report.deleted, report.n_not_deleted) == (0, 1)


@pytest.mark.parametrize("form", FORMATS)
def test_without_such_a_row_it_is_deleted(index: ProductIndex, tmp_path: Path, form: str) -> None:
    run(index, write_shop(tmp_path, form, SHOP))
    report = run(index, write_shop(tmp_path, form, [MUG, CUP, POT]))
    assert ids(index) == "A1 A2 A4"
    assert (report.deleted, report.n_not_deleted, report.not_deleted_reason) == (1, 0, "")


@pytest.mark.parametrize("form", FORMATS)
def test_a_rejected_row_with_an_id_keeps_its_product_alone(
    index: ProductIndex, tmp_path: Path, form: str
) -> None:
    run(index, write_shop(tmp_path, form, SHOP))
    report = run(index, write_shop(tmp_path, form, [MUG, CUP, {**JAR, "title": ""}]))
    assert ids(index) == "A1 A2 A3"
    assert (report.n_rejected, report.deleted) == (1, 1)


def test_a_rejected_row_with_a_long_id_keeps_its_product(
    index: ProductIndex, tmp_path: Path
) -> None:
    long = {**JAR, "id": "x" * 512}
    run(index, write_shop(tmp_path, "csv", [MUG, CUP, POT, long]))
    report = run(index, write_shop(tmp_path, "csv", [MUG, CUP, POT, {**long, "title": ""}]))
    assert (report.n_rejected, report.deleted, index.count()) == (1, 0, 4)


@pytest.mark.parametrize("form", FORMATS)
def test_a_rejected_row_leaves_its_id_to_a_later_one(
    index: ProductIndex, tmp_path: Path, form: str
) -> None:
    report = run(index, write_shop(tmp_path, form, [{**MUG, "title": ""}, CUP, MUG]))
    assert (report.added, report.n_rejected) == (2, 1)
    assert index.get(["A1"])[0].price == 5


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("batch_between", [[], [CUP, JAR, POT] * 100])
def test_a_whole_row_takes_the_place_of_one_that_lacks_a_value(
    index: ProductIndex, tmp_path: Path, form: str, batch_between: list[Row]
) -> None:
    between = [{**row, "id": f"B{at}"} for at, row in enumerate(batch_between)]
    run(index, write_shop(tmp_path, form, [MUG]))
    rows = [without_price(MUG), *between, MUG, {**MUG, "price": "9"}]
    report = run(index, write_shop(tmp_path, form, rows), full=False)
    assert index.get(["A1"])[0].price == 5
    assert (report.n_rejected, report.warnings_by_field) == (1, {"price": 1})
    assert report.rejected[0].reason.startswith("the id is used in line")


@pytest.mark.parametrize("form", FORMATS)
def test_an_odd_cell_does_not_keep_yesterdays_price_and_stock(
    index: ProductIndex, tmp_path: Path, form: str
) -> None:
    run(index, write_shop(tmp_path, form, SHOP))
    today = [{**MUG, "price": "call us", "stock": "0"}, {**CUP, "price": "9", "stock": "soon"}]
    report = run(index, write_shop(tmp_path, form, [*today, JAR, POT]))
    mug, cup = index.get(["A1", "A2"])
    assert (mug.price, mug.in_stock, cup.price, cup.in_stock) == (None, False, 9.0, True)
    assert (report.updated, report.n_rejected, report.n_warnings) == (2, 0, 2)
    assert report.warnings_by_field == {"price": 1, "in_stock": 1}
    assert [each.product_id for each in report.warnings] == ["A1", "A2"]
    assert [each.field for each in report.warnings] == ["price", "in_stock"]


def test_a_short_row_lacks_only_its_last_cells(index: ProductIndex, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,title,price,color\nA1,Mug,5,red\nA2,Cup\n")
    report = run(index, path)
    assert index.get(["A2"]) == [Product(id="A2", title="Cup")]
    (warning,) = report.warnings
    assert (warning.line, warning.field, warning.product_id) == (3, "cells", "A2")
    assert warning.reason == "4 cells expected as in the header, got 2; the others are empty"


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("full", [False, True])
def test_a_draft_leaves_the_index(
    index: ProductIndex, tmp_path: Path, form: str, full: bool
) -> None:
    active = [{**row, "status": "active"} for row in SHOP]
    run(index, write_shop(tmp_path, form, active))
    report = run(index, write_shop(tmp_path, form, [*active[:3], {**POT, "status": "Draft"}]), full)
    assert ids(index) == "A1 A2 A3"
    assert (report.n_withdrawn, report.n_withdrawn_deleted, report.deleted) == (1, 1, 0)
    assert (report.n_rejected, report.unchanged) == (0, 3)
    (row,) = report.withdrawn
    assert (row.product_id, row.reason) == ("A4", "the product's status is draft, not active")
    again = run(index, write_shop(tmp_path, form, [*active[:3], {**POT, "status": "Draft"}]), full)
    assert (again.n_withdrawn, again.n_withdrawn_deleted) == (1, 0)


def test_a_product_that_another_row_sells_stays(index: ProductIndex, tmp_path: Path) -> None:
    rows = [{**MUG, "status": "draft"}, {**CUP, "status": ""}, {**MUG, "status": "active"}]
    report = run(index, write_shop(tmp_path, "csv", rows))
    assert (report.added, report.n_withdrawn, report.n_withdrawn_deleted) == (2, 1, 0)
    assert ids(index) == "A1 A2"


def test_a_photo_that_fails_leaves_the_id_to_a_row_with_words(
    index: ProductIndex, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,title,image\nA1,,gone.png\nA2,Cup,\nA1,Mug,\n")
    report = run(index, path)
    assert ids(index) == "A1 A2"
    assert (report.added, report.n_rejected) == (2, 1)
    assert [each.line for each in report.indexing_issues] == [2]


def test_a_broken_part_of_parquet_keeps_what_the_feed_lacks(
    index: ProductIndex, tmp_path: Path
) -> None:
    path = tmp_path / "a.parquet"
    rows = {"id": [f"A{n}" for n in range(2_000)], "title": [f"t{n}" for n in range(2_000)]}
    pq.write_table(pa.table(rows), path, row_group_size=500, compression="zstd")
    assert run(index, path).added == 2_000
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 1_000] = bytes(1_000)
    path.write_bytes(data)
    report = run(index, path)
    assert report.n_not_deleted >= 400
    assert report.deleted == 0
    assert index.count() == 2_000


def test_what_broke_off_is_reported_with_its_count(index: ProductIndex, tmp_path: Path) -> None:
    path = write_shop(tmp_path, "google-xml", SHOP)
    run(index, path)
    text = path.read_text()
    path.write_text(text[: text.index("<g:id>A4")])
    with pytest.raises(
        DeletionRefusedError, match=r"the feed broke off.*1 products are not"
    ) as err:
        run(index, path)
    report = err.value.report
    assert isinstance(report, IndexReport)
    assert (report.unchanged, report.n_not_deleted, report.deleted) == (3, 1, 0)
    assert report.not_deleted_reason == str(err.value)
    assert ids(index) == "A1 A2 A3 A4"


def test_a_refused_deletion_leaves_an_index_that_is_complete(
    index: ProductIndex, tmp_path: Path
) -> None:
    run(index, write_shop(tmp_path, "csv", SHOP))
    before, changes = index.manifest, index.n_changes
    new = {**MUG, "id": "B1", "title": "A very long title of a bowl in many words"}
    with pytest.raises(DeletionRefusedError, match="lacks 4 of 5 indexed products, so nothing"):
        run(index, write_shop(tmp_path, "csv", [new]))
    assert index.count() == 5
    assert index.manifest != before
    assert index.n_changes == changes + 1
