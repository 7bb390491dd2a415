"""Pairs of rules that act against each other, and which of them wins."""

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


def between(
    one: Action, other: Action, first: RuleScope | None = None, second: RuleScope | None = None
) -> tuple[RuleConflict, ...]:
    rules = (Rule("one", one, first or RuleScope()), Rule("other", other, second or RuleScope()))
    return RuleSet(rules).find_conflicts()


@pytest.mark.parametrize(
    ("one", "other", "winner", "sentence"),
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
            "'one' and 'other' both pin to place 1: 'one' wins, because it stands earlier; what "
            "'other' pins takes the next free place.",
        ),
        (Pin(("a",), 2), Pin(("b", "c")), "one", "both pin to place 2: 'one' wins"),
        (Pin(("a",), 2), Pin(("a",), 5), "one", "both pin 'a', at places 2 and 5: 'one' wins"),
        (Redirect("/x"), Redirect("/y"), "one", "redirect to two addresses: 'one' wins"),
    ],
)  # fmt: skip
def test_opposing_actions_have_a_winner(
    one: Action, other: Action, winner: str, sentence: str
) -> None:
    (found,) = between(one, other)
    assert sentence in found.explanation
    assert found.winner == winner
    assert {found.winner, found.loser} == {"one", "other"}
    assert found.is_certain is (" may " not in found.explanation)


@pytest.mark.parametrize(
    ("one", "other"),
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
def test_what_does_not_oppose_is_not_reported(one: Action, other: Action) -> None:
    assert between(one, other) == between(other, one) == ()


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
def test_only_rules_that_can_hold_together_contradict(
    first: RuleScope, second: RuleScope, query: str | None
) -> None:
    for one, other in ((first, second), (second, first)):
        found = between(Pin(("a",)), Hide(AB), one, other)
        assert len(found) == (query is not None)
        assert all(each.query == query for each in found) or query in ABAYA.query
        redirects = between(Redirect("/x"), Redirect("/y"), one, other)
        assert len(redirects) == (query is not None)


def test_pins_of_two_merchants_want_the_same_place() -> None:
    (found,) = between(Pin(("a",)), Pin(("b",)), RuleScope(merchant="m0"), RuleScope(merchant="m1"))
    assert found.winner == "one"


def test_the_more_exact_wins_and_the_sentence_says_so() -> None:
    for one, other in (((RuleScope(), ABAYA)), (RuleScope(("abaya",), "words"), ABAYA)):
        (found,) = between(Pin(("a",)), Pin(("b",)), one, other)
        assert found.winner == "other"
        assert "because its match is more exact (phrase before " in found.explanation


def test_a_query_can_bring_together_what_the_texts_do_not() -> None:
    rules = (
        Rule("one", Pin(("a",)), ABAYA),
        Rule("other", Hide(AB), RuleScope(("black",))),
        Rule("third", Boost(AB)),
    )
    book = RuleSet(rules)
    assert [(e.winner, e.loser) for e in book.find_conflicts()] == [("other", "third")]
    plan = book.plan("black abaya", Filters(), APRIL)
    found = book.find_conflicts(plan)
    assert {(e.winner, e.loser) for e in found} == {("other", "one"), ("other", "third")}
    assert book.find_conflicts(book.plan("abaya", Filters(), APRIL)) == ()
