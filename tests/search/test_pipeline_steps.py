"""Steps of pipelines on hand-made candidates: thresholds, edges and signs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import pytest

from embed import FakeEncoder
from index import GROUP_ID, PERCEPTUAL_HASH, FieldRows, ProductIndex
from index.perceptual_hash import compute_perceptual_hash
from search.catalog_snapshot import CatalogSnapshot
from search.pipeline.collapse import PLACEHOLDER_MIN_COUNT, collapse_variants, keep_representatives
from search.pipeline.cutoff import SORTED_CUTOFF, apply_cutoff
from search.pipeline.diversity import DIVERSITY, diversify
from search.pipeline.feature_scores import (
    POPULARITY,
    score_co_engagement,
    score_product_signals,
)
from search.pipeline.negative_examples import NEGATIVE_EXAMPLES, penalize_negatives
from search.pipeline.sorting import SORT_ORDERS, sort_candidates
from search.pipeline.stages import ApplyCutoff, CollapseVariants
from search.pipeline.state import RankingContext, RankingState
from search.query.parsed_query import ParsedQuery
from search.retrieval.similarity_baseline import BaselineSample
from shopwindow.personalization import CatalogItem, Personalizer
from shopwindow.ranking import (
    BaseWeights,
    CandidateSet,
    EngagementEstimate,
    EngagementPrior,
    ProductAttributes,
)
from shopwindow.values import Product, Query, Sort


def make_candidates(**scores: float) -> CandidateSet:
    return CandidateSet(tuple(scores), np.array(list(scores.values())))


def make_rows(**values: tuple[str, str]) -> FieldRows:
    """Return the group id and the perceptual hash of candidates; empty ones are missing."""
    rows = {
        name: tuple((value,) if value else () for value in pair) for name, pair in values.items()
    }
    return FieldRows((GROUP_ID, PERCEPTUAL_HASH), rows)


def make_hash(seed: int) -> str:
    noise = np.random.default_rng(seed).integers(256, size=(8, 8, 3), dtype=np.uint8)
    return compute_perceptual_hash(np.kron(noise, np.ones((8, 8, 1), dtype=np.uint8)))


# Cutoff


@pytest.mark.parametrize(
    ("relative_cutoff", "sort", "kept"),
    [
        (0.0, "relevance", "abcd"),
        (0.25, "relevance", "abcd"),  # the threshold itself is kept
        (0.26, "relevance", "abc"),
        (0.0, "price_asc", "abcd"),
        (0.25, "price_asc", "abc"),  # sorted lists are cut at half of the best score
        (0.51, "newest", "ab"),
    ],
)
def test_the_cutoff_is_a_share_of_the_best_score(
    relative_cutoff: float, sort: Sort, kept: str
) -> None:
    candidates = make_candidates(a=0.8, b=0.6, c=0.4, d=0.2)
    assert "".join(apply_cutoff(candidates, relative_cutoff, sort).ids) == kept
    assert SORTED_CUTOFF == 0.5


def test_what_the_cutoff_dropped_is_counted() -> None:
    query = Query()
    context = RankingContext(
        query, ParsedQuery("", query.filters), CatalogSnapshot.empty(), relative_cutoff=0.5
    )
    state = ApplyCutoff().run(RankingState(context, make_candidates(a=0.8, b=0.4, c=0.3)))
    assert (state.candidates.ids, state.n_below_cutoff) == (("a", "b"), 1)


# Collapsing


def test_products_of_one_photo_are_collapsed_only_where_wanted() -> None:
    photo = make_hash(1)
    rows = make_rows(a=("g", photo), b=("g", ""), c=("", photo), d=("", make_hash(2)))
    candidates = make_candidates(a=0.4, b=0.3, c=0.2, d=0.1)
    both, counts = collapse_variants(candidates, rows)
    assert (both.ids, counts) == (("a", "d"), {"a": 3})
    variants, counts = collapse_variants(candidates, rows, same_photos=False)
    assert (variants.ids, counts) == (("a", "c", "d"), {"a": 2})
    query = Query()
    context = RankingContext(query, ParsedQuery("", query.filters), CatalogSnapshot.empty())
    state = RankingState(context, candidates, rows)
    assert CollapseVariants().run(state).candidates.ids == both.ids
    assert CollapseVariants(same_photos=False).run(state).candidates.ids == variants.ids


@pytest.mark.parametrize("n", [PLACEHOLDER_MIN_COUNT - 1, PLACEHOLDER_MIN_COUNT])
def test_a_photo_of_many_products_is_a_placeholder(n: int) -> None:
    photo = make_hash(3)
    names = [f"p{number:02}" for number in range(n)]
    rows = make_rows(**{name: ("", photo) for name in names})
    unique, _ = collapse_variants(make_candidates(**dict.fromkeys(names, 1.0)), rows)
    assert len(unique) == (1 if n < PLACEHOLDER_MIN_COUNT else n)


def test_candidates_that_stand_for_themselves_alone_are_not_counted() -> None:
    candidates = make_candidates(a=1.0, b=0.5)
    kept, counts = keep_representatives(candidates, {"a": "a", "b": "b"})
    assert (kept.ids, counts) == (("a", "b"), {})
    kept, counts = keep_representatives(candidates, {"a": "a", "b": "a"})
    assert (kept.ids, counts) == (("a",), {"a": 2})


# Sorting


def test_sorting_goes_up_or_down_and_puts_what_has_no_value_last() -> None:
    prices = {"a": 5.0, "c": 1.0, "d": 5.0}
    candidates = make_candidates(a=0.4, b=0.3, c=0.2, d=0.1)
    assert "".join(sort_candidates(candidates, SORT_ORDERS["price_asc"], prices).ids) == "cadb"
    assert "".join(sort_candidates(candidates, SORT_ORDERS["price_desc"], prices).ids) == "adcb"


# Diversity and negative examples


@pytest.fixture(scope="module")
def mugs(encoder: FakeEncoder) -> ProductIndex:
    index = ProductIndex.open(":memory:", encoder)
    index.add([Product("a", "red mug"), Product("b", "red mug"), Product("c", "green kettle")])
    return index


def test_the_second_of_two_equal_products_is_penalised(mugs: ProductIndex) -> None:
    two = CandidateSet.from_contributions("ab", {"text": [0.9, 0.8]})
    diverse = diversify(two, 0.5, mugs, BaselineSample())
    assert diverse.ids == ("a", "b")
    assert diverse.explain(1)[DIVERSITY] == pytest.approx(-0.5)
    assert DIVERSITY not in diverse.explain(0)
    three = CandidateSet.from_contributions("abc", {"text": [0.9, 0.8, 0.7]})
    assert diversify(three, 0.5, mugs, BaselineSample()).ids == ("a", "c", "b")
    for few in (CandidateSet(), two.take([0])):
        assert diversify(few, 0.5, mugs, BaselineSample()) is few


def test_what_is_no_more_similar_than_chance_loses_nothing(
    mugs: ProductIndex, encoder: FakeEncoder
) -> None:
    example = encoder.encode_texts(["red mug"])[0]
    candidates = CandidateSet.from_contributions("abc", {"text": [0.9, 0.8, 0.7]})
    ranked = penalize_negatives(candidates, [("text", example)], mugs, BaselineSample())
    penalties = {
        name: ranked.explain(n).get(NEGATIVE_EXAMPLES) for n, name in enumerate(ranked.ids)
    }
    assert penalties["a"] == penalties["b"] == pytest.approx(-1.0)
    assert penalties["c"] is None or penalties["c"] > -1.0
    opposite = [("text", -example)]
    unchanged = penalize_negatives(candidates, opposite, mugs, BaselineSample())
    assert NEGATIVE_EXAMPLES not in unchanged.explain(0)
    assert unchanged.ids == candidates.ids
    for nothing, negatives in ((CandidateSet(), opposite), (candidates, [])):
        assert penalize_negatives(nothing, negatives, mugs, BaselineSample()) is nothing


# Signals


@dataclass
class FakeEstimator:
    """Knows the shop's usual engagement."""

    prior: EngagementPrior

    def get_prior(self) -> EngagementPrior:
        return self.prior


