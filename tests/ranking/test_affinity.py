from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.simulator import plant, synthetic_world, visits
from benchmarks.taste_orders import Bench, measure
from shopwindow.ranking import (
    ProductAttributes,
    Profile,
    ProfileInteraction,
    ProfileSettings,
    assign_interests,
    diversify_slate,
    score_affinity,
)
from shopwindow.ranking.profile_settings import DAY_S
from shopwindow.values.errors import InvalidValueError, VectorError
from tests.ranking.planted import (
    DIM,
    ENCODER,
    EXAMPLES,
    axis,
    click,
    learn_profile,
    near,
    no_attributes,
)

CATALOGUE = np.eye(DIM, dtype=np.float32)


def score(profile: Profile, vectors: np.ndarray = CATALOGUE, now_s: float = 0.0) -> np.ndarray:
    return score_affinity(profile, vectors, no_attributes(len(vectors)), now_s)


def test_an_empty_profile_gives_nothing() -> None:
    assert not score(Profile.empty(ENCODER, DIM)).any()


def test_clicked_products_lead_and_hiding_lowers_one() -> None:
    interested = learn_profile(*(click(axis(n % 2), float(n)) for n in range(10)))
    scores = score(interested)
    assert set(np.argsort(-scores)[:2]) == {0, 1}
    hidden = interested.with_interaction(click(axis(1), 11.0, kind="hide"))
    scores_after_hiding = score(hidden)
    assert scores_after_hiding[1] < scores[1] - 0.2
    assert scores_after_hiding[0] == pytest.approx(scores[0], abs=0.02)
    assert score(learn_profile(click(axis(3), kind="hide")))[3] < 0


def test_skipping_counts_much_less_than_hiding() -> None:
    skipped = score(learn_profile(click(axis(0), kind="impression")))[0]
    hidden = score(learn_profile(click(axis(0), kind="hide")))[0]
    assert hidden < 20 * skipped < 0


