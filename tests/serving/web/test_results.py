"""The main column: heading, status, notices, facet chips and empty states."""

from dataclasses import replace

import pytest

from shopwindow.serving.web.filter_chips import list_active_filters
from shopwindow.serving.web.results import render_results
from shopwindow.serving.web.sidebar import render_sidebar
from shopwindow.serving.web.view_model import Notice, View, remove_filter, toggle_filter
from shopwindow.values import Filters, Hit, Product
from shopwindow.values.display_formats import Language

HITS = tuple(Hit(Product(f"sku-{n}", f"Dress {n}"), 1.0, {"lexical": 1.0}) for n in range(3))
SEARCH = View(text="dress", hits=HITS, n_found=40, took_ms=12.3, facet_scope="candidates")
FACETS = {"category": {"Clothing": 30, "Clothing > Dresses": 20, "Odd": 1}, "brand": {"Noor": 40}}


def test_a_search_shows_the_query_and_its_number_of_matches() -> None:
    html = render_results(SEARCH, 100)
    assert "Results for “dress”" in html
    assert "3 of the 40 best matches" in html
    assert 'title="Took 12 ms"' in html
    assert "catalogue" not in html


def test_browsing_counts_the_catalogue() -> None:
    html = render_results(View(hits=HITS, n_found=3, took_ms=1), 3)
    assert "All products" in html
    assert ">3 products<" in html
    assert "catalogue" not in html
    html = render_results(View(hits=HITS, n_found=594), 594)
    assert ">3 of 594 products<" in html


def test_counted_products_take_their_plural_form() -> None:
    assert ">1 product<" in render_results(View(hits=HITS[:1], n_found=1), 1)
    assert ">منتج واحد<" in render_results(View(hits=HITS[:1], n_found=1, language="ar"), 1)
    assert ">منتجان<" in render_results(View(hits=HITS[:2], n_found=2, language="ar"), 2)
    assert ">3 منتجات<" in render_results(View(hits=HITS, n_found=3, language="ar"), 3)
    assert ">3 من 94 منتجًا<" in render_results(View(hits=HITS, n_found=94, language="ar"), 94)
    assert ">3 من 100 منتج<" in render_results(View(hits=HITS, n_found=100, language="ar"), 100)


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ar", "rtl")])
def test_results_have_the_direction_of_their_language(language: Language, direction: str) -> None:
    view = replace(SEARCH, language=language)
    attributes = f'dir="{direction}" lang="{language}"'
    assert attributes in render_results(view, 100)
    assert attributes in render_sidebar(view, FACETS)


def test_the_query_in_the_heading_is_escaped_and_shortened() -> None:
    html = render_results(replace(SEARCH, text="<script>x</script> " + "word " * 100), 100)
    assert "<script" not in html
    assert "word " * 30 not in html
    assert "w" * 200 not in render_results(replace(SEARCH, text="w" * 500), 100)


def test_facet_chips_leave_out_values_that_change_nothing() -> None:
    html = render_results(replace(SEARCH, facets=FACETS), 100)
    assert 'data-value="Clothing &gt; Dresses"' in html
    assert "Clothing › Dresses" in html
    assert 'data-value="Odd"' not in html  # one product
    assert 'data-value="Noor"' not in html  # all of them


def test_active_filters_can_be_removed() -> None:
    active = Filters(category="Clothing > Dresses", brand=("A", "B"), price_max=80, in_stock=True)
    assert [name for name, _, _ in list_active_filters(active, "en")] == [
        *("category", "brand", "brand"),
        *("price", "in_stock"),
    ]
    html = render_results(replace(SEARCH, filters=active), 100)
    assert html.count('data-act="remove_filter"') == 5
    assert 'aria-label="Remove: Price: up to 80"' in html
    remaining = active
    for name, value, _ in list_active_filters(active, "en"):
        remaining = remove_filter(remaining, name, value)
    assert remaining == Filters()


def test_without_hits_the_filters_are_named() -> None:
    view = View(text="dress", filters=Filters(brand="Noor"))
    html = render_results(view, 100)
    assert "No results found" in html
    assert "Try removing a filter" in html
    assert "Try other words" in render_results(View(text="dress"), 100)


def test_an_empty_index_says_how_to_fill_it() -> None:
    html = render_results(View(), 0)
    assert "No products yet" in html
    assert "shopwindow index catalog.csv" in html


def test_a_notice_is_an_alert_without_a_status() -> None:
    html = render_results(View(text="dress", notice=Notice("It <broke>", "Do this")), 0)
    assert 'role="alert"' in html
    assert "It &lt;broke&gt;" in html
    assert "best matches" not in html
    assert "No results" not in html


def test_similar_products_follow_the_opened_one_with_a_way_back() -> None:
    product = Product("sku-9", "Blue mug", category=("Home", "Mugs"), price=5, currency="AED")
    html = render_results(View(hits=HITS, similar_to=product, previous=SEARCH), 100)
    assert html.index("Back to results") < html.index("Blue mug") < html.index("Dress 0")
    assert "Home · Mugs" in html
    assert 'data-screen="similar sku-9"' in html


@pytest.mark.parametrize(("cursor", "n_buttons"), [("", 0), ("abc", 1)])
def test_load_more_is_shown_while_there_is_more(cursor: str, n_buttons: int) -> None:
    assert render_results(replace(SEARCH, cursor=cursor), 9).count('data-act="more"') == n_buttons


def test_toggling_adds_and_removes_a_value() -> None:
    both = toggle_filter(toggle_filter(Filters(), "brand", "A"), "brand", "B")
    assert both.brand == ("A", "B")
    assert toggle_filter(both, "brand", "A").brand == ("B",)
    assert toggle_filter(Filters(category="A"), "category", "B").category == "B"
    assert toggle_filter(Filters(category="A"), "category", "A").category == ""
    assert toggle_filter(Filters(in_stock=True), "in_stock", "").in_stock is None
