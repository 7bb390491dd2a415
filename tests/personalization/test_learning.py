"""What events teach: profiles, histories, counts, and what belongs together."""

import math
import sqlite3
import time
from datetime import UTC, datetime, timedelta

import pytest

from shopwindow.eventlog import EventLog
from shopwindow.personalization.co_occurrence import BOUGHT, FAMILIES, KINDS, VIEWED
from shopwindow.personalization.personalizer import FILE
from shopwindow.personalization.product_stats import examined
from shopwindow.personalization.profile_writes import MAX_TOUCHED
from shopwindow.values import Event
from tests.personalization.conftest import NOON, Told

NOW_S = NOON.timestamp()


def test_a_click_makes_a_profile_a_history_and_a_count(told: Told) -> None:
    told("click", "sku-0")
    profile = told.store.profile("u1")
    assert profile is not None
    assert profile.n_touches == 1
    assert profile.interests.medoids == ("sku-0",)
    assert [tuple(each) for each in told.store.touched("u1")] == [("sku-0", "click", NOW_S)]
    assert told.store.tallies(["sku-0"], NOW_S)["sku-0"].wanted == pytest.approx(1)
    assert told.store.total(NOW_S).wanted == pytest.approx(1)


def test_a_hidden_product_is_disliked_hidden_and_not_wanted(told: Told) -> None:
    told("hide", "sku-0")
    profile = told.store.profile("u1")
    assert profile is not None
    assert profile.dislikes.medoids == ("sku-0",)
    assert not len(profile.interests)
    assert told.store.hidden("u1") == {"sku-0"}
    assert told.store.tallies(["sku-0"], NOW_S) == {}


def test_impressions_count_by_how_probably_they_were_looked_at(told: Told) -> None:
    told("impression", "sku-0", position=1, query_id="q")
    told("impression", "sku-0", position=3, query_id="r")
    shown = told.store.tallies(["sku-0"], NOW_S)["sku-0"].shown
    assert shown == pytest.approx(1 + 1 / math.log2(4))
    assert told.store.profile("u1") is None  # being shown something is not a taste


@pytest.mark.parametrize(("position", "expected"), [(1, 1.0), (3, 0.5), (0, examined(10))])
def test_examination_falls_with_the_place(position: int, expected: float) -> None:
    assert examined(position) == pytest.approx(expected)


def test_what_stands_above_a_click_was_passed_over_once(told: Told) -> None:
    for place in range(1, 6):
        told("impression", f"sku-{place}", position=place, query_id="q")
    told("click", "sku-3", position=3, query_id="q")
    profile = told.store.profile("u1")
    assert profile is not None
    assert profile.n_touches == 3  # the click, and the two above it
    assert profile.dislikes.weights(0.0).sum() == pytest.approx(0.04)
    told("click", "sku-5", position=5, query_id="q")
    again = told.store.profile("u1")
    assert again is not None
    assert again.n_touches == 5  # the click, and sku-4; sku-1 and sku-2 were told before


def test_the_same_click_within_half_an_hour_counts_once(told: Told) -> None:
    for minutes in (0, 5, 29, 31):
        told("click", "sku-0", minutes)
    assert told.store.tallies(["sku-0"], NOW_S)["sku-0"].wanted == pytest.approx(2, rel=1e-3)
    profile = told.store.profile("u1")
    assert profile is not None
    assert profile.n_touches == 2


def test_counts_fade_by_half_in_thirty_days(told: Told) -> None:
    told("click", "sku-0")
    later = NOW_S + 30 * 86_400
    assert told.store.tallies(["sku-0"], later)["sku-0"].wanted == pytest.approx(0.5)
    told("click", "sku-1", minutes=30 * 24 * 60)
    assert list(told.store.most_wanted(2, later)) == ["sku-1", "sku-0"]


def test_what_is_clicked_within_an_hour_belongs_together(told: Told) -> None:
    told("click", "sku-0")
    told("click", "sku-1", 10)
    told("click", "sku-2", 65)
    told("click", "sku-9", 12, user_id="u2")
    partners = told.store.partners(VIEWED, ["sku-0", "sku-1", "sku-2", "sku-9"])
    assert partners == {
        "sku-0": {"sku-1": 1},
        "sku-1": {"sku-0": 1, "sku-2": 1},
        "sku-2": {"sku-1": 1},
    }
    assert told.store.occurrences(VIEWED, ["sku-1", ""]) == {"sku-1": 1, "": 2}


