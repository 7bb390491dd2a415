"""Partial updates: what they accept, and what prices, stock and attributes become."""

import pickle
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shopwindow.values import UPDATABLE_FIELDS, Availability, Product, ProductUpdate
from shopwindow.values.errors import InvalidProductError

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TOMORROW, YESTERDAY = NOW + timedelta(days=1), NOW - timedelta(days=1)
PLAIN = Product("a", title="Dress", price=100.0, currency="AED")
REDUCED = replace(PLAIN, price=80.0, list_price=100.0)
SALE = replace(
    PLAIN, price=None, list_price=100.0, sale_price=80.0, sale_start=YESTERDAY, sale_end=TOMORROW
)


def get_prices(product: Product) -> tuple[object, ...]:
    return (product.price_at(NOW).price, product.list_price, product.sale_price, product.sale_end)


PRICE_CASES = {
    "price": (PLAIN, {"price": 90}, (90.0, None, None, None)),
    "price none": (PLAIN, {"price": None}, (None, None, None, None)),
    "list price above": (PLAIN, {"list_price": 120}, (100.0, 120.0, None, None)),
    "list price not above": (PLAIN, {"list_price": 100}, (100.0, None, None, None)),
    "both": (PLAIN, {"price": 70, "list_price": 75}, (70.0, 75.0, None, None)),
    "sale beside the stored price": (PLAIN, {"sale_price": 60}, (60.0, 100.0, None, None)),
    "sale that is no sale": (PLAIN, {"sale_price": 100}, (100.0, None, None, None)),
    "sale of nothing": (PLAIN, {"sale_price": 0}, (100.0, None, None, None)),
    "sale with an end": (
        PLAIN, {"sale_price": 60, "sale_end": TOMORROW}, (60.0, 100.0, 60.0, TOMORROW)
    ),
    "sale that has ended": (
        PLAIN, {"sale_price": 60, "sale_end": YESTERDAY}, (100.0, None, None, None)
    ),
    "reduced: price": (REDUCED, {"price": 90}, (90.0, 100.0, None, None)),
    "reduced: price above": (REDUCED, {"price": 110}, (110.0, None, None, None)),
    "reduced: other sale": (REDUCED, {"sale_price": 60}, (60.0, 100.0, None, None)),
    "reduced: sale over": (REDUCED, {"sale_price": None}, (100.0, None, None, None)),
    "reduced: gets an end": (REDUCED, {"sale_end": TOMORROW}, (80.0, 100.0, 80.0, TOMORROW)),
    "sale: regular price": (SALE, {"price": 120}, (80.0, 120.0, 80.0, TOMORROW)),
    "sale: regular below": (SALE, {"price": 70}, (70.0, None, None, None)),
    "sale: other": (SALE, {"sale_price": 60}, (60.0, 100.0, 60.0, TOMORROW)),
    "sale: over": (SALE, {"sale_price": None}, (100.0, None, None, None)),
    "sale: both": (SALE, {"price": 70, "list_price": 90}, (70.0, 90.0, None, None)),
    "sale: no window": (
        SALE, {"sale_start": None, "sale_end": None}, (80.0, 100.0, None, None)
    ),
    "other currency": (REDUCED, {"price": 30, "currency": "USD"}, (30.0, None, None, None)),
    "currency corrected": (REDUCED, {"currency": "SAR"}, (80.0, 100.0, None, None)),
}  # fmt: skip


@pytest.mark.parametrize(("product", "changes", "expected"), PRICE_CASES.values(), ids=PRICE_CASES)
def test_prices_stay_consistent(
    product: Product, changes: dict[str, object], expected: tuple[object, ...]
) -> None:
    update = ProductUpdate("a", changes)
    updated = update.apply(product, NOW)
    assert get_prices(updated) == expected
    assert update.apply(updated, NOW) == updated, "the same update again must change nothing"


def test_a_window_of_an_ended_sale_does_not_end_the_next_one() -> None:
    ended = ProductUpdate("a", {"sale_price": 60}).apply(SALE, TOMORROW + timedelta(days=1))
    assert (ended.price, ended.list_price, ended.sale_price) == (60.0, 100.0, None)


