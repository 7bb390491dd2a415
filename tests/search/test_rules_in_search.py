"""Merchandising rules in search: what they move, and what the response says of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from embed import FakeEncoder
from index import ProductIndex
from search import SearchService
from search.query.query_interpreter import QueryInterpreter
from search.rules import (
    PINNED,
    RULES,
    Boost,
    Bury,
    Hide,
    Pin,
    Redirect,
    Rule,
    RuleScope,
    RuleSet,
    Selection,
    Synonyms,
)
from shopwindow.values import Filters, Product, Query
from tests.conftest import WHOLE
from tests.search.paging import collect_ids, get_all_ids, get_ids, iterate_pages

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
BLUE = Selection(filters=Filters(attributes={"color": "blue"}))


@pytest.fixture
def service(encoder: FakeEncoder) -> SearchService:
    """Twelve abayas and mugs in two colours, of two merchants; p9 and p11 are of one group."""
    index = ProductIndex.open(":memory:", encoder)
    index.add(
        Product(
            f"p{n}",
            f"{('red', 'blue')[n % 2]} {('abaya', 'mug')[n // 6]} {n}",
            price=10.0 * n,
            category=("Shop", ("Abayas", "Mugs")[n // 6]),
            attributes={"color": ("red", "blue")[n % 2]},
            merchant_id=f"m{n % 3}",
            group_id="g" if n in {9, 11} else "",
        )
        for n in range(12)
    )
    return SearchService(index, WHOLE)


def set_rules(service: SearchService, *rules: Rule) -> SearchService:
    service.rules = RuleSet(rules)
    return service


ABAYA = RuleScope(query=("abaya", "عباية"))
QUERY = Query("abaya", limit=5)


@pytest.mark.parametrize("text", ["abaya", "Abayas", "red abaya", "العبايات", "abya"])
def test_a_pin_applies_to_the_text_in_both_languages(service: SearchService, text: str) -> None:
    set_rules(service, Rule("pins", Pin(("p8", "p1")), ABAYA))
    page = service.search(Query(text, limit=5))
    assert get_ids(page)[:2] == ["p8", "p1"]
    first = page.hits[0]
    assert (first.rules, page.rules) == (("pins",), ("pins",))
    assert first.retrieval_rank > 1
    assert PINNED in first.contributions
    assert sum(first.contributions.values()) == first.score
    scores = [hit.score for hit in page.hits]
    assert scores == sorted(scores, reverse=True)
    assert service.search(Query("mug")).rules == ()


def test_a_rule_for_every_search_does_not_suppress_those_for_corrected_text(
    service: SearchService,
) -> None:
    always = Rule("no blue", Hide(BLUE))
    set_rules(service, always, Rule("pins", Pin(("p8",)), ABAYA))
    page = service.search(Query("abya", limit=3))
    assert page.interpretations[0].value == "abaya"
    assert (get_ids(page)[0], set(page.rules)) == ("p8", {"pins", "no blue"})


@pytest.mark.parametrize("text", ["", "abaya"])
@pytest.mark.parametrize("limit", [1, 2, 3, 5, 50])
def test_pins_come_on_the_first_page_and_never_again(
    service: SearchService, text: str, limit: int
) -> None:
    set_rules(service, Rule("pins", Pin(("p8", "p1", "nowhere", "p4"))))
    query = Query(text, limit=limit)
    responses = list(iterate_pages(service, query))
    assert all(len(page.hits) <= limit for page in responses)
    assert get_ids(responses[0])[:3] == ["p8", "p1", "p4"][:limit]
    shown = [product_id for page in responses for product_id in get_ids(page)]
    assert len(shown) == len(set(shown)) == (12 if not text else 11)
    if limit > 2:
        assert shown == get_all_ids(service, query)


def test_a_pin_at_a_later_position(service: SearchService) -> None:
    set_rules(service, Rule("third", Pin(("p8",), position=3)))
    for text in ("", "abaya"):
        assert get_ids(service.search(Query(text, limit=5)))[2] == "p8"


@pytest.mark.parametrize("text", ["", "abaya"])
def test_hidden_products_are_on_no_page(service: SearchService, text: str) -> None:
    plain = get_all_ids(service, Query(text, collapse=False))
    set_rules(service, Rule("hide", Hide(Selection(("p3", "p7")))))
    query = Query(text, limit=3, collapse=False)
    assert collect_ids(service, query) == [
        product_id for product_id in plain if product_id not in {"p3", "p7"}
    ]
    priced = replace(query, sort="price_asc")
    assert collect_ids(service, priced) == [f"p{n}" for n in range(12) if n not in {3, 7}]


def test_pages_that_rules_hide_entirely_are_skipped(service: SearchService) -> None:
    all_ids = get_all_ids(service, Query())
    set_rules(service, Rule("hide", Hide(Selection(tuple(all_ids[:7])))))
    query = Query(filters=Filters(price_max=500), limit=3)
    page = service.search(query)
    assert (get_ids(page), page.relaxed) == (all_ids[7:10], ())
    assert collect_ids(service, query) == all_ids[7:]


def test_a_variant_replaces_a_hidden_product(service: SearchService) -> None:
    best = next(
        product_id
        for product_id in get_all_ids(service, Query("blue mug"))
        if product_id in {"p9", "p11"}
    )
    other = {"p9": "p11", "p11": "p9"}[best]
    set_rules(service, Rule("hide", Hide(Selection((best,)))))
    hits = {hit.product.id: hit for hit in service.search(Query("blue mug")).hits}
    assert best not in hits
    assert hits[other].n_variants == 1


def test_a_pinned_variant_represents_its_group(service: SearchService) -> None:
    best = next(
        product_id
        for product_id in get_all_ids(service, Query("blue mug"))
        if product_id in {"p9", "p11"}
    )
    other = {"p9": "p11", "p11": "p9"}[best]
    set_rules(service, Rule("pin", Pin((other,))))
    hits = service.search(Query("blue mug")).hits
    assert (hits[0].product.id, hits[0].n_variants) == (other, 2)
    assert hits[0].contributions["lexical"] > 0
    assert best not in [hit.product.id for hit in hits]
    both = set_rules(service, Rule("both", Pin((other, best)))).search(Query("blue mug")).hits
    assert [hit.product.id for hit in both][:2] == [other, best]


def test_boosts_and_buries_are_score_contributions(service: SearchService) -> None:
    plain = {hit.product.id: hit for hit in service.search(replace(QUERY, limit=50)).hits}
    set_rules(
        service, Rule("up", Boost(BLUE, 0.4), ABAYA), Rule("down", Bury(Selection(("p0",))), ABAYA)
    )
    hits = service.search(replace(QUERY, limit=50)).hits
    assert hits[-1].product.id == "p0"
    assert hits[-1].rules == ("down",)
    assert hits[-1].retrieval_rank == plain["p0"].retrieval_rank
    for hit in hits[:-1]:
        is_blue = hit.product.attributes["color"] == "blue"
        assert (hit.contributions.get(RULES), hit.rules) == (
            (0.4, ("up",)) if is_blue else (None, ())
        )
    assert hits[0].product.attributes["color"] == "blue"


def test_sorting_by_price_ignores_pins_and_boosts(service: SearchService) -> None:
    plain = get_all_ids(service, Query("abaya", sort="price_desc"))
    browsed = get_all_ids(service, Query(sort="price_desc"))
    pins = Rule("pins", Pin(("p1",)))
    set_rules(service, pins, Rule("up", Boost(BLUE)))
    assert get_all_ids(service, Query("abaya", sort="price_desc")) == plain
    assert get_all_ids(service, Query(sort="price_desc")) == browsed
    page = service.search(Query("abaya", sort="price_desc"))
    assert {hit.rules for hit in page.hits} == {()}


def test_pins_of_a_category_apply_when_browsing_it(service: SearchService) -> None:
    set_rules(service, Rule("mugs", Pin(("p10", "p2")), RuleScope(category="Mugs")))
    page = service.search(Query(filters=Filters(category="Shop > Mugs")))
    assert get_ids(page)[0] == "p10"  # p2 is no mug
    assert page.hits[0].rules == ("mugs",)
    assert sorted(get_ids(page)) == sorted(f"p{n}" for n in range(6, 12))
    assert service.search(Query(filters=Filters(category="Abayas"))).rules == ()


@pytest.mark.parametrize("text", ["", "abaya"])
def test_a_merchants_rules_affect_only_its_own_products(service: SearchService, text: str) -> None:
    scope = RuleScope(merchant="m1")
    set_rules(service, Rule("ours", Pin(("p2", "p4")), scope), Rule("not", Hide(BLUE), scope))
    shown = get_all_ids(service, Query(text, collapse=False))
    assert shown[0] == "p4"  # p2 is of m2: not pinned, and not lost
    blue_of_m1 = {"p1", "p7"}
    assert set(shown) == {f"p{n}" for n in range(12)} - blue_of_m1
    scoped = service.search(Query(text, filters=Filters(merchant_id="m0"), limit=50))
    assert scoped.rules == ()


@pytest.mark.parametrize("text", ["عباية", "ABAYAS", ""])
def test_a_redirect_comes_with_the_results(service: SearchService, text: str) -> None:
    scope = ABAYA if text else RuleScope()
    set_rules(service, Rule("eid", Redirect("/eid"), scope))
    page = service.search(Query(text))
    assert page.redirect == "/eid"
    assert page.hits
    assert service.search(Query("mug")).redirect == ("" if text else "/eid")


def test_synonyms_of_a_rule_expand_the_query(service: SearchService) -> None:
    plain = service.search(Query("jalabiya", limit=1)).hits
    assert all("lexical" not in hit.contributions for hit in plain)
    set_rules(service, Rule("same", Synonyms((("jalabiya", "جلابية", "abaya"),))))
    for text in ("jalabiya", "جلابية"):
        first = service.search(Query(text, limit=1)).hits[0]
        assert first.contributions["lexical"] > 0
        assert first.product.category[-1] == "Abayas"


def test_rules_are_active_in_their_time_window(
    encoder: FakeEncoder, service: SearchService
) -> None:
    now = [NOON]
    scope = RuleScope(start=NOON + timedelta(hours=1), until=NOON + timedelta(hours=2))
    ruleset = RuleSet([Rule("hour", Pin(("p8",)), scope)])
    service._searcher.interpreter = QueryInterpreter(
        service.index, (), ruleset, clock=lambda: now[0]
    )
    is_active = []
    for minutes in (0, 59, 60, 119, 120):
        now[0] = NOON + timedelta(minutes=minutes)
        is_active.append(service.search(Query("abaya", limit=1)).rules == ("hour",))
    assert is_active == [False, False, True, True, False]


def test_new_rules_apply_from_the_next_query_on(service: SearchService) -> None:
    assert get_ids(service.search(QUERY))[0] != "p8"
    service.rules = RuleSet([Rule("pin", Pin(("p8",)))])
    assert get_ids(service.search(QUERY))[0] == "p8"
    service.rules = RuleSet.empty()
    assert get_ids(service.search(QUERY))[0] != "p8"


def test_rules_do_not_apply_to_similar_products(service: SearchService) -> None:
    plain = service.similar("p0").hits
    set_rules(service, Rule("hide", Hide(BLUE)), Rule("pin", Pin(("p8",))))
    page = service.similar("p0")
    assert (page.hits, page.rules) == (plain, ())


@pytest.mark.parametrize("text", ["", "abaya"])
def test_a_negative_example_is_not_pinned(service: SearchService, text: str) -> None:
    set_rules(service, Rule("pin", Pin(("p8", "p1"))))
    page = service.search(Query(text, negative_examples=("p8",), limit=50))
    assert get_ids(page)[0] == "p1"
    assert "p8" not in get_ids(page)
