"""Merchants in one index: no feed deletes, changes or takes over products of another merchant."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from embed import FakeEncoder
from index import ProductIndex, read_products
from shopwindow.values import Filters, Product
from shopwindow.values.errors import DeletionRefusedError, InvalidValueError
from tests.index.catalog.shops import FORMATS, write_shop


def make_products(merchant_id: str, n_products: int = 4, prefix: str = "") -> list[Product]:
    ids = [f"{prefix or merchant_id}{number}" for number in range(n_products)]
    return [
        Product(id=product_id, title=f"Mug {product_id}", merchant_id=merchant_id)
        for product_id in ids
    ]


A, B, UNOWNED = make_products("A"), make_products("B"), make_products("", prefix="n")


@pytest.fixture
def index(encoder: FakeEncoder) -> ProductIndex:
    index = ProductIndex.open(":memory:", encoder)
    index.add([*A, *B, *UNOWNED])
    return index


def count_products(index: ProductIndex) -> tuple[int, int, int]:
    """Count the products of A, of B, and in all."""
    n_of_a, n_of_b = (index.count(Filters(merchant_id=merchant_id)) for merchant_id in "AB")
    return n_of_a, n_of_b, index.count()


def test_a_full_feed_deletes_only_what_its_merchant_lacks(index: ProductIndex) -> None:
    report = index.add(A[:3], delete_missing=True)
    assert (report.deleted, count_products(index)) == (1, (3, 4, 11))


def test_a_full_feed_on_a_folder_deletes_only_what_its_merchant_lacks(
    open_index: Callable[[], ProductIndex],
) -> None:
    index = open_index()
    index.add([*A, *B, *UNOWNED])
    assert index.add(A[:3], delete_missing=True).deleted == 1
    assert index.add(UNOWNED[1:], delete_missing=True).deleted == 1
    assert count_products(index) == (3, 4, 10)
    report = index.add([dataclasses.replace(B[0], merchant_id="A"), *A[:3]])
    assert (report.n_rejected, report.unchanged) == (1, 3)


def test_a_full_feed_without_merchants_deletes_only_products_without_one(
    index: ProductIndex,
) -> None:
    report = index.add(UNOWNED[:2], delete_missing=True)
    assert (report.deleted, count_products(index)) == (2, (4, 4, 10))


def test_a_full_feed_of_several_merchants_deletes_what_each_lacks(index: ProductIndex) -> None:
    report = index.add([*A[:2], *UNOWNED[:2]], delete_missing=True)
    assert (report.deleted, count_products(index)) == (4, (2, 4, 8))


def test_the_deletion_limit_applies_to_each_merchant(index: ProductIndex) -> None:
    with pytest.raises(
        DeletionRefusedError,
        match="lacks 3 of 4 indexed products of the merchant 'B', so nothing of theirs was deleted",
    ) as caught:
        index.add([*A[:3], B[0]], delete_missing=True)
    assert count_products(index) == (3, 4, 11)
    assert vars(caught.value)["report"].deleted == 1


@pytest.mark.parametrize("merchant_id", [" A", "A\n", "a\x00b", 5, "\ud800", "x" * 2_000])
def test_a_merchant_id_that_is_not_clean_text_is_refused(
    index: ProductIndex, merchant_id: str
) -> None:
    with pytest.raises(InvalidValueError, match="merchant_id: expected a name on one line"):
        index.add(A, merchant_id=merchant_id)


def test_an_empty_full_feed_of_a_merchant_is_refused(index: ProductIndex) -> None:
    with pytest.raises(DeletionRefusedError, match=r"lacks 4 of 4 .* of the merchant 'A'"):
        index.add([], delete_missing=True, merchant_id="A")
    assert count_products(index) == (4, 4, 12)


def test_an_id_of_another_merchant_is_rejected_naming_both(index: ProductIndex) -> None:
    foreign = dataclasses.replace(B[0], merchant_id="A", title="Mine now")
    report = index.add([*A, foreign], delete_missing=True)
    assert (report.unchanged, report.n_rejected, report.deleted) == (4, 1, 0)
    (row,) = report.rejected
    assert (row.line, row.column, row.product_id) == (5, "merchant_id", "B0")
    assert "belongs to the merchant 'B' in the index" in row.reason
    assert "this row is of the merchant 'A'" in row.reason
    assert report.indexing_issues == [row]
    assert index.get(["B0"]) == [B[0]]


@pytest.mark.parametrize(
    ("product", "claimant", "reason"),
    [
        (UNOWNED[0], "A", "belongs to no merchant in the index, and this row is of the merchant"),
        (A[0], "", "belongs to the merchant 'A' in the index, and this row is of no merchant"),
    ],
)
def test_a_product_without_merchant_is_not_taken_over_and_vice_versa(
    index: ProductIndex, product: Product, claimant: str, reason: str
) -> None:
    report = index.add([dataclasses.replace(product, merchant_id=claimant, title="Mine now")])
    assert reason in report.rejected[0].reason
    assert index.get([product.id]) == [product]


def test_a_row_with_a_foreign_id_deletes_nothing_of_the_named_merchant(index: ProductIndex) -> None:
    index.add([*A, dataclasses.replace(A[0], merchant_id="B")], delete_missing=True)
    index.add([*A[1:], dataclasses.replace(A[0], merchant_id="B")], delete_missing=True)
    assert count_products(index) == (4, 4, 12)


def test_an_id_of_two_merchants_in_one_run_is_rejected(encoder: FakeEncoder) -> None:
    index = ProductIndex.open(":memory:", encoder)
    report = index.add([A[0], dataclasses.replace(A[0], merchant_id="B")])
    (row,) = report.rejected
    assert row.reason.endswith("It was used by the merchant 'A'; this row is of the merchant 'B'")
    assert index.get(["A0"]) == [A[0]]


@pytest.mark.parametrize("form", [form for form in FORMATS if form != "shopify"])
def test_an_id_of_two_merchants_in_one_feed_is_rejected(
    encoder: FakeEncoder, tmp_path: Path, form: str
) -> None:
    index = ProductIndex.open(":memory:", encoder)
    rows = [
        {"id": "1", "title": "Mug", "merchant": merchant_id} for merchant_id in ("A", "B", "A", "")
    ]
    report = index.add(read_products(write_shop(tmp_path, form, rows)))
    other, same, unowned = (row.reason for row in report.rejected)
    assert other.endswith("already, by the merchant 'A'; this row is of the merchant 'B'")
    assert same.endswith("already")
    assert unowned.endswith("already, by the merchant 'A'; this row is of no merchant")
    assert index.get(["1"])[0].merchant_id == "A"


def test_a_sku_of_two_shopify_products_takes_nothing_from_either_merchant(
    encoder: FakeEncoder, tmp_path: Path
) -> None:
    index = ProductIndex.open(":memory:", encoder)
    rows = [
        {"id": "1", "title": "Mug", "merchant": merchant_id} for merchant_id in ("A", "B", "A", "")
    ]
    report = index.add(read_products(write_shop(tmp_path, "shopify", rows)))
    (same,) = report.rejected
    assert (same.line, same.product_id) == (4, "1A/1")
    assert same.reason.endswith("already")
    owners = {product.id: product.merchant_id for product in index.get(["1A/1", "1B/1", "1/1"])}
    assert owners == {"1A/1": "A", "1B/1": "B", "1/1": ""}
    assert index.get(["1"]) == []


@pytest.mark.parametrize("form", FORMATS)
def test_a_run_for_one_merchant_rejects_rows_of_others(
    index: ProductIndex, tmp_path: Path, form: str
) -> None:
    rows = [
        {"id": "A0", "title": "Mug A0", "merchant": "A"},
        {"id": "A1", "title": "Mug A1", "merchant": ""},
        {"id": "B1", "title": "Mug B1", "merchant": "B"},
        {"id": "new", "title": "Mug new", "merchant": ""},
    ]
    feed = read_products(write_shop(tmp_path, form, rows))
    report = index.add(feed, delete_missing=True, merchant_id="A")
    assert (report.added, report.updated + report.unchanged, report.deleted) == (1, 2, 2)
    assert count_products(index) == (3, 4, 11)
    (row,) = report.rejected
    assert "of the merchant 'B', and this run is for the merchant 'A' alone" in row.reason
    assert index.get(["new"])[0].merchant_id == "A"


def test_a_draft_deletes_only_products_of_its_merchant(index: ProductIndex, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,title,seller,status\nA0,x,A,draft\nB0,x,A,draft\nn0,x,A,draft\n")
    report = index.add(read_products(path))
    assert (report.n_withdrawn, report.n_withdrawn_deleted, report.n_rejected) == (3, 1, 2)
    assert count_products(index) == (3, 4, 11)
    reasons = {row.product_id: row.reason for row in report.rejected}
    assert "belongs to the merchant 'B'" in reasons["B0"]
    assert "belongs to no merchant" in reasons["n0"]
    path.write_text("id,title,seller,status\nA1,x,,draft\nB1,x,B,draft\n")
    report = index.add(read_products(path), merchant_id="A")
    assert (report.n_withdrawn_deleted, report.n_rejected) == (1, 1)
    assert count_products(index) == (2, 4, 10)


def test_a_row_with_an_unreadable_merchant_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": 1, "title": "x", "seller": {"a": 1}}\n')
    (row,) = read_products(path).iter_rows()
    assert row.rejection is not None
    assert (row.rejection.column, row.rejection.product_id) == ("seller", "1")
