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
from shopwindow.ranking.association_measures import compute_idf_cosines
from shopwindow.values import Product
from shopwindow.values.encoder import Vectors
from shopwindow.values.errors import InvalidValueError, VectorError
from tests.ranking.planted import DIM, EXAMPLES, axis

SOFA = ComplementFeatures("sofa", "sofas", "seats", frozenset({"oslo"}), frozenset({"grey"}))
RUG = ComplementFeatures("rug", "rugs", "textiles")
LAMP = ComplementFeatures("lamp", "floor lamps", "lamps")
NO_VECTOR = np.zeros((1, DIM), np.float32)


def score(
    candidates: Sequence[ComplementFeatures],
    statistics: BasketStatistics = BasketStatistics(),  # noqa: B008 -- frozen
    vectors: Vectors | None = None,
    vector: Vectors = NO_VECTOR[0],
    anchor: ComplementFeatures = SOFA,
) -> ScoredComplements:
    """Score complements, of a sofa without a photo by default."""
    candidate_vectors = (
        np.repeat(NO_VECTOR, len(candidates), axis=0) if vectors is None else vectors
    )
    return score_complements(anchor, vector, candidates, candidate_vectors, statistics)


def count_baskets(*baskets: Sequence[ComplementFeatures]) -> BasketStatistics:
    return BasketCounter.from_baskets(baskets).get_statistics(SOFA)


def test_baskets_are_counted_by_hand() -> None:
    other_sofa = ComplementFeatures("sofa 2", "sofas", "seats")
    counts = count_baskets([SOFA, RUG, RUG], [SOFA, other_sofa, LAMP], [RUG], [])
    assert counts.products == CooccurrenceCounts(
        4, 2, {"rug": 1, "sofa 2": 1, "lamp": 1}, {"sofa": 2, "rug": 2, "sofa 2": 1, "lamp": 1}
    )
    assert counts.categories.anchor_count == 2
    assert counts.categories.pair_counts == {"rugs": 1, "sofas": 1, "floor lamps": 1}
    assert counts.parent_categories.pair_counts == {"textiles": 1, "seats": 1, "lamps": 1}
    assert BasketCounter().get_statistics(SOFA).products == CooccurrenceCounts()


def test_co_purchase_counts_more_the_more_baskets_there_are() -> None:
    rugs = [
        ComplementFeatures("rug", "rugs"),
        ComplementFeatures("like it", "rugs", title_keywords=frozenset({"oslo"})),
    ]
    best = []
    for n in (1, 10, 100, 1000):
        counts = CooccurrenceCounts(10 * n, n, {"rug": n / 2}, {"rug": n})
        scored = score(rugs, BasketStatistics(counts))
        assert (scored.contributions["title_similarity"] >= 0).all()
        best.append(int(scored.scores.argmax()))
    assert best == sorted(best, reverse=True) == [1, 1, 0, 0]


def test_another_department_lowers_the_score_and_an_unknown_one_does_not() -> None:
    sofa = replace(SOFA, department="home")
    candidates = [replace(RUG, department=name) for name in ("home", "", "fashion")]
    contribution = score(candidates, anchor=sofa).contributions["department"]
    assert contribution.tolist() == pytest.approx([0.1, 0.0, -0.1])
    assert score(candidates).contributions["department"].tolist() == [0.0] * 3


def test_contributions_by_hand() -> None:
    candidates = [replace(RUG, title_keywords=frozenset({"oslo"}), popularity=1.0), LAMP]
    counts = CooccurrenceCounts(100, 10, {"rug": 5}, {"rug": 10})
    category_counts = CooccurrenceCounts(100, 20, {"rugs": 11}, {"rugs": 25, "floor lamps": 25})
    scored = score(candidates, BasketStatistics(counts, category_counts))
    weights = ComplementWeights()
    basket_share = 10 / (10 + weights.basket_half_weight)
    rest = 1 - basket_share
    assert scored.contributions["co_purchase"] == pytest.approx(
        [(rest * weights.co_purchase + basket_share) * 4 / 15, 0]
    )
    lifts = np.array([12 / 6, 1 / 6])
    assert scored.contributions["category_lift"] == pytest.approx(
        rest * weights.category_lift * (lifts - 1) / (lifts + 1)
    )
    assert scored.contributions["title_similarity"] == pytest.approx(
        [rest * weights.title_similarity, 0]
    )
    assert scored.contributions["popularity"] == pytest.approx([rest * weights.popularity, 0])
    assert not scored.contributions["visual_similarity"].any()


