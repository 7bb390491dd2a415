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
from tests.ranking.planted import DIM, ENCODER, EXAMPLES, axis, click, learned, near, no_facts

CATALOGUE = np.eye(DIM, dtype=np.float32)


def suits(profile: Profile, rows: np.ndarray = CATALOGUE, now_s: float = 0.0) -> np.ndarray:
    return score_affinity(profile, rows, no_facts(len(rows)), now_s)


def test_an_empty_profile_gives_nothing() -> None:
    assert not suits(Profile.empty(ENCODER, DIM)).any()


def test_what_was_clicked_leads_and_hiding_pushes_it_down() -> None:
    liked = learned(*(click(axis(n % 2), float(n)) for n in range(10)))
    scores = suits(liked)
    assert set(np.argsort(-scores)[:2]) == {0, 1}
    hidden = liked.with_interaction(click(axis(1), 11.0, kind="hide"))
    after = suits(hidden)
    assert after[1] < scores[1] - 0.2
    assert after[0] == pytest.approx(scores[0], abs=0.02)
    assert suits(learned(click(axis(3), kind="hide")))[3] < 0


def test_passing_over_once_says_much_less_than_hiding() -> None:
    passed = suits(learned(click(axis(0), kind="impression")))[0]
    hidden = suits(learned(click(axis(0), kind="hide")))[0]
    assert hidden < 20 * passed < 0


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
    done: list[tuple[int, str, float, str, float | None]], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    touches = [
        ProfileInteraction(
            "p", kind, time_s, near(axis(at), rng), ProductAttributes(brand=brand, price=price)
        )
        for at, kind, time_s, brand, price in done
    ]
    rows = np.vstack([CATALOGUE, -CATALOGUE, np.zeros((1, DIM), np.float32)])
    facts = [ProductAttributes(brand="ab"[n % 2], price=float(n)) for n in range(len(rows))]
    background = near(axis(0), rng) * 0.9
    scores = score_affinity(learned(*touches), rows, facts, 2e7, background)
    assert np.isfinite(scores).all()
    assert np.abs(scores).max() <= 1


def test_a_product_without_a_vector_is_neither_liked_nor_disliked() -> None:
    profile = learned(click(axis(0)), click(axis(1), kind="hide"))
    nothing = np.zeros((1, DIM), np.float32)
    assert score_affinity(profile, nothing, no_facts(1), 0.0, 0.5 * axis(0))[0] == 0


def test_a_passing_click_counts_less_than_a_settled_interest() -> None:
    profile = learned(*(click(axis(0), float(n)) for n in range(20)), click(axis(1), 20.0))
    scores = suits(profile)
    assert 0 < scores[1] < 0.25 * scores[0]


def test_what_is_common_to_the_catalogue_is_no_taste() -> None:
    shared = axis(15)
    rows = np.array([(shared + axis(n)) / np.sqrt(2) for n in range(8)], np.float32)
    profile = learned(click(rows[0]))
    plain = score_affinity(profile, rows, no_facts(8), 0.0)
    centred = score_affinity(profile, rows, no_facts(8), 0.0, rows.mean(axis=0))
    assert plain[1] > 0.3 * plain[0]
    assert centred[1] <= 0 < centred[0]


def test_taste_in_brands_and_prices() -> None:
    touches = [
        ProfileInteraction("p", "click", 0, None, ProductAttributes(brand="a", price=20.0))
        for _ in range(10)
    ]
    offered = [
        ProductAttributes(brand="a", price=20.0),
        ProductAttributes(brand="a", price=30.0),
        ProductAttributes(brand="b"),
    ]
    scores = score_affinity(learned(*touches), np.zeros((3, DIM), np.float32), offered, 0.0)
    assert scores[0] > scores[1] > scores[2] == 0
    abroad = [ProductAttributes(brand="a", price=20.0, currency="USD")]
    foreign = score_affinity(learned(*touches), np.zeros((1, DIM), np.float32), abroad, 0.0)
    assert scores[1] < foreign[0] < scores[0]  # prices of another currency say nothing


