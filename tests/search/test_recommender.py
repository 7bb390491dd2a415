"""Recommendations: for anonymous and known visitors, merchants, exploration, rules and pages."""

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
from shopwindow.values.setting_groups import SearchSettings
from tests.conftest import WHOLE, make_products
from tests.eventlog.conftest import everything

NO_EXPLORATION = "[exploration]\nrate = 0.0\n"


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EventLog]:
    with EventLog.open(tmp_path / "events") as event_log:
        yield event_log


def make_settings(tmp_path: Path, text: str) -> SearchSettings:
    path = tmp_path / "weights.toml"
    path.write_text(text, encoding="utf-8")
    return SearchSettings(relative_score_cutoff=0, weights_file=str(path))


@pytest.fixture
def deterministic(shop: ProductIndex, log: EventLog, tmp_path: Path) -> Iterator[SearchService]:
    """A service without exploration, so that orders can be compared."""
    service = SearchService(shop, make_settings(tmp_path, NO_EXPLORATION), event_log=log)
    yield service
    service.close()


def get_ids(response: SearchResponse) -> list[str]:
    return [hit.product.id for hit in response.hits]


def record(service: SearchService, kind: str, *product_ids: str, user_id: str = "u1") -> None:
    for product_id in product_ids:
        service.record(Event(kind, product_id, user_id=user_id))  # type: ignore[arg-type]
    service.flush()


def test_an_anonymous_visitor_gets_all_categories_in_turn(deterministic: SearchService) -> None:
    response = deterministic.recommend(limit=10)
    categories = [hit.product.category[-1] for hit in response.hits]
    assert Counter(categories) == {"Dresses": 5, "Mugs": 5}
    assert len(set(get_ids(response))) == 10
    assert categories[0] != categories[1]


def test_a_shop_without_events_recommends_from_its_catalogue(service: SearchService) -> None:
    response = service.recommend("anybody", limit=24)
    assert len(set(get_ids(response))) == 24
    with pytest.raises(EventLogError, match="logs no events"):
        service.record(Event("click", "sku-0", user_id="u1"))
    assert service.profile("anybody").n_interactions == 0


def test_an_anonymous_visitor_gets_popular_products_first(deterministic: SearchService) -> None:
    for n in range(8):
        record(deterministic, "purchase", "sku-7", user_id=f"other-{n}")
    response = deterministic.recommend(limit=5)
    assert get_ids(response)[0] == "sku-7"
    assert (
        response.hits[0].contributions["popularity"] > response.hits[1].contributions["popularity"]
    )


def test_the_first_click_changes_the_recommendations(deterministic: SearchService) -> None:
    before = deterministic.recommend("u1", limit=6)
    record(deterministic, "click", "sku-0")  # a red dress
    after = deterministic.recommend("u1", limit=6)
    assert get_ids(after) != get_ids(before)
    best = after.hits[0]
    assert best.product.attributes["color"] == "red"
    assert best.contributions["similarity"] > 0
    assert best.contributions["preferences"] > 0
    assert (
        deterministic.recommend("somebody else", limit=6)
        .hits[0]
        .contributions.keys()
        .isdisjoint({"similarity"})
    )


def test_consumed_and_hidden_products_are_left_out(deterministic: SearchService) -> None:
    record(deterministic, "click", "sku-0", "sku-6")
    record(deterministic, "hide", "sku-12")
    assert {"sku-0", "sku-6", "sku-12"}.isdisjoint(get_ids(deterministic.recommend("u1", limit=24)))
    assert "sku-12" in get_ids(deterministic.recommend("u2", limit=24))


def test_contributions_add_up_and_scores_never_rise(shop: ProductIndex, log: EventLog) -> None:
    service = SearchService(shop, WHOLE, event_log=log)  # with exploration
    record(service, "click", "sku-0", "sku-4")
    record(service, "click", "sku-3", user_id="u2")
    for _ in range(20):
        response = service.recommend("u1", limit=15)
        scores = [hit.score for hit in response.hits]
        assert all(higher >= lower - 1e-9 for higher, lower in pairwise(scores))
        for hit in response.hits:
            assert sum(hit.contributions.values()) == pytest.approx(hit.score)
    service.close()