FEATURES = st.builds(
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
    st.lists(FEATURES, max_size=8, unique_by=lambda features: features.product_id),
    st.lists(st.lists(st.integers(0, 8), max_size=5), max_size=8),
    st.integers(0, 2**32 - 1),
)
def test_contributions_add_up_and_the_anchor_is_never_its_own_complement(
    others: list[ComplementFeatures], basket_indices: list[list[int]], seed: int
) -> None:
    candidates = [SOFA, *others]
    rng = np.random.default_rng(seed)
    vectors = np.vstack([axis(int(rng.integers(DIM))) * rng.integers(0, 2) for _ in candidates])
    baskets = BasketCounter.from_baskets(
        [candidates[n % len(candidates)] for n in indices] for indices in basket_indices
    )
    statistics = baskets.get_statistics(SOFA, np.full(DIM, 0.1, np.float32))
    scored = score(candidates, statistics, vectors, vectors[0])
    weights = ComplementWeights()
    total = np.zeros(len(candidates))
    for name, contribution in scored.contributions.items():
        assert np.abs(contribution).max() <= getattr(weights, name) + 1e-9
        total += contribution
    assert scored.scores == pytest.approx(total)
    assert np.isfinite(scored.scores).all()
    assert scored.scores.max() <= 1
    best = scored.select_best(100)
    assert 0 not in best
    assert len(best) == len(set(best))
    for index in best:
        pair_count = statistics.products.pair_counts.get(candidates[index].product_id, 0)
        assert candidates[index].category != SOFA.category or pair_count > 0


@EXAMPLES
@given(
    st.integers(1, 50), st.integers(1, 50), st.integers(100, 300), st.integers(1, 50), st.booleans()
)
def test_more_joint_baskets_never_lower_a_score(
    anchor_count: int, item_count: int, n_baskets: int, increase: int, use_categories: bool
) -> None:
    upper_bound = min(anchor_count, item_count)
    fewer_pairs, more_pairs = upper_bound // 2, min(upper_bound // 2 + increase, upper_bound)
    name = "rugs" if use_categories else "rug"
    lower, higher = (
        score(
            [RUG],
            BasketStatistics(categories=counts) if use_categories else BasketStatistics(counts),
        ).scores[0]
        for counts in (
            CooccurrenceCounts(n_baskets, anchor_count, {name: pair_count}, {name: item_count})
            for pair_count in (fewer_pairs, more_pairs)
        )
    )
    assert higher >= lower


def test_products_of_the_same_category_are_shown_only_if_baskets_support_them() -> None:
    twin = replace(SOFA, product_id="sofa 2")
    vectors = np.repeat(axis(0)[None], 2, axis=0)
    without_baskets = score([twin, RUG], vectors=vectors, vector=axis(0))
    assert without_baskets.scores[0] > without_baskets.scores[1]
    assert without_baskets.select_best(10) == [1]
    other_baskets = [[LAMP]] * 8
    assert 0 in score([twin, RUG], count_baskets([SOFA, twin], *other_baskets)).select_best(10)
    chance_baskets = count_baskets(*[[SOFA, twin]] * 2, *[[SOFA]] * 4, *[[twin]] * 4, *[[LAMP]] * 1)
    assert 0 not in score([twin, RUG], chance_baskets).select_best(10)


def test_a_product_that_is_bought_with_everything_is_no_complement() -> None:
    bag = ComplementFeatures("bag", "bags", "packing")
    baskets = [[SOFA, RUG, bag]] * 5 + [[SOFA, bag]] * 5 + [[LAMP, bag]] * 90
    scored = score([bag, RUG, LAMP], count_baskets(*baskets))
    assert scored.contributions["co_purchase"][0] == 0
    assert scored.contributions["category_lift"][0] == pytest.approx(0)
    assert scored.select_best(1) == [1]
    assert scored.contributions["category_lift"][2] < 0


def test_categories_without_baskets_inherit_from_their_parents() -> None:
    spot = ComplementFeatures("spot", "spot lights", "lamps")
    scored = score([spot, RUG], count_baskets(*[[SOFA, LAMP]] * 5, *[[RUG]] * 20))
    assert scored.contributions["category_lift"][0] > 0.1
    assert scored.contributions["category_lift"][1] < 0


def test_products_without_features_are_still_ranked() -> None:
    candidates = [
        ComplementFeatures("a"),
        ComplementFeatures("b", popularity=0.5),
        ComplementFeatures("c", popularity=1.0),
    ]
    scored = score(candidates, anchor=ComplementFeatures("x"))
    assert scored.select_best(10) == [2, 1, 0]
    assert score(candidates, anchor=ComplementFeatures("c")).select_best(10) == [1, 0]
    assert score([]).select_best(10) == []
    assert score(
        [ComplementFeatures("a"), ComplementFeatures("b")], anchor=ComplementFeatures("x")
    ).select_best(10) == [0, 1]


def test_visual_similarity_is_above_the_baseline() -> None:
    catalog_mean = axis(0) * 0.9
    vectors = np.array([axis(0), (axis(0) + axis(1)) / np.sqrt(2), NO_VECTOR[0]], np.float32)
    candidates = [replace(RUG, product_id=str(n)) for n in range(3)]
    vector = np.asarray((axis(0) + 2 * axis(1)) / np.sqrt(5), np.float32)
    visual = score(
        candidates, BasketStatistics(catalog_mean=catalog_mean), vectors, vector
    ).contributions["visual_similarity"]
    assert visual[1] > 0.05 > visual[0]
    assert visual[2] == 0