def test_interests_fade_with_time() -> None:
    profile = learned(click(axis(0)))
    now, month, year = (suits(profile, now_s=days * DAY_S)[0] for days in (0, 30, 365))
    assert now > month > year > 0


def test_bad_rows_and_facts_are_refused() -> None:
    profile = learned(click(axis(0)))
    with pytest.raises(VectorError, match="expected vectors of shape"):
        score_affinity(profile, np.ones((2, 3), np.float32), no_facts(2), 0.0)
    with pytest.raises(InvalidValueError, match="facts about 16 products"):
        score_affinity(profile, CATALOGUE, no_facts(2), 0.0)


def test_each_interest_has_its_share_of_places() -> None:
    rng = np.random.default_rng(1)
    profile = learned(*(click(near(axis(n % 2), rng, 0.2 + n % 2), float(n)) for n in range(20)))
    rows = np.array([near(axis(n % 4), rng, 0.5) for n in range(80)])
    groups, weights = assign_interests(profile, rows, 20.0)
    first = diversify_slate(suits(profile, rows, 20.0), groups, weights, 10)
    kinds = [n % 4 for n in first]
    assert kinds.count(0) >= 3
    assert kinds.count(1) >= 3
    assert assign_interests(Profile.empty(ENCODER, DIM), rows, 0.0)[1].size == 0


def test_a_stray_click_is_worth_less_than_its_share_of_places() -> None:
    clicks = [click(axis(0), 0.0, "a")] * 9 + [click(axis(1), 0.0, "b")]
    _, shares = assign_interests(learned(*clicks), CATALOGUE, DAY_S)
    assert shares.max() == 1.0
    assert 0 < shares.min() < 0.7 / 9
    _, even = assign_interests(learned(*clicks[-1:], clicks[0]), CATALOGUE, DAY_S)
    assert even.tolist() == pytest.approx([1.0, 1.0])


def test_a_new_taste_soon_leads_the_page() -> None:
    rng = np.random.default_rng(2)
    old = [click(near(axis(n % 2), rng, 0.4), n * DAY_S) for n in range(20)]
    new = [click(near(axis(2), rng, 0.4), (27 + n / 10) * DAY_S) for n in range(12)]
    rows = np.array([near(axis(n % 4), rng, 0.5) for n in range(80)])

    def places(profile: Profile) -> int:
        groups, weights = assign_interests(profile, rows, profile.time_s)
        scores = suits(profile, rows, profile.time_s)
        return sum(n % 4 == 2 for n in diversify_slate(scores, groups, weights, 10))

    assert places(learned(*old, *new[:1])) in {1, 2, 3}  # it begins beside the old ones
    assert places(learned(*old, *new)) > 5


def test_planted_tastes_are_found_and_shuffled_ones_are_not() -> None:
    bench = Bench.of(synthetic_world(np.random.default_rng(4)), np.random.default_rng(5))
    found = measure(bench, 60, seed=6)["10"]
    (gain, error) = found["ours less (or as named)"]["random"]
    assert gain > 0.2
    assert gain > 3 * error
    (nothing, error) = found["ours less (or as named)"]["shuffled less random"]
    assert abs(nothing) < 3 * error
    both = found["visitors with both interests"]
    assert both["ours, vectors alone, mixed"] > both["average vector"] + 0.3


def test_interests_are_the_planted_categories() -> None:
    world = synthetic_world(np.random.default_rng(7))
    rng = np.random.default_rng(8)
    settings = replace(ProfileSettings(), n_interests=4)
    hits = 0
    for _ in range(20):
        tastes = plant(world, rng)
        profile = Profile.empty(ENCODER, world.vectors.shape[1])
        for visit in islice(visits(world, tastes, rng), 20):
            for touch in visit.touches:
                profile = profile.with_interaction(touch, settings)
        heaviest = np.argsort(-profile.interests.long_term_weights)[:2]
        kinds = {str(world.categories[int(profile.interests.medoids[n])]) for n in heaviest}
        hits += kinds == {each.category for each in tastes}
    assert hits >= 17  # by chance 1 in 45
