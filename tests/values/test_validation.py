"""Every value is validated on construction: nothing invalid reaches the engine or a log."""

import math
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.payload import to_point_id, to_point_ids
from shopwindow.values import Event, Filters, Product, Query, QueryImage, Translation
from shopwindow.values.errors import InvalidQueryError, InvalidValueError, safe_repr
from shopwindow.values.validation import (
    MAX_CHARS,
    Validator,
    are_plain_strings,
    is_well_formed,
    to_well_formed,
)

LONE_SURROGATE = "red \ud83d dress"
NUL = "red\0dress"
HUGE = 10**400
TOO_LATE = datetime(9999, 12, 31, 23, 59, 59, 999_999, UTC)
"""A time that, once stored as a number, cannot be read back."""

VALID_ARGUMENTS: dict[type, dict[str, Any]] = {
    Filters: {},
    Query: {},
    QueryImage: {"source": b"photo"},
    Event: {"kind": "click", "product_id": "p"},
    Product: {"id": "p", "title": "Mug"},
    Translation: {},
}
TEXT_FIELDS = {
    Filters: ("category", "brand", "merchant_id", "group_id", "currency"),
    Query: ("text", "cursor", "user_id"),
    Event: (
        "product_id", "user_id", "session_id", "query_id", "ranker", "ranker_version", "currency",
        "event_id",
    ),
    Product: (
        "id", "title", "description", "currency", "brand", "image", "merchant_id", "group_id",
        "language", "url", "sku", "gtin", "mpn", "availability", "google_product_category",
    ),
    Translation: ("title", "description"),
}  # fmt: skip
NUMBER_FIELDS = {
    Filters: ("price_min", "price_max"),
    Query: ("image_weight", "diversity"),
    QueryImage: ("weight",),
    Event: ("propensity", "value", "dwell_ms"),
    Product: ("price", "list_price", "popularity", "quantity", "rating", "rating_count"),
}
INVALID_NUMBERS = (
    "5",
    True,
    math.nan,
    math.inf,
    -math.inf,
    HUGE,
    -1,
    b"5",
    [1],
    1j,
    np.bool_(True),
)
CASES = [
    *((cls, name, LONE_SURROGATE) for cls, names in TEXT_FIELDS.items() for name in names),
    *((cls, name, NUL) for cls, names in TEXT_FIELDS.items() for name in names),
    *((cls, name, 5) for cls, names in TEXT_FIELDS.items() for name in names),
    *(
        (cls, name, value)
        for cls, names in NUMBER_FIELDS.items()
        for name in names
        for value in INVALID_NUMBERS
    ),
    (Filters, "brand", ("a", LONE_SURROGATE)),
    (Filters, "brand", (5,)),
    (Filters, "brand", {"a": 1}),
    (Filters, "merchant_id", ("a", LONE_SURROGATE)),
    (Filters, "merchant_id", None),
    (Filters, "category", ("Dresses",)),
    (Filters, "attributes", {"color": LONE_SURROGATE}),
    (Filters, "attributes", {LONE_SURROGATE: "red"}),
    (Filters, "attributes", {"color": ("red", LONE_SURROGATE)}),
    (Filters, "attributes", {"color": 5}),
    (Filters, "attributes", {5: "red"}),
    (Filters, "attributes", [("color", "red")]),
    (Filters, "currency", "dirham"),
    (Filters, "in_stock", "yes"),
    (Filters, "in_stock", 1),
    (Filters, "created_since", datetime(2026, 1, 1)),
    (Filters, "created_since", "2026-01-01"),
    (Filters, "created_since", TOO_LATE),
    (Query, "limit", "5"),
    (Query, "limit", True),
    (Query, "limit", 5.0),
    (Query, "limit", HUGE),
    (Query, "filters", None),
    (Query, "filters", {"brand": "a"}),
    (Query, "verbatim", "red"),
    (Query, "verbatim", (LONE_SURROGATE,)),
    (Query, "verbatim", (5,)),
    (Query, "facets", ([],)),
    (Query, "facets", "brand"),
    (Query, "facets", (LONE_SURROGATE,)),
    (Query, "negative_examples", (LONE_SURROGATE,)),
    (Query, "negative_examples", (5,)),
    (Query, "negative_examples", ("",)),
    (Query, "negative_examples", ("p",) * 501),
    (Query, "sort", LONE_SURROGATE),
    (Query, "sort", []),
    (Query, "sort", np.zeros(3)),
    (Query, "collapse", "no"),
    (Query, "relax", None),
    (Query, "image", 5),
    (Query, "image", LONE_SURROGATE),
    (Query, "image", "photo\0.jpg"),
    (Query, "image", [b"", None]),
    (QueryImage, "source", Path("a\0b")),
    (QueryImage, "crop", (0, 0, 1)),
    (QueryImage, "crop", "full"),
    (QueryImage, "crop", (0, 0, "1", 1)),
    (QueryImage, "crop", (0, 0, math.nan, 1)),
    (QueryImage, "crop", (0, 0, HUGE, 1)),
    (Event, "kind", LONE_SURROGATE),
    (Event, "kind", np.zeros(3)),
    (Event, "surface", None),
    (Event, "position", HUGE),
    (Event, "position", 1.0),
    (Event, "features", {LONE_SURROGATE: 1.0}),
    (Event, "features", {"a": HUGE}),
    (Event, "features", {"a": "1"}),
    (Event, "features", {"a": True}),
    (Event, "time", TOO_LATE),
    (Event, "time", datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))),
    (Product, "title", None),
    (Product, "images", "photos/1.jpg"),
    (Product, "images", ("",)),
    (Product, "images", ("x.jpg",) * 21),
    (Product, "url", "shop.example.com/1"),
    (Product, "availability", "in stock"),
    (Product, "rating", 5.01),
    (Product, "quantity", 1.5),
    (Product, "margin", 1.01),
    (Product, "margin", "0.5"),
    (Product, "sale_price", 5.0),
    (Product, "sale_price", "5"),
    (Product, "sale_start", TOO_LATE),
    (Product, "sale_end", datetime(2026, 1, 1)),
    (Product, "category", "Clothing"),
    (Product, "category", ("Clothing", LONE_SURROGATE)),
    (Product, "category", (None,)),
    (Product, "attributes", {"color": LONE_SURROGATE}),
    (Product, "attributes", {LONE_SURROGATE: "red"}),
    (Product, "attributes", {"color": 5}),
    (Product, "attributes", ["red"]),
    (Product, "translations", {"ar": "فستان"}),
    (Product, "translations", {LONE_SURROGATE: Translation("فستان")}),
    (Product, "in_stock", "no"),
    (Product, "created_at", TOO_LATE),
    (Product, "created_at", 0),
    (Product, "description", "x" * (MAX_CHARS + 1)),
]  # fmt: skip


