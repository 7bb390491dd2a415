from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopwindow.ranking import (
    BasketCounter,
    BasketStatistics,
    ComplementFeatures,
    ComplementWeights,
    CooccurrenceCounts,
    ScoredComplements,
    score_complements,
)
from shopwindow.values import Product
from shopwindow.values.encoder import Vectors
from shopwindow.values.errors import InvalidValueError, VectorError
from tests.ranking.planted import DIM, EXAMPLES, axis

SOFA = ComplementFeatures("sofa", "sofas", "seats", frozenset({"oslo"}), frozenset({"grey"}))
RUG = ComplementFeatures("rug", "rugs", "textiles")
LAMP = ComplementFeatures("lamp", "floor lamps", "lamps")
NOTHING = np.zeros((1, DIM), np.float32)


def paired(
    offered: Sequence[ComplementFeatures],
    evidence: BasketStatistics = BasketStatistics(),  # noqa: B008 -- frozen
    rows: Vectors | None = None,
    vector: Vectors = NOTHING[0],
    anchor: ComplementFeatures = SOFA,
) -> ScoredComplements:
    """Return complements, of a sofa without a photo if nothing else is said."""
    given_rows = np.repeat(NOTHING, len(offered), axis=0) if rows is None else rows
    return score_complements(anchor, vector, offered, given_rows, evidence)


def bought(*baskets: Sequence[ComplementFeatures]) -> BasketStatistics:
    return BasketCounter.from_baskets(baskets).get_statistics(SOFA)


def test_baskets_are_counted_by_hand() -> None:
    second = ComplementFeatures("sofa 2", "sofas", "seats")
    found = bought([SOFA, RUG, RUG], [SOFA, second, LAMP], [RUG], [])
    assert found.products == CooccurrenceCounts(
        4, 2, {"rug": 1, "sofa 2": 1, "lamp": 1}, {"sofa": 2, "rug": 2, "sofa 2": 1, "lamp": 1}
    )
    assert found.categories.anchor_count == 2
    assert found.categories.pair_counts == {"rugs": 1, "sofas": 1, "floor lamps": 1}
    assert found.parent_categories.pair_counts == {"textiles": 1, "seats": 1, "lamps": 1}
    assert BasketCounter().get_statistics(SOFA).products == CooccurrenceCounts()


def test_the_more_baskets_the_more_they_count() -> None:
    rugs = [
        ComplementFeatures("rug", "rugs"),
        ComplementFeatures("like it", "rugs", title_keywords=frozenset({"oslo"})),
    ]
    first = []
    for n in (1, 10, 100, 1000):
        counts = CooccurrenceCounts(10 * n, n, {"rug": n / 2}, {"rug": n})
        found = paired(rugs, BasketStatistics(counts))
        assert (found.contributions["title_similarity"] >= 0).all()
        first.append(int(found.scores.argmax()))
    assert first == sorted(first, reverse=True) == [1, 1, 0, 0]


def test_another_department_is_held_back_and_an_unknown_one_is_not() -> None:
    sofa = replace(SOFA, department="home")
    offered = [replace(RUG, department=name) for name in ("home", "", "fashion")]
    part = paired(offered, anchor=sofa).contributions["department"]
    assert part.tolist() == pytest.approx([0.1, 0.0, -0.1])
    assert paired(offered).contributions["department"].tolist() == [0.0] * 3


def test_parts_by_hand() -> None:
    offered = [replace(RUG, title_keywords=frozenset({"oslo"}), popularity=1.0), LAMP]
    counts = CooccurrenceCounts(100, 10, {"rug": 5}, {"rug": 10})
    kinds = CooccurrenceCounts(100, 20, {"rugs": 11}, {"rugs": 25, "floor lamps": 25})
    found = paired(offered, BasketStatistics(counts, kinds))
    weights = ComplementWeights()
    believed = 10 / (10 + weights.basket_half_weight)
    left = 1 - believed
    assert found.contributions["co_purchase"] == pytest.approx(
        [(left * weights.co_purchase + believed) * 4 / 15, 0]
    )
    lifts = np.array([12 / 6, 1 / 6])
    assert found.contributions["category_lift"] == pytest.approx(
        left * weights.category_lift * (lifts - 1) / (lifts + 1)
    )
    assert found.contributions["title_similarity"] == pytest.approx(
        [left * weights.title_similarity, 0]
    )
    assert found.contributions["popularity"] == pytest.approx([left * weights.popularity, 0])
    assert not found.contributions["visual_similarity"].any()