@dataclass
class FakePersonalizer:
    """What the signals of products need of a personalizer."""

    engagement_estimator: FakeEstimator

    def now(self) -> float:
        return 0.0


PERSONALIZER = cast(
    "Personalizer", FakePersonalizer(FakeEstimator(EngagementPrior(mean=0.05, strength=20.0)))
)


def make_items(*popularities: float | None) -> list[CatalogItem]:
    products = [Product(f"p{n}", "mug", popularity=p) for n, p in enumerate(popularities)]
    return [CatalogItem(p, ProductAttributes.from_product(p), None) for p in products]


def score_popularity(
    items: Sequence[CatalogItem],
    population: Sequence[CatalogItem] | None = None,
    mean: float = 0.05,
    strength: float = 20.0,
) -> list[float]:
    n = len(items)
    estimate = EngagementEstimate.from_means(np.full(n, mean), np.full(n, strength))
    weights = BaseWeights(popularity=2.0)
    scores = score_product_signals(PERSONALIZER, items, estimate, weights, population)
    assert set(scores) == {POPULARITY}
    return cast("list[float]", scores[POPULARITY].tolist())


def test_figures_of_the_catalogue_decide_while_there_is_no_engagement() -> None:
    # Half of the weight for average engagement, then the rank among all: 2/4, 3/4, 4/4.
    scores = score_popularity(make_items(None, 1.0, 5.0, 9.0))
    assert scores == pytest.approx([1.0, 2 * 0.5, 2 * 0.75, 2 * 1.0])


def test_without_any_figures_engagement_alone_decides() -> None:
    assert score_popularity(make_items(None, 0.0)) == pytest.approx([1.0, 1.0])
    assert score_popularity(make_items(None), mean=0.15) == pytest.approx([2 * 0.75])


def test_figures_count_less_the_more_is_known_of_a_product() -> None:
    # 180 impressions beside a prior of 20: the rank counts a tenth.
    scores = score_popularity(make_items(1.0, 9.0), strength=200.0)
    assert scores == pytest.approx([2 * 0.5, 2 * (0.5 + 0.5 * 0.1)])


def test_popularity_stays_between_nothing_and_its_weight() -> None:
    scores = score_popularity(make_items(1.0, 9.0), mean=0.9)
    assert scores == pytest.approx([2 * 0.9 / 0.95, 2.0])


def test_the_population_is_who_products_are_compared_with() -> None:
    items = make_items(5.0)
    assert score_popularity(items, make_items(5.0)) == pytest.approx([2.0])
    assert score_popularity(items, make_items(5.0, 9.0, 9.0, 9.0)) == pytest.approx([2 * 0.25])


def test_co_engagement_is_a_share_of_the_highest() -> None:
    scores = score_co_engagement(make_items(None, None, None), {"p0": 4.0, "p2": 1.0, "x": 8.0})
    assert scores.tolist() == [0.5, 0.0, 0.125]


def test_a_state_counts_what_is_collapsed_behind_others() -> None:
    query = Query()
    context = RankingContext(query, ParsedQuery("", query.filters), CatalogSnapshot.empty())
    state = RankingState(context)
    assert state.n_collapsed == 0
    assert replace(state, variant_counts={"a": 3, "b": 2}).n_collapsed == 3
