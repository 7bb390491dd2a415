"""Messages about the results: relaxed filters, grouped variants, redirects, low confidence."""

import pytest

from shopwindow.serving.web.card_context import CardContext
from shopwindow.serving.web.cards import render_gallery
from shopwindow.serving.web.notices import (
    is_safe_url,
    render_collapse_toggle,
    render_low_confidence,
    render_redirect,
    render_relaxed_filters,
)
from shopwindow.serving.web.results import render_results
from shopwindow.serving.web.view_model import ResultChoices, View
from shopwindow.values import Filters, Hit, Product

HITS = tuple(Hit(Product(f"sku-{n}", f"Dress {n}"), 1.0, {"lexical": 1.0}) for n in range(3))
SEARCH = View(text="dress", hits=HITS, n_found=40)
QUERY_CONTEXT = CardContext("en", has_query=True)


@pytest.mark.parametrize(
    "url",
    ["/help/returns", "https://shop.test/a?b=c", "HTTP://shop.test", "/مساعدة"],
)
def test_a_redirect_is_a_link_that_opens_in_a_new_tab(url: str) -> None:
    html = render_redirect(View(text="returns", redirect=url))
    assert f'href="{url}"' in html
    assert 'target="_blank" rel="noopener"' in html
    assert "See our " in html
    assert "تفضّل بزيارة صفحة" in render_redirect(View(redirect=url, language="ar"))


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("/help/size-guide/", "Size guide"),
        ("/%D9%85%D8%B3%D8%A7%D8%B9%D8%AF%D8%A9", "مساعدة"),
        ("https://shop.test", "shop.test"),
        ("/", "/"),
    ],
)
def test_a_redirect_is_named_after_its_page(url: str, name: str) -> None:
    assert f">See our {name} page<" in render_redirect(View(redirect=url))


@pytest.mark.parametrize(
    "url",
    [
        *("", "javascript:alert(1)", "JaVaScript:alert(1)", "data:text/html,x", "//evil.test"),
        *("/\\evil.test", "/\t/evil.test", "\njavascript:alert(1)", "help", "https:", "ftp://a"),
        "http://[broken",
    ],
)
def test_an_unsafe_url_is_not_linked(url: str) -> None:
    assert not is_safe_url(url)
    assert render_redirect(View(text="returns", redirect=url)) == ""


def test_a_redirect_url_is_escaped() -> None:
    html = render_redirect(View(redirect='/x"><script>alert(1)</script>'))
    assert "<script" not in html


def test_relaxed_filters_are_named_in_both_languages() -> None:
    view = View(filters=Filters(brand="Noor", price_max=5), relaxed=("price", "in_stock"))
    text = "No results for Noor, Price: up to 5. Showing all prices, out-of-stock products too."
    assert text in render_relaxed_filters(view)
    arabic = render_relaxed_filters(View(filters=view.filters, relaxed=("price",), language="ar"))
    assert "لا توجد نتائج لـ: Noor، السعر: حتى 5. نعرض لك كل الأسعار." in arabic
    assert render_relaxed_filters(View(filters=view.filters)) == ""


def test_collapsed_variants_are_counted_and_can_be_expanded() -> None:
    view = View(text="dress", hits=HITS, n_collapsed=1200)
    assert "1,200 variants grouped" in render_collapse_toggle(view)
    assert 'data-act="collapse"' in render_collapse_toggle(view)
    expanded = View(text="dress", hits=HITS, choices=ResultChoices(collapse=False))
    assert "Group variants" in render_collapse_toggle(expanded)
    assert (
        render_collapse_toggle(SEARCH)
        == render_collapse_toggle(View(hits=HITS, n_collapsed=9))
        == ""
    )


def test_a_negative_example_is_a_chip_that_removes_it() -> None:
    choices = ResultChoices(negative_examples=(Product("sku-9", "Blue <mug>"),))
    html = render_results(View(text="dress", hits=HITS, choices=choices), 100)
    assert "Less like: Blue &lt;mug&gt;" in html
    assert 'data-act="remove_negative_example"' in html
    assert 'data-act="remove_negative_example"' not in render_results(
        View(hits=HITS, choices=choices), 100
    )


def test_only_hits_of_a_query_can_be_negative_examples() -> None:
    assert 'aria-label="Less like this: Dress 0"' in render_gallery(HITS, QUERY_CONTEXT)
    assert 'data-act="add_negative_example"' not in render_gallery(HITS, CardContext("en"))


def test_low_confidence_is_shown() -> None:
    hit = Hit(Product("a", "Red dress"), 0.2, {})
    assert "closest products" in render_low_confidence(View(hits=(hit,), is_confident=False))
    assert "أقرب" in render_low_confidence(View(hits=(hit,), is_confident=False, language="ar"))
    assert (
        render_low_confidence(View(hits=(hit,)))
        == render_low_confidence(View(is_confident=False))
        == ""
    )
