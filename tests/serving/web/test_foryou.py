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
from shopwindow.ranking import Evidence, Traits, complements
from shopwindow.serving.web.actions import Actions
from shopwindow.serving.web.card_context import CardLook
from shopwindow.serving.web.cards import gallery
from shopwindow.serving.web.data_export import export_route, file_name, lines_of
from shopwindow.serving.web.flash_messages import effect_line
from shopwindow.serving.web.profile_panel import person_panel
from shopwindow.serving.web.rendering import Renderer
from shopwindow.serving.web.results import results
from shopwindow.serving.web.translations import NAMES, Language
from shopwindow.serving.web.view_model import View
from shopwindow.serving.web.visitor_bar import visit_bar
from shopwindow.serving.web.visitor_state import Effect, Shift, Visit
from shopwindow.values import Event, EventKind, Hit, Product
from shopwindow.values.profile_view import Interest, Person, PriceTaste
from tests.conftest import WHOLE
from tests.serving.web.visitors import USER, did, for_you, opened_log

NOW = datetime(2026, 11, 22, tzinfo=UTC)
EVIL = '"><script>alert(1)</script>'
DRESS = Product("d", "Red dress", image="d.png")
MUG = Product("m", "Blue mug", image="m.png")
LAYLA = Person(
    USER,
    7,
    (Interest(0.72, (DRESS,), NOW), Interest(0.28, (MUG, DRESS), NOW)),
    (Interest(1.0, (Product("f", "Football"),), NOW),),
    {"brand": {"noor": 0.4, "tarqa": -0.2, "tiny": 0.001}, "merchant": {"m1": 0.3}},
    {"AED": PriceTaste(59.4, 80.2, 120.0)},
)
HIT = Hit(DRESS, 1.0, {"likeness": 0.8, "turns": -0.1})


def view_of(visit: Visit, language: str = "en") -> View:
    return View(visit=visit, hits=(HIT,), language="ar" if language == "ar" else "en")


CHOSEN = Visit("foryou", USER, True, (USER, "omar"), LAYLA, (Hit(DRESS, 0.0, {}),))


def test_what_is_known_is_shown_as_photos_shares_and_words() -> None:
    html = person_panel(CHOSEN, "en")
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
    assert "Nothing yet" in person_panel(Visit("foryou", "new", True, person=Person("new")), "en")
    assert person_panel(Visit(), "en") == ""


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ("For layla", "Chosen for you", "Seen last", "Interests", "like what you like")),
        ("ar", ("لأجل layla", "اخترنا لك", "شوهد مؤخرًا", "الاهتمامات", "يشبه ما يعجبك")),
    ],
)
def test_the_tab_is_told_in_both_languages(language: str, told: tuple[str, ...]) -> None:
    html = results(view_of(CHOSEN, language), 24)
    assert f'dir="{"rtl" if language == "ar" else "ltr"}"' in html
    for each in told:
        assert each in html
    latin = re.sub(r"<[^>]*>|Red dress|Blue mug|Football|layla|noor|tarqa|m1", "", html)
    assert not (language == "ar" and re.search(r"[A-Za-z]{3}", latin)), latin


def test_the_bar_switches_tabs_and_visitors() -> None:
    html = visit_bar(view_of(CHOSEN))
    assert 'data-value="foryou" data-key="tab foryou" aria-pressed="true"' in html
    assert 'data-value="search" data-key="tab search" aria-pressed="false"' in html
    assert '<option value="layla" selected>layla</option>' in html
    assert html.count("<option") == 3
    assert 'aria-label="Id of a new visitor, then Enter"' in html
    new = Visit("search", "new", True, ("omar",))
    assert '<option value="new" selected>' in visit_bar(view_of(new))
    assert "<select" not in visit_bar(View())
    sample = visit_bar(view_of(Visit("foryou", "", True, ("sample-omar",))))
    assert '<option value="sample-omar">omar (sample)</option>' in sample
    assert "their clicks are samples" in results(view_of(Visit("foryou", "sample-omar", True)), 9)


