import math
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopwindow.ranking import ProductAttributes, Profile, ProfileInteraction, ProfileSettings
from shopwindow.ranking.preferences import LogPriceStats, Preferences
from shopwindow.ranking.profile_settings import DEFAULT_PROFILE_SETTINGS
from shopwindow.values import Product
from shopwindow.values.errors import InvalidValueError, ProfileEncoderError, VectorError
from tests.ranking.planted import DAY_S, DIM, ENCODER, EXAMPLES, axis, click, learn_profile, near


def test_two_interests_stay_two() -> None:
    rng = np.random.default_rng(0)
    interactions = [click(near(axis(n % 2), rng), float(n)) for n in range(60)]
    interests = learn_profile(*interactions).interests
    assert len(interests) == 2
    directions = interests.to_unit_vectors()
    assert directions[0, 0] > 0.95
    assert directions[1, 1] > 0.95
    assert interests.long_term_weights == pytest.approx([30, 30], rel=1e-3)


@EXAMPLES
@given(
    st.lists(st.tuples(st.integers(0, DIM - 1), st.sampled_from(["click", "hide"])), max_size=40)
)
def test_never_more_than_k_interests(history: list[tuple[int, str]]) -> None:
    settings = ProfileSettings(n_interests=3, n_dislikes=2)
    profile = learn_profile(
        *(
            click(axis(axis_index), float(n), kind=kind)
            for n, (axis_index, kind) in enumerate(history)
        ),
        profile_settings=settings,
    )
    clicked = {axis_index for axis_index, kind in history if kind == "click"}
    hidden = {axis_index for axis_index, kind in history if kind == "hide"}
    assert len(profile.interests) <= min(3, len(clicked))
    assert len(profile.dislikes) <= min(2, len(hidden))
    assert bool(len(profile.interests)) == bool(clicked)


def test_settled_interests_outlive_stray_clicks() -> None:
    settled = [click(axis(n % 3), float(n)) for n in range(60)]
    stray = [click(axis(3 + n), 60.0 + n * DAY_S) for n in range(8)]
    directions = learn_profile(*settled, *stray).interests.to_unit_vectors()
    assert (directions @ np.array([axis(0), axis(1), axis(2)]).T).max(axis=0).min() > 0.95


def test_a_new_taste_begins_beside_five_settled_ones() -> None:
    settled = [click(axis(n % 5), float(n)) for n in range(100)]
    recent = [click(axis(9), 90 * DAY_S + n) for n in range(6)]
    directions = learn_profile(*settled, *recent).interests.to_unit_vectors()
    assert len(directions) == 5
    assert (directions @ axis(9)).max() > 0.99


def test_near_interests_are_merged_before_one_is_forgotten() -> None:
    near_axis = (axis(0) + 0.5 * axis(1)) / np.sqrt(1.25)  # cosine of 0.89
    settings = ProfileSettings(n_interests=2, join_threshold=0.95)
    interactions = [click(axis(0), 0), click(near_axis, 1), click(axis(5), 2)]
    interests = learn_profile(*interactions, profile_settings=settings).interests
    directions = interests.to_unit_vectors()
    assert (directions @ near_axis).max() > 0.9
    assert (directions @ axis(5)).max() > 0.99
    assert interests.long_term_weights.sum() == pytest.approx(3, rel=1e-3)


def test_half_life_is_exact() -> None:
    profile = learn_profile(click(axis(0)), click(axis(1), kind="hide"))
    later = profile.decay_to(DEFAULT_PROFILE_SETTINGS.half_life_s)
    assert later.interests.long_term_weights == pytest.approx([0.5], rel=1e-12)
    assert later.dislikes.long_term_weights == pytest.approx([1.5], rel=1e-12)
    soon = profile.decay_to(DEFAULT_PROFILE_SETTINGS.session_half_life_s)
    assert soon.interests.session_weights == pytest.approx([0.5], rel=1e-12)
    assert profile.decay_to(-5.0) is profile


def test_counts_decay_by_the_same_half_life() -> None:
    interaction = ProfileInteraction(
        "p", "cart", 0.0, None, ProductAttributes(brand="a", price=10.0)
    )
    preferences = (
        learn_profile(interaction).decay_to(DEFAULT_PROFILE_SETTINGS.half_life_s).preferences
    )
    assert preferences.counts["brand"]["a"] == pytest.approx(1.5)
    assert preferences.totals["brand"] == pytest.approx(1.5)
    assert preferences.prices[""].weight == pytest.approx(1.5)
    assert preferences.prices[""].mean == pytest.approx(math.log(10))


