"""The controls above the hits."""

from shopwindow.serving.web.sort_bar import render_sort_bar
from shopwindow.serving.web.view_model import ResultChoices, View
from shopwindow.values import Hit, Product
from shopwindow.values.query import QueryImage

HITS = tuple(Hit(Product(f"sku-{n}", f"Dress {n}"), 1.0, {"lexical": 1.0}) for n in range(3))
SEARCH = View(text="dress", hits=HITS, n_found=40)


def test_the_sort_bar_shows_only_controls_that_apply() -> None:
    def controls(view: View) -> list[str]:
        html = render_sort_bar(view)
        names = ('data-change="sort"', 'data-act="diversity"', 'data-change="image_weight"')
        return [name.split('"')[1] for name in names if name in html]

    photos = (QueryImage("1.jpg"),)
    assert controls(View(hits=HITS)) == ["sort"]
    assert controls(SEARCH) == ["sort", "diversity"]
    by_price = ResultChoices(sort="price_asc")
    assert controls(View(text="dress", hits=HITS, choices=by_price)) == ["sort"]
    assert controls(View(photos=photos, hits=HITS)) == ["sort", "diversity"]
    both = View(text="dress", photos=photos, hits=HITS)
    assert controls(both) == ["sort", "diversity", "image_weight"]
    assert controls(View(hits=HITS, similar_to=HITS[0].product)) == []
    assert controls(View(text="dress")) == []


def test_the_sort_bar_shows_the_current_choices() -> None:
    choices = ResultChoices(diversity=0.25, image_weight=0.8)
    html = render_sort_bar(
        View(text="a", photos=(QueryImage("1.jpg"),), hits=HITS, choices=choices)
    )
    assert '<option value="relevance" selected>Best match</option>' in html
    assert html.count('aria-pressed="true"') == 1
    assert 'data-value="0.3" data-key="diversity medium" aria-pressed="true"' in html
    assert 'value="0.8"' in html
    assert "الأقل" in render_sort_bar(View(hits=HITS, language="ar"))
