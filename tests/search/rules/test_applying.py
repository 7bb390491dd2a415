"""What rules do to candidates: by hand, and what must hold for any of them."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embed import FakeEncoder
from index import ProductIndex
from index.payload import to_point_id
from index.store.points import Condition
from search.retrieval.fusion import Candidate
from search.rules import (
    PINNED,
    RULES,
    Boost,
    Bury,
    Hide,
    Pin,
    Rule,
    RuledCandidates,
    RuleScope,
    RuleSet,
    Selection,
    apply_rules,
)
from shopwindow.values import Filters, Product

NOW = datetime(2026, 3, 10, tzinfo=UTC)
NONE = Filters()
NAMES = "abcdefgh"
POINTS = {to_point_id(name): name for name in NAMES + "x"}
RED = Selection(filters=Filters(attributes={"color": "red"}))


class CountingIndex(ProductIndex):
    """Counts how often it is asked."""

    n_asked = 0

    def filter_ids(
        self, ids: Sequence[str], condition_sets: Sequence[tuple[Condition, ...]]
    ) -> list[set[str]]:
        self.n_asked += 1
        return super().filter_ids(ids, condition_sets)


@pytest.fixture(scope="module")
def index(encoder: FakeEncoder) -> CountingIndex:
    """a to h: a, c, e, g red and of m0; the others blue and of m1; prices 0 to 7."""
    index = CountingIndex.open(":memory:", encoder)
    assert isinstance(index, CountingIndex)
    for n, name in enumerate(NAMES):
        color = {"color": ("red", "blue")[n % 2]}
        product = Product(
            name, f"mug {name}", price=float(n), attributes=color, merchant_id=f"m{n % 2}"
        )
        index.add([product])
    return index


@pytest.fixture(autouse=True)
def _count_anew(index: CountingIndex) -> None:
    index.n_asked = 0


def found(names: str, scores: Sequence[float] = ()) -> list[Candidate]:
    """Return candidates by name, a tenth apart unless scores are given."""
    given = scores or [1 - n / 10 for n in range(len(names))]
    each = [Candidate(to_point_id(n), s, {"text": s}) for n, s in zip(names, given, strict=True)]
    return sorted(each, key=lambda c: (-c.score, c.id))


def order(ruled: RuledCandidates) -> str:
    return "".join(POINTS[each.id] for each in ruled.candidates)


def ruled(
    index: ProductIndex,
    candidates: Sequence[Candidate],
    *rules: Rule,
    filters: Filters = NONE,
    exclude: Sequence[str] = (),
) -> RuledCandidates:
    plan = RuleSet(rules).plan("red mug", filters, NOW)
    done = apply_rules(candidates, plan, filters, index, exclude)
    check_whole(done)
    return done


def check_whole(done: RuledCandidates) -> None:
    keys = [(-each.score, each.id) for each in done.candidates]
    assert keys == sorted(keys)
    assert len({each.id for each in done.candidates}) == len(done.candidates)
    for each in done.candidates:
        assert sum(each.contributions.values()) == each.score
    assert set(done.rules) <= {each.id for each in done.candidates}


def pin(ids: str, place: int = 1, name: str = "pin", scope: RuleScope | None = None) -> Rule:
    return Rule(name, Pin(tuple(ids), place), scope or RuleScope())


def test_without_rules_nothing_changes(index: CountingIndex) -> None:
    before = found("abc")
    assert ruled(index, before) == RuledCandidates(before, {})
    assert index.n_asked == 0


@pytest.mark.parametrize(
    ("names", "ids", "place", "expected"),
    [
        ("abcd", "d", 1, "dabc"),
        ("abcd", "dc", 1, "dcab"),
        ("abcd", "a", 3, "bcad"),
        ("abcd", "da", 2, "bdac"),
        ("abcd", "a", 500, "bcda"),
        ("a", "b", 3, "ab"),
        ("", "ba", 1, "ba"),
        ("", "ba", 5, "ba"),
        ("abcd", "h", 2, "ahbcd"),
        ("abcd", "xh", 1, "habcd"),
    ],
)
def test_pins_stand_where_they_are_asked(
    index: CountingIndex, names: str, ids: str, place: int, expected: str
) -> None:
    done = ruled(index, found(names), pin(ids, place))
    assert order(done) == expected
    moved = {point: ("pin",) for point, name in POINTS.items() if name in ids and name in expected}
    assert done.rules == moved
    assert index.n_asked == (not set(ids) <= set(names))
    for each in done.candidates:
        assert (PINNED in each.contributions) is (POINTS[each.id] in ids)


def test_equal_scores_make_room_by_a_trace(index: CountingIndex) -> None:
    candidates = found("abcd", [0.5] * 4)
    before = [POINTS[each.id] for each in candidates]
    done = ruled(index, candidates, pin("h", 3))
    assert list(order(done)) == [*before[:2], "h", *before[2:]]
    for each, old in zip(
        [e for e in done.candidates if POINTS[e.id] != "h"], candidates, strict=True
    ):
        assert each.score == pytest.approx(old.score, abs=1e-5)


def test_a_pinned_product_must_be_there_and_pass(index: CountingIndex) -> None:
    blue = Filters(attributes={"color": "blue"})
    assert order(ruled(index, found("bd"), pin("axh"), filters=blue)) == "hbd"
    assert order(ruled(index, found("b"), pin("dh"), exclude=[to_point_id("d")])) == "hb"
    assert order(ruled(index, found("bd"), pin("d"), exclude=[to_point_id("d")])) == "db"
    assert index.n_asked == 2


def test_the_more_exact_pin_keeps_the_place(index: CountingIndex) -> None:
    exact = pin("ab", 1, "exact", RuleScope(("red mug",), "exact"))
    later = pin("cd", 1, "later")
    for rules in ((exact, later), (later, exact)):
        assert order(ruled(index, found("efgh"), *rules)) == "abcdefgh"
    assert order(ruled(index, found("efgh"), later, pin("ab", 1, "last"))) == "cdabefgh"
    both = ruled(index, found("efgh"), pin("h", 3, "first"), pin("hg", 1, "second"))
    assert order(both) == "gehf"
    assert both.rules[to_point_id("h")] == ("first",)


def test_boosts_add_up_and_are_a_part(index: CountingIndex) -> None:
    rules = (
        Rule("ids", Boost(Selection(("c", "d")), 0.15)),
        Rule("red", Boost(RED, 0.25)),
    )
    done = ruled(index, found("abcd"), *rules)
    assert order(done) == "acbd"
    parts = {POINTS[each.id]: each.contributions.get(RULES) for each in done.candidates}
    assert parts == {"a": 0.25, "b": None, "c": pytest.approx(0.4), "d": 0.15}
    assert done.rules[to_point_id("c")] == ("ids", "red")
    assert index.n_asked == 1


def test_buried_products_are_behind_everything_or_a_little_further(index: CountingIndex) -> None:
    candidates = found("abcd", [9.0, 8.0, -3.0, -4.0])
    assert order(ruled(index, candidates, Rule("r", Bury(Selection(("a", "b")))))) == "cdab"
    little = Rule("r", Bury(Selection(("a",)), 0.15))
    assert order(ruled(index, found("abcd"), little)) == "bacd"
    halves = [Rule(f"r{n}", Bury(Selection(("a",)), 0.6)) for n in range(3)]
    last = Rule("last", Bury(Selection(("b",))))
    assert order(ruled(index, found("abcd"), *halves, last)) == "cdab"
    assert index.n_asked == 0


def test_hidden_products_are_gone(index: CountingIndex) -> None:
    cheap = Selection(filters=Filters(price_max=1))
    done = ruled(index, found("abcd"), Rule("r", Hide(cheap)), Rule("s", Hide(Selection(("d",)))))
    assert order(done) == "c"
    both = Selection(("a", "b"), Filters(attributes={"color": "red"}))
    assert order(ruled(index, found("abcd"), Rule("r", Hide(both)))) == "bcd"


def test_hide_beats_pin_beats_bury_beats_boost(index: CountingIndex) -> None:
    one = Selection(("b",))
    hide, bury, boost = Rule("h", Hide(one)), Rule("u", Bury(one)), Rule("o", Boost(one, 1.0))
    candidates = found("abc")
    assert order(ruled(index, candidates, boost)) == "bac"
    buried = ruled(index, candidates, boost, bury)
    assert (order(buried), buried.rules) == ("acb", {to_point_id("b"): ("u",)})
    little = ruled(index, candidates, boost, Rule("u", Bury(one, 0.05)))
    assert little.candidates[1].contributions == {"text": 0.9, RULES: -0.05}
    pinned = ruled(index, candidates, boost, bury, pin("b", 2))
    assert (order(pinned), pinned.rules) == ("abc", {to_point_id("b"): ("pin",)})
    assert RULES not in pinned.candidates[1].contributions
    assert order(ruled(index, candidates, boost, bury, pin("b"), hide)) == "ac"
    unseen = Rule("h", Hide(Selection(("h",))))
    assert order(ruled(index, candidates, pin("h"), unseen)) == "abc"


def test_a_merchants_rules_touch_only_its_products(index: CountingIndex) -> None:
    mine = RuleScope(merchant="m1")
    every = Selection(tuple(NAMES))
    assert order(ruled(index, found("abcd"), Rule("r", Hide(every), mine))) == "ac"
    assert order(ruled(index, found("abcd"), Rule("r", Bury(every), mine))) == "acbd"
    assert order(ruled(index, found("abcd"), pin("cdgh", scope=mine))) == "dhabc"
    assert index.n_asked == 3
    only = Filters(merchant_id="m1")
    assert order(ruled(index, found("bd"), Rule("r", Hide(Selection(("d",))), mine), filters=only))
    assert index.n_asked == 3


names = st.lists(st.sampled_from(NAMES + "x"), min_size=1, max_size=5, unique=True).map(tuple)
selections = st.one_of(
    names.map(Selection),
    st.just(RED),
    st.builds(lambda ids, top: Selection(ids, Filters(price_max=top)), names, st.floats(0, 8)),
)
amounts = st.floats(0.01, 1)
scopes = st.sampled_from(
    [
        RuleScope(),
        RuleScope(("red",)),
        RuleScope(("red mug",), "exact"),
        RuleScope(merchant="m0"),
        RuleScope(("dress",)),
    ]
)
actions = st.one_of(
    st.builds(Pin, names, st.integers(1, 9)),
    st.builds(Boost, selections, amounts),
    st.builds(Bury, selections, amounts),
    st.builds(Hide, selections),
)
books = st.lists(st.tuples(actions, scopes), max_size=5).map(
    lambda made: [Rule(f"r{n}", action, scope) for n, (action, scope) in enumerate(made)]
)
scores = st.one_of(st.sampled_from([0.0, 0.5, 1.0]), st.floats(-2, 3), st.floats(0.5, 0.5000001))
candidates = st.dictionaries(st.sampled_from(NAMES), scores, max_size=8).map(
    lambda each: found("".join(each), list(each.values()))
)


@given(before=candidates, rules=books)
def test_parts_add_up_and_hidden_is_never_shown(
    index: CountingIndex, before: list[Candidate], rules: list[Rule]
) -> None:
    index.n_asked = 0
    done = ruled(index, before, *rules)
    assert index.n_asked <= 1
    shown = {POINTS[each.id] for each in done.candidates}
    assert "x" not in shown
    plan = RuleSet(rules).plan("red mug", NONE, NOW)
    for hide in plan.hides:
        ids = frozenset(hide.action.selection.ids or NAMES)
        reds = frozenset("aceg") if hide.action.selection == RED or hide.merchant else ids
        if hide.action.selection.filters.price_max is None:
            assert not shown & ids & reds
    pinned = {name for p in plan.pins for name in p.action.ids}
    assert shown <= {POINTS[each.id] for each in before} | pinned
    kept = {POINTS[each.id] for each in before} - shown
    assert not kept or plan.hides


@given(before=candidates, ids=names, place=st.integers(1, 9))
def test_pins_are_where_asked_and_the_rest_keeps_its_order(
    index: CountingIndex, before: list[Candidate], ids: tuple[str, ...], place: int
) -> None:
    after = order(ruled(index, before, Rule("r", Pin(ids, place))))
    there = "".join(each for each in ids if each != "x")
    rest = "".join(POINTS[c.id] for c in before if POINTS[c.id] not in ids)
    at = min(place - 1, len(rest))
    assert after == rest[:at] + there + rest[at:]