def test_a_late_interaction_has_its_decayed_weight() -> None:
    early, late = click(axis(0), 0.0), click(axis(1), 10 * DAY_S)
    in_order, out_of_order = (
        learn_profile(early, late).interests,
        learn_profile(late, early).interests,
    )
    assert sorted(out_of_order.long_term_weights) == pytest.approx(
        sorted(in_order.long_term_weights), rel=1e-12
    )
    assert sorted(out_of_order.last_interaction_s) == sorted(in_order.last_interaction_s)


def test_a_late_interaction_updates_preferences_like_one_in_time() -> None:
    early = ProfileInteraction("p", "cart", 0.0, None, ProductAttributes(brand="a", price=10.0))
    late = ProfileInteraction(
        "p", "click", 45 * DAY_S, None, ProductAttributes(brand="b", price=20.0)
    )
    in_order, out_of_order = (
        learn_profile(early, late).preferences,
        learn_profile(late, early).preferences,
    )
    assert out_of_order.counts["brand"] == pytest.approx(in_order.counts["brand"])
    assert out_of_order.prices[""].mean == pytest.approx(in_order.prices[""].mean)


def test_preferences_ignore_the_order_of_simultaneous_interactions() -> None:
    interactions = [
        ProfileInteraction(
            "p", kind, 5.0, None, ProductAttributes(brand=brand, color="red", price=price)
        )
        for kind, brand, price in [("click", "a", 5.0), ("hide", "b", 7.0), ("cart", "b", 9.0)]
    ]
    first, *others = (learn_profile(*order).preferences for order in permutations(interactions))
    for other in others:
        assert other.counts["brand"] == pytest.approx(first.counts["brand"])
        assert other.totals == pytest.approx(first.totals)
        price, expected = other.prices[""], first.prices[""]
        assert (price.mean, price.squared_deviations) == pytest.approx(
            (expected.mean, expected.squared_deviations)
        )
    assert first.counts["brand"] == pytest.approx({"a": 1.0, "b": 0.0})
    assert first.totals == pytest.approx({"brand": 7.0, "color": 7.0})


@EXAMPLES
@given(st.lists(st.tuples(st.floats(0.1, 9), st.floats(0.1, 5)), min_size=1, max_size=20))
def test_price_statistics_equal_those_of_all_prices(
    observations: list[tuple[float, float]],
) -> None:
    stats = LogPriceStats()
    for value, weight in observations:
        stats = stats.with_price(value, weight)
    values, weights = np.array(observations).T
    mean = np.average(values, weights=weights)
    assert stats.mean == pytest.approx(mean)
    assert stats.squared_deviations == pytest.approx(weights @ (values - mean) ** 2, abs=1e-8)


def test_price_scores_grow_with_the_number_of_prices() -> None:
    prices = np.array([math.exp(3.0), 0.0])
    one_price = LogPriceStats().with_price(3.0, 1.0).score_prices(prices, DEFAULT_PROFILE_SETTINGS)
    many_prices = (
        LogPriceStats().with_price(3.0, 9.0).score_prices(prices, DEFAULT_PROFILE_SETTINGS)
    )
    assert one_price.tolist() == pytest.approx([1 / 4, 0.0])
    assert many_prices.tolist() == pytest.approx([9 / 12, 0.0])


def test_the_strongest_values_of_a_field_are_kept() -> None:
    settings = ProfileSettings(max_values_per_field=2)
    interactions = [
        ProfileInteraction("p", "click", 0, None, ProductAttributes(brand=b))
        for b in ("a", "b", "b", "c", "c")
    ]
    counts = learn_profile(*interactions, profile_settings=settings).preferences.counts["brand"]
    assert set(counts) == {"b", "c"}


