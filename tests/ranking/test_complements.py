from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopwindow.ranking import (
    Baskets,
    Complements,
    ComplementWeights,
    Evidence,
    JointCounts,
    Traits,
    complements,
)
from shopwindow.values import Product
from shopwindow.values.encoder import Vectors
from shopwindow.values.errors import InvalidValueError, VectorError
from tests.ranking.planted import DIM, EXAMPLES, axis

SOFA = Traits("sofa", "sofas", "seats", frozenset({"oslo"}), frozenset({"grey"}))
RUG = Traits("rug", "rugs", "textiles")
LAMP = Traits("lamp", "floor lamps", "lamps")
NOTHING = np.zeros((1, DIM), np.float32)


def paired(
    offered: Sequence[Traits],
    evidence: Evidence = Evidence(),  # noqa: B008 -- frozen
    rows: Vectors | None = None,
    vector: Vectors = NOTHING[0],
    anchor: Traits = SOFA,
) -> Complements:
    """Return complements, of a sofa without a photo if nothing else is said."""
    given_rows = np.repeat(NOTHING, len(offered), axis=0) if rows is None else rows
    return complements(anchor, vector, offered, given_rows, evidence)


def bought(*baskets: Sequence[Traits]) -> Evidence:
    return Baskets.of(baskets).evidence(SOFA)


def test_baskets_are_counted_by_hand() -> None:
    second = Traits("sofa 2", "sofas", "seats")
    found = bought([SOFA, RUG, RUG], [SOFA, second, LAMP], [RUG], [])
    assert found.products == JointCounts(
        4, 2, {"rug": 1, "sofa 2": 1, "lamp": 1}, {"sofa": 2, "rug": 2, "sofa 2": 1, "lamp": 1}
    )
    assert found.kinds.own == 2
    assert found.kinds.joint == {"rugs": 1, "sofas": 1, "floor lamps": 1}
    assert found.families.joint == {"textiles": 1, "seats": 1, "lamps": 1}
    assert Baskets().evidence(SOFA).products == JointCounts()


def test_the_more_baskets_the_more_they_count() -> None:
    rugs = [Traits("rug", "rugs"), Traits("like it", "rugs", words=frozenset({"oslo"}))]
    first = []
    for n in (1, 10, 100, 1000):
        counts = JointCounts(10 * n, n, {"rug": n / 2}, {"rug": n})
        found = paired(rugs, Evidence(counts))
        assert (found.parts["words"] >= 0).all()
        first.append(int(found.scores.argmax()))
    assert first == sorted(first, reverse=True) == [1, 1, 0, 0]


def test_another_department_is_held_back_and_an_unknown_one_is_not() -> None:
    sofa = replace(SOFA, department="home")
    offered = [replace(RUG, department=name) for name in ("home", "", "fashion")]
    part = paired(offered, anchor=sofa).parts["department"]
    assert part.tolist() == pytest.approx([0.1, 0.0, -0.1])
    assert paired(offered).parts["department"].tolist() == [0.0] * 3


def test_parts_by_hand() -> None:
    offered = [replace(RUG, words=frozenset({"oslo"}), popularity=1.0), LAMP]
    counts = JointCounts(100, 10, {"rug": 5}, {"rug": 10})
    kinds = JointCounts(100, 20, {"rugs": 11}, {"rugs": 25, "floor lamps": 25})
    found = paired(offered, Evidence(counts, kinds))
    weights = ComplementWeights()
    believed = 10 / (10 + weights.trust)
    left = 1 - believed
    assert found.parts["baskets"] == pytest.approx(
        [(left * weights.baskets + believed) * 4 / 15, 0]
    )
    lifts = np.array([12 / 6, 1 / 6])
    assert found.parts["kinds"] == pytest.approx(left * weights.kinds * (lifts - 1) / (lifts + 1))
    assert found.parts["words"] == pytest.approx([left * weights.words, 0])
    assert found.parts["popularity"] == pytest.approx([left * weights.popularity, 0])
    assert not found.parts["style"].any()


