"""Every value is checked where it enters: nothing odd reaches the engine, a log or a terminal."""

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

HALF = "red \ud83d dress"
NUL = "red\0dress"
HUGE = 10**400
OVER = datetime(9999, 12, 31, 23, 59, 59, 999_999, UTC)
"""A time that, once stored as a number, cannot be read again."""

VALUES: dict[type, dict[str, Any]] = {
    Filters: {},
    Query: {},
    QueryImage: {"source": b"photo"},
    Event: {"kind": "click", "product_id": "p"},
    Product: {"id": "p", "title": "Mug"},
    Translation: {},
}
TEXTS = {
    Filters: ("category", "brand", "merchant_id", "group_id"),
    Query: ("text", "cursor", "user_id"),
    Event: (
        "product_id", "user_id", "session_id", "query_id", "ranker", "ranker_version", "currency",
        "event_id",
    ),
    Product: (
        "id", "title", "description", "currency", "brand", "image", "merchant_id", "group_id",
        "language",
    ),
    Translation: ("title", "description"),
}  # fmt: skip
NUMBERS = {
    Filters: ("price_min", "price_max"),
    Query: ("image_weight", "diversity"),
    QueryImage: ("weight",),
    Event: ("propensity", "value"),
    Product: ("price", "popularity"),
}
BAD_NUMBERS = ("5", True, math.nan, math.inf, -math.inf, HUGE, -1, b"5", [1], 1j, np.bool_(True))
CASES = [
    *((kind, name, HALF) for kind, names in TEXTS.items() for name in names),
    *((kind, name, NUL) for kind, names in TEXTS.items() for name in names),
    *((kind, name, 5) for kind, names in TEXTS.items() for name in names),
    *((k, name, bad) for k, names in NUMBERS.items() for name in names for bad in BAD_NUMBERS),
    (Filters, "brand", ("a", HALF)),
    (Filters, "brand", (5,)),
    (Filters, "brand", {"a": 1}),
    (Filters, "merchant_id", ("a", HALF)),
    (Filters, "merchant_id", None),
    (Filters, "category", ("Dresses",)),
    (Filters, "attributes", {"color": HALF}),
    (Filters, "attributes", {HALF: "red"}),
    (Filters, "attributes", {"color": ("red", HALF)}),
    (Filters, "attributes", {"color": 5}),
    (Filters, "attributes", {5: "red"}),
    (Filters, "attributes", [("color", "red")]),
    (Filters, "in_stock", "yes"),
    (Filters, "in_stock", 1),
    (Filters, "created_since", datetime(2026, 1, 1)),
    (Filters, "created_since", "2026-01-01"),
    (Filters, "created_since", OVER),
    (Query, "limit", "5"),
    (Query, "limit", True),
    (Query, "limit", 5.0),
    (Query, "limit", HUGE),
    (Query, "filters", None),
    (Query, "filters", {"brand": "a"}),
    (Query, "verbatim", "red"),
    (Query, "verbatim", (HALF,)),
    (Query, "verbatim", (5,)),
    (Query, "facets", ([],)),
    (Query, "facets", "brand"),
    (Query, "facets", (HALF,)),
    (Query, "negative_examples", (HALF,)),
    (Query, "negative_examples", (5,)),
    (Query, "negative_examples", ("",)),
    (Query, "negative_examples", ("p",) * 501),
    (Query, "sort", HALF),
    (Query, "sort", []),
    (Query, "sort", np.zeros(3)),
    (Query, "collapse", "no"),
    (Query, "relax", None),
    (Query, "image", 5),
    (Query, "image", HALF),
    (Query, "image", "photo\0.jpg"),
    (Query, "image", [b"", None]),
    (QueryImage, "source", Path("a\0b")),
    (QueryImage, "crop", (0, 0, 1)),
    (QueryImage, "crop", "full"),
    (QueryImage, "crop", (0, 0, "1", 1)),
    (QueryImage, "crop", (0, 0, math.nan, 1)),
    (QueryImage, "crop", (0, 0, HUGE, 1)),
    (Event, "kind", HALF),
    (Event, "kind", np.zeros(3)),
    (Event, "surface", None),
    (Event, "position", HUGE),
    (Event, "position", 1.0),
    (Event, "features", {HALF: 1.0}),
    (Event, "features", {"a": HUGE}),
    (Event, "features", {"a": "1"}),
    (Event, "features", {"a": True}),
    (Event, "time", OVER),
    (Event, "time", datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))),
    (Product, "title", None),
    (Product, "category", "Clothing"),
    (Product, "category", ("Clothing", HALF)),
    (Product, "category", (None,)),
    (Product, "attributes", {"color": HALF}),
    (Product, "attributes", {HALF: "red"}),
    (Product, "attributes", {"color": 5}),
    (Product, "attributes", ["red"]),
    (Product, "translations", {"ar": "فستان"}),
    (Product, "translations", {HALF: Translation("فستان")}),
    (Product, "in_stock", "no"),
    (Product, "created_at", OVER),
    (Product, "created_at", 0),
    (Product, "description", "x" * (MAX_CHARS + 1)),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "name", "bad"), CASES, ids=range(len(CASES)))
