"""What the tab of a visitor shows, in both languages, and the file of their data."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from embed import PhotoReader
from index import ProductIndex
from search import SearchService
from shopwindow.eventlog import import_events
from shopwindow.ranking import BasketStatistics, ComplementFeatures, score_complements
from shopwindow.serving.web.actions import PageController
from shopwindow.serving.web.card_context import CardContext
from shopwindow.serving.web.cards import render_gallery
from shopwindow.serving.web.data_export import (
    build_export_route,
    build_file_name,
    iter_export_lines,
)
from shopwindow.serving.web.flash_messages import describe_effect
from shopwindow.serving.web.profile_panel import render_profile_panel
from shopwindow.serving.web.rendering import PageRenderer
from shopwindow.serving.web.results import render_results
from shopwindow.serving.web.translations import MESSAGE_KEYS, Language
from shopwindow.serving.web.view_model import View
from shopwindow.serving.web.visitor_bar import render_visitor_bar
from shopwindow.serving.web.visitor_state import InteractionEffect, InterestChange, VisitorState
from shopwindow.values import Event, EventKind, Hit, Product
from shopwindow.values.profile_view import Interest, PreferredPriceRange, UserProfileView
from tests.conftest import WHOLE
from tests.serving.web.visitors import USER, did, for_you, opened_log

NOW = datetime(2026, 11, 22, tzinfo=UTC)
EVIL = '"><script>alert(1)</script>'
DRESS = Product("d", "Red dress", image="d.png")
MUG = Product("m", "Blue mug", image="m.png")
LAYLA = UserProfileView(
    USER,
    7,
    (Interest(0.72, (DRESS,), NOW), Interest(0.28, (MUG, DRESS), NOW)),
    (Interest(1.0, (Product("f", "Football"),), NOW),),
    {"brand": {"noor": 0.4, "tarqa": -0.2, "tiny": 0.001}, "merchant": {"m1": 0.3}},
    {"AED": PreferredPriceRange(59.4, 80.2, 120.0)},
)
HIT = Hit(DRESS, 1.0, {"similarity": 0.8, "slate_diversity": -0.1})


def view_of(visit: VisitorState, language: str = "en") -> View:
    return View(visitor=visit, hits=(HIT,), language="ar" if language == "ar" else "en")


CHOSEN = VisitorState("foryou", USER, True, (USER, "omar"), LAYLA, (Hit(DRESS, 0.0, {}),))


def test_what_is_known_is_shown_as_photos_shares_and_words() -> None:
    html = render_profile_panel(CHOSEN, "en")
    assert html.count("<img") == 3
    for told in (
        'aria-label="Interest: Red dress, 72 percent"',
        'aria-label="Turned down: Football, 100 percent"',
        "28%",
        "noor: +40 of 100",
        "tarqa: -20 of 100",
        ">Shop</span>",
        "AED 80, mostly AED 59 to AED 120",
        "things they did: 7",
    ):
        assert told in html, told
    assert "tiny" not in html
    assert "Nothing yet" in render_profile_panel(
        VisitorState("foryou", "new", True, profile=UserProfileView("new")), "en"
    )
    assert render_profile_panel(VisitorState(), "en") == ""


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ("For layla", "Chosen for you", "Seen last", "Interests", "like what you like")),
        ("ar", ("لأجل layla", "اخترنا لك", "شوهد مؤخرًا", "الاهتمامات", "يشبه ما يعجبك")),
    ],
)
def test_the_tab_is_told_in_both_languages(language: str, told: tuple[str, ...]) -> None:
    html = render_results(view_of(CHOSEN, language), 24)
    assert f'dir="{"rtl" if language == "ar" else "ltr"}"' in html
    for each in told:
        assert each in html
    latin = re.sub(r"<[^>]*>|Red dress|Blue mug|Football|layla|noor|tarqa|m1", "", html)
    assert not (language == "ar" and re.search(r"[A-Za-z]{3}", latin)), latin


def test_the_bar_switches_tabs_and_visitors() -> None:
    html = render_visitor_bar(view_of(CHOSEN))
    assert 'data-value="foryou" data-key="tab foryou" aria-pressed="true"' in html
    assert 'data-value="search" data-key="tab search" aria-pressed="false"' in html
    assert '<option value="layla" selected>layla</option>' in html
    assert html.count("<option") == 3
    assert 'aria-label="Id of a new visitor, then Enter"' in html
    new = VisitorState("search", "new", True, ("omar",))
    assert '<option value="new" selected>' in render_visitor_bar(view_of(new))
    assert "<select" not in render_visitor_bar(View())
    sample = render_visitor_bar(view_of(VisitorState("foryou", "", True, ("sample-omar",))))
    assert '<option value="sample-omar">omar (sample)</option>' in sample
    assert "their clicks are samples" in render_results(
        view_of(VisitorState("foryou", "sample-omar", True)), 9
    )


def test_ids_and_texts_are_escaped_everywhere() -> None:
    product = Product(EVIL, EVIL, brand=EVIL, image="x.png")
    person = UserProfileView(
        EVIL,
        1,
        (Interest(1.0, (product,), NOW),),
        (Interest(1.0, (product,), NOW),),
        {EVIL: {EVIL: 1.0}},
        {EVIL: PreferredPriceRange(1, 2, 3)},
    )
    shift = InteractionEffect("like", 1, 1, 0, InterestChange(product, 0.5, 0.1))
    hit = Hit(product, 1.0, {EVIL: 1.0, "exploration": 0.1}, propensity=0.1)
    for asks in (False, True):
        visit = VisitorState("foryou", EVIL, True, (EVIL,), person, (hit,), shift, asks)
        view = View(visitor=visit, hits=(hit,))
        html = render_visitor_bar(view) + render_results(view, 24)
        assert "<script" not in html
        assert "&lt;script&gt;" in html
    assert "visitor-data?id=%22%3E%3Cscript" in render_profile_panel(
        VisitorState("foryou", EVIL, True, (), person), "en"
    )


def test_events_off_is_told_with_the_way_to_turn_them_on(service: SearchService) -> None:
    renderer = PageRenderer(PageController(service), PhotoReader(), ())
    parts = renderer.render_action("tab", {"value": "foryou"}, View())
    assert "SHOPWINDOW_EVENTS__ENABLED=true" in parts[-1]
    assert 'data-act="do"' not in parts[-1]
    assert "<select" not in parts[4]
    assert parts[-1].count('class="sw-card') == 24


def test_cards_have_deeds_only_where_they_are_recorded() -> None:
    html = render_gallery((HIT,), CardContext("en", surface="feed", can_interact=True))
    assert re.findall(r'data-name="(\w+)"', html) == ["like", "cart", "purchase", "hide"]
    assert 'aria-label="Buy: Red dress"' in html
    assert 'data-act="do"' not in render_gallery((HIT,), CardContext("en", surface="feed"))


def test_a_try_is_told_with_its_chance() -> None:
    parts = {"similarity": 0.2, "exploration": 0.3, "price": 0.1}
    html = render_gallery(
        (Hit(DRESS, 0.6, parts, propensity=0.0512),), CardContext("en", surface="feed")
    )
    assert "tried: little is known of it" in html
    assert "Its chance to be tried at this place was 5.1%" in html
    assert "a price you usually pay" in html
    usual = render_gallery(
        (Hit(DRESS, 0.2, {"similarity": 0.2}, propensity=0.9),), CardContext("en")
    )
    assert "tried" not in usual


def test_each_part_of_what_goes_with_a_product_has_a_name_and_a_bar_of_its_length() -> None:
    dress = ComplementFeatures("a", "dresses", "clothes", department="fashion")
    found = score_complements(
        dress, np.zeros(2, np.float32), [], np.zeros((0, 2), np.float32), BasketStatistics()
    )
    languages: tuple[Language, ...] = ("en", "ar")
    for part in found.contributions:
        assert {f"feed_{part}", part} & set(MESSAGE_KEYS), part
        for language in languages:
            look = CardContext(language, surface="complements")
            assert f">{part}<" not in render_gallery((Hit(DRESS, 0.5, {part: 0.5}),), look)
    parts = {"title_similarity": 0.4, "department": 0.1, "popularity": 0.01}
    look = CardContext("en", surface="complements")
    html = render_gallery((Hit(DRESS, 0.51, parts),), look)
    assert re.findall(r"width:(\d+)%", html) == ["100", "25", "2"]
    assert "of another department" in render_gallery(
        (Hit(DRESS, -0.1, {"department": -0.1}),), look
    )


def test_what_counts_against_a_product_is_named_so() -> None:
    parts = {"similarity": 0.5, "price": -0.1, "preferences": -0.2}
    html = render_gallery((Hit(DRESS, 0.2, parts),), CardContext("en", surface="feed"))
    assert "a price you seldom pay" in html
    assert "brands, kinds you seldom like" in html
    assert "like what you like" in html
    ranked = CardContext("en", has_query=True)
    moved = Hit(DRESS, 0.4, {"lexical": 0.5, "personal": -0.1}, retrieval_rank=3)
    assert "less to your taste" in render_gallery((moved,), ranked)
    assert "Was at place 3 by likeness alone" in render_gallery((moved,), ranked)


@pytest.mark.parametrize(
    ("effect", "told"),
    [
        (
            InteractionEffect("click", 20, 12, 3, InterestChange(DRESS, 0.45, 0.2)),
            "After this click: 12 of 20 products are new here; "
            "the interest “Red dress” weighs 45%, before 20%.",
        ),
        (
            InteractionEffect("cart", 20, 0, 3),
            "After it went into the cart: 3 of 20 products stand elsewhere.",
        ),
        (
            InteractionEffect("like", interest_change=InterestChange(DRESS, 1.0, 0.998)),
            "After this like: the interest “Red dress” still weighs 100%.",
        ),
        (InteractionEffect("like", 20), "After this like: every product stands where it stood."),
        (InteractionEffect("click"), "After this click: nothing changed here."),
        (
            InteractionEffect("hide", 20, 1, 3, InterestChange(MUG, 1.0, None, is_dislike=True)),
            "After it was hidden: 1 of 20 products are new here; "
            "“Blue mug” is turned down from now on, with 100% of all that is.",
        ),
    ],
)
def test_what_changed_is_one_line(effect: InteractionEffect, told: str) -> None:
    assert describe_effect(effect, "en") == told
    assert not re.search(
        r"[a-z]{3}", describe_effect(effect, "ar").replace("Red dress", "").replace("Blue mug", "")
    )


def test_the_file_of_a_visitor_has_all_their_events(shop: ProductIndex, tmp_path: Path) -> None:
    with opened_log(tmp_path) as log:
        service = SearchService(shop, WHOLE, event_log=log)
        actions = PageController(service)
        did(actions, "purchase", 1, did(actions, "like", 0, for_you(actions, "ليلى <1>")))
        did(actions, "like", 0, for_you(actions, "omar"))
        with TestClient(Starlette(routes=[build_export_route(service)])) as client:
            answer = client.get("/visitor-data", params={"id": "ليلى <1>"})
            assert client.get("/visitor-data").status_code == 404
        events = service.history("ليلى <1>")
        service.close()
    assert 'attachment; filename="shopwindow-1-' in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store"
    profile, *rows = [json.loads(line) for line in answer.text.splitlines()]
    assert profile["profile"]["user_id"] == "ليلى <1>"
    assert profile["profile"]["interests"][0]["products"][0]["title"]
    assert [each["kind"] for each in profile["profile"]["recent_interactions"]] == [
        "purchase",
        "like",
    ]
    assert [each["event_id"] for each in rows] == [each.event_id for each in events]
    assert {each["user_id"] for each in rows} == {"ليلى <1>"}
    (tmp_path / "theirs.jsonl").write_text(answer.text, encoding="utf-8")
    with opened_log(tmp_path / "other") as other:
        report = import_events(other, tmp_path / "theirs.jsonl")
        assert (report.written, report.n_rejected) == (len(events), 1)  # the profile is no event
        assert other.read_user_events("ليلى <1>") == events


def test_the_profile_in_the_file_has_the_last_fifty_deeds_and_the_events_have_all(
    shop: ProductIndex, tmp_path: Path
) -> None:
    kinds: tuple[EventKind, ...] = ("click", "like", "cart")
    with opened_log(tmp_path) as log:
        service = SearchService(shop, WHOLE, event_log=log)
        for n in range(72):
            time = NOW + timedelta(seconds=n)
            service.record(Event(kinds[n // 24], f"sku-{n % 24}", user_id=USER, time=time))
        service.flush()
        profile, *events = map(
            json.loads, iter_export_lines(service.profile(USER), service.history(USER))
        )
        service.close()
    assert len(events) == 72
    deeds = [
        (each["kind"], each["product_id"]) for each in profile["profile"]["recent_interactions"]
    ]
    assert deeds == [(each["kind"], each["product_id"]) for each in reversed(events[22:])]


def test_the_file_cannot_be_had_without_a_log(service: SearchService) -> None:
    with TestClient(Starlette(routes=[build_export_route(service)])) as client:
        answer = client.get("/visitor-data", params={"id": USER})
    assert answer.status_code == 503
    assert "profile" not in answer.text


@pytest.mark.parametrize(
    ("user_id", "name"),
    [
        ("layla", "shopwindow-layla-2026-11-22.jsonl"),
        ('a"\r\nSet-Cookie: b', "shopwindow-a_Set-Cookie_b-2026-11-22.jsonl"),
        ("../../etc", "shopwindow-etc-2026-11-22.jsonl"),
        ("ليلى", "shopwindow-visitor-2026-11-22.jsonl"),
    ],
)
def test_the_name_of_the_file_is_safe(user_id: str, name: str) -> None:
    assert build_file_name(user_id, NOW) == name
