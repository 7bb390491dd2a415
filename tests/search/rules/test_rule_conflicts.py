"""Pairs of rules that oppose each other, and which of them wins."""

from datetime import UTC, datetime

import pytest

from search.rules import (
    Action,
    Boost,
    Bury,
    Hide,
    Pin,
    Redirect,
    Rule,
    RuleConflict,
    RuleScope,
    RuleSet,
    Selection,
    Synonyms,
)
from shopwindow.values import Filters

APRIL = datetime(2026, 4, 1, tzinfo=UTC)
AB, BC, D = Selection(("a", "b")), Selection(("b", "c")), Selection(("d",))
CHEAP = Selection(filters=Filters(price_max=10))
DEAR = Selection(filters=Filters(price_min=20))
ABAYA = RuleScope(("abaya",))


def find(
    first: Action,
    second: Action,
    first_scope: RuleScope | None = None,
    second_scope: RuleScope | None = None,
) -> tuple[RuleConflict, ...]:
    rules = (
        Rule("one", first, first_scope or RuleScope()),
        Rule("other", second, second_scope or RuleScope()),
    )
    return RuleSet(rules).find_conflicts()


@pytest.mark.parametrize(
    ("first", "second", "winner", "explanation"),
    [
        (
            Pin(("a", "b")), Hide(BC), "other",
            "'one' pins 'b', that 'other' hides: 'other' wins, because hiding comes before "
            "pinning.",
        ),
        (
            Pin(("a",)), Hide(CHEAP), "other",
            "'one' pins products that 'other' may hide: 'other' wins, because hiding comes before "
            "pinning.",
        ),
        (Pin(("a",)), Bury(AB), "one", "'other' buries 'a', that 'one' pins: 'one' wins"),
        (Bury(AB), Boost(BC), "one", "'other' boosts 'b', that 'one' buries: 'one' wins"),
        (Boost(CHEAP), Bury(CHEAP), "other", "'one' boosts products that 'other' buries: "),
        (Boost(CHEAP), Bury(AB), "other", "'one' boosts products that 'other' may bury: "),
        (Hide(AB), Boost(AB), "one", "'other' boosts 'a', 'b', that 'one' hides: "),
        (
            Pin(("a",)), Pin(("b",)), "one",
            "'one' and 'other' both pin to place 1: 'one' wins, because it comes earlier; what "
            "'other' pins takes the next free place.",
        ),
        (Pin(("a",), 2), Pin(("b", "c")), "one", "both pin to place 2: 'one' wins"),
        (Pin(("a",), 2), Pin(("a",), 5), "one", "both pin 'a', at places 2 and 5: 'one' wins"),
        (Redirect("/x"), Redirect("/y"), "one", "redirect to two addresses: 'one' wins"),
    ],
)  # fmt: skip
def test_opposing_actions_have_a_winner(
    first: Action, second: Action, winner: str, explanation: str
) -> None:
    (conflict,) = find(first, second)
    assert explanation in conflict.explanation
    assert conflict.winner == winner
    assert {conflict.winner, conflict.loser} == {"one", "other"}
    assert conflict.is_certain is (" may " not in conflict.explanation)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Pin(("a",)), Hide(D)),
        (Boost(CHEAP), Bury(DEAR)),
        (Boost(AB), Bury(D)),
        (Pin(("a", "b")), Boost(AB)),
        (Hide(AB), Bury(AB)),
        (Boost(AB), Boost(AB)),
        (Pin(("a",)), Pin(("b",), 2)),
        (Pin(("a", "b")), Pin(("b",), 2)),
        (Redirect("/x"), Redirect("/x")),
        (Redirect("/x"), Pin(("a",))),
        (Synonyms((("a", "b"),)), Hide(AB)),
        (Boost(Selection(filters=Filters(brand="A"))), Bury(Selection(filters=Filters(brand="B")))),
        (
            Boost(Selection(filters=Filters(category="Home > Mugs"))),
            Bury(Selection(filters=Filters(category="Home > Bowls"))),
        ),
        (
            Boost(Selection(filters=Filters(in_stock=True))),
            Bury(Selection(filters=Filters(in_stock=False))),
        ),
        (
            Boost(Selection(filters=Filters(attributes={"color": "red"}))),
            Bury(Selection(filters=Filters(attributes={"color": ("blue", "green")}))),
        ),
    ],
)
def test_actions_that_do_not_oppose_are_not_reported(first: Action, second: Action) -> None:
    assert find(first, second) == find(second, first) == ()