def test_ids_and_texts_are_escaped_everywhere() -> None:
    product = Product(EVIL, EVIL, brand=EVIL, image="x.png")
    person = Person(
        EVIL,
        1,
        (Interest(1.0, (product,), NOW),),
        (Interest(1.0, (product,), NOW),),
        {EVIL: {EVIL: 1.0}},
        {EVIL: PriceTaste(1, 2, 3)},
    )
    shift = Effect("like", 1, 1, 0, Shift(product, 0.5, 0.1))
    hit = Hit(product, 1.0, {EVIL: 1.0, "explored": 0.1}, propensity=0.1)
    for asks in (False, True):
        visit = Visit("foryou", EVIL, True, (EVIL,), person, (hit,), shift, asks)
        view = View(visit=visit, hits=(hit,))
        html = visit_bar(view) + results(view, 24)
        assert "<script" not in html
        assert "&lt;script&gt;" in html
    assert "visitor-data?id=%22%3E%3Cscript" in person_panel(
        Visit("foryou", EVIL, True, (), person), "en"
    )


def test_events_off_is_told_with_the_way_to_turn_them_on(service: SearchService) -> None:
    renderer = Renderer(Actions(service), PhotoReader(), ())
    parts = renderer.after("tab", {"value": "foryou"}, View())
    assert "SHOPWINDOW_EVENTS__ENABLED=true" in parts[-1]
    assert 'data-act="do"' not in parts[-1]
    assert "<select" not in parts[4]
    assert parts[-1].count('class="sw-card') == 24


def test_cards_have_deeds_only_where_they_are_recorded() -> None:
    html = gallery((HIT,), CardLook("en", surface="feed", can_act=True))
    assert re.findall(r'data-name="(\w+)"', html) == ["like", "cart", "purchase", "hide"]
    assert 'aria-label="Buy: Red dress"' in html
    assert 'data-act="do"' not in gallery((HIT,), CardLook("en", surface="feed"))


def test_a_try_is_told_with_its_chance() -> None:
    parts = {"likeness": 0.2, "explored": 0.3, "price": 0.1}
    html = gallery((Hit(DRESS, 0.6, parts, propensity=0.0512),), CardLook("en", surface="feed"))
    assert "tried: little is known of it" in html
    assert "Its chance to be tried at this place was 5.1%" in html
    assert "a price you usually pay" in html
    usual = gallery((Hit(DRESS, 0.2, {"likeness": 0.2}, propensity=0.9),), CardLook("en"))
    assert "tried" not in usual


def test_each_part_of_what_goes_with_a_product_has_a_name_and_a_bar_of_its_length() -> None:
    dress = Traits("a", "dresses", "clothes", department="fashion")
    found = complements(
        dress, np.zeros(2, np.float32), [], np.zeros((0, 2), np.float32), Evidence()
    )
    languages: tuple[Language, ...] = ("en", "ar")
    for part in found.parts:
        assert {f"feed_{part}", part} & set(NAMES), part
        for language in languages:
            look = CardLook(language, surface="complements")
            assert f">{part}<" not in gallery((Hit(DRESS, 0.5, {part: 0.5}),), look)
    parts = {"words": 0.4, "department": 0.1, "popularity": 0.01}
    look = CardLook("en", surface="complements")
    html = gallery((Hit(DRESS, 0.51, parts),), look)
    assert re.findall(r"width:(\d+)%", html) == ["100", "25", "2"]
    assert "of another department" in gallery((Hit(DRESS, -0.1, {"department": -0.1}),), look)


def test_what_counts_against_a_product_is_named_so() -> None:
    parts = {"likeness": 0.5, "price": -0.1, "tastes": -0.2}
    html = gallery((Hit(DRESS, 0.2, parts),), CardLook("en", surface="feed"))
    assert "a price you seldom pay" in html
    assert "brands, kinds you seldom like" in html
    assert "like what you like" in html
    ranked = CardLook("en", is_ranked=True)
    moved = Hit(DRESS, 0.4, {"lexical": 0.5, "personal": -0.1}, place_before=3)
    assert "less to your taste" in gallery((moved,), ranked)
    assert "Was at place 3 by likeness alone" in gallery((moved,), ranked)