@EXAMPLES
@given(
    st.lists(
        st.tuples(
            st.integers(0, DIM - 1),
            st.sampled_from(["click", "purchase", "hide", "impression"]),
            st.floats(0, 1e7),
            st.sampled_from(["", "a", "b"]),
            st.sampled_from([None, 0.0, 1.0, 1e6]),
        ),
        max_size=20,
    ),
    st.integers(0, 2**32 - 1),
)
def test_affinity_is_finite_and_bounded(
    history: list[tuple[int, str, float, str, float | None]], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    interactions = [
        ProfileInteraction(
            "p",
            kind,
            time_s,
            near(axis(axis_index), rng),
            ProductAttributes(brand=brand, price=price),
        )
        for axis_index, kind, time_s, brand, price in history
    ]
    vectors = np.vstack([CATALOGUE, -CATALOGUE, np.zeros((1, DIM), np.float32)])
    attributes = [ProductAttributes(brand="ab"[n % 2], price=float(n)) for n in range(len(vectors))]
    catalog_mean = near(axis(0), rng) * 0.9
    scores = score_affinity(learn_profile(*interactions), vectors, attributes, 2e7, catalog_mean)
    assert np.isfinite(scores).all()
    assert np.abs(scores).max() <= 1


def test_a_product_without_a_vector_is_neither_liked_nor_disliked() -> None:
    profile = learn_profile(click(axis(0)), click(axis(1), kind="hide"))
    no_vector = np.zeros((1, DIM), np.float32)
    assert score_affinity(profile, no_vector, no_attributes(1), 0.0, 0.5 * axis(0))[0] == 0


def test_a_stray_click_counts_less_than_a_settled_interest() -> None:
    profile = learn_profile(*(click(axis(0), float(n)) for n in range(20)), click(axis(1), 20.0))
    scores = score(profile)
    assert 0 < scores[1] < 0.25 * scores[0]


def test_the_catalogue_mean_is_not_an_interest() -> None:
    shared = axis(15)
    vectors = np.array([(shared + axis(n)) / np.sqrt(2) for n in range(8)], np.float32)
    profile = learn_profile(click(vectors[0]))
    uncentered = score_affinity(profile, vectors, no_attributes(8), 0.0)
    centered = score_affinity(profile, vectors, no_attributes(8), 0.0, vectors.mean(axis=0))
    assert uncentered[1] > 0.3 * uncentered[0]
    assert centered[1] <= 0 < centered[0]


def test_preferences_for_brands_and_prices() -> None:
    interactions = [
        ProfileInteraction("p", "click", 0, None, ProductAttributes(brand="a", price=20.0))
        for _ in range(10)
    ]
    candidates = [
        ProductAttributes(brand="a", price=20.0),
        ProductAttributes(brand="a", price=30.0),
        ProductAttributes(brand="b"),
    ]
    scores = score_affinity(
        learn_profile(*interactions), np.zeros((3, DIM), np.float32), candidates, 0.0
    )
    assert scores[0] > scores[1] > scores[2] == 0
    abroad = [ProductAttributes(brand="a", price=20.0, currency="USD")]
    foreign = score_affinity(
        learn_profile(*interactions), np.zeros((1, DIM), np.float32), abroad, 0.0
    )
    assert scores[1] < foreign[0] < scores[0]  # prices of another currency say nothing


def test_interests_fade_with_time() -> None:
    profile = learn_profile(click(axis(0)))
    now, month, year = (score(profile, now_s=days * DAY_S)[0] for days in (0, 30, 365))
    assert now > month > year > 0


def test_invalid_vectors_and_attributes_are_refused() -> None:
    profile = learn_profile(click(axis(0)))
    with pytest.raises(VectorError, match="expected vectors of shape"):
        score_affinity(profile, np.ones((2, 3), np.float32), no_attributes(2), 0.0)
    with pytest.raises(InvalidValueError, match="attributes of 16 products"):
        score_affinity(profile, CATALOGUE, no_attributes(2), 0.0)


def test_each_interest_has_its_share_of_slots() -> None:
    rng = np.random.default_rng(1)
    profile = learn_profile(
        *(click(near(axis(n % 2), rng, 0.2 + n % 2), float(n)) for n in range(20))
    )
    vectors = np.array([near(axis(n % 4), rng, 0.5) for n in range(80)])
    groups, weights = assign_interests(profile, vectors, 20.0)
    slate = diversify_slate(score(profile, vectors, 20.0), groups, weights, 10)
    directions = [n % 4 for n in slate]
    assert directions.count(0) >= 3
    assert directions.count(1) >= 3
    assert assign_interests(Profile.empty(ENCODER, DIM), vectors, 0.0)[1].size == 0


def test_a_stray_click_has_less_than_its_share_of_slots() -> None:
    clicks = [click(axis(0), 0.0, "a")] * 9 + [click(axis(1), 0.0, "b")]
    _, shares = assign_interests(learn_profile(*clicks), CATALOGUE, DAY_S)
    assert shares.max() == 1.0
    assert 0 < shares.min() < 0.7 / 9
    _, equal_shares = assign_interests(learn_profile(*clicks[-1:], clicks[0]), CATALOGUE, DAY_S)
    assert equal_shares.tolist() == pytest.approx([1.0, 1.0])


def test_a_new_interest_soon_leads_the_slate() -> None:
    rng = np.random.default_rng(2)
    old_clicks = [click(near(axis(n % 2), rng, 0.4), n * DAY_S) for n in range(20)]
    new_clicks = [click(near(axis(2), rng, 0.4), (27 + n / 10) * DAY_S) for n in range(12)]
    vectors = np.array([near(axis(n % 4), rng, 0.5) for n in range(80)])

    def count_slots(profile: Profile) -> int:
        groups, weights = assign_interests(profile, vectors, profile.time_s)
        scores = score(profile, vectors, profile.time_s)
        return sum(n % 4 == 2 for n in diversify_slate(scores, groups, weights, 10))

    assert count_slots(learn_profile(*old_clicks, *new_clicks[:1])) in {
        1,
        2,
        3,
    }  # it begins beside the old ones
    assert count_slots(learn_profile(*old_clicks, *new_clicks)) > 5


def test_planted_tastes_are_found_and_shuffled_ones_are_not() -> None:
    bench = Bench.from_world(synthetic_world(np.random.default_rng(4)), np.random.default_rng(5))
    result = measure(bench, 60, seed=6)["10"]
    (gain, error) = result["ours less (or as named)"]["random"]
    assert gain > 0.2
    assert gain > 3 * error
    (shuffled_gain, error) = result["ours less (or as named)"]["shuffled less random"]
    assert abs(shuffled_gain) < 3 * error
    share_with_both = result["visitors with both interests"]
    assert share_with_both["ours, vectors alone, mixed"] > share_with_both["average vector"] + 0.3


def test_interests_are_the_planted_categories() -> None:
    world = synthetic_world(np.random.default_rng(7))
    rng = np.random.default_rng(8)
    settings = replace(ProfileSettings(), n_interests=4)
    hits = 0
    for _ in range(20):
        planted = plant(world, rng)
        profile = Profile.empty(ENCODER, world.vectors.shape[1])
        for visit in islice(visits(world, planted, rng), 20):
            for interaction in visit.interactions:
                profile = profile.with_interaction(interaction, settings)
        heaviest = np.argsort(-profile.interests.long_term_weights)[:2]
        categories = {str(world.categories[int(profile.interests.medoids[n])]) for n in heaviest}
        hits += categories == {interest.category for interest in planted}
    assert hits >= 17  # by chance 1 in 45