@pytest.mark.parametrize(
    ("first", "second", "query"),
    [
        (RuleScope(), RuleScope(), ""),
        (RuleScope(), ABAYA, "abaya"),
        (ABAYA, RuleScope(("black abayas",)), "black abayas"),
        (RuleScope(("black abaya",), "words"), RuleScope(("abaya black",)), "abaya black"),
        (ABAYA, RuleScope(("abayas",), "exact"), "abayas"),
        (ABAYA, RuleScope(("dress",)), None),
        (RuleScope(("abaya",), "exact"), RuleScope(("black abaya",)), None),
        (RuleScope(until=APRIL), RuleScope(start=APRIL), None),
        (RuleScope(start=APRIL), RuleScope(), ""),
        (RuleScope(category="Dresses"), RuleScope(category="Clothing > Dresses"), ""),
        (RuleScope(category="Dresses"), RuleScope(category="Mugs"), None),
        (RuleScope(merchant="m0"), RuleScope(), ""),
        (RuleScope(merchant="m0"), RuleScope(merchant="m1"), None),
    ],
)
def test_only_rules_that_can_be_active_together_conflict(
    first: RuleScope, second: RuleScope, query: str | None
) -> None:
    for first_scope, second_scope in ((first, second), (second, first)):
        conflicts = find(Pin(("a",)), Hide(AB), first_scope, second_scope)
        assert len(conflicts) == (query is not None)
        assert all(conflict.query == query for conflict in conflicts) or query in ABAYA.query
        redirects = find(Redirect("/x"), Redirect("/y"), first_scope, second_scope)
        assert len(redirects) == (query is not None)


def test_pins_of_two_merchants_conflict_over_a_position() -> None:
    (conflict,) = find(Pin(("a",)), Pin(("b",)), RuleScope(merchant="m0"), RuleScope(merchant="m1"))
    assert conflict.winner == "one"


def test_the_more_specific_rule_wins_and_the_explanation_says_so() -> None:
    for first_scope, second_scope in (
        ((RuleScope(), ABAYA)),
        (RuleScope(("abaya",), "words"), ABAYA),
    ):
        (conflict,) = find(Pin(("a",)), Pin(("b",)), first_scope, second_scope)
        assert conflict.winner == "other"
        assert "because its match is more exact (phrase before " in conflict.explanation


def test_a_plan_has_conflicts_that_the_texts_alone_do_not() -> None:
    rules = (
        Rule("one", Pin(("a",)), ABAYA),
        Rule("other", Hide(AB), RuleScope(("black",))),
        Rule("third", Boost(AB)),
    )
    rule_set = RuleSet(rules)
    assert [(conflict.winner, conflict.loser) for conflict in rule_set.find_conflicts()] == [
        ("other", "third")
    ]
    plan = rule_set.plan("black abaya", Filters(), APRIL)
    conflicts = rule_set.find_conflicts(plan)
    assert {(conflict.winner, conflict.loser) for conflict in conflicts} == {
        ("other", "one"),
        ("other", "third"),
    }
    assert rule_set.find_conflicts(rule_set.plan("abaya", Filters(), APRIL)) == ()


def test_two_rules_that_are_alone_active_together_conflict() -> None:
    rules = RuleSet((Rule("one", Pin(("a",)), ABAYA), Rule("other", Hide(AB))))
    both = rules.find_conflicts(rules.plan("abaya", Filters(), APRIL))
    assert [(conflict.winner, conflict.loser) for conflict in both] == [("other", "one")]
    assert rules.find_conflicts(rules.plan("mug", Filters(), APRIL)) == ()