TRAITS = st.builds(
    ComplementFeatures,
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
    others: list[ComplementFeatures], drawn: list[list[int]], seed: int
) -> None:
    offered = [SOFA, *others]
    rng = np.random.default_rng(seed)
    rows = np.vstack([axis(int(rng.integers(DIM))) * rng.integers(0, 2) for _ in offered])
    baskets = BasketCounter.from_baskets(
        [offered[n % len(offered)] for n in some] for some in drawn
    )
    evidence = baskets.get_statistics(SOFA, np.full(DIM, 0.1, np.float32))
    found = paired(offered, evidence, rows, rows[0])
    weights = ComplementWeights()
    total = np.zeros(len(offered))
    for name, part in found.contributions.items():
        assert np.abs(part).max() <= getattr(weights, name) + 1e-9
        total += part
    assert found.scores == pytest.approx(total)
    assert np.isfinite(found.scores).all()
    assert found.scores.max() <= 1
    best = found.select_best(100)
    assert 0 not in best
    assert len(best) == len(set(best))
    for n in best:
        together = evidence.products.pair_counts.get(offered[n].product_id, 0)
        assert offered[n].category != SOFA.category or together > 0


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
        paired(
            [RUG], BasketStatistics(categories=counts) if of_kinds else BasketStatistics(counts)
        ).scores[0]
        for counts in (
            CooccurrenceCounts(n_baskets, own, {name: n}, {name: each}) for n in (few, many)
        )
    )
    assert high >= low


def test_its_own_kind_is_shown_only_when_baskets_say_so() -> None:
    twin = replace(SOFA, product_id="sofa 2")
    row = np.repeat(axis(0)[None], 2, axis=0)
    alone = paired([twin, RUG], rows=row, vector=axis(0))
    assert alone.scores[0] > alone.scores[1]
    assert alone.select_best(10) == [1]
    rarely = [[LAMP]] * 8
    assert 0 in paired([twin, RUG], bought([SOFA, twin], *rarely)).select_best(10)
    by_chance = bought(*[[SOFA, twin]] * 2, *[[SOFA]] * 4, *[[twin]] * 4, *[[LAMP]] * 1)
    assert 0 not in paired([twin, RUG], by_chance).select_best(10)


def test_what_is_bought_with_everything_is_no_complement_by_that() -> None:
    bag = ComplementFeatures("bag", "bags", "packing")
    some = [[SOFA, RUG, bag]] * 5 + [[SOFA, bag]] * 5 + [[LAMP, bag]] * 90
    found = paired([bag, RUG, LAMP], bought(*some))
    assert found.contributions["co_purchase"][0] == 0
    assert found.contributions["category_lift"][0] == pytest.approx(0)
    assert found.select_best(1) == [1]
    assert found.contributions["category_lift"][2] < 0


def test_kinds_without_baskets_of_their_own_inherit_from_their_family() -> None:
    spot = ComplementFeatures("spot", "spot lights", "lamps")
    found = paired([spot, RUG], bought(*[[SOFA, LAMP]] * 5, *[[RUG]] * 20))
    assert found.contributions["category_lift"][0] > 0.1
    assert found.contributions["category_lift"][1] < 0


def test_unknown_everything_still_gives_an_order() -> None:
    offered = [
        ComplementFeatures("a"),
        ComplementFeatures("b", popularity=0.5),
        ComplementFeatures("c", popularity=1.0),
    ]
    found = paired(offered, anchor=ComplementFeatures("x"))
    assert found.select_best(10) == [2, 1, 0]
    assert paired(offered, anchor=ComplementFeatures("c")).select_best(10) == [1, 0]
    assert paired([]).select_best(10) == []
    assert paired(
        [ComplementFeatures("a"), ComplementFeatures("b")], anchor=ComplementFeatures("x")
    ).select_best(10) == [0, 1]


