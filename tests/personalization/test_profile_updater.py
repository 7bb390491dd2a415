"""What events change: profiles, histories, statistics and co-occurrences."""

import math
import sqlite3
import time
from datetime import UTC, datetime, timedelta

import pytest

from shopwindow.eventlog import EventLog
from shopwindow.personalization.cooccurrence_rules import (
    CATEGORY_SUFFIX,
    CO_PURCHASED,
    CO_VIEWED,
    PARENT_CATEGORY_SUFFIX,
)
from shopwindow.personalization.personalizer import STORE_FILE_NAME
from shopwindow.personalization.product_stats import examination_probability
from shopwindow.personalization.profile_writes import MAX_INTERACTIONS
from shopwindow.values import Event
from tests.personalization.conftest import NOON, EventRecorder

NOW_S = NOON.timestamp()


def test_a_click_updates_profile_history_and_statistics(record: EventRecorder) -> None:
    record("click", "sku-0")
    profile = record.store.get_profile("u1")
    assert profile is not None
    assert profile.n_interactions == 1
    assert profile.interests.medoids == ("sku-0",)
    assert [tuple(interaction) for interaction in record.store.get_interactions("u1")] == [
        ("sku-0", "click", NOW_S)
    ]
    assert record.store.get_engagement_stats(["sku-0"], NOW_S)[
        "sku-0"
    ].engagements == pytest.approx(1)
    assert record.store.get_total_engagement(NOW_S).engagements == pytest.approx(1)


def test_a_hidden_product_is_a_dislike_and_no_engagement(record: EventRecorder) -> None:
    record("hide", "sku-0")
    profile = record.store.get_profile("u1")
    assert profile is not None
    assert profile.dislikes.medoids == ("sku-0",)
    assert not len(profile.interests)
    assert record.store.get_hidden_product_ids("u1") == {"sku-0"}
    assert record.store.get_engagement_stats(["sku-0"], NOW_S) == {}


def test_a_return_takes_the_purchase_back(record: EventRecorder) -> None:
    record("purchase", "sku-0")
    record("click", "sku-0")
    record("return", "sku-0")
    profile = record.store.get_profile("u1")
    assert profile is not None
    assert profile.interests.medoids == ("sku-0",)
    assert profile.dislikes.medoids == ("sku-0",)
    stats = record.store.get_engagement_stats(["sku-0"], NOW_S)["sku-0"]
    assert stats.engagements == pytest.approx(1)
    assert record.store.get_total_engagement(NOW_S).engagements == pytest.approx(1)
    assert record.store.get_hidden_product_ids("u1") == set()


def test_returns_without_a_purchase_take_nothing_below_zero(record: EventRecorder) -> None:
    record("return", "sku-0", user_id="")
    record("return", "sku-0", user_id="")
    assert record.store.get_total_engagement(NOW_S).engagements == 0
    stats = record.store.get_engagement_stats(["sku-0"], NOW_S)
    assert all(product.engagements == 0 for product in stats.values())
    record("click", "sku-0")
    assert record.store.get_engagement_stats(["sku-0"], NOW_S)["sku-0"].engagements == 1


def test_impressions_are_weighted_by_examination_probability(record: EventRecorder) -> None:
    record("impression", "sku-0", position=1, query_id="q")
    record("impression", "sku-0", position=3, query_id="r")
    impressions = record.store.get_engagement_stats(["sku-0"], NOW_S)["sku-0"].impressions
    assert impressions == pytest.approx(1 + 1 / math.log2(4))
    assert record.store.get_profile("u1") is None  # an impression is no preference


@pytest.mark.parametrize(
    ("position", "expected"), [(1, 1.0), (3, 0.5), (0, examination_probability(10))]
)
def test_examination_probability_falls_with_the_position(position: int, expected: float) -> None:
    assert examination_probability(position) == pytest.approx(expected)


