"""What events teach: profiles, histories, counts, and what belongs together."""

import math
import sqlite3
import time
from datetime import UTC, datetime, timedelta

import pytest

from shopwindow.eventlog import EventLog
from shopwindow.personalization.co_occurrence import (
    CATEGORY_SUFFIX,
    CO_PURCHASED,
    CO_VIEWED,
    PARENT_CATEGORY_SUFFIX,
)
from shopwindow.personalization.personalizer import STORE_FILE_NAME
from shopwindow.personalization.product_stats import examination_probability
from shopwindow.personalization.profile_writes import MAX_INTERACTIONS
from shopwindow.values import Event
from tests.personalization.conftest import NOON, Told

NOW_S = NOON.timestamp()


def test_a_click_makes_a_profile_a_history_and_a_count(told: Told) -> None:
    told("click", "sku-0")
    profile = told.store.get_profile("u1")
    assert profile is not None
    assert profile.n_interactions == 1
    assert profile.interests.medoids == ("sku-0",)
    assert [tuple(each) for each in told.store.get_interactions("u1")] == [
        ("sku-0", "click", NOW_S)
    ]
    assert told.store.get_engagement_stats(["sku-0"], NOW_S)["sku-0"].engagements == pytest.approx(
        1
    )
    assert told.store.get_total_engagement(NOW_S).engagements == pytest.approx(1)


def test_a_hidden_product_is_disliked_hidden_and_not_wanted(told: Told) -> None:
    told("hide", "sku-0")
    profile = told.store.get_profile("u1")
    assert profile is not None
    assert profile.dislikes.medoids == ("sku-0",)
    assert not len(profile.interests)
    assert told.store.get_hidden_product_ids("u1") == {"sku-0"}
    assert told.store.get_engagement_stats(["sku-0"], NOW_S) == {}


def test_impressions_count_by_how_probably_they_were_looked_at(told: Told) -> None:
    told("impression", "sku-0", position=1, query_id="q")
    told("impression", "sku-0", position=3, query_id="r")
    shown = told.store.get_engagement_stats(["sku-0"], NOW_S)["sku-0"].impressions
    assert shown == pytest.approx(1 + 1 / math.log2(4))
    assert told.store.get_profile("u1") is None  # being shown something is not a taste


@pytest.mark.parametrize(
    ("position", "expected"), [(1, 1.0), (3, 0.5), (0, examination_probability(10))]
)
def test_examination_falls_with_the_place(position: int, expected: float) -> None:
    assert examination_probability(position) == pytest.approx(expected)


def test_what_stands_above_a_click_was_passed_over_once(told: Told) -> None:
    for place in range(1, 6):
        told("impression", f"sku-{place}", position=place, query_id="q")
    told("click", "sku-3", position=3, query_id="q")
    profile = told.store.get_profile("u1")
    assert profile is not None
    assert profile.n_interactions == 3  # the click, and the two above it
    assert profile.dislikes.combine_weights(0.0).sum() == pytest.approx(0.04)
    told("click", "sku-5", position=5, query_id="q")
    again = told.store.get_profile("u1")
    assert again is not None
    assert again.n_interactions == 5  # the click, and sku-4; sku-1 and sku-2 were told before


def test_the_same_click_within_half_an_hour_counts_once(told: Told) -> None:
    for minutes in (0, 5, 29, 31):
        told("click", "sku-0", minutes)
    assert told.store.get_engagement_stats(["sku-0"], NOW_S)["sku-0"].engagements == pytest.approx(
        2, rel=1e-3
    )
    profile = told.store.get_profile("u1")
    assert profile is not None
    assert profile.n_interactions == 2


def test_counts_fade_by_half_in_thirty_days(told: Told) -> None:
    told("click", "sku-0")
    later = NOW_S + 30 * 86_400
    assert told.store.get_engagement_stats(["sku-0"], later)["sku-0"].engagements == pytest.approx(
        0.5
    )
    told("click", "sku-1", minutes=30 * 24 * 60)
    assert list(told.store.get_top_products(2, later)) == ["sku-1", "sku-0"]


def test_what_is_clicked_within_an_hour_belongs_together(told: Told) -> None:
    told("click", "sku-0")
    told("click", "sku-1", 10)
    told("click", "sku-2", 65)
    told("click", "sku-9", 12, user_id="u2")
    partners = told.store.get_cooccurrences(CO_VIEWED, ["sku-0", "sku-1", "sku-2", "sku-9"])
    assert partners == {
        "sku-0": {"sku-1": 1},
        "sku-1": {"sku-0": 1, "sku-2": 1},
        "sku-2": {"sku-1": 1},
    }
    assert told.store.get_occurrences(CO_VIEWED, ["sku-1", ""]) == {"sku-1": 1, "": 2}


