"""A search limited to some merchants is not told of rules that concern others alone."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from embed import FakeEncoder
from index import ProductIndex
from search.rules import Boost, Bury, Hide, Pin, Rule, RuleScope, RuleSet, Selection
from search.rules.merchant_reach import RuleVisibility
from shopwindow.values import Filters, Product

NOW = datetime(2026, 3, 10, tzinfo=UTC)
RED = Filters(attributes={"color": "red"})


@pytest.fixture(scope="module")
def index(encoder: FakeEncoder) -> Iterator[ProductIndex]:
    """a of m0 and b of m1 are red, c of m1 is blue."""
    rows = (("a", "m0", "red"), ("b", "m1", "red"), ("c", "m1", "blue"))
    with ProductIndex.open(":memory:", encoder) as opened:
        opened.add(
            Product(name, f"mug {name}", merchant_id=merchant, attributes={"color": color})
            for name, merchant, color in rows
        )
        yield opened


def list_visible(visibility: RuleVisibility, *rules: Rule, merchant: str = "m0") -> tuple[str, ...]:
    plan = RuleSet(rules).plan("mug", Filters(merchant_id=merchant), NOW)
    return visibility.restrict(plan).rule_names


@pytest.mark.parametrize(
    ("selection", "is_visible"),
    [
        (Selection(("a", "b")), True),
        (Selection(("b", "c")), False),
        (Selection(filters=RED), True),
        (Selection(filters=Filters(attributes={"color": "blue"})), False),
        (Selection(filters=Filters(merchant_id=("m0", "m1"))), True),
        (Selection(filters=Filters(merchant_id="m1")), False),
        (Selection(("a",), Filters(attributes={"color": "blue"})), False),
    ],
)
def test_a_rule_is_visible_to_merchants_whose_products_it_concerns(
    index: ProductIndex, selection: Selection, is_visible: bool
) -> None:
    rules = [
        Rule("boost", Boost(selection, 0.1)),
        Rule("bury", Bury(selection, 0.1)),
        Rule("hide", Hide(selection)),
    ]
    expected = ("boost", "bury", "hide") if is_visible else ()
    assert list_visible(RuleVisibility(index, ("m0",)), *rules) == expected


def test_only_what_others_alone_are_concerned_by_is_removed(index: ProductIndex) -> None:
    rules = [
        Rule("ours", Pin(("a",))),
        Rule("theirs", Pin(("b",))),
        Rule("our own", Hide(Selection(("c",))), RuleScope(merchant="m0")),
    ]
    assert set(list_visible(RuleVisibility(index, ("m0",)), *rules)) == {"ours", "our own"}
    assert set(list_visible(RuleVisibility(), *rules)) == {"ours", "theirs", "our own"}


def test_a_replaced_rule_is_looked_at_anew(index: ProductIndex) -> None:
    visibility = RuleVisibility(index, ("m0",))
    assert list_visible(visibility, Rule("r", Pin(("b",)))) == ()
    assert list_visible(visibility, Rule("r", Pin(("a",)))) == ("r",)
    assert list_visible(visibility, Rule("r", Pin(("b",)))) == ()