@pytest.mark.parametrize(("cls", "name", "value"), CASES, ids=range(len(CASES)))
def test_an_invalid_value_raises_an_error_that_names_its_field(
    cls: type, name: str, value: object
) -> None:
    with pytest.raises(InvalidValueError, match=r"expected .*, got ") as caught:
        cls(**(VALID_ARGUMENTS[cls] | {name: value}))
    assert caught.value.field in {name, "image"}
    str(caught.value).encode()  # can be printed, logged and shown on a page
    assert "\n" not in str(caught.value)


def test_the_cases_cover_every_field() -> None:
    covered = {(cls, name) for cls, name, _ in CASES}
    all_fields = {(cls, field.name) for cls in VALID_ARGUMENTS for field in fields(cls)}
    assert all_fields <= covered


@pytest.mark.parametrize("merchant_id", ["", " ", ("",), ("a", ""), ["a", " "]])
def test_an_empty_merchant_id_does_not_mean_all_merchants(merchant_id: Any) -> None:
    with pytest.raises(InvalidQueryError, match="For the products of all merchants leave it out"):
        Filters(merchant_id=merchant_id)
    assert Filters(merchant_id=()) == Filters()


CONVERSIONS: tuple[tuple[Callable[[Any], object], object, object], ...] = (
    (lambda v: Filters(price_max=v).price_max, np.float32(2), 2.0),
    (lambda v: Filters(price_max=v).price_max, np.int64(2), 2.0),
    (lambda v: Filters(price_max=v).price_max, Decimal("2.5"), 2.5),
    (lambda v: Filters(price_max=v).price_max, Fraction(1, 2), 0.5),
    (lambda v: Filters(in_stock=v).in_stock, np.bool_(True), True),
    (lambda v: Filters(brand=v).brand, ["b", "a"], ("b", "a")),
    (lambda v: Filters(brand=v).brand, {"b", "a"}, ("a", "b")),
    (lambda v: Filters(brand=v).brand, np.str_("a"), "a"),
    (lambda v: Filters(attributes=v).attributes, MappingProxyType({"a": ["b"]}), {"a": ("b",)}),
    (lambda v: Filters(attributes=v).attributes, {"color": ()}, {}),
    (lambda v: Query(limit=v).limit, np.int64(5), 5),
    (lambda v: Query(verbatim=v).verbatim, ["a"], ("a",)),
    (lambda v: Event("click", "p", value=v).value, np.float32(2), 2.0),
    (lambda v: Event("click", "p", value=v).value, 10**30, 1e30),
    (lambda v: Event("click", "p", position=v).position, np.int32(3), 3),
    (lambda v: Product("p", "Mug", price=v).price, np.float32(2), 2.0),
    (lambda v: Product("p", "Mug", price=v).price, Decimal("2.5"), 2.5),
    (lambda v: Product(v, "Mug").id, np.str_("p"), "p"),
)  # fmt: skip