def test_a_window_needs_a_sale() -> None:
    with pytest.raises(InvalidProductError, match="expected a sale price, new or stored"):
        ProductUpdate("a", {"sale_end": TOMORROW}).apply(PLAIN, NOW)
    assert ProductUpdate("a", {"sale_end": None}).apply(PLAIN, NOW) == PLAIN


STOCK_CASES = [
    ("in_stock", {"in_stock": False}, (False, "out_of_stock")),
    ("out_of_stock", {"in_stock": True}, (True, "in_stock")),
    ("preorder", {"in_stock": False}, (False, "preorder")),
    ("preorder", {"in_stock": True}, (True, "in_stock")),
    ("", {"in_stock": False}, (False, "")),
    ("in_stock", {"availability": "backorder"}, (False, "backorder")),
    ("", {"availability": "in_stock"}, (True, "in_stock")),
    ("in_stock", {"availability": "preorder", "in_stock": True}, (True, "preorder")),
    ("in_stock", {"quantity": 0}, (True, "in_stock")),
]


@pytest.mark.parametrize(("availability", "changes", "expected"), STOCK_CASES)
def test_stock_and_availability_follow_each_other(
    availability: Availability, changes: dict[str, object], expected: tuple[bool, str]
) -> None:
    in_stock = availability in {"in_stock", ""}
    before = Product("a", title="x", in_stock=in_stock, availability=availability)
    updated = ProductUpdate("a", changes).apply(before)
    assert (updated.in_stock, updated.availability) == expected


def test_attributes_are_merged_and_removed_by_name() -> None:
    before = replace(PLAIN, attributes={"color": "red", "size": "M", "fit": "slim"})
    changes = {"attributes": {"color": "blue", "size": None, "fit": "", "neck": "V"}}
    assert ProductUpdate("a", changes).apply(before).attributes == {"color": "blue", "neck": "V"}
    assert ProductUpdate("a", {"attributes": None}).apply(before).attributes == {}
    assert ProductUpdate("a", {"attributes": {}}).apply(before) == before


def test_none_and_empty_texts_remove_a_field_and_nothing_else_changes() -> None:
    before = replace(PLAIN, brand="Noor", quantity=4, rating=4.5, category=("A", "B"))
    changes = {"brand": "", "quantity": None, "rating": 5, "category": ()}
    assert ProductUpdate("a", changes).apply(before) == replace(
        before, brand="", quantity=None, rating=5.0, category=()
    )
    assert ProductUpdate("a").apply(before) == before


@pytest.mark.parametrize(
    "name", ["title", "description", "translations", "image", "images", "language", "merchant_id"]
)
def test_fields_that_are_encoded_or_identify_are_refused(name: str) -> None:
    assert name not in UPDATABLE_FIELDS
    with pytest.raises(InvalidProductError, match=r"expected one of .*Index the whole product"):
        ProductUpdate("a", {name: "x"})


@pytest.mark.parametrize(
    "changes",
    [
        {"price": -1}, {"price": "9"}, {"price": float("nan")}, {"in_stock": "yes"},
        {"quantity": 1.5}, {"availability": "maybe"}, {"attributes": {"a": 1}},
        {"attributes": "red"}, {"url": "ftp://x"}, {"rating": 6}, {"sale_end": "2026-01-01"},
        {"prise": 3},
    ],
)  # fmt: skip
def test_invalid_values_are_refused_before_any_product_is_known(changes: dict[str, object]) -> None:
    with pytest.raises(InvalidProductError, match="expected"):
        ProductUpdate("a", changes)


@pytest.mark.parametrize("product_id", ["", "  ", None, 7])
def test_an_update_needs_an_id(product_id: object) -> None:
    with pytest.raises(InvalidProductError, match="id: expected"):
        ProductUpdate(product_id, {"price": 1.0})  # type: ignore[arg-type]


def test_updates_cannot_be_changed_and_survive_pickling() -> None:
    update = ProductUpdate("a", {"price": 1, "attributes": {"color": None}}, "m1")
    assert pickle.loads(pickle.dumps(update)) == update
    with pytest.raises(TypeError, match="item assignment"):
        update.changes["price"] = 2  # type: ignore[index]
