"""Merchants in one index: nobody's feed deletes, changes or takes over what is another's."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from embed import FakeEncoder
from index import ProductIndex, read_products
from shopwindow.values import Filters, Product
from shopwindow.values.errors import DeletionRefusedError, InvalidValueError
from tests.index.catalog.shops import FORMATS, write_shop


def products_of(merchant: str, n_products: int = 4, prefix: str = "") -> list[Product]:
    names = [f"{prefix or merchant}{at}" for at in range(n_products)]
    return [Product(id=name, title=f"Mug {name}", merchant_id=merchant) for name in names]


A, B, NOBODY = products_of("A"), products_of("B"), products_of("", prefix="n")


@pytest.fixture
def index(encoder: FakeEncoder) -> ProductIndex:
    index = ProductIndex.open(":memory:", encoder)
    index.add([*A, *B, *NOBODY])
    return index


def counts(index: ProductIndex) -> tuple[int, int, int]:
    """Products of A, of B, and in all."""
    one, other = (index.count(Filters(merchant_id=each)) for each in "AB")
    return one, other, index.count()


def test_a_full_feed_deletes_only_what_its_merchant_lacks(index: ProductIndex) -> None:
    report = index.add(A[:3], delete_missing=True)
    assert (report.deleted, counts(index)) == (1, (3, 4, 11))


def test_the_same_on_a_folder(
    open_index: Callable[[], ProductIndex],
) -> None:
    index = open_index()
    index.add([*A, *B, *NOBODY])
    assert index.add(A[:3], delete_missing=True).deleted == 1
    assert index.add(NOBODY[1:], delete_missing=True).deleted == 1
    assert counts(index) == (3, 4, 10)
    report = index.add([dataclasses.replace(B[0], merchant_id="A"), *A[:3]])
    assert (report.n_rejected, report.unchanged) == (1, 3)


def test_a_feed_without_merchants_speaks_for_products_without_one(index: ProductIndex) -> None:
    report = index.add(NOBODY[:2], delete_missing=True)
    assert (report.deleted, counts(index)) == (2, (4, 4, 10))


def test_a_feed_of_several_merchants_speaks_for_those(index: ProductIndex) -> None:
    report = index.add([*A[:2], *NOBODY[:2]], delete_missing=True)
    assert (report.deleted, counts(index)) == (4, (2, 4, 8))


def test_the_guard_counts_each_merchant_by_itself(index: ProductIndex) -> None:
    with pytest.raises(
        DeletionRefusedError,
        match="lacks 3 of 4 indexed products of the merchant 'B', so nothing of theirs was deleted",
    ) as caught:
        index.add([*A[:3], B[0]], delete_missing=True)
    assert counts(index) == (3, 4, 11)
    assert vars(caught.value)["report"].deleted == 1


@pytest.mark.parametrize("name", [" A", "A\n", "a\x00b", 5, "\ud800", "x" * 2_000])
def test_a_merchant_has_a_name(index: ProductIndex, name: str) -> None:
    with pytest.raises(InvalidValueError, match="merchant: expected a name on one line"):
        index.add(A, merchant_id=name)


def test_an_empty_feed_of_a_merchant_is_refused(index: ProductIndex) -> None:
    with pytest.raises(DeletionRefusedError, match=r"lacks 4 of 4 .* of the merchant 'A'"):
        index.add([], delete_missing=True, merchant_id="A")
    assert counts(index) == (4, 4, 12)


def test_an_id_of_another_merchant_is_rejected_with_both_names(index: ProductIndex) -> None:
    taken_over = dataclasses.replace(B[0], merchant_id="A", title="Mine now")
    report = index.add([*A, taken_over], delete_missing=True)
    assert (report.unchanged, report.n_rejected, report.deleted) == (4, 1, 0)
    (row,) = report.rejected
    assert (row.line, row.column, row.product_id) == (5, "merchant_id", "B0")
    assert "belongs to the merchant 'B' in the index" in row.reason
    assert "this row is of the merchant 'A'" in row.reason
    assert report.indexing_issues == [row]
    assert index.get(["B0"]) == [B[0]]


@pytest.mark.parametrize(
    ("owner", "claimant", "names"),
    [
        (NOBODY[0], "A", "belongs to no merchant in the index, and this row is of the merchant"),
        (A[0], "", "belongs to the merchant 'A' in the index, and this row is of no merchant"),
    ],
)
def test_products_without_merchant_are_nobody_elses_either(
    index: ProductIndex, owner: Product, claimant: str, names: str
) -> None:
    report = index.add([dataclasses.replace(owner, merchant_id=claimant, title="Mine now")])
    assert names in report.rejected[0].reason
    assert index.get([owner.id]) == [owner]


def test_naming_a_merchant_with_a_foreign_id_does_not_speak_for_it(index: ProductIndex) -> None:
    index.add([*A, dataclasses.replace(A[0], merchant_id="B")], delete_missing=True)
    index.add([*A[1:], dataclasses.replace(A[0], merchant_id="B")], delete_missing=True)
    assert counts(index) == (4, 4, 12)


def test_an_id_of_two_merchants_in_one_run_is_rejected(encoder: FakeEncoder) -> None:
    index = ProductIndex.open(":memory:", encoder)
    report = index.add([A[0], dataclasses.replace(A[0], merchant_id="B")])
    (row,) = report.rejected
    assert row.reason.endswith("It was used by the merchant 'A'; this row is of the merchant 'B'")
    assert index.get(["A0"]) == [A[0]]


@pytest.mark.parametrize("form", FORMATS)
def test_an_id_of_two_merchants_in_one_feed_is_rejected(
    encoder: FakeEncoder, tmp_path: Path, form: str
) -> None:
    index = ProductIndex.open(":memory:", encoder)
    rows = [{"id": "1", "title": "Mug", "merchant": each} for each in ("A", "B", "A", "")]
    report = index.add(read_products(write_shop(tmp_path, form, rows)))
    other, same, nobody = (each.reason for each in report.rejected)
    assert other.endswith("already, by the merchant 'A'; this row is of the merchant 'B'")
    assert same.endswith("already")
    assert nobody.endswith("already, by the merchant 'A'; this row is of no merchant")
    assert index.get(["1"])[0].merchant_id == "A"


@pytest.mark.parametrize("form", FORMATS)
def test_a_run_for_one_merchant(index: ProductIndex, tmp_path: Path, form: str) -> None:
    rows = [
        {"id": "A0", "title": "Mug A0", "merchant": "A"},
        {"id": "A1", "title": "Mug A1", "merchant": ""},
        {"id": "B1", "title": "Mug B1", "merchant": "B"},
        {"id": "new", "title": "Mug new", "merchant": ""},
    ]
    feed = read_products(write_shop(tmp_path, form, rows))
    report = index.add(feed, delete_missing=True, merchant_id="A")
    assert (report.added, report.updated + report.unchanged, report.deleted) == (1, 2, 2)
    assert counts(index) == (3, 4, 11)
    (row,) = report.rejected
    assert "of the merchant 'B', and this run is for the merchant 'A' alone" in row.reason
    assert index.get(["new"])[0].merchant_id == "A"


def test_a_draft_removes_only_its_merchants_product(index: ProductIndex, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,title,seller,status\nA0,x,A,draft\nB0,x,A,draft\nn0,x,A,draft\n")
    report = index.add(read_products(path))
    assert (report.n_withdrawn, report.n_withdrawn_deleted, report.n_rejected) == (3, 1, 2)
    assert counts(index) == (3, 4, 11)
    reasons = {each.product_id: each.reason for each in report.rejected}
    assert "belongs to the merchant 'B'" in reasons["B0"]
    assert "belongs to no merchant" in reasons["n0"]
    path.write_text("id,title,seller,status\nA1,x,,draft\nB1,x,B,draft\n")
    report = index.add(read_products(path), merchant_id="A")
    assert (report.n_withdrawn_deleted, report.n_rejected) == (1, 1)
    assert counts(index) == (2, 4, 10)


def test_a_row_whose_merchant_cannot_be_read_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": 1, "title": "x", "seller": {"a": 1}}\n')
    (row,) = read_products(path).iter_rows()
    assert row.rejection is not None
    assert (row.rejection.column, row.rejection.product_id) == ("seller", "1")