TRAITS = st.builds(
    Traits,
    st.text("abcdef", min_size=1, max_size=2),
    st.sampled_from(["", "sofas", "rugs", "lamps"]),
    st.sampled_from(["", "seats", "textiles"]),
    st.frozensets(st.sampled_from(["oslo", "red", "with"])),
    st.frozensets(st.sampled_from(["red", "grey"])),
    st.floats(0, 1),
)


@EXAMPLES
@given(
    st.lists(TRAITS, max_size=8, unique_by=lambda each: each.product_id),
    st.lists(st.lists(st.integers(0, 8), max_size=5), max_size=8),
    st.integers(0, 2**32 - 1),
)
def test_parts_add_up_and_the_anchor_is_never_its_own_complement(
    others: list[Traits], drawn: list[list[int]], seed: int
) -> None:
    offered = [SOFA, *others]
    rng = np.random.default_rng(seed)
    rows = np.vstack([axis(int(rng.integers(DIM))) * rng.integers(0, 2) for _ in offered])
    baskets = Baskets.of([offered[n % len(offered)] for n in some] for some in drawn)
    evidence = baskets.evidence(SOFA, np.full(DIM, 0.1, np.float32))
    found = paired(offered, evidence, rows, rows[0])
    weights = ComplementWeights()
    total = np.zeros(len(offered))
    for name, part in found.parts.items():
        assert np.abs(part).max() <= getattr(weights, name) + 1e-9
        total += part
    assert found.scores == pytest.approx(total)
    assert np.isfinite(found.scores).all()
    assert found.scores.max() <= 1
    best = found.best(100)
    assert 0 not in best
    assert len(best) == len(set(best))
    for n in best:
        together = evidence.products.joint.get(offered[n].product_id, 0)
        assert offered[n].kind != SOFA.kind or together > 0


@EXAMPLES
@given(
    st.integers(1, 50), st.integers(1, 50), st.integers(100, 300), st.integers(1, 50), st.booleans()
)
def test_more_joint_baskets_never_lower_a_score(
    own: int, each: int, n_baskets: int, more: int, of_kinds: bool
) -> None:
    most = min(own, each)
    few, many = most // 2, min(most // 2 + more, most)
    name = "rugs" if of_kinds else "rug"
    low, high = (
        paired([RUG], Evidence(kinds=counts) if of_kinds else Evidence(counts)).scores[0]
        for counts in (JointCounts(n_baskets, own, {name: n}, {name: each}) for n in (few, many))
    )
    assert high >= low


def test_its_own_kind_is_shown_only_when_baskets_say_so() -> None:
    twin = replace(SOFA, product_id="sofa 2")
    row = np.repeat(axis(0)[None], 2, axis=0)
    alone = paired([twin, RUG], rows=row, vector=axis(0))
    assert alone.scores[0] > alone.scores[1]
    assert alone.best(10) == [1]
    rarely = [[LAMP]] * 8
    assert 0 in paired([twin, RUG], bought([SOFA, twin], *rarely)).best(10)
    by_chance = bought(*[[SOFA, twin]] * 2, *[[SOFA]] * 4, *[[twin]] * 4, *[[LAMP]] * 1)
    assert 0 not in paired([twin, RUG], by_chance).best(10)


def test_what_is_bought_with_everything_is_no_complement_by_that() -> None:
    bag = Traits("bag", "bags", "packing")
    some = [[SOFA, RUG, bag]] * 5 + [[SOFA, bag]] * 5 + [[LAMP, bag]] * 90
    found = paired([bag, RUG, LAMP], bought(*some))
    assert found.parts["baskets"][0] == 0
    assert found.parts["kinds"][0] == pytest.approx(0)
    assert found.best(1) == [1]
    assert found.parts["kinds"][2] < 0


def test_kinds_without_baskets_of_their_own_inherit_from_their_family() -> None:
    spot = Traits("spot", "spot lights", "lamps")
    found = paired([spot, RUG], bought(*[[SOFA, LAMP]] * 5, *[[RUG]] * 20))
    assert found.parts["kinds"][0] > 0.1
    assert found.parts["kinds"][1] < 0