def test_pages_reach_everything_without_repetition(deterministic: SearchService) -> None:
    record(deterministic, "click", "sku-0")
    seen: list[str] = []
    response = deterministic.recommend("u1", limit=5)
    seen += get_ids(response)
    while response.next_cursor:
        response = deterministic.recommend("u1", limit=5, cursor=response.next_cursor)
        seen += get_ids(response)
    assert len(seen) == len(set(seen)) == 23  # all but the one that was clicked
    with pytest.raises(InvalidQueryError, match="cursor"):
        deterministic.recommend(
            "u2", limit=5, cursor=deterministic.recommend("u1", limit=5).next_cursor
        )


def test_pages_go_on_through_all_products_of_the_day(encoder: FakeEncoder, tmp_path: Path) -> None:
    with ProductIndex.open(":memory:", encoder) as index:
        index.add(Product(f"p{n}", f"Thing {n}") for n in range(200))
        service = SearchService(index, make_settings(tmp_path, NO_EXPLORATION))
        seen: list[str] = []
        cursor = ""
        while not seen or cursor:
            response = service.recommend(limit=40, cursor=cursor)
            seen += get_ids(response)
            cursor = response.next_cursor
        assert len(seen) == len(set(seen)) == 200
        service.close()


def test_exploration_has_propensities_and_never_the_first_position(
    shop: ProductIndex, log: EventLog, tmp_path: Path
) -> None:
    service = SearchService(
        shop, make_settings(tmp_path, "[exploration]\nrate = 0.5\n"), event_log=log
    )
    n_explored = 0
    for _ in range(60):
        response = service.recommend(limit=6)
        assert response.hits[0].propensity == 1.0
        for hit in response.hits[1:]:
            is_explored = "exploration" in hit.contributions
            n_explored += is_explored
            assert hit.propensity is not None
            assert (hit.propensity < 0.5) if is_explored else (hit.propensity == 0.5)
    assert 100 < n_explored < 200  # of 300
    service.close()
    impressions = [event for event in everything(log) if event.kind == "impression"]
    assert len(impressions) == 360
    assert all(event.propensity for event in impressions)
    assert {event.ranker for event in impressions} == {"feed"}


def test_a_merchants_page_has_only_its_products(
    deterministic: SearchService, log: EventLog
) -> None:
    record(
        deterministic, "purchase", *(f"sku-{n}" for n in range(1, 24, 2)), user_id="other"
    )  # all of m1
    record(deterministic, "click", "sku-1", "sku-3")
    m0 = Filters(merchant_id="m0")
    responses = [
        deterministic.recommend("u1", limit=24, filters=m0),
        deterministic.recently_viewed("u1", filters=m0),
    ]
    assert [len(response.hits) for response in responses] == [12, 0]
    assert {hit.product.merchant_id for hit in responses[0].hits} == {"m0"}
    deterministic.close()
    assert {event.surface for event in everything(log) if event.kind == "impression"} == {"store"}


def test_recently_viewed_has_the_newest_first_and_nothing_hidden(
    deterministic: SearchService,
) -> None:
    start = datetime(2026, 3, 1, tzinfo=UTC)
    for minute, (kind, product) in enumerate(
        [("click", "sku-1"), ("cart", "sku-2"), ("click", "sku-5"), ("hide", "sku-2")]
    ):
        deterministic.record(
            Event(kind, product, user_id="u1", time=start.replace(minute=minute))  # type: ignore[arg-type]
        )
    deterministic.flush()
    assert get_ids(deterministic.recently_viewed("u1")) == ["sku-5", "sku-1"]
    assert get_ids(deterministic.recently_viewed("u2")) == []


def test_rules_hide_and_pin_in_recommendations(
    shop: ProductIndex, log: EventLog, tmp_path: Path
) -> None:
    reds = Selection(filters=Filters(attributes={"color": "red"}))
    rules = [Rule("no reds", Hide(reds)), Rule("first", Pin(("sku-4",)))]
    service = SearchService(
        shop, make_settings(tmp_path, NO_EXPLORATION), rules=RuleSet(rules), event_log=log
    )
    response = service.recommend(limit=10)
    assert "red" not in {hit.product.attributes["color"] for hit in response.hits}
    assert get_ids(response)[0] == "sku-4"
    assert response.hits[0].rules == ("first",)
    service.close()