def test_baskets_join_products_and_their_categories(told: Told) -> None:
    told("cart", "sku-0")  # a dress
    told("purchase", "sku-3", 60 * 5)  # a mug, five hours later
    told("purchase", "sku-0", 60 * 5)  # the dress of the cart: nothing new
    assert told.store.partners(BOUGHT, ["sku-0"]) == {"sku-0": {"sku-3": 1}}
    kinds = told.store.partners(f"{BOUGHT}{KINDS}", ["dresses"])
    assert kinds == {"dresses": {"mugs": 1}}
    assert told.store.occurrences(f"{BOUGHT}{FAMILIES}", ["home"]) == {"home": 1}
    told("cart", "sku-6", 60 * 6)  # another dress
    kinds = told.store.partners(f"{BOUGHT}{KINDS}", ["dresses", "mugs"])
    assert kinds == {"dresses": {"dresses": 1, "mugs": 1}, "mugs": {"dresses": 1}}
    assert told.store.occurrences(BOUGHT, ["", "sku-0"]) == {"": 1, "sku-0": 1}


def test_products_that_are_gone_are_counted_but_teach_no_taste(told: Told) -> None:
    told("click", "long-gone")
    assert told.store.profile("u1") is None
    assert told.store.tallies(["long-gone"], NOW_S)["long-gone"].wanted == pytest.approx(1)


def test_somebody_unknown_is_counted_and_nothing_else(told: Told) -> None:
    told("click", "sku-0", user_id="")
    assert told.store.n_profiles() == 0
    assert told.store.visitors(5) == []
    assert told.store.tallies(["sku-0"], NOW_S)["sku-0"].wanted == pytest.approx(1)


def test_time_stands_still_while_nobody_does_anything(told: Told) -> None:
    assert told.store.newest_s is None
    told("click", "sku-0", minutes=5)
    told("click", "sku-1", minutes=2)  # it comes late
    told("impression", "sku-2", minutes=9, position=1, query_id="q")
    assert told.store.newest_s == NOW_S + 300


def test_seen_last_is_no_new_look_and_no_page(told: Told) -> None:
    for place in (1, 2, 3):
        told("impression", f"sku-{place}", position=place, query_id="q", surface="recent")
    told("click", "sku-3", position=3, query_id="q", surface="recent")
    profile = told.store.profile("u1")
    assert profile is not None
    assert profile.n_touches == 1
    assert told.store.total(NOW_S).shown == 0


def test_what_was_bought_on_a_page_was_not_passed_over(told: Told) -> None:
    for place in (1, 2, 3):
        told("impression", f"sku-{place}", position=place, query_id="q")
    told("purchase", "sku-1", position=1, query_id="q")
    told("click", "sku-3", position=3, query_id="q")
    profile = told.store.profile("u1")
    assert profile is not None
    assert profile.dislikes.medoids == ("sku-2",)


@pytest.mark.parametrize("year", [1, 1931, 2040, 9999])
def test_a_wrong_clock_spoils_nothing(told: Told, year: int) -> None:
    told("impression", "sku-5", position=1, query_id="q")
    away = datetime(year, 12, 31, tzinfo=UTC) - NOON
    told("click", "sku-0", minutes=away.total_seconds() / 60)
    told("click", "sku-1")
    now_s = time.time()
    assert told.store.total(now_s).wanted < 3
    assert 0 < told.store.tallies(["sku-1"], NOW_S)["sku-1"].wanted <= 1
    newest = told.store.newest_s
    assert newest is not None
    assert newest <= now_s + 86_401


def test_a_spoilt_profile_does_not_keep_others_from_being_learned(
    told: Told, log: EventLog
) -> None:
    told("click", "sku-0", user_id="bad")
    with sqlite3.connect(log.folder / FILE) as connection:
        connection.execute("UPDATE profiles SET profile = x'00' WHERE user_id = 'bad'")
    connection.close()
    told("click", "sku-1", user_id="bad")
    told("click", "sku-1", user_id="good")
    good, bad = told.store.profile("good"), told.store.profile("bad")
    assert good is not None
    assert bad is not None
    assert (good.n_touches, bad.n_touches) == (1, 1)


def test_histories_of_products_that_are_gone_are_cut_too(told: Told) -> None:
    told.log.append(
        Event("click", f"gone-{n}", user_id="u9", event_id=f"g{n}", time=NOON)
        for n in range(MAX_TOUCHED + 400)
    )
    told.follower.catch_up()
    assert len(told.store.touched("u9", 10_000)) <= MAX_TOUCHED + 400
    later = [
        Event("click", f"late-{n}", user_id="u9", event_id=f"l{n}", time=NOON + timedelta(1, n))
        for n in range(MAX_TOUCHED + 50)
    ]
    told.log.append(later)
    told.follower.catch_up()
    assert len(told.store.touched("u9", 10_000)) <= MAX_TOUCHED + 1
