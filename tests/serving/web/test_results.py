"""The middle of the page: heading, status, notices, counts and empty states."""

from dataclasses import replace

import pytest

from shopwindow.serving.web.filter_chips import list_active_filters
from shopwindow.serving.web.results import render_results
from shopwindow.serving.web.sidebar import build_category_tree, render_sidebar
from shopwindow.serving.web.translations import Language
from shopwindow.serving.web.view_model import Notice, View, remove_filter, toggle_filter
from shopwindow.values import Filters, Hit, Product

HITS = tuple(Hit(Product(f"sku-{n}", f"Dress {n}"), 1.0, {"lexical": 1.0}) for n in range(3))
SEARCH = View(text="dress", hits=HITS, n_found=40, took_ms=12.3, facet_scope="candidates")
FACETS = {"category": {"Clothing": 30, "Clothing > Dresses": 20, "Odd": 1}, "brand": {"Noor": 40}}


def test_a_search_says_what_was_asked_and_what_the_numbers_mean() -> None:
    html = render_results(SEARCH, 100)
    assert "Results for “dress”" in html
    assert "3 of the 40 closest products in 12 ms" in html
    assert "not the whole catalogue" in html


def test_browsing_counts_the_whole_catalogue() -> None:
    html = render_results(View(hits=HITS, n_found=3, took_ms=1), 3)
    assert "All products" in html
    assert "3 products in 1 ms" in html
    assert "whole catalogue, with your filters" in html


def test_one_product_is_not_several() -> None:
    assert "1 product in" in render_results(View(hits=HITS[:1], n_found=1), 1)


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ar", "rtl")])
def test_the_answer_runs_in_the_direction_of_its_language(
    language: Language, direction: str
) -> None:
    view = replace(SEARCH, language=language)
    attributes = f'dir="{direction}" lang="{language}"'
    assert attributes in render_results(view, 100)
    assert attributes in render_sidebar(view, FACETS)


def test_the_words_of_a_query_are_escaped_and_cut() -> None:
    html = render_results(replace(SEARCH, text="<script>x</script> " + "word " * 100), 100)
    assert "<script" not in html
    assert "word " * 30 not in html
    assert "w" * 200 not in render_results(replace(SEARCH, text="w" * 500), 100)


def test_counts_of_the_answer_can_be_clicked_unless_they_change_nothing() -> None:
    html = render_results(replace(SEARCH, facets=FACETS), 100)
    assert 'data-value="Clothing &gt; Dresses"' in html
    assert "Clothing › Dresses" in html
    assert 'data-value="Odd"' not in html  # one product
    assert 'data-value="Noor"' not in html  # all of them


def test_filters_that_are_on_can_be_taken_off() -> None:
    on = Filters(category="Clothing > Dresses", brand=("A", "B"), price_max=80, in_stock=True)
    assert [name for name, _, _ in list_active_filters(on, "en")] == [
        *("category", "brand", "brand"),
        *("price", "in_stock"),
    ]
    html = render_results(replace(SEARCH, filters=on), 100)
    assert html.count('data-act="unfilter"') == 5
    assert 'aria-label="Remove Price: To 80"' in html
    off = on
    for name, value, _ in list_active_filters(on, "en"):
        off = remove_filter(off, name, value)
    assert off == Filters()


def test_no_hits_names_the_filters() -> None:
    view = View(text="dress", filters=Filters(brand="Noor"))
    html = render_results(view, 100)
    assert "Nothing fits all of this" in html
    assert "These filters are on" in html
    assert "Try other words" in render_results(View(text="dress"), 100)


def test_an_empty_index_says_how_to_fill_it() -> None:
    html = render_results(View(), 0)
    assert "There are no products yet" in html
    assert "shopwindow index catalog.csv" in html


def test_a_notice_is_an_alert_without_numbers_about_an_answer() -> None:
    html = render_results(View(text="dress", notice=Notice("It <broke>", "Do this")), 0)
    assert 'role="alert"' in html
    assert "It &lt;broke&gt;" in html
    assert "closest" not in html
    assert "Nothing fits" not in html


def test_similar_products_stand_under_the_chosen_one_with_a_way_back() -> None:
    chosen = Product("sku-9", "Blue mug", category=("Home", "Mugs"), price=5, currency="AED")
    html = render_results(View(hits=HITS, similar_to=chosen, previous=SEARCH), 100)
    assert html.index("Back to results") < html.index("Blue mug") < html.index("Dress 0")
    assert "Home · Mugs" in html
    assert 'data-screen="similar sku-9"' in html


@pytest.mark.parametrize(("cursor", "n_buttons"), [("", 0), ("abc", 1)])
def test_load_more_is_there_while_there_is_more(cursor: str, n_buttons: int) -> None:
    assert render_results(replace(SEARCH, cursor=cursor), 9).count('data-act="more"') == n_buttons


def test_the_category_tree() -> None:
    root = build_category_tree(
        {"Home > Mugs": 2, "Clothing": 9, "Clothing > Dresses": 4, "Home": 2}
    )
    assert list(root.children) == ["Clothing", "Home"]
    assert root.children["Clothing"].children["Dresses"].path == "Clothing > Dresses"
    assert root.children["Clothing"].children["Dresses"].count == 4


def test_a_branch_is_open_where_it_is_chosen() -> None:
    closed = render_sidebar(View(), FACETS)
    opened = render_sidebar(View(filters=Filters(category="Clothing > Dresses")), FACETS)
    assert "Dresses" not in closed
    assert 'aria-pressed="true" data-name="category" data-value="Clothing &gt; Dresses"' in opened


def test_a_long_list_is_folded_and_a_chosen_value_never_lost() -> None:
    brands = {f"Brand {n}": 1 for n in range(30)}
    html = render_sidebar(View(filters=Filters(brand="Gone")), {"brand": brands})
    assert "Show all 31" in html
    assert 'data-value="Gone"' in html


def test_nothing_to_filter_by_is_no_sidebar() -> None:
    assert render_sidebar(View(), {}) == ""


def test_filters_that_leave_nothing_can_still_be_changed() -> None:
    html = render_sidebar(View(filters=Filters(price_min=9.5)), {"brand": {}})
    assert 'name="price_min" value="9.5"' in html
    assert "Clear all" in html


def test_toggling_puts_on_and_takes_off() -> None:
    both = toggle_filter(toggle_filter(Filters(), "brand", "A"), "brand", "B")
    assert both.brand == ("A", "B")
    assert toggle_filter(both, "brand", "A").brand == ("B",)
    assert toggle_filter(Filters(category="A"), "category", "B").category == "B"
    assert toggle_filter(Filters(category="A"), "category", "A").category == ""
    assert toggle_filter(Filters(in_stock=True), "in_stock", "").in_stock is None
