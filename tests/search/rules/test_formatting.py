"""Rules as the texts that merchandisers read."""

from datetime import UTC, datetime

import pytest

from search.rules import Boost, Bury, Hide, Pin, Redirect, RuleScope, Selection, Synonyms
from search.rules.actions import Action
from search.rules.formatting import format_action, format_scope, format_selection
from shopwindow.values import Filters

EID, END = datetime(2026, 3, 20, 8, 30, tzinfo=UTC), datetime(2026, 3, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    ("scope", "text"),
    [
        (RuleScope(), "every search"),
        (RuleScope(("abaya", "عباية")), "with 'abaya' or 'عباية'"),
        (RuleScope(("red dress",), match="exact"), "for just 'red dress'"),
        (RuleScope(("red dress",), match="words"), "with all words of 'red dress'"),
        (RuleScope(category="Dresses", merchant="m1"),
         "every search, in Dresses, for merchant m1"),
        (RuleScope(start=EID), "every search, from 2026-03-20 08:30+00:00"),
        (RuleScope(until=END), "every search, until 2026-03-24 00:00+00:00"),
        (RuleScope(start=EID, until=END),
         "every search, from 2026-03-20 08:30+00:00, until 2026-03-24 00:00+00:00"),
    ],
)  # fmt: skip
def test_when_a_rule_is_active(scope: RuleScope, text: str) -> None:
    assert format_scope(scope) == text


ONE = Selection(("a",))


@pytest.mark.parametrize(
    ("action", "text"),
    [
        (Pin(("a", "b"), 3), "pin a, b from place 3"),
        (Pin(("a", "b", "c")), "pin a, b, c from place 1"),
        (Pin(("a", "b", "c", "d")), "pin a, b, c and 1 more from place 1"),
        (Boost(ONE, 0.25), "boost by 0.25: a"),
        (Bury(ONE, 0.5), "bury by 0.5: a"),
        (Bury(ONE, 1.0), "bury behind everything: a"),
        (Hide(ONE), "hide a"),
        (Redirect("/eid"), "redirect to /eid"),
        (Synonyms((("sofa", "couch"),)), "synonyms: sofa = couch"),
    ],
)
def test_what_a_rule_does(action: Action, text: str) -> None:
    assert format_action(action) == text


def test_which_products_a_rule_selects() -> None:
    filters = Filters(
        brand=("Almira", "Tarqa"), price_max=80.0, price_min=9.5, in_stock=False,
        attributes={"color": ("red",)}, created_since=END,
    )  # fmt: skip
    assert format_selection(Selection(("a",), filters)) == (
        "a, brand Almira or Tarqa, price_min 9.5, price_max 80, in_stock no, attributes color=red, "
        "created_since 2026-03-24 00:00+00:00"
    )
    assert format_selection(Selection(filters=Filters(in_stock=True))) == "in_stock yes"