@pytest.mark.parametrize(("store", "value", "expected"), CONVERSIONS)
def test_equivalent_values_of_other_types_become_built_in_ones(
    store: Callable[[Any], object], value: object, expected: object
) -> None:
    stored = store(value)
    assert stored == expected
    assert type(stored) is type(expected)


@pytest.mark.parametrize("product_id", [LONE_SURROGATE, NUL, 5, None, ["a"], ("a",)])
def test_an_invalid_product_id_is_refused(product_id: Any) -> None:
    with pytest.raises(InvalidQueryError, match="product_id: expected a text"):
        to_point_id(product_id)
    with pytest.raises(InvalidQueryError, match="product_id: expected a text"):
        to_point_ids([product_id])


@pytest.mark.parametrize("ids", ["sku-1", 5, None])
def test_a_single_value_is_not_a_list_of_ids(ids: Any) -> None:
    with pytest.raises(InvalidQueryError, match="product_ids: expected ids in a list"):
        to_point_ids(ids)


@given(st.lists(st.text(st.characters(exclude_categories=()))))
def test_the_fast_check_of_many_texts_agrees_with_checking_each(texts: list[str]) -> None:
    validator = Validator(InvalidValueError)

    def passes(text: str) -> bool:
        try:
            return validator.check_text("text", text) == text
        except InvalidValueError:
            return False

    assert are_plain_strings(texts) is all(map(passes, texts))


@given(st.text(st.characters(exclude_categories=())))
def test_to_well_formed_changes_only_lone_surrogates(text: str) -> None:
    well_formed = to_well_formed(text)
    assert is_well_formed(well_formed)
    assert is_well_formed(text) <= (well_formed == text)


class RaisingRepr:
    def __repr__(self) -> str:
        raise RuntimeError("no")


def nest_lists() -> list[Any]:
    nested: list[Any] = []
    for _ in range(100_000):
        nested = [nested]
    return nested


HARD_TO_SHOW = (LONE_SURROGATE, NUL, 10**5000, RaisingRepr(), "x" * 10**6, "a\n\x1b[31mb", math.nan)


@pytest.mark.parametrize("value", HARD_TO_SHOW, ids=range(len(HARD_TO_SHOW)))
def test_safe_repr_gives_one_short_printable_line(value: object) -> None:
    shown = safe_repr(value)
    shown.encode()
    assert shown.isprintable()
    assert len(shown) <= 80


def test_safe_repr_of_a_deeply_nested_list_does_not_raise() -> None:
    assert safe_repr(nest_lists()) == "<list that cannot be shown>"