@pytest.mark.parametrize(
    ("effect", "told"),
    [
        (
            Effect("click", 20, 12, 3, Shift(DRESS, 0.45, 0.2)),
            "After this click: 12 of 20 products are new here; "
            "the interest “Red dress” weighs 45%, before 20%.",
        ),
        (
            Effect("cart", 20, 0, 3),
            "After it went into the cart: 3 of 20 products stand elsewhere.",
        ),
        (
            Effect("like", shift=Shift(DRESS, 1.0, 0.998)),
            "After this like: the interest “Red dress” still weighs 100%.",
        ),
        (Effect("like", 20), "After this like: every product stands where it stood."),
        (Effect("click"), "After this click: nothing changed here."),
        (
            Effect("hide", 20, 1, 3, Shift(MUG, 1.0, None, is_dislike=True)),
            "After it was hidden: 1 of 20 products are new here; "
            "“Blue mug” is turned down from now on, with 100% of all that is.",
        ),
    ],
)
def test_what_changed_is_one_line(effect: Effect, told: str) -> None:
    assert effect_line(effect, "en") == told
    assert not re.search(
        r"[a-z]{3}", effect_line(effect, "ar").replace("Red dress", "").replace("Blue mug", "")
    )


def test_the_file_of_a_visitor_has_all_their_events(shop: ProductIndex, tmp_path: Path) -> None:
    with opened_log(tmp_path) as log:
        service = SearchService(shop, WHOLE, events=log)
        actions = Actions(service)
        did(actions, "purchase", 1, did(actions, "like", 0, for_you(actions, "ليلى <1>")))
        did(actions, "like", 0, for_you(actions, "omar"))
        with TestClient(Starlette(routes=[export_route(service)])) as client:
            answer = client.get("/visitor-data", params={"id": "ليلى <1>"})
            assert client.get("/visitor-data").status_code == 404
        events = service.history("ليلى <1>")
        service.close()
    assert 'attachment; filename="shopwindow-1-' in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store"
    profile, *rows = [json.loads(line) for line in answer.text.splitlines()]
    assert profile["profile"]["user_id"] == "ليلى <1>"
    assert profile["profile"]["interests"][0]["products"][0]["title"]
    assert [each["kind"] for each in profile["profile"]["deeds"]] == ["purchase", "like"]
    assert [each["event_id"] for each in rows] == [each.event_id for each in events]
    assert {each["user_id"] for each in rows} == {"ليلى <1>"}
    (tmp_path / "theirs.jsonl").write_text(answer.text, encoding="utf-8")
    with opened_log(tmp_path / "other") as other:
        report = import_events(other, tmp_path / "theirs.jsonl")
        assert (report.written, report.n_refused) == (len(events), 1)  # the profile is no event
        assert other.of_user("ليلى <1>") == events


def test_the_profile_in_the_file_has_the_last_fifty_deeds_and_the_events_have_all(
    shop: ProductIndex, tmp_path: Path
) -> None:
    kinds: tuple[EventKind, ...] = ("click", "like", "cart")
    with opened_log(tmp_path) as log:
        service = SearchService(shop, WHOLE, events=log)
        for n in range(72):
            time = NOW + timedelta(seconds=n)
            service.record(Event(kinds[n // 24], f"sku-{n % 24}", user_id=USER, time=time))
        service.catch_up()
        profile, *events = map(json.loads, lines_of(service.profile(USER), service.history(USER)))
        service.close()
    assert len(events) == 72
    deeds = [(each["kind"], each["product_id"]) for each in profile["profile"]["deeds"]]
    assert deeds == [(each["kind"], each["product_id"]) for each in reversed(events[22:])]


def test_the_file_cannot_be_had_without_a_log(service: SearchService) -> None:
    with TestClient(Starlette(routes=[export_route(service)])) as client:
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
    assert file_name(user_id, NOW) == name
