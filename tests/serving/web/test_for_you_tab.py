"""The tab For you and the visitor bar, in both languages."""

import re
from datetime import UTC, datetime

import pytest

from embed import PhotoReader
from search import SearchService
from shopwindow.serving.web.actions import PageController
from shopwindow.serving.web.card_context import CardContext
from shopwindow.serving.web.cards import render_gallery
from shopwindow.serving.web.profile_panel import render_profile_panel
from shopwindow.serving.web.rendering import PageRenderer
from shopwindow.serving.web.results import render_results
from shopwindow.serving.web.view_model import View
from shopwindow.serving.web.visitor_bar import render_visitor_bar
from shopwindow.serving.web.visitor_state import InteractionEffect, InterestChange, VisitorState
from shopwindow.values import Hit, Product
from shopwindow.values.profile_view import Interest, PreferredPriceRange, UserProfileView
from tests.serving.web.visitors import USER

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


def build_view(visitor: VisitorState, language: str = "en") -> View:
    return View(visitor=visitor, hits=(HIT,), language="ar" if language == "ar" else "en")


SELECTED = VisitorState("for_you", USER, True, (USER, "omar"), LAYLA, (Hit(DRESS, 0.0, {}),))


def test_the_profile_shows_interests_preferences_and_prices() -> None:
    html = render_profile_panel(SELECTED, "en")
    assert html.count("<img") == 3
    for text in (
        'aria-label="Interest: Red dress, 72%"',
        'aria-label="Dislike: Football, 100%"',
        "28%",
        "noor: +40 of 100",
        "tarqa: -20 of 100",
        ">Seller</span>",
        "Typically AED\u00a080 (AED\u00a059 to AED\u00a0120)",
        "7 interactions",
    ):
        assert text in html, text
    assert "tiny" not in html
    assert "Nothing yet" in render_profile_panel(
        VisitorState("for_you", "new", True, profile=UserProfileView("new")), "en"
    )
    assert render_profile_panel(VisitorState(), "en") == ""


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        (
            "en",
            (
                "Recommended for layla",
                "Recommended for you",
                "Recently viewed",
                "Interests",
                "Similar to what you like",
            ),
        ),
        ("ar", ("مقترحات لـ layla", "مقترحات لك", "شاهدته مؤخرًا", "الاهتمامات", "يشبه ما يعجبك")),
    ],
)
def test_the_for_you_tab_is_translated(language: str, texts: tuple[str, ...]) -> None:
    html = render_results(build_view(SELECTED, language), 24)
    assert f'dir="{"rtl" if language == "ar" else "ltr"}"' in html
    for text in texts:
        assert text in html
    latin = re.sub(r"<[^>]*>|Red dress|Blue mug|Football|layla|noor|tarqa|m1", "", html)
    assert not (language == "ar" and re.search(r"[A-Za-z]{3}", latin)), latin


def test_the_visitor_bar_has_tabs_and_visitors() -> None:
    html = render_visitor_bar(build_view(SELECTED))
    assert 'data-value="for_you" data-key="tab for_you" aria-pressed="true"' in html
    assert 'data-value="search" data-key="tab search" aria-pressed="false"' in html
    assert '<option value="layla" selected>layla</option>' in html
    assert html.count("<option") == 3
    assert 'aria-label="New visitor ID, then press Enter"' in html
    new = VisitorState("search", "new", True, ("omar",))
    assert '<option value="new" selected>' in render_visitor_bar(build_view(new))
    assert "<select" not in render_visitor_bar(View())
    demo = render_visitor_bar(build_view(VisitorState("for_you", "", True, ("sample-omar",))))
    assert '<option value="sample-omar">omar (demo)</option>' in demo
    assert "Demo visitor with made-up activity" in render_results(
        build_view(VisitorState("for_you", "sample-omar", True)), 9
    )


def test_ids_and_texts_are_escaped_everywhere() -> None:
    product = Product(EVIL, EVIL, brand=EVIL, image="x.png")
    profile = UserProfileView(
        EVIL,
        1,
        (Interest(1.0, (product,), NOW),),
        (Interest(1.0, (product,), NOW),),
        {EVIL: {EVIL: 1.0}},
        {EVIL: PreferredPriceRange(1, 2, 3)},
    )
    effect = InteractionEffect("like", 1, 1, 0, InterestChange(product, 0.5, 0.1))
    hit = Hit(product, 1.0, {EVIL: 1.0, "exploration": 0.1}, propensity=0.1)
    for is_confirming in (False, True):
        visitor = VisitorState(
            "for_you", EVIL, True, (EVIL,), profile, (hit,), effect, is_confirming
        )
        view = View(visitor=visitor, hits=(hit,))
        html = render_visitor_bar(view) + render_results(view, 24)
        assert "<script" not in html
        assert "&lt;script&gt;" in html
    assert "visitor-data?id=%22%3E%3Cscript" in render_profile_panel(
        VisitorState("for_you", EVIL, True, (), profile), "en"
    )


def test_without_events_the_page_says_how_to_enable_them(service: SearchService) -> None:
    renderer = PageRenderer(PageController(service), PhotoReader(), ())
    updates = renderer.render_action("tab", {"value": "for_you"}, View())
    assert "SHOPWINDOW_EVENTS__ENABLED=true" in updates[-1]
    assert 'data-act="interact"' not in updates[-1]
    assert "<select" not in updates[4]
    assert updates[-1].count('class="sw-card') == 24


def test_cards_have_actions_only_where_a_visitor_is_selected() -> None:
    html = render_gallery((HIT,), CardContext("en", surface="feed", can_interact=True))
    assert re.findall(r'data-name="(\w+)"', html) == ["like", "cart", "purchase", "hide"]
    assert 'aria-label="Buy: Red dress"' in html
    assert 'data-act="interact"' not in render_gallery((HIT,), CardContext("en", surface="feed"))