def test_exploration_never_shows_products_out_of_stock(
    shop: ProductIndex, log: EventLog, tmp_path: Path
) -> None:
    service = SearchService(
        shop, make_settings(tmp_path, "[exploration]\nrate = 0.9\n"), event_log=log
    )
    for _ in range(30):
        explored = [
            hit for hit in service.recommend(limit=8).hits if "exploration" in hit.contributions
        ]
        assert all(hit.product.in_stock for hit in explored)
    service.close()


def test_the_merchant_penalty_diversifies_merchants(encoder: FakeEncoder, tmp_path: Path) -> None:
    similar_products = [
        Product(
            f"p{n}", "Red mug", category=("Home", "Mugs"), merchant_id="big" if n < 9 else "small"
        )
        for n in range(10)
    ]
    with ProductIndex.open(":memory:", encoder) as index:
        index.add(similar_products)
        diverse = SearchService(
            index,
            make_settings(
                tmp_path, f"{NO_EXPLORATION}[recommendations]\nseller_diversity_penalty = 0.3\n"
            ),
        )
        assert "small" in {hit.product.merchant_id for hit in diverse.recommend(limit=2).hits}
        diverse_search = SearchService(
            index,
            make_settings(tmp_path, f"{NO_EXPLORATION}[query]\nseller_diversity_penalty = 0.9\n"),
        )
        response = diverse_search.search(Query(text="red mug", limit=2, collapse=False))
        assert {hit.product.merchant_id for hit in response.hits} == {"big", "small"}
        for service in (diverse, diverse_search):
            service.close()


def test_personal_contributions_stay_within_their_bound(
    shop: ProductIndex, log: EventLog, tmp_path: Path
) -> None:
    service = SearchService(shop, make_settings(tmp_path, NO_EXPLORATION), event_log=log)

    def search_as(user_id: str) -> SearchResponse:
        return service.search(Query(text="dress", limit=24, user_id=user_id))

    record(service, "purchase", "sku-2", "sku-8", "sku-14")  # green dresses
    record(service, "hide", "sku-0", "sku-6")  # red ones
    score_without_profile = {hit.product.id: hit.score for hit in search_as("nobody").hits}
    response = search_as("u1")
    personal = {hit.product.id: hit.contributions.get("personal", 0.0) for hit in response.hits}
    assert max(personal.values()) > 0.01
    assert min(personal.values()) < 0
    assert all(abs(contribution) <= 0.05 for contribution in personal.values())
    ranked_ids = get_ids(response)
    for first in ranked_ids:
        for second in ranked_ids:
            if score_without_profile[first] - score_without_profile[second] > 0.1:
                assert ranked_ids.index(first) < ranked_ids.index(second)
    service.close()


def test_similar_products_are_personalized(deterministic: SearchService) -> None:
    record(deterministic, "purchase", "sku-2", "sku-8")
    assert any(
        "personal" in hit.contributions
        for hit in deterministic.similar("sku-14", user_id="u1").hits
    )
    assert not any("personal" in hit.contributions for hit in deterministic.similar("sku-14").hits)


def test_a_profile_view_has_what_was_learned(deterministic: SearchService) -> None:
    record(deterministic, "click", "sku-0", "sku-6")
    record(deterministic, "like", "sku-4")
    record(deterministic, "hide", "sku-5")
    view = deterministic.profile("u1")
    assert view.n_interactions == 4
    assert sum(interest.weight for interest in view.interests) == pytest.approx(1)
    interest_ids = {product.id for interest in view.interests for product in interest.products}
    assert interest_ids == {"sku-0", "sku-6", "sku-4"}
    assert [product.id for interest in view.dislikes for product in interest.products] == ["sku-5"]
    assert set(view.preferences) >= {"category", "brand", "color"}
    assert (
        view.preferred_prices["AED"].low
        < view.preferred_prices["AED"].typical
        < view.preferred_prices["AED"].high
    )
    assert {
        (interaction.kind, interaction.product.id) for interaction in view.recent_interactions
    } >= {("hide", "sku-5")}


def test_an_erased_visitor_is_unknown(deterministic: SearchService, log: EventLog) -> None:
    user_id = "somebody-to-be-forgotten"
    record(deterministic, "hide", "sku-0", "sku-1", user_id=user_id)
    record(deterministic, "click", "sku-4", user_id="u2")
    deterministic.recommend(user_id)
    deterministic.flush()
    assert user_id.encode() in _all_bytes(log.folder)
    assert {"sku-0", "sku-1"}.isdisjoint(get_ids(deterministic.recommend(user_id, limit=24)))
    assert deterministic.erase(user_id) > 0
    assert deterministic.profile(user_id).recent_interactions == ()
    assert log.read_user_events(user_id) == []
    assert get_ids(deterministic.recently_viewed(user_id)) == []
    assert deterministic.profile("u2").n_interactions == 1
    deterministic.close()
    assert user_id.encode() not in _all_bytes(log.folder)