def test_style_is_above_chance_and_of_other_kinds() -> None:
    background = axis(0) * 0.9
    rows = np.array([axis(0), (axis(0) + axis(1)) / np.sqrt(2), NOTHING[0]], np.float32)
    offered = [replace(RUG, product_id=str(n)) for n in range(3)]
    vector = np.asarray((axis(0) + 2 * axis(1)) / np.sqrt(5), np.float32)
    style = paired(offered, BasketStatistics(catalog_mean=background), rows, vector).contributions[
        "visual_similarity"
    ]
    assert style[1] > 0.05 > style[0]
    assert style[2] == 0


def test_rare_words_say_more_than_common_ones() -> None:
    anchor = replace(SOFA, title_keywords=frozenset({"oslo", "with"}))
    offered = [
        replace(RUG, product_id=str(n), title_keywords=frozenset({"oslo" if n == 0 else "with"}))
        for n in range(9)
    ]
    words = paired(offered, anchor=anchor).contributions["title_similarity"]
    assert words[0] > 1.5 * words[1] > 0


def test_one_kind_does_not_take_all_places() -> None:
    lamps = [replace(LAMP, product_id=str(n), popularity=1.0) for n in range(10)]
    found = paired([*lamps, RUG])
    assert found.select_best(4) == [0, 1, 10, 2]
    assert found.select_best(4, per_category=1) == [0, 10, 1, 2]
    with pytest.raises(InvalidValueError, match="per_turn"):
        found.select_best(4, per_category=0)


def test_traits_of_a_product() -> None:
    path = ("Home", "Floor Lamps")
    product = Product(
        "1", title="OSLO Floor lamp, steel", category=path, attributes={"color": "Red"}
    )
    home = ComplementFeatures(
        "1", "floor lamps", "home", frozenset({"oslo", "lamp", "steel"}), frozenset({"red"})
    )
    home = replace(home, department="home")
    assert ComplementFeatures.from_product(product) == home
    alone = ComplementFeatures.from_product(replace(product, category=("Floor lamp",)), 0.5)
    assert (alone.parent_category, alone.title_keywords) == ("lamp", frozenset({"oslo", "steel"}))
    assert alone.popularity == 0.5
    assert ComplementFeatures.from_product(replace(product, category=())).parent_category == ""
    arabic = ComplementFeatures.from_product(Product("2", title="أريكة أوسلو", category=("اريكة",)))
    assert arabic.title_keywords == {"اوسلو"}


def test_bad_input_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="rows: expected vectors of 2 candidates"):
        score_complements(SOFA, NOTHING[0], [RUG, LAMP], NOTHING, BasketStatistics())
    with pytest.raises(VectorError, match="expected vectors of shape"):
        score_complements(SOFA, np.zeros(3, np.float32), [RUG], NOTHING, BasketStatistics())
    with pytest.raises(VectorError, match="expected vectors of shape"):
        paired([RUG], BasketStatistics(catalog_mean=np.zeros(3, np.float32)))
    with pytest.raises(VectorError, match="not finite"):
        paired([RUG], rows=NOTHING * np.nan)
    with pytest.raises(InvalidValueError, match="popularity"):
        paired([replace(RUG, popularity=2.0)])
    with pytest.raises(InvalidValueError, match="own: expected from 0 to 1"):
        CooccurrenceCounts(1, 2)
    with pytest.raises(InvalidValueError, match="joint: expected counts"):
        CooccurrenceCounts(5, 2, {"rug": 3})
    with pytest.raises(InvalidValueError, match="each: expected counts"):
        CooccurrenceCounts(5, 2, {}, {"rug": -1})
    with pytest.raises(InvalidValueError, match="n_baskets"):
        CooccurrenceCounts(float("nan"))
    with pytest.raises(InvalidValueError, match="words: expected a number"):
        ComplementWeights(title_similarity=-1)
    with pytest.raises(InvalidValueError, match="shrink"):
        ComplementWeights(category_shrinkage=0)
