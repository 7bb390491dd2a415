"""What was done beside the search itself, and the quiet line above the products."""

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
from shopwindow.serving.web.sidebar import render_sidebar
from shopwindow.serving.web.sort_bar import render_sort_bar
from shopwindow.serving.web.view_model import ResultChoices, View
from shopwindow.values import Filters, Hit, Product
from shopwindow.values.query import QueryImage
from shopwindow.values.response import PriceBucket

HITS = tuple(Hit(Product(f"sku-{n}", f"Dress {n}"), 1.0, {"lexical": 1.0}) for n in range(3))
SEARCH = View(text="dress", hits=HITS, n_found=40)
RANKED = CardContext("en", has_query=True)


@pytest.mark.parametrize(
    "address",
    ["/help/returns", "https://shop.test/a?b=c", "HTTP://shop.test", "/مساعدة"],
)
def test_a_page_of_the_shop_is_linked_in_a_new_tab(address: str) -> None:
    html = render_redirect(View(text="returns", redirect=address))
    assert f'href="{address}"' in html
    assert 'target="_blank" rel="noopener"' in html
    assert "The shop has a page for this" in html


@pytest.mark.parametrize(
    "address",
    [
        *("", "javascript:alert(1)", "JaVaScript:alert(1)", "data:text/html,x", "//evil.test"),
        *("/\\evil.test", "/\t/evil.test", "\njavascript:alert(1)", "help", "https:", "ftp://a"),
        "http://[broken",
    ],
)
def test_no_other_address_is_linked(address: str) -> None:
    assert not is_safe_url(address)
    assert render_redirect(View(text="returns", redirect=address)) == ""


def test_an_address_is_escaped() -> None:
    html = render_redirect(View(redirect='/x"><script>alert(1)</script>'))
    assert "<script" not in html


def test_filters_that_were_given_up_are_named_in_both_languages() -> None:
    view = View(filters=Filters(brand="Noor", price_max=5), relaxed=("price", "in_stock"))
    told = "Nothing fits Noor, Price: To 5. Shown without: Price, In stock only."
    assert told in render_relaxed_filters(view)
    arabic = render_relaxed_filters(View(filters=view.filters, relaxed=("price",), language="ar"))
    assert "لا شيء يطابق Noor، السعر: إلى 5. المعروض بدون: السعر." in arabic
    assert render_relaxed_filters(View(filters=view.filters)) == ""


def test_products_behind_others_are_counted_with_the_way_to_see_them() -> None:
    view = View(text="dress", hits=HITS, n_collapsed=1200)
    assert "1,200 variants or near-identical products" in render_collapse_toggle(view)
    assert 'data-act="collapse"' in render_collapse_toggle(view)
    every = View(text="dress", hits=HITS, choices=ResultChoices(collapse=False))
    assert "Put alike ones together" in render_collapse_toggle(every)
    assert (
        render_collapse_toggle(SEARCH)
        == render_collapse_toggle(View(hits=HITS, n_collapsed=9))
        == ""
    )


def test_the_line_shows_only_what_applies() -> None:
    def controls(view: View) -> list[str]:
        html = render_sort_bar(view)
        names = ('data-change="sort"', 'data-act="diversity"', 'data-change="share"')
        return [name.split('"')[1] for name in names if name in html]

    photos = (QueryImage("1.jpg"),)
    assert controls(View(hits=HITS)) == ["sort"]
    assert controls(SEARCH) == ["sort", "diversity"]
    by_price = ResultChoices(sort="price_asc")
    assert controls(View(text="dress", hits=HITS, choices=by_price)) == ["sort"]
    assert controls(View(photos=photos, hits=HITS)) == ["sort", "diversity"]
    both = View(text="dress", photos=photos, hits=HITS)
    assert controls(both) == ["sort", "diversity", "share"]
    assert controls(View(hits=HITS, similar_to=HITS[0].product)) == []
    assert controls(View(text="dress")) == []


def test_the_line_shows_what_is_chosen() -> None:
    choices = ResultChoices(diversity=0.25, image_weight=0.8)
    html = render_sort_bar(
        View(text="a", photos=(QueryImage("1.jpg"),), hits=HITS, choices=choices)
    )
    assert '<option value="relevance" selected>Best match</option>' in html
    assert html.count('aria-pressed="true"') == 1
    assert 'data-value="0.3" data-key="variety some" aria-pressed="true"' in html
    assert 'value="0.8"' in html
    assert "الأقل" in render_sort_bar(View(hits=HITS, language="ar"))