def test_rare_keywords_count_more_than_common_ones() -> None:
    anchor = replace(SOFA, title_keywords=frozenset({"oslo", "with"}))
    candidates = [
        replace(RUG, product_id=str(n), title_keywords=frozenset({"oslo" if n == 0 else "with"}))
        for n in range(9)
    ]
    similarity = score(candidates, anchor=anchor).contributions["title_similarity"]
    assert similarity[0] > 1.5 * similarity[1] > 0


def test_one_category_does_not_take_all_slots() -> None:
    lamps = [replace(LAMP, product_id=str(n), popularity=1.0) for n in range(10)]
    scored = score([*lamps, RUG])
    assert scored.select_best(4) == [0, 1, 10, 2]
    assert scored.select_best(4, per_category=1) == [0, 10, 1, 2]
    with pytest.raises(InvalidValueError, match="per_round"):
        scored.select_best(4, per_category=0)


def test_features_of_a_product() -> None:
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


def test_invalid_input_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="candidate_vectors: expected vectors of 2"):
        score_complements(SOFA, NO_VECTOR[0], [RUG, LAMP], NO_VECTOR, BasketStatistics())
    with pytest.raises(VectorError, match="expected vectors of shape"):
        score_complements(SOFA, np.zeros(3, np.float32), [RUG], NO_VECTOR, BasketStatistics())
    with pytest.raises(VectorError, match="expected vectors of shape"):
        score([RUG], BasketStatistics(catalog_mean=np.zeros(3, np.float32)))
    with pytest.raises(VectorError, match="not finite"):
        score([RUG], vectors=NO_VECTOR * np.nan)
    with pytest.raises(InvalidValueError, match="popularity"):
        score([replace(RUG, popularity=2.0)])
    with pytest.raises(InvalidValueError, match="anchor_count: expected from 0 to 1"):
        CooccurrenceCounts(1, 2)
    with pytest.raises(InvalidValueError, match="pair_counts: expected counts"):
        CooccurrenceCounts(5, 2, {"rug": 3})
    with pytest.raises(InvalidValueError, match="item_counts: expected counts"):
        CooccurrenceCounts(5, 2, {}, {"rug": -1})
    with pytest.raises(InvalidValueError, match="n_baskets"):
        CooccurrenceCounts(float("nan"))
    with pytest.raises(InvalidValueError, match="title_similarity: expected a number"):
        ComplementWeights(title_similarity=-1)
    with pytest.raises(InvalidValueError, match="category_shrinkage"):
        ComplementWeights(category_shrinkage=0)


def test_a_product_of_no_basket_is_scored_by_these_shares() -> None:
    # The shares that benchmarks/complement_weights.py found, and no basket of the sofa.
    twin = replace(SOFA, product_id="twin", title_keywords=frozenset({"oslo"}), popularity=1.0)
    photo = np.array([1.0, 0.0], dtype=np.float32)
    anchor = replace(SOFA, title_keywords=frozenset({"oslo"}))
    scored = score([twin], vectors=photo[None, :], vector=photo, anchor=anchor)
    found = {name: float(values[0]) for name, values in scored.contributions.items()}
    assert found["visual_similarity"] == pytest.approx(0.07)
    assert found["title_similarity"] == pytest.approx(0.36)
    assert found["popularity"] == pytest.approx(0.02)


def test_twenty_baskets_of_the_anchor_are_half_of_the_score() -> None:
    counts = CooccurrenceCounts(1000, 20, {"rug": 20}, {"rug": 20})
    scored = score([replace(RUG, title_keywords=frozenset({"oslo"}))], BasketStatistics(counts))
    assert scored.contributions["title_similarity"][0] == pytest.approx(0.36 / 2)


@pytest.mark.parametrize(
    ("path", "category", "parent", "department"),
    [
        ((), "", "", ""),
        (("Sofas",), "sofas", "sofas", ""),
        (("Floor lamps",), "floor lamps", "lamps", ""),
        (("Home", "Sofas"), "sofas", "home", "home"),
        (("Home", "Seats", "Sofas"), "sofas", "seats", "home"),
    ],
)
def test_the_place_of_a_category_in_its_path(
    path: tuple[str, ...], category: str, parent: str, department: str
) -> None:
    features = ComplementFeatures.from_product(Product("p", "Oslo", category=path))
    assert (features.category, features.parent_category) == (category, parent)
    assert features.department == department


def test_the_same_rare_words_are_never_more_than_the_same() -> None:
    for n in range(1, 40):
        words = frozenset(f"word {number}" for number in range(n))
        others = [frozenset(f"word {number}" for number in range(k)) for k in range(n)]
        cosines = compute_idf_cosines(words, [words, *others])
        assert cosines[0] == pytest.approx(1.0)
        assert cosines.max() <= 1.0


def test_vectors_without_rows_are_refused() -> None:
    with pytest.raises(VectorError):
        score([RUG], vectors=NO_VECTOR[0])