def test_products_above_a_click_are_skipped_once(record: EventRecorder) -> None:
    for position in range(1, 6):
        record("impression", f"sku-{position}", position=position, query_id="q")
    record("click", "sku-3", position=3, query_id="q")
    profile = record.store.get_profile("u1")
    assert profile is not None
    assert profile.n_interactions == 3  # the click, and the two above it
    assert profile.dislikes.combine_weights(0.0).sum() == pytest.approx(0.04)
    record("click", "sku-5", position=5, query_id="q")
    after_second_click = record.store.get_profile("u1")
    assert after_second_click is not None
    assert after_second_click.n_interactions == 5  # the click, and sku-4; the others were counted


def test_the_same_click_within_half_an_hour_counts_once(record: EventRecorder) -> None:
    for minutes in (0, 5, 29, 31):
        record("click", "sku-0", minutes)
    assert record.store.get_engagement_stats(["sku-0"], NOW_S)[
        "sku-0"
    ].engagements == pytest.approx(2, rel=1e-3)
    profile = record.store.get_profile("u1")
    assert profile is not None
    assert profile.n_interactions == 2


def test_statistics_halve_in_thirty_days(record: EventRecorder) -> None:
    record("click", "sku-0")
    later_s = NOW_S + 30 * 86_400
    assert record.store.get_engagement_stats(["sku-0"], later_s)[
        "sku-0"
    ].engagements == pytest.approx(0.5)
    record("click", "sku-1", minutes=30 * 24 * 60)
    assert list(record.store.get_top_products(2, later_s)) == ["sku-1", "sku-0"]


def test_clicks_within_an_hour_co_occur(record: EventRecorder) -> None:
    record("click", "sku-0")
    record("click", "sku-1", 10)
    record("click", "sku-2", 65)
    record("click", "sku-9", 12, user_id="u2")
    cooccurrences = record.store.get_cooccurrences(CO_VIEWED, ["sku-0", "sku-1", "sku-2", "sku-9"])
    assert cooccurrences == {
        "sku-0": {"sku-1": 1},
        "sku-1": {"sku-0": 1, "sku-2": 1},
        "sku-2": {"sku-1": 1},
    }
    assert record.store.get_occurrences(CO_VIEWED, ["sku-1", ""]) == {"sku-1": 1, "": 2}


def test_baskets_count_products_and_their_categories(record: EventRecorder) -> None:
    record("cart", "sku-0")  # a dress
    record("purchase", "sku-3", 60 * 5)  # a mug, five hours later
    record("purchase", "sku-0", 60 * 5)  # the dress of the cart: nothing new
    assert record.store.get_cooccurrences(CO_PURCHASED, ["sku-0"]) == {"sku-0": {"sku-3": 1}}
    categories = record.store.get_cooccurrences(f"{CO_PURCHASED}{CATEGORY_SUFFIX}", ["dresses"])
    assert categories == {"dresses": {"mugs": 1}}
    assert record.store.get_occurrences(f"{CO_PURCHASED}{PARENT_CATEGORY_SUFFIX}", ["home"]) == {
        "home": 1
    }
    record("cart", "sku-6", 60 * 6)  # another dress
    categories = record.store.get_cooccurrences(
        f"{CO_PURCHASED}{CATEGORY_SUFFIX}", ["dresses", "mugs"]
    )
    assert categories == {"dresses": {"dresses": 1, "mugs": 1}, "mugs": {"dresses": 1}}
    assert record.store.get_occurrences(CO_PURCHASED, ["", "sku-0"]) == {"": 1, "sku-0": 1}


def test_deleted_products_are_counted_but_update_no_profile(record: EventRecorder) -> None:
    record("click", "long-gone")
    assert record.store.get_profile("u1") is None
    assert record.store.get_engagement_stats(["long-gone"], NOW_S)[
        "long-gone"
    ].engagements == pytest.approx(1)


def test_anonymous_events_update_statistics_alone(record: EventRecorder) -> None:
    record("click", "sku-0", user_id="")
    assert record.store.count_profiles() == 0
    assert record.store.list_recent_users(5) == []
    assert record.store.get_engagement_stats(["sku-0"], NOW_S)[
        "sku-0"
    ].engagements == pytest.approx(1)


def test_impressions_do_not_move_the_last_event_time(record: EventRecorder) -> None:
    assert record.store.last_event_s is None
    record("click", "sku-0", minutes=5)
    record("click", "sku-1", minutes=2)  # it comes late
    record("impression", "sku-2", minutes=9, position=1, query_id="q")
    assert record.store.last_event_s == NOW_S + 300


