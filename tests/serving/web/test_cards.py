"""Cards and galleries, with every text of a product escaped."""

from dataclasses import replace

import pytest
from markupsafe import Markup

from shopwindow.serving.web.card_context import CardContext
from shopwindow.serving.web.cards import (
    describe_list_price,
    describe_stock,
    get_photo_url,
    render_gallery,
)
from shopwindow.values import Availability, Hit, Product, Translation

ENGLISH, ARABIC = CardContext("en"), CardContext("ar")
EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


def card(hit: Hit, context: CardContext) -> Markup:
    """Return a gallery of one card."""
    return render_gallery([hit], context)


def hit(product: Product, **contributions: float) -> Hit:
    return Hit(product, sum(contributions.values()), contributions, ("red",))


def dress(**changes: object) -> Product:
    values: dict[str, object] = {
        "id": "sku-1",
        "title": "Red dress",
        "translations": {"ar": Translation("فستان أحمر")},
        "price": 79.5,
        "currency": "AED",
        "brand": "Noor",
        "image": "photos/1.jpg",
        "language": "en",
    }
    return Product(**{**values, **changes})  # type: ignore[arg-type]


def test_a_card_shows_title_brand_price_photo_and_the_way_to_similar_products() -> None:
    html = card(hit(dress(), lexical=0.5), ENGLISH)
    for text in ("Red dress", "Noor", "AED\u00a079.50", 'alt="Red dress"', 'data-act="similar"'):
        assert text in html
    assert 'aria-label="More like this: Red dress"' in html
    assert 'title="id: sku-1"' in html
    assert "Out of stock" not in html


def test_a_card_in_arabic_takes_the_translation_and_arabic_labels() -> None:
    html = card(hit(dress(in_stock=False), lexical=0.5), ARABIC)
    for text in ("فستان أحمر", "79.50\u00a0\u2068د.إ.", "غير متوفر", "يطابق كلمات البحث"):
        assert text in html
    assert "Red dress" not in html


def test_a_product_without_a_translation_keeps_its_title() -> None:
    assert "Red dress" in card(hit(dress(translations={})), ARABIC)


def test_an_arabic_product_shows_its_english_translation() -> None:
    product = dress(
        title="فستان أحمر", language="ar", translations={"en": Translation("Red dress")}
    )
    assert "Red dress" in card(hit(product), ENGLISH)
    assert "فستان أحمر" in card(hit(product), ARABIC)


@pytest.mark.parametrize("field", ["id", "title", "brand", "currency", "image", "merchant_id"])
def test_no_text_of_a_product_becomes_markup(field: str) -> None:
    product = dress(**{field: EVIL, "translations": {}})
    html = card(Hit(product, 1.0, {EVIL: 1.0}, (EVIL,)), ENGLISH)
    assert "<script" not in html
    assert "<img src=x" not in html
    assert html.count("<img") == 1


def test_a_title_with_a_script_is_shown_as_text() -> None:
    html = card(hit(dress(title="<script>alert(1)</script>")), ENGLISH)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_a_product_with_only_a_photo_is_untitled() -> None:
    assert "Untitled product" in card(hit(Product("sku-1", image="photos/1.jpg")), ENGLISH)


def test_a_product_without_photo_says_so() -> None:
    html = card(hit(dress(image="")), ENGLISH)
    assert "<img" not in html
    assert "No photo" in html


def test_a_product_without_price_has_no_price_line() -> None:
    assert "sw-price" not in card(hit(dress(price=None)), ENGLISH)
    assert ">AED\u00a00<" in card(hit(dress(price=0.0)), ENGLISH)


def test_a_photo_path_never_reaches_the_browser() -> None:
    product = dress(image="/srv/secret/1.jpg", id="a b/é?&")
    assert get_photo_url(product) == "product-photo?id=a+b%2F%C3%A9%3F%26"
    assert "secret" not in card(hit(product), ENGLISH)


@pytest.mark.parametrize("address", ["http://shop.test/1.jpg", "HTTPS://shop.test/1.jpg"])
def test_an_http_photo_keeps_its_url(address: str) -> None:
    assert get_photo_url(dress(image=address)) == address


def test_the_photo_that_matched_is_shown_by_its_number() -> None:
    address = "https://shop.test/4.jpg"
    product = dress(image="/srv/secret/1.jpg", images=("/srv/secret/2.jpg", address))
    assert get_photo_url(product, "/srv/secret/1.jpg") == "product-photo?id=sku-1"
    assert get_photo_url(product, "/srv/secret/2.jpg") == "product-photo?id=sku-1&n=1"
    assert get_photo_url(product, address) == address
    assert get_photo_url(product, "/etc/passwd") == "product-photo?id=sku-1"
    shown = replace(hit(product), matched_image="/srv/secret/2.jpg")
    html = card(shown, ENGLISH)
    assert 'src="product-photo?id=sku-1&amp;n=1"' in html
    assert "secret" not in html
    assert f'src="{address}"' in card(replace(shown, matched_image=address), ENGLISH)


def test_a_product_whose_photos_have_no_main_one_shows_the_first() -> None:
    product = dress(image="", images=("https://shop.test/1.jpg", "https://shop.test/2.jpg"))
    assert 'src="https://shop.test/1.jpg"' in card(hit(product), ENGLISH)


@pytest.mark.parametrize("image", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x"])
def test_no_other_url_scheme_reaches_the_browser(image: str) -> None:
    assert get_photo_url(dress(image=image)) == "product-photo?id=sku-1"


def test_contributions_are_named_largest_first() -> None:
    html = render_gallery([hit(dress(), lexical=0.2, text_image=0.4, new_part=0.1)], ENGLISH)
    names = ("Matches the photo", "Matches your keywords", "new part")
    assert [html.index(name) for name in names] == sorted(html.index(name) for name in names)
    assert [f"width:{n}%" in html for n in (100, 50, 25)] == [True] * 3
    assert ">red</li>" in html


def test_contributions_have_other_names_for_similar_products() -> None:
    html = render_gallery(
        [hit(dress(), image=0.5, text=0.5)], CardContext("en", is_similar_page=True)
    )
    assert "Looks similar" in html
    assert "your photo" not in html


def test_a_hit_without_contributions_has_no_explanation() -> None:
    assert "sw-explanation" not in card(Hit(dress(), 0.0, {}), ENGLISH)
    assert render_gallery([], ENGLISH) == '<ul class="sw-gallery"></ul>'


@pytest.mark.parametrize(
    ("in_stock", "availability", "badge"),
    [(True, "in_stock", ""), (False, "", "Out of stock"), (False, "out_of_stock", "Out of stock"),
     (False, "preorder", "Pre-order"), (False, "backorder", "On order")],
)  # fmt: skip
def test_the_badge_says_why_it_does_not_ship_now(
    in_stock: bool, availability: Availability, badge: str
) -> None:
    product = Product("1", "Mug", in_stock=in_stock, availability=availability)
    assert describe_stock(product, "en") == badge


def test_the_regular_price_is_struck_through_where_it_is_higher() -> None:
    def describe(price: float | None, list_price: float | None) -> str:
        product = Product("1", "Mug", price=price, list_price=list_price, currency="AED")
        return describe_list_price(product, "en")

    assert describe(5.0, 7.5).replace("\u00a0", " ") == "AED 7.50"
    assert describe(5.0, 5.0) == describe(5.0, None) == describe(None, 7.5) == ""