def test_baskets_join_products_and_their_categories(told: Told) -> None:
    told("cart", "sku-0")  # a dress
    told("purchase", "sku-3", 60 * 5)  # a mug, five hours later
    told("purchase", "sku-0", 60 * 5)  # the dress of the cart: nothing new
    assert told.store.get_cooccurrences(CO_PURCHASED, ["sku-0"]) == {"sku-0": {"sku-3": 1}}
    kinds = told.store.get_cooccurrences(f"{CO_PURCHASED}{CATEGORY_SUFFIX}", ["dresses"])
    assert kinds == {"dresses": {"mugs": 1}}
    assert told.store.get_occurrences(f"{CO_PURCHASED}{PARENT_CATEGORY_SUFFIX}", ["home"]) == {
        "home": 1
    }
    told("cart", "sku-6", 60 * 6)  # another dress
    kinds = told.store.get_cooccurrences(f"{CO_PURCHASED}{CATEGORY_SUFFIX}", ["dresses", "mugs"])
    assert kinds == {"dresses": {"dresses": 1, "mugs": 1}, "mugs": {"dresses": 1}}
    assert told.store.get_occurrences(CO_PURCHASED, ["", "sku-0"]) == {"": 1, "sku-0": 1}


def test_products_that_are_gone_are_counted_but_teach_no_taste(told: Told) -> None:
    told("click", "long-gone")
    assert told.store.get_profile("u1") is None
    assert told.store.get_engagement_stats(["long-gone"], NOW_S)[
        "long-gone"
    ].engagements == pytest.approx(1)


def test_somebody_unknown_is_counted_and_nothing_else(told: Told) -> None:
    told("click", "sku-0", user_id="")
    assert told.store.count_profiles() == 0
    assert told.store.list_recent_users(5) == []
    assert told.store.get_engagement_stats(["sku-0"], NOW_S)["sku-0"].engagements == pytest.approx(
        1
    )


def test_time_stands_still_while_nobody_does_anything(told: Told) -> None:
    assert told.store.last_event_s is None
    told("click", "sku-0", minutes=5)
    told("click", "sku-1", minutes=2)  # it comes late
    told("impression", "sku-2", minutes=9, position=1, query_id="q")
    assert told.store.last_event_s == NOW_S + 300


def test_seen_last_is_no_new_look_and_no_page(told: Told) -> None:
    for place in (1, 2, 3):
        told("impression", f"sku-{place}", position=place, query_id="q", surface="recent")
    told("click", "sku-3", position=3, query_id="q", surface="recent")
    profile = told.store.get_profile("u1")
    assert profile is not None
    assert profile.n_interactions == 1
    assert told.store.get_total_engagement(NOW_S).impressions == 0


def test_what_was_bought_on_a_page_was_not_passed_over(told: Told) -> None:
    for place in (1, 2, 3):
        told("impression", f"sku-{place}", position=place, query_id="q")
    told("purchase", "sku-1", position=1, query_id="q")
    told("click", "sku-3", position=3, query_id="q")
    profile = told.store.get_profile("u1")
    assert profile is not None
    assert profile.dislikes.medoids == ("sku-2",)


@pytest.mark.parametrize("year", [1, 1931, 2040, 9999])
def test_a_wrong_clock_spoils_nothing(told: Told, year: int) -> None:
    told("impression", "sku-5", position=1, query_id="q")
    away = datetime(year, 12, 31, tzinfo=UTC) - NOON
    told("click", "sku-0", minutes=away.total_seconds() / 60)
    told("click", "sku-1")
    now_s = time.time()
    assert told.store.get_total_engagement(now_s).engagements < 3
    assert 0 < told.store.get_engagement_stats(["sku-1"], NOW_S)["sku-1"].engagements <= 1
    newest = told.store.last_event_s
    assert newest is not None
    assert newest <= now_s + 86_401


def test_a_spoilt_profile_does_not_keep_others_from_being_learned(
    told: Told, log: EventLog
) -> None:
    told("click", "sku-0", user_id="bad")
    with sqlite3.connect(log.folder / STORE_FILE_NAME) as connection:
        connection.execute("UPDATE profiles SET profile = x'00' WHERE user_id = 'bad'")
    connection.close()
    told("click", "sku-1", user_id="bad")
    told("click", "sku-1", user_id="good")
    good, bad = told.store.get_profile("good"), told.store.get_profile("bad")
    assert good is not None
    assert bad is not None
    assert (good.n_interactions, bad.n_interactions) == (1, 1)


def test_histories_of_products_that_are_gone_are_cut_too(told: Told) -> None:
    told.log.append(
        Event("click", f"gone-{n}", user_id="u9", event_id=f"g{n}", time=NOON)
        for n in range(MAX_INTERACTIONS + 400)
    )
    told.follower.consume_pending()
    assert len(told.store.get_interactions("u9", 10_000)) <= MAX_INTERACTIONS + 400
    later = [
        Event("click", f"late-{n}", user_id="u9", event_id=f"l{n}", time=NOON + timedelta(1, n))
        for n in range(MAX_INTERACTIONS + 50)
    ]
    told.log.append(later)
    told.follower.consume_pending()
    assert len(told.store.get_interactions("u9", 10_000)) <= MAX_INTERACTIONS + 1