def test_what_is_put_aside_is_a_chip_that_takes_it_back() -> None:
    choices = ResultChoices(negative_examples=(Product("sku-9", "Blue <mug>"),))
    html = render_results(View(text="dress", hits=HITS, choices=choices), 100)
    assert "Not like: Blue &lt;mug&gt;" in html
    assert 'data-act="unavoid"' in html
    assert 'data-act="unavoid"' not in render_results(View(hits=HITS, choices=choices), 100)


def test_only_an_answer_to_words_or_photos_can_be_put_aside() -> None:
    assert 'aria-label="Not like this: Dress 0"' in render_gallery(HITS, RANKED)
    assert 'data-act="avoid"' not in render_gallery(HITS, CardContext("en"))


def test_what_was_taken_off_is_shown_as_well() -> None:
    parts = {"lexical": 0.8, "negation": -1.0, "avoid": -0.4, "diversity": -0.1, "rules": 0.3}
    html = render_gallery([Hit(Product("1", "Mug"), -0.4, parts)], RANKED)
    assert html.count('<li class="sw-minus"') == 3
    assert "has what you do not want" in html
    assert 'title="like what you put aside: -0.400"' in html
    assert "width:50%" in html  # by the longest part of likeness
    assert "says it is without it" in render_gallery(
        [Hit(Product("1", "Mug"), 1, {"negation": 0.1})], RANKED
    )


def test_the_rules_of_the_shop_are_named() -> None:
    hit = Hit(Product("1", "Mug"), 9.0, {"pinned": 9.0}, rules=("Eid <first>",), retrieval_rank=7)
    html = render_gallery([hit], RANKED)
    assert "Shop&#x27;s rule: Eid &lt;first&gt;" in html
    assert "placed by the shop" in html
    assert "Was at place 7 by likeness alone" in html


@pytest.mark.parametrize(
    ("hit", "look"),
    [
        (
            Hit(
                Product("1", "Mug"), 1.0, {"lexical": 0.5, "attribute_match": 0.1}, retrieval_rank=1
            ),
            RANKED,
        ),
        (Hit(Product("1", "Mug"), 1.0, {"lexical": 0.5, "attribute_match": 0.1}), RANKED),
        (Hit(Product("1", "Mug"), 1.0, {"lexical": 0.5}, retrieval_rank=7), RANKED),
        (
            Hit(
                Product("1", "Mug"), 1.0, {"lexical": 0.5, "attribute_match": 0.1}, retrieval_rank=7
            ),
            CardContext("en", has_query=True, is_sorted_by_relevance=False),
        ),
    ],
)
def test_no_other_place_is_told(hit: Hit, look: CardContext) -> None:
    assert "Was at place" not in render_gallery([hit], look)


def test_ranges_of_prices_stand_beside_the_boxes() -> None:
    ranges = (PriceBucket(None, 50, 4), PriceBucket(50, 99.5, 2), PriceBucket(99.5, None, 1000))
    html = render_sidebar(
        View(price_buckets=ranges, filters=Filters(price_max=50)), {"brand": {"A": 1}}
    )
    for shown in ("Up to 50", "50 to 99.50", "99.50 and over", "1,000"):
        assert shown in html
    assert 'aria-pressed="true" data-low="" data-high="50"' in html
    assert 'data-low="50" data-high="99.5"' in html
    assert html.count('aria-pressed="true"') == 1
    assert "data-low" not in render_sidebar(View(), {"brand": {"A": 1}})


def test_the_page_says_when_nothing_was_really_found() -> None:
    hit = Hit(Product("a", "Red dress"), 0.2, {})
    assert "come nearest" in render_low_confidence(View(hits=(hit,), is_confident=False))
    assert "أقرب" in render_low_confidence(View(hits=(hit,), is_confident=False, language="ar"))
    assert (
        render_low_confidence(View(hits=(hit,)))
        == render_low_confidence(View(is_confident=False))
        == ""
    )