def test_the_medoid_is_an_observed_product_near_the_centroid() -> None:
    rng = np.random.default_rng(3)
    vectors = [near(axis(0), rng, 0.7) for _ in range(40)]
    vectors.append(np.asarray(0.6 * axis(0) + 0.8 * axis(1), np.float32))  # joins, but far out
    profile = learn_profile(*(click(vector, float(n), f"{n}") for n, vector in enumerate(vectors)))
    cosines = np.array([vector @ profile.interests.to_unit_vectors()[0] for vector in vectors])
    (medoid,) = profile.interests.medoids
    assert (cosines <= cosines[int(medoid)]).mean() > 0.5
    actual = math.acos(min(1.0, float(cosines[int(medoid)])))
    assert actual <= float(profile.interests.medoid_angles[0]) + 1e-3


@EXAMPLES
@given(st.floats(-1, 0.45), st.floats(0.1, 50), st.floats(0.1, 50))
def test_dissimilar_interests_are_not_merged(
    cosine: float, first_weight: float, second_weight: float
) -> None:
    vectors = np.array([axis(0), cosine * axis(0) + math.sqrt(1 - cosine**2) * axis(1)], np.float32)
    weights = {"a": first_weight, "b": second_weight, "c": max(first_weight, second_weight)}
    settings = ProfileSettings(n_interests=2, join_threshold=0.6, event_weights=weights)
    interactions = [
        click(vectors[0], kind="a"),
        click(vectors[1], kind="b"),
        click(axis(2), kind="c"),
    ]
    directions = learn_profile(*interactions, profile_settings=settings).interests.to_unit_vectors()
    axes = np.array([*vectors, axis(2)])
    assert (directions @ axes.T).max(axis=1) == pytest.approx([1, 1], abs=1e-5)


def test_an_interaction_does_not_change_the_old_profile() -> None:
    before = learn_profile(click(axis(0)))
    before.with_interaction(click(near(axis(0), np.random.default_rng(0))))
    assert np.array_equal(before.interests.centroids, axis(0)[None, :])
    assert before.n_interactions == 1


@pytest.mark.parametrize("vector", [None, np.zeros(DIM, np.float32)])
def test_an_interaction_without_a_vector_updates_preferences_alone(
    vector: np.ndarray | None,
) -> None:
    profile = learn_profile(replace(click(vector), attributes=ProductAttributes(brand="a")))
    assert len(profile.interests) == 0
    assert profile.preferences.counts["brand"] == {"a": 1.0}


def test_invalid_interactions_are_refused() -> None:
    with pytest.raises(InvalidValueError, match="kind: expected one of impression, click"):
        learn_profile(click(axis(0), kind="clikc"))
    with pytest.raises(InvalidValueError, match="time_s"):
        learn_profile(click(axis(0), math.nan))
    with pytest.raises(VectorError, match="expected vectors of shape"):
        learn_profile(click(np.ones(3, np.float32)))
    with pytest.raises(VectorError, match="not finite"):
        learn_profile(click(np.full(DIM, np.nan, np.float32)))
    with pytest.raises(ProfileEncoderError, match="fake@1, but other@2 was given"):
        Profile.empty(ENCODER, DIM).check_encoder("other@2")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("n_interests", 0),
        ("half_life_s", 0.0),
        ("saturation_share", 0.0),
        ("preference_weight", 1.5),
    ],
)
def test_settings_out_of_range_are_refused(name: str, value: float) -> None:
    with pytest.raises(InvalidValueError, match=name):
        ProfileSettings(**{name: value})  # type: ignore[arg-type]


def test_attributes_of_a_product() -> None:
    product = Product(
        id="1",
        title="Shirt",
        category=("Clothing", "Shirts"),
        brand="Acme",
        attributes={"Colour": "Red", "size": "M"},
        price=3.0,
        currency="AED",
        merchant_id="m",
    )
    assert ProductAttributes.from_product(product) == ProductAttributes(
        "Shirts", "acme", "red", "m", "m", 3.0, "AED"
    )
    assert ProductAttributes.from_product(Product(id="1", title="x")) == ProductAttributes()


def test_a_preference_counts_half_at_the_weight_of_the_shrinkage() -> None:
    preferences = Preferences({"brand": {"a": 4.0, "b": -1.0}}, {"brand": 5.0}, {})
    assert preferences.compute_shares("brand", 5.0) == pytest.approx({"a": 0.4, "b": -0.1})
    assert preferences.compute_shares("brand", 0.5) == pytest.approx({"a": 8 / 11, "b": -2 / 11})
    assert preferences.compute_shares("color", 5.0) == {}