def test_unknown_everything_still_gives_an_order() -> None:
    offered = [Traits("a"), Traits("b", popularity=0.5), Traits("c", popularity=1.0)]
    found = paired(offered, anchor=Traits("x"))
    assert found.best(10) == [2, 1, 0]
    assert paired(offered, anchor=Traits("c")).best(10) == [1, 0]
    assert paired([]).best(10) == []
    assert paired([Traits("a"), Traits("b")], anchor=Traits("x")).best(10) == [0, 1]


def test_style_is_above_chance_and_of_other_kinds() -> None:
    background = axis(0) * 0.9
    rows = np.array([axis(0), (axis(0) + axis(1)) / np.sqrt(2), NOTHING[0]], np.float32)
    offered = [replace(RUG, product_id=str(n)) for n in range(3)]
    vector = np.asarray((axis(0) + 2 * axis(1)) / np.sqrt(5), np.float32)
    style = paired(offered, Evidence(background=background), rows, vector).parts["style"]
    assert style[1] > 0.05 > style[0]
    assert style[2] == 0


def test_rare_words_say_more_than_common_ones() -> None:
    anchor = replace(SOFA, words=frozenset({"oslo", "with"}))
    offered = [
        replace(RUG, product_id=str(n), words=frozenset({"oslo" if n == 0 else "with"}))
        for n in range(9)
    ]
    words = paired(offered, anchor=anchor).parts["words"]
    assert words[0] > 1.5 * words[1] > 0


def test_one_kind_does_not_take_all_places() -> None:
    lamps = [replace(LAMP, product_id=str(n), popularity=1.0) for n in range(10)]
    found = paired([*lamps, RUG])
    assert found.best(4) == [0, 1, 10, 2]
    assert found.best(4, of_a_kind=1) == [0, 10, 1, 2]
    with pytest.raises(InvalidValueError, match="per_turn"):
        found.best(4, of_a_kind=0)


def test_traits_of_a_product() -> None:
    path = ("Home", "Floor Lamps")
    product = Product(
        "1", title="OSLO Floor lamp, steel", category=path, attributes={"color": "Red"}
    )
    home = Traits(
        "1", "floor lamps", "home", frozenset({"oslo", "lamp", "steel"}), frozenset({"red"})
    )
    home = replace(home, department="home")
    assert Traits.of(product) == home
    alone = Traits.of(replace(product, category=("Floor lamp",)), 0.5)
    assert (alone.family, alone.words) == ("lamp", frozenset({"oslo", "steel"}))
    assert alone.popularity == 0.5
    assert Traits.of(replace(product, category=())).family == ""
    arabic = Traits.of(Product("2", title="أريكة أوسلو", category=("اريكة",)))
    assert arabic.words == {"اوسلو"}


def test_bad_input_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="rows: expected vectors of 2 candidates"):
        complements(SOFA, NOTHING[0], [RUG, LAMP], NOTHING, Evidence())
    with pytest.raises(VectorError, match="expected vectors of shape"):
        complements(SOFA, np.zeros(3, np.float32), [RUG], NOTHING, Evidence())
    with pytest.raises(VectorError, match="expected vectors of shape"):
        paired([RUG], Evidence(background=np.zeros(3, np.float32)))
    with pytest.raises(VectorError, match="not finite"):
        paired([RUG], rows=NOTHING * np.nan)
    with pytest.raises(InvalidValueError, match="popularity"):
        paired([replace(RUG, popularity=2.0)])
    with pytest.raises(InvalidValueError, match="own: expected from 0 to 1"):
        JointCounts(1, 2)
    with pytest.raises(InvalidValueError, match="joint: expected counts"):
        JointCounts(5, 2, {"rug": 3})
    with pytest.raises(InvalidValueError, match="each: expected counts"):
        JointCounts(5, 2, {}, {"rug": -1})
    with pytest.raises(InvalidValueError, match="n_baskets"):
        JointCounts(float("nan"))
    with pytest.raises(InvalidValueError, match="words: expected a number"):
        ComplementWeights(words=-1)
    with pytest.raises(InvalidValueError, match="shrink"):
        ComplementWeights(shrink_kinds=0)