def test_the_recent_surface_counts_neither_impressions_nor_skips(record: EventRecorder) -> None:
    for position in (1, 2, 3):
        record("impression", f"sku-{position}", position=position, query_id="q", surface="recent")
    record("click", "sku-3", position=3, query_id="q", surface="recent")
    profile = record.store.get_profile("u1")
    assert profile is not None
    assert profile.n_interactions == 1
    assert record.store.get_total_engagement(NOW_S).impressions == 0


def test_a_purchased_product_was_not_skipped(record: EventRecorder) -> None:
    for position in (1, 2, 3):
        record("impression", f"sku-{position}", position=position, query_id="q")
    record("purchase", "sku-1", position=1, query_id="q")
    record("click", "sku-3", position=3, query_id="q")
    profile = record.store.get_profile("u1")
    assert profile is not None
    assert profile.dislikes.medoids == ("sku-2",)


@pytest.mark.parametrize("kind", ["cart", "purchase", "like"])
def test_only_a_click_passes_over_what_is_above(record: EventRecorder, kind: str) -> None:
    for position in (1, 2, 3):
        record("impression", f"sku-{position}", position=position, query_id="q")
    record(kind, "sku-3", position=3, query_id="q")
    profile = record.store.get_profile("u1")
    assert profile is not None
    assert (profile.n_interactions, profile.dislikes.medoids) == (1, ())


def test_a_product_shown_twice_is_not_skipped_where_it_was_not_clicked(
    record: EventRecorder,
) -> None:
    for position, product_id in enumerate(("sku-1", "sku-2", "sku-1"), start=1):
        record("impression", product_id, position=position, query_id="q")
    record("click", "sku-1", position=3, query_id="q")
    profile = record.store.get_profile("u1")
    assert profile is not None
    assert profile.dislikes.medoids == ("sku-2",)


@pytest.mark.parametrize("year", [1, 1931, 2040, 9999])
def test_a_wrong_clock_spoils_nothing(record: EventRecorder, year: int) -> None:
    record("impression", "sku-5", position=1, query_id="q")
    offset = datetime(year, 12, 31, tzinfo=UTC) - NOON
    record("click", "sku-0", minutes=offset.total_seconds() / 60)
    record("click", "sku-1")
    now_s = time.time()
    assert record.store.get_total_engagement(now_s).engagements < 3
    assert 0 < record.store.get_engagement_stats(["sku-1"], NOW_S)["sku-1"].engagements <= 1
    last_event_s = record.store.last_event_s
    assert last_event_s is not None
    assert last_event_s <= now_s + 86_401


def test_a_damaged_profile_does_not_stop_the_others(record: EventRecorder, log: EventLog) -> None:
    record("click", "sku-0", user_id="bad")
    with sqlite3.connect(log.folder / STORE_FILE_NAME) as connection:
        connection.execute("UPDATE profiles SET profile = x'00' WHERE user_id = 'bad'")
    connection.close()
    record("click", "sku-1", user_id="bad")
    record("click", "sku-1", user_id="good")
    intact, damaged = record.store.get_profile("good"), record.store.get_profile("bad")
    assert intact is not None
    assert damaged is not None
    assert (intact.n_interactions, damaged.n_interactions) == (1, 1)


def test_histories_of_deleted_products_are_pruned_too(record: EventRecorder) -> None:
    record.log.append(
        Event("click", f"gone-{n}", user_id="u9", event_id=f"g{n}", time=NOON)
        for n in range(MAX_INTERACTIONS + 400)
    )
    record.event_consumer.consume_pending()
    assert len(record.store.get_interactions("u9", 10_000)) <= MAX_INTERACTIONS + 400
    later_events = [
        Event("click", f"late-{n}", user_id="u9", event_id=f"l{n}", time=NOON + timedelta(1, n))
        for n in range(MAX_INTERACTIONS + 50)
    ]
    record.log.append(later_events)
    record.event_consumer.consume_pending()
    assert len(record.store.get_interactions("u9", 10_000)) <= MAX_INTERACTIONS + 1