def _all_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())


def test_a_visitor_is_erased_wherever_their_events_went(shop: ProductIndex, log: EventLog) -> None:
    erased: list[tuple[str, LinkedIds]] = []
    service = SearchService(shop, WHOLE, event_log=log)
    service.on_erase = lambda user_id, traces: erased.append((user_id, traces))
    service.record(Event("click", "sku-0", user_id="u1", session_id="s1"))
    service.record(Event("cart", "sku-1", session_id="s1"))
    service.record(Event("click", "sku-2", session_id="s2"))
    assert service.erase("u1") == 2
    assert erased == [("u1", LinkedIds(session_ids=frozenset({"s1"})))]
    assert [event.product_id for event in everything(log)] == ["sku-2"]
    service.close()


def test_impressions_can_be_kept_out_of_the_log(shop: ProductIndex, log: EventLog) -> None:
    service = SearchService(shop, WHOLE, event_log=log)
    service.recorder.impressions_enabled = False
    service.recommend("u1")
    service.search(Query(text="mug", user_id="u1"))
    service.close()
    assert everything(log) == []


def test_new_products_are_recommended_at_once(
    encoder: FakeEncoder, tmp_path: Path, log: EventLog
) -> None:
    with ProductIndex.open(":memory:", encoder) as index:
        index.add(make_products(tmp_path / "photos"))
        service = SearchService(index, make_settings(tmp_path, NO_EXPLORATION), event_log=log)
        record(service, "click", "sku-0", "sku-6")
        new_product = make_products(tmp_path / "more", 25)[24]
        index.add([new_product])
        assert "sku-24" in get_ids(service.recommend("u1", limit=10))
        service.close()


def test_boosted_products_come_first_and_pinned_ones_are_never_explored(
    shop: ProductIndex, log: EventLog, tmp_path: Path
) -> None:
    greens = Selection(filters=Filters(attributes={"color": "green"}))
    rules = [Rule("spring", Boost(greens, 0.5)), Rule("first", Pin(("sku-4",)))]
    service = SearchService(
        shop,
        make_settings(tmp_path, "[exploration]\nrate = 0.9\n"),
        rules=RuleSet(rules),
        event_log=log,
    )
    for _ in range(20):
        pinned = service.recommend(limit=4).hits[0]
        assert (pinned.product.id, pinned.propensity) == ("sku-4", 1.0)
    service.close()
    calm = SearchService(shop, make_settings(tmp_path, NO_EXPLORATION), rules=RuleSet(rules[:1]))
    response = calm.recommend(limit=6)
    assert {hit.product.attributes["color"] for hit in response.hits} == {"green"}
    assert {hit.rules for hit in response.hits} == {("spring",)}
    calm.close()


def test_products_hidden_by_a_rule_are_not_recently_viewed(
    shop: ProductIndex, log: EventLog
) -> None:
    reds = Selection(filters=Filters(attributes={"color": "red"}))
    service = SearchService(
        shop, WHOLE, rules=RuleSet([Rule("no reds", Hide(reds))]), event_log=log
    )
    record(service, "click", "sku-0", "sku-1")  # a red dress and a blue one
    assert get_ids(service.recently_viewed("u1")) == ["sku-1"]
    service.close()


def test_a_small_merchants_page_has_its_popular_products(
    encoder: FakeEncoder, tmp_path: Path, log: EventLog
) -> None:
    with ProductIndex.open(":memory:", encoder) as index:
        index.add(
            Product(f"p{n}", f"Thing {n}", merchant_id="small" if n >= 620 else "big")
            for n in range(640)
        )
        log.append(Event("purchase", f"p{n % 620}", event_id=f"e{n}") for n in range(1240))
        log.append([Event("purchase", "p633", event_id="small")])
        service = SearchService(index, make_settings(tmp_path, NO_EXPLORATION), event_log=log)
        service.flush()
        response = service.recommend(limit=3, filters=Filters(merchant_id="small"))
        assert get_ids(response)[0] == "p633"
        service.close()
