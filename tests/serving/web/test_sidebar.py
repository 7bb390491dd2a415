"""The filters beside the results."""

from shopwindow.serving.web.sidebar import build_category_tree, render_sidebar
from shopwindow.serving.web.view_model import View
from shopwindow.values import Filters
from shopwindow.values.response import PriceBucket

FACETS = {"category": {"Clothing": 30, "Clothing > Dresses": 20, "Odd": 1}, "brand": {"Noor": 40}}


def test_the_category_tree() -> None:
    root = build_category_tree(
        {"Home > Mugs": 2, "Clothing": 9, "Clothing > Dresses": 4, "Home": 2}
    )
    assert list(root.children) == ["Clothing", "Home"]
    assert root.children["Clothing"].children["Dresses"].path == "Clothing > Dresses"
    assert root.children["Clothing"].children["Dresses"].count == 4


def test_the_branch_of_the_selected_category_is_open() -> None:
    collapsed = render_sidebar(View(), FACETS)
    expanded = render_sidebar(View(filters=Filters(category="Clothing > Dresses")), FACETS)
    assert "Dresses" not in collapsed
    assert 'aria-pressed="true" data-name="category" data-value="Clothing &gt; Dresses"' in expanded


def test_a_long_list_is_shortened_and_keeps_the_selected_value() -> None:
    brands = {f"Brand {n}": 1 for n in range(30)}
    html = render_sidebar(View(filters=Filters(brand="Gone")), {"brand": brands})
    assert "Show all 31" in html
    assert 'data-value="Gone"' in html


def test_without_facets_there_is_no_sidebar() -> None:
    assert render_sidebar(View(), {}) == ""


def test_filters_without_hits_can_still_be_changed() -> None:
    html = render_sidebar(View(filters=Filters(price_min=9.5)), {"brand": {}})
    assert 'name="price_min" value="9.5"' in html
    assert "Clear all" in html


def test_price_buckets_are_listed_above_the_price_inputs() -> None:
    ranges = (PriceBucket(None, 50, 4), PriceBucket(50, 99.5, 2), PriceBucket(99.5, None, 1000))
    html = render_sidebar(
        View(price_buckets=ranges, filters=Filters(price_max=50)), {"brand": {"A": 1}}
    )
    for text in ("Up to 50", "50 to 99.50", "99.50 and above", "1,000"):
        assert text in html
    assert 'aria-pressed="true" data-low="" data-high="50"' in html
    assert 'data-low="50" data-high="99.5"' in html
    assert html.count('aria-pressed="true"') == 1
    assert "data-low" not in render_sidebar(View(), {"brand": {"A": 1}})