def test_what_has_no_sense_is_refused_by_name(kind: type, name: str, bad: object) -> None:
    with pytest.raises(InvalidValueError, match=r"expected .*, got ") as caught:
        kind(**(VALUES[kind] | {name: bad}))
    assert caught.value.field in {name, "image"}
    str(caught.value).encode()  # can be printed, logged and shown on a page
    assert "\n" not in str(caught.value)


def test_every_field_is_tried() -> None:
    tried = {(kind, name) for kind, name, _ in CASES}
    every = {(kind, each.name) for kind in VALUES for each in fields(kind)}
    assert every <= tried


@pytest.mark.parametrize("empty", ["", " ", ("",), ("a", ""), ["a", " "]])
def test_an_empty_merchant_is_not_everybody(empty: Any) -> None:
    with pytest.raises(InvalidQueryError, match="For the products of all merchants leave it out"):
        Filters(merchant_id=empty)
    assert Filters(merchant_id=()) == Filters()


PLAIN: tuple[tuple[Callable[[Any], object], object, object], ...] = (
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


@pytest.mark.parametrize(("made", "given_value", "plain"), PLAIN)
def test_what_stands_for_a_plain_value_becomes_one(
    made: Callable[[Any], object], given_value: object, plain: object
) -> None:
    found = made(given_value)
    assert found == plain
    assert type(found) is type(plain)


@pytest.mark.parametrize("bad", [HALF, NUL, 5, None, ["a"], ("a",)])
def test_no_product_has_such_an_id(bad: Any) -> None:
    with pytest.raises(InvalidQueryError, match="product_id: expected a text"):
        to_point_id(bad)
    with pytest.raises(InvalidQueryError, match="product_id: expected a text"):
        to_point_ids([bad])


@pytest.mark.parametrize("ids", ["sku-1", 5, None])
def test_one_text_is_not_several_ids(ids: Any) -> None:
    with pytest.raises(InvalidQueryError, match="product_ids: expected ids in a list"):
        to_point_ids(ids)


@given(st.lists(st.text(st.characters(exclude_categories=()))))
def test_the_quick_look_agrees_with_the_close_one(texts: list[str]) -> None:
    check = Validator(InvalidValueError)

    def passes(text: str) -> bool:
        try:
            return check.check_text("text", text) == text
        except InvalidValueError:
            return False

    assert are_plain_strings(texts) is all(map(passes, texts))


@given(st.text(st.characters(exclude_categories=())))
def test_a_well_formed_text_is_unicode_and_otherwise_the_same(text: str) -> None:
    found = to_well_formed(text)
    assert is_well_formed(found)
    assert is_well_formed(text) <= (found == text)


class Unprintable:
    def __repr__(self) -> str:
        raise RuntimeError("no")


def deep() -> list[Any]:
    found: list[Any] = []
    for _ in range(100_000):
        found = [found]
    return found


UNSHOWABLE = (HALF, NUL, 10**5000, Unprintable(), "x" * 10**6, "a\n\x1b[31mb", math.nan)


@pytest.mark.parametrize("value", UNSHOWABLE, ids=range(len(UNSHOWABLE)))
def test_any_value_can_be_shown(value: object) -> None:
    told = safe_repr(value)
    told.encode()
    assert told.isprintable()
    assert len(told) <= 80


def test_a_deep_list_can_be_shown() -> None:
    assert safe_repr(deep()) == "<list that cannot be shown>"
