"""Feeds: for strangers and for visitors, of one merchant, with tries, hidden things and pages."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from embed import FakeEncoder
from index import ProductIndex
from search import SearchService
from search.rules import Boost, Hide, Pin, Rule, RuleSet, Selection
from shopwindow.eventlog import EventLog
from shopwindow.eventlog.visitor_traces import LinkedIds
from shopwindow.values import Event, Filters, Product, Query, SearchResponse
from shopwindow.values.errors import EventLogError, InvalidQueryError
from shopwindow.values.settings import SearchSettings
from tests.conftest import WHOLE, make_products
from tests.eventlog.conftest import everything

NO_TRIES = "[exploration]\nrate = 0.0\n"


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EventLog]:
    with EventLog.open(tmp_path / "events") as opened:
        yield opened


def with_weights(tmp_path: Path, text: str) -> SearchSettings:
    path = tmp_path / "weights.toml"
    path.write_text(text, encoding="utf-8")
    return SearchSettings(relative_score_cutoff=0, weights_file=str(path))


@pytest.fixture
def calm(shop: ProductIndex, log: EventLog, tmp_path: Path) -> Iterator[SearchService]:
    """A service that tries nothing, so that orders can be compared."""
    service = SearchService(shop, with_weights(tmp_path, NO_TRIES), event_log=log)
    yield service
    service.close()


def ids(page: SearchResponse) -> list[str]:
    return [hit.product.id for hit in page.hits]


def do(service: SearchService, kind: str, *product_ids: str, user_id: str = "u1") -> None:
    for each in product_ids:
        service.record(Event(kind, each, user_id=user_id))  # type: ignore[arg-type]
    service.flush()


def test_a_stranger_sees_categories_by_turns(calm: SearchService) -> None:
    page = calm.recommend(limit=10)
    kinds = [hit.product.category[-1] for hit in page.hits]
    assert Counter(kinds) == {"Dresses": 5, "Mugs": 5}
    assert len(set(ids(page))) == 10
    assert kinds[0] != kinds[1]


def test_a_shop_without_events_has_feeds_of_its_content(service: SearchService) -> None:
    page = service.recommend("anybody", limit=24)
    assert len(set(ids(page))) == 24
    with pytest.raises(EventLogError, match="logs no events"):
        service.record(Event("click", "sku-0", user_id="u1"))
    assert service.profile("anybody").n_interactions == 0


def test_a_stranger_sees_what_others_wanted_first(calm: SearchService) -> None:
    for n in range(8):
        do(calm, "purchase", "sku-7", user_id=f"other-{n}")
    page = calm.recommend(limit=5)
    assert ids(page)[0] == "sku-7"
    assert page.hits[0].contributions["popularity"] > page.hits[1].contributions["popularity"]


def test_the_first_click_changes_the_feed(calm: SearchService) -> None:
    before = calm.recommend("u1", limit=6)
    do(calm, "click", "sku-0")  # a red dress
    after = calm.recommend("u1", limit=6)
    assert ids(after) != ids(before)
    best = after.hits[0]
    assert best.product.attributes["color"] == "red"
    assert best.contributions["similarity"] > 0
    assert best.contributions["preferences"] > 0
    assert (
        calm.recommend("somebody else", limit=6)
        .hits[0]
        .contributions.keys()
        .isdisjoint({"similarity"})
    )


def test_what_was_done_with_is_left_out_and_hidden_stays_hidden(calm: SearchService) -> None:
    do(calm, "click", "sku-0", "sku-6")
    do(calm, "hide", "sku-12")
    assert {"sku-0", "sku-6", "sku-12"}.isdisjoint(ids(calm.recommend("u1", limit=24)))
    assert "sku-12" in ids(calm.recommend("u2", limit=24))


def test_parts_add_up_and_scores_never_rise(shop: ProductIndex, log: EventLog) -> None:
    service = SearchService(shop, WHOLE, event_log=log)  # with tries
    do(service, "click", "sku-0", "sku-4")
    do(service, "click", "sku-3", user_id="u2")
    for _ in range(20):
        page = service.recommend("u1", limit=15)
        scores = [hit.score for hit in page.hits]
        assert all(one >= other - 1e-9 for one, other in pairwise(scores))
        for hit in page.hits:
            assert sum(hit.contributions.values()) == pytest.approx(hit.score)
    service.close()


def test_pages_go_on_without_repeating_and_reach_everything(calm: SearchService) -> None:
    do(calm, "click", "sku-0")
    seen: list[str] = []
    page = calm.recommend("u1", limit=5)
    seen += ids(page)
    while page.next_cursor:
        page = calm.recommend("u1", limit=5, cursor=page.next_cursor)
        seen += ids(page)
    assert len(seen) == len(set(seen)) == 23  # all but the one that was clicked
    with pytest.raises(InvalidQueryError, match="cursor"):
        calm.recommend("u2", limit=5, cursor=calm.recommend("u1", limit=5).next_cursor)


def test_tries_have_their_probability_and_never_the_first_place(
    shop: ProductIndex, log: EventLog, tmp_path: Path
) -> None:
    service = SearchService(
        shop, with_weights(tmp_path, "[exploration]\nrate = 0.5\n"), event_log=log
    )
    n_tried = 0
    for _ in range(60):
        page = service.recommend(limit=6)
        assert page.hits[0].propensity == 1.0
        for hit in page.hits[1:]:
            is_tried = "exploration" in hit.contributions
            n_tried += is_tried
            assert hit.propensity is not None
            assert (hit.propensity < 0.5) if is_tried else (hit.propensity == 0.5)
    assert 100 < n_tried < 200  # of 300
    service.close()
    logged = [each for each in everything(log) if each.kind == "impression"]
    assert len(logged) == 360
    assert all(each.propensity for each in logged)
    assert {each.ranker for each in logged} == {"feed"}


def test_a_merchants_page_shows_nobody_elses(calm: SearchService, log: EventLog) -> None:
    do(calm, "purchase", *(f"sku-{n}" for n in range(1, 24, 2)), user_id="other")  # all of m1
    do(calm, "click", "sku-1", "sku-3")
    m0 = Filters(merchant_id="m0")
    pages = [calm.recommend("u1", limit=24, filters=m0), calm.recently_viewed("u1", filters=m0)]
    assert [len(page.hits) for page in pages] == [12, 0]
    assert {hit.product.merchant_id for hit in pages[0].hits} == {"m0"}
    calm.close()
    assert {each.surface for each in everything(log) if each.kind == "impression"} == {"store"}


def test_recently_seen_has_the_newest_first_and_nothing_hidden(calm: SearchService) -> None:
    start = datetime(2026, 3, 1, tzinfo=UTC)
    for minute, (kind, product) in enumerate(
        [("click", "sku-1"), ("cart", "sku-2"), ("click", "sku-5"), ("hide", "sku-2")]
    ):
        calm.record(
            Event(kind, product, user_id="u1", time=start.replace(minute=minute))  # type: ignore[arg-type]
        )
    calm.flush()
    assert ids(calm.recently_viewed("u1")) == ["sku-5", "sku-1"]
    assert ids(calm.recently_viewed("u2")) == []


def test_rules_hide_and_pin_in_feeds(shop: ProductIndex, log: EventLog, tmp_path: Path) -> None:
    reds = Selection(filters=Filters(attributes={"color": "red"}))
    rules = [Rule("no reds", Hide(reds)), Rule("first", Pin(("sku-4",)))]
    service = SearchService(
        shop, with_weights(tmp_path, NO_TRIES), rules=RuleSet(rules), event_log=log
    )
    page = service.recommend(limit=10)
    assert "red" not in {hit.product.attributes["color"] for hit in page.hits}
    assert ids(page)[0] == "sku-4"
    assert page.hits[0].rules == ("first",)
    service.close()


def test_a_try_never_brings_back_what_is_out_of_stock(
    shop: ProductIndex, log: EventLog, tmp_path: Path
) -> None:
    service = SearchService(
        shop, with_weights(tmp_path, "[exploration]\nrate = 0.9\n"), event_log=log
    )
    for _ in range(30):
        tried = [
            hit for hit in service.recommend(limit=8).hits if "exploration" in hit.contributions
        ]
        assert all(hit.product.in_stock for hit in tried)
    service.close()


def test_merchants_take_turns_when_they_are_held_back(encoder: FakeEncoder, tmp_path: Path) -> None:
    alike = [
        Product(
            f"p{n}", "Red mug", category=("Home", "Mugs"), merchant_id="big" if n < 9 else "small"
        )
        for n in range(10)
    ]
    with ProductIndex.open(":memory:", encoder) as index:
        index.add(alike)
        fair = SearchService(
            index,
            with_weights(
                tmp_path, f"{NO_TRIES}[recommendations]\nseller_diversity_penalty = 0.3\n"
            ),
        )
        assert "small" in {hit.product.merchant_id for hit in fair.recommend(limit=2).hits}
        greedy = SearchService(
            index, with_weights(tmp_path, f"{NO_TRIES}[query]\nmerchant = 0.9\n")
        )
        found = greedy.search(Query(text="red mug", limit=2, collapse=False))
        assert {hit.product.merchant_id for hit in found.hits} == {"big", "small"}
        for service in (fair, greedy):
            service.close()


def test_taste_moves_an_answer_within_its_bound(
    shop: ProductIndex, log: EventLog, tmp_path: Path
) -> None:
    service = SearchService(shop, with_weights(tmp_path, NO_TRIES), event_log=log)

    def asked(user_id: str) -> SearchResponse:
        return service.search(Query(text="dress", limit=24, user_id=user_id))

    do(service, "purchase", "sku-2", "sku-8", "sku-14")  # green dresses
    do(service, "hide", "sku-0", "sku-6")  # red ones
    plain = {hit.product.id: hit.score for hit in asked("nobody").hits}
    page = asked("u1")
    moved = {hit.product.id: hit.contributions.get("personal", 0.0) for hit in page.hits}
    assert max(moved.values()) > 0.01
    assert min(moved.values()) < 0
    assert all(abs(part) <= 0.05 for part in moved.values())
    order = ids(page)
    for one in order:
        for other in order:
            if plain[one] - plain[other] > 0.1:
                assert order.index(one) < order.index(other)
    service.close()


def test_similar_products_know_the_visitor(calm: SearchService) -> None:
    do(calm, "purchase", "sku-2", "sku-8")
    assert any("personal" in hit.contributions for hit in calm.similar("sku-14", user_id="u1").hits)
    assert not any("personal" in hit.contributions for hit in calm.similar("sku-14").hits)


def test_a_profile_tells_what_was_learned(calm: SearchService) -> None:
    do(calm, "click", "sku-0", "sku-6")
    do(calm, "like", "sku-4")
    do(calm, "hide", "sku-5")
    person = calm.profile("u1")
    assert person.n_interactions == 4
    assert sum(each.weight for each in person.interests) == pytest.approx(1)
    liked = {p.id for each in person.interests for p in each.products}
    assert liked == {"sku-0", "sku-6", "sku-4"}
    assert [p.id for each in person.dislikes for p in each.products] == ["sku-5"]
    assert set(person.preferences) >= {"category", "brand", "color"}
    assert (
        person.preferred_prices["AED"].low
        < person.preferred_prices["AED"].typical
        < person.preferred_prices["AED"].high
    )
    assert {(each.kind, each.product.id) for each in person.recent_interactions} >= {
        ("hide", "sku-5")
    }


def test_an_erased_visitor_is_a_stranger_again(calm: SearchService, log: EventLog) -> None:
    secret = "somebody-to-be-forgotten"
    do(calm, "hide", "sku-0", "sku-1", user_id=secret)
    do(calm, "click", "sku-4", user_id="u2")
    calm.recommend(secret)
    calm.flush()
    assert secret.encode() in _all_bytes(log.folder)
    assert {"sku-0", "sku-1"}.isdisjoint(ids(calm.recommend(secret, limit=24)))
    assert calm.erase(secret) > 0
    assert calm.profile(secret).recent_interactions == ()
    assert log.read_user_events(secret) == []
    assert ids(calm.recently_viewed(secret)) == []
    assert calm.profile("u2").n_interactions == 1
    calm.close()
    assert secret.encode() not in _all_bytes(log.folder)


def _all_bytes(folder: Path) -> bytes:
    return b"".join(each.read_bytes() for each in folder.iterdir() if each.is_file())


def test_a_visitor_is_erased_wherever_their_events_went(shop: ProductIndex, log: EventLog) -> None:
    gone: list[tuple[str, LinkedIds]] = []
    service = SearchService(shop, WHOLE, event_log=log)
    service.on_erase = lambda user_id, traces: gone.append((user_id, traces))
    service.record(Event("click", "sku-0", user_id="u1", session_id="s1"))
    service.record(Event("cart", "sku-1", session_id="s1"))
    service.record(Event("click", "sku-2", session_id="s2"))
    assert service.erase("u1") == 2
    assert gone == [("u1", LinkedIds(session_ids=frozenset({"s1"})))]
    assert [each.product_id for each in everything(log)] == ["sku-2"]
    service.close()


def test_looking_at_a_feed_can_be_kept_out_of_the_log(shop: ProductIndex, log: EventLog) -> None:
    service = SearchService(shop, WHOLE, event_log=log)
    service.recorder.impressions_enabled = False
    service.recommend("u1")
    service.search(Query(text="mug", user_id="u1"))
    service.close()
    assert everything(log) == []


def test_new_products_reach_feeds_on_their_first_day(
    encoder: FakeEncoder, tmp_path: Path, log: EventLog
) -> None:
    with ProductIndex.open(":memory:", encoder) as index:
        index.add(make_products(tmp_path / "photos"))
        service = SearchService(index, with_weights(tmp_path, NO_TRIES), event_log=log)
        do(service, "click", "sku-0", "sku-6")
        new = make_products(tmp_path / "more", 25)[24]
        index.add([new])
        assert "sku-24" in ids(service.recommend("u1", limit=10))
        service.close()


def test_a_boosted_product_comes_forward_and_a_pinned_one_stands_whatever_is_tried(
    shop: ProductIndex, log: EventLog, tmp_path: Path
) -> None:
    greens = Selection(filters=Filters(attributes={"color": "green"}))
    rules = [Rule("spring", Boost(greens, 0.5)), Rule("first", Pin(("sku-4",)))]
    service = SearchService(
        shop,
        with_weights(tmp_path, "[exploration]\nrate = 0.9\n"),
        rules=RuleSet(rules),
        event_log=log,
    )
    for _ in range(20):
        pinned = service.recommend(limit=4).hits[0]
        assert (pinned.product.id, pinned.propensity) == ("sku-4", 1.0)
    service.close()
    calm = SearchService(shop, with_weights(tmp_path, NO_TRIES), rules=RuleSet(rules[:1]))
    page = calm.recommend(limit=6)
    assert {hit.product.attributes["color"] for hit in page.hits} == {"green"}
    assert {hit.rules for hit in page.hits} == {("spring",)}
    calm.close()


def test_what_a_rule_hides_is_not_seen_last_either(shop: ProductIndex, log: EventLog) -> None:
    reds = Selection(filters=Filters(attributes={"color": "red"}))
    service = SearchService(
        shop, WHOLE, rules=RuleSet([Rule("no reds", Hide(reds))]), event_log=log
    )
    do(service, "click", "sku-0", "sku-1")  # a red dress and a blue one
    assert ids(service.recently_viewed("u1")) == ["sku-1"]
    service.close()


def test_a_small_merchants_page_has_what_its_visitors_wanted(
    encoder: FakeEncoder, tmp_path: Path, log: EventLog
) -> None:
    with ProductIndex.open(":memory:", encoder) as index:
        index.add(
            Product(f"p{n}", f"Thing {n}", merchant_id="small" if n >= 620 else "big")
            for n in range(640)
        )
        log.append(Event("purchase", f"p{n % 620}", event_id=f"e{n}") for n in range(1240))
        log.append([Event("purchase", "p633", event_id="small")])
        service = SearchService(index, with_weights(tmp_path, NO_TRIES), event_log=log)
        service.flush()
        page = service.recommend(limit=3, filters=Filters(merchant_id="small"))
        assert ids(page)[0] == "p633"
        service.close()
