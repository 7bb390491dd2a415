"""What rules do to candidates: by hand, and invariants of any rules."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embed import FakeEncoder
from index import ProductCondition, ProductIndex
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
from shopwindow.ranking.candidate_set import CandidateSet
from shopwindow.values import Filters, Product

NOW = datetime(2026, 3, 10, tzinfo=UTC)
NONE = Filters()
NAMES = "abcdefgh"
RED = Selection(filters=Filters(attributes={"color": "red"}))


class CountingIndex(ProductIndex):
    """Counts the calls of `filter_ids`."""

    n_calls = 0

    def filter_ids(
        self, ids: Sequence[str], condition_sets: Sequence[tuple[ProductCondition, ...]]
    ) -> list[set[str]]:
        self.n_calls += 1
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
def _reset_n_calls(index: CountingIndex) -> None:
    index.n_calls = 0


def make_candidates(names: str, scores: Sequence[float] = ()) -> CandidateSet:
    """Return candidates by name, a tenth apart unless scores are given."""
    actual_scores = scores or [1 - n / 10 for n in range(len(names))]
    return CandidateSet.from_contributions(list(names), {"text": actual_scores}).sort()


def get_names(ruled: RuledCandidates) -> str:
    return "".join(ruled.candidates.ids)


def apply(
    index: ProductIndex,
    candidates: CandidateSet,
    *rules: Rule,
    filters: Filters = NONE,
    exclude: Sequence[str] = (),
) -> RuledCandidates:
    plan = RuleSet(rules).plan("red mug", filters, NOW)
    ruled = apply_rules(candidates, plan, filters, index, exclude)
    check_invariants(ruled)
    return ruled


def check_invariants(ruled: RuledCandidates) -> None:
    candidates = ruled.candidates
    assert candidates.sort().ids == candidates.ids
    assert len(set(candidates.ids)) == len(candidates)
    for number, score in enumerate(candidates.scores.tolist()):
        assert sum(candidates.explain(number).values()) == score
    assert set(ruled.rules) <= set(candidates.ids)


def pin(ids: str, position: int = 1, name: str = "pin", scope: RuleScope | None = None) -> Rule:
    return Rule(name, Pin(tuple(ids), position), scope or RuleScope())


def test_without_rules_nothing_changes(index: CountingIndex) -> None:
    before = make_candidates("abc")
    assert apply(index, before).candidates is before
    assert index.n_calls == 0


@pytest.mark.parametrize(
    ("names", "ids", "position", "expected"),
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
def test_pinned_products_are_at_their_positions(
    index: CountingIndex, names: str, ids: str, position: int, expected: str
) -> None:
    ruled = apply(index, make_candidates(names), pin(ids, position))
    assert get_names(ruled) == expected
    moved_by_rules = {name: ("pin",) for name in NAMES + "x" if name in ids and name in expected}
    assert ruled.rules == moved_by_rules
    assert index.n_calls == (not set(ids) <= set(names))
    for number, name in enumerate(ruled.candidates.ids):
        assert (PINNED in ruled.candidates.explain(number)) is (name in ids)


def test_equal_scores_make_room_by_a_trace(index: CountingIndex) -> None:
    candidates = make_candidates("abcd", [0.5] * 4)
    before = list(candidates.ids)
    ruled = apply(index, candidates, pin("h", 3))
    assert list(get_names(ruled)) == [*before[:2], "h", *before[2:]]
    others = ruled.candidates.drop({"h"})
    for candidate, unpinned in zip(others.scores, candidates.scores, strict=True):
        assert candidate == pytest.approx(unpinned, abs=1e-5)


def test_a_pinned_product_must_exist_and_pass_the_filters(index: CountingIndex) -> None:
    blue = Filters(attributes={"color": "blue"})
    assert get_names(apply(index, make_candidates("bd"), pin("axh"), filters=blue)) == "hbd"
    assert get_names(apply(index, make_candidates("b"), pin("dh"), exclude=["d"])) == "hb"
    assert get_names(apply(index, make_candidates("bd"), pin("d"), exclude=["d"])) == "db"
    assert index.n_calls == 2


def test_the_more_specific_pin_keeps_the_position(index: CountingIndex) -> None:
    exact = pin("ab", 1, "exact", RuleScope(("red mug",), "exact"))
    later = pin("cd", 1, "later")
    for rules in ((exact, later), (later, exact)):
        assert get_names(apply(index, make_candidates("efgh"), *rules)) == "abcdefgh"
    assert (
        get_names(apply(index, make_candidates("efgh"), later, pin("ab", 1, "last"))) == "cdabefgh"
    )
    overlapping = apply(
        index, make_candidates("efgh"), pin("h", 3, "first"), pin("hg", 1, "second")
    )
    assert get_names(overlapping) == "gehf"
    assert overlapping.rules["h"] == ("first",)


def test_boosts_add_up_in_one_contribution(index: CountingIndex) -> None:
    rules = (
        Rule("ids", Boost(Selection(("c", "d")), 0.15)),
        Rule("red", Boost(RED, 0.25)),
    )
    ruled = apply(index, make_candidates("abcd"), *rules)
    assert get_names(ruled) == "acbd"
    adjustments = {
        name: ruled.candidates.explain(number).get(RULES)
        for number, name in enumerate(ruled.candidates.ids)
    }
    assert adjustments == {"a": 0.25, "b": None, "c": pytest.approx(0.4), "d": 0.15}
    assert ruled.rules["c"] == ("ids", "red")
    assert index.n_calls == 1


def test_buried_products_are_last_or_a_little_lower(index: CountingIndex) -> None:
    candidates = make_candidates("abcd", [9.0, 8.0, -3.0, -4.0])
    assert get_names(apply(index, candidates, Rule("r", Bury(Selection(("a", "b")))))) == "cdab"
    slight_bury = Rule("r", Bury(Selection(("a",)), 0.15))
    assert get_names(apply(index, make_candidates("abcd"), slight_bury)) == "bacd"
    slight_buries = [Rule(f"r{n}", Bury(Selection(("a",)), 0.6)) for n in range(3)]
    bury_to_end = Rule("last", Bury(Selection(("b",))))
    assert get_names(apply(index, make_candidates("abcd"), *slight_buries, bury_to_end)) == "cdab"
    assert index.n_calls == 0


def test_hidden_products_are_removed(index: CountingIndex) -> None:
    cheap = Selection(filters=Filters(price_max=1))
    ruled = apply(
        index, make_candidates("abcd"), Rule("r", Hide(cheap)), Rule("s", Hide(Selection(("d",))))
    )
    assert get_names(ruled) == "c"
    selection = Selection(("a", "b"), Filters(attributes={"color": "red"}))
    assert get_names(apply(index, make_candidates("abcd"), Rule("r", Hide(selection)))) == "bcd"


def test_hide_beats_pin_beats_bury_beats_boost(index: CountingIndex) -> None:
    selection = Selection(("b",))
    hide, bury, boost = (
        Rule("h", Hide(selection)),
        Rule("u", Bury(selection)),
        Rule("o", Boost(selection, 1.0)),
    )
    candidates = make_candidates("abc")
    assert get_names(apply(index, candidates, boost)) == "bac"
    buried = apply(index, candidates, boost, bury)
    assert (get_names(buried), buried.rules) == ("acb", {"b": ("u",)})
    slight_bury = apply(index, candidates, boost, Rule("u", Bury(selection, 0.05)))
    assert slight_bury.candidates.explain(1) == {"text": 0.9, RULES: -0.05}
    pinned = apply(index, candidates, boost, bury, pin("b", 2))
    assert (get_names(pinned), pinned.rules) == ("abc", {"b": ("pin",)})
    assert RULES not in pinned.candidates.explain(1)
    assert get_names(apply(index, candidates, boost, bury, pin("b"), hide)) == "ac"
    hide_pinned = Rule("h", Hide(Selection(("h",))))
    assert get_names(apply(index, candidates, pin("h"), hide_pinned)) == "abc"


def test_a_merchants_rules_affect_only_its_products(index: CountingIndex) -> None:
    scope = RuleScope(merchant="m1")
    all_products = Selection(tuple(NAMES))
    assert (
        get_names(apply(index, make_candidates("abcd"), Rule("r", Hide(all_products), scope)))
        == "ac"
    )
    assert (
        get_names(apply(index, make_candidates("abcd"), Rule("r", Bury(all_products), scope)))
        == "acbd"
    )
    assert get_names(apply(index, make_candidates("abcd"), pin("cdgh", scope=scope))) == "dhabc"
    assert index.n_calls == 3
    merchant_filters = Filters(merchant_id="m1")
    assert get_names(
        apply(
            index,
            make_candidates("bd"),
            Rule("r", Hide(Selection(("d",))), scope),
            filters=merchant_filters,
        )
    )
    assert index.n_calls == 3


product_names = st.lists(st.sampled_from(NAMES + "x"), min_size=1, max_size=5, unique=True).map(
    tuple
)
selections = st.one_of(
    product_names.map(Selection),
    st.just(RED),
    st.builds(
        lambda ids, top: Selection(ids, Filters(price_max=top)), product_names, st.floats(0, 8)
    ),
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
    st.builds(Pin, product_names, st.integers(1, 9)),
    st.builds(Boost, selections, amounts),
    st.builds(Bury, selections, amounts),
    st.builds(Hide, selections),
)
rule_lists = st.lists(st.tuples(actions, scopes), max_size=5).map(
    lambda pairs: [Rule(f"r{n}", action, scope) for n, (action, scope) in enumerate(pairs)]
)
scores = st.one_of(st.sampled_from([0.0, 0.5, 1.0]), st.floats(-2, 3), st.floats(0.5, 0.5000001))
candidates = st.dictionaries(st.sampled_from(NAMES), scores, max_size=8).map(
    lambda score_by_name: make_candidates("".join(score_by_name), list(score_by_name.values()))
)


@given(before=candidates, rules=rule_lists)
def test_contributions_add_up_and_hidden_products_are_never_shown(
    index: CountingIndex, before: CandidateSet, rules: list[Rule]
) -> None:
    index.n_calls = 0
    ruled = apply(index, before, *rules)
    assert index.n_calls <= 1
    shown_names = set(ruled.candidates.ids)
    assert "x" not in shown_names
    plan = RuleSet(rules).plan("red mug", NONE, NOW)
    for hide in plan.hides:
        ids = frozenset(hide.action.selection.ids or NAMES)
        red_names = frozenset("aceg") if hide.action.selection == RED or hide.merchant else ids
        if hide.action.selection.filters.price_max is None:
            assert not shown_names & ids & red_names
    pinned = {name for pin_rule in plan.pins for name in pin_rule.action.ids}
    assert shown_names <= set(before.ids) | pinned
    removed = set(before.ids) - shown_names
    assert not removed or plan.hides


@given(before=candidates, ids=product_names, position=st.integers(1, 9))
def test_pins_keep_the_order_of_the_rest(
    index: CountingIndex, before: CandidateSet, ids: tuple[str, ...], position: int
) -> None:
    after = get_names(apply(index, before, Rule("r", Pin(ids, position))))
    pinned = "".join(candidate for candidate in ids if candidate != "x")
    rest = "".join(name for name in before.ids if name not in ids)
    index_of_pins = min(position - 1, len(rest))
    assert after == rest[:index_of_pins] + pinned + rest[index_of_pins:]


def test_a_bury_to_the_end_prevails_over_one_by_a_little(index: CountingIndex) -> None:
    ids = Selection(("a",))
    for first, second in ((Bury(ids, 0.05), Bury(ids, 1.0)), (Bury(ids, 1.0), Bury(ids, 0.05))):
        rules = (Rule("one", first), Rule("other", second))
        assert get_names(apply(index, make_candidates("abc", (9.0, 0.5, 0.25)), *rules)) == "bca"
