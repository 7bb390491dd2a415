"""Cards and galleries: what a shopper reads, with every text of a product escaped."""

import pytest

from shopwindow.serving.web.card_context import CardContext
from shopwindow.serving.web.cards import get_photo_url, render_gallery
from shopwindow.serving.web.markup import Markup
from shopwindow.serving.web.price_formatting import format_price
from shopwindow.serving.web.translations import Language
from shopwindow.values import Hit, Product, Translation

ENGLISH, ARABIC = CardContext("en"), CardContext("ar")
EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


def card(hit: Hit, look: CardContext) -> Markup:
    """Return a gallery of one card."""
    return render_gallery([hit], look)


def hit(product: Product, **parts: float) -> Hit:
    return Hit(product, sum(parts.values()), parts, ("red",))


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
    for shown in ("Red dress", "Noor", "AED 79.50", 'alt="Red dress"', 'data-act="similar"'):
        assert shown in html
    assert 'aria-label="More like this: Red dress"' in html
    assert 'title="id: sku-1"' in html
    assert "Out of stock" not in html


def test_a_card_in_arabic_takes_the_translation_and_arabic_labels() -> None:
    html = card(hit(dress(in_stock=False), lexical=0.5), ARABIC)
    for shown in ("فستان أحمر", "79.50 د.إ.", "غير متوفر", "تطابق الكلمات"):
        assert shown in html
    assert "Red dress" not in html


def test_a_product_without_that_translation_keeps_its_title() -> None:
    assert "Red dress" in card(hit(dress(translations={})), ARABIC)


def test_an_arabic_product_is_shown_in_english_where_it_can_be() -> None:
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


def test_a_product_with_only_a_photo_has_a_name() -> None:
    assert "Untitled product" in card(hit(Product("sku-1", image="photos/1.jpg")), ENGLISH)


def test_a_product_without_photo_says_so() -> None:
    html = card(hit(dress(image="")), ENGLISH)
    assert "<img" not in html
    assert "No photo" in html


def test_a_product_without_price_has_no_price_line() -> None:
    assert "sw-price" not in card(hit(dress(price=None)), ENGLISH)
    assert "AED 0" in card(hit(dress(price=0.0)), ENGLISH)


def test_a_path_never_reaches_the_browser() -> None:
    product = dress(image="/srv/secret/1.jpg", id="a b/é?&")
    assert get_photo_url(product) == "product-photo?id=a+b%2F%C3%A9%3F%26"
    assert "secret" not in card(hit(product), ENGLISH)


@pytest.mark.parametrize("address", ["http://shop.test/1.jpg", "HTTPS://shop.test/1.jpg"])
def test_a_photo_on_the_web_is_shown_from_there(address: str) -> None:
    assert get_photo_url(dress(image=address)) == address


@pytest.mark.parametrize("image", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x"])
def test_no_other_kind_of_address_reaches_the_browser(image: str) -> None:
    assert get_photo_url(dress(image=image)) == "product-photo?id=sku-1"


def test_the_reasons_are_in_words_with_the_largest_part_first() -> None:
    html = render_gallery([hit(dress(), lexical=0.2, text_image=0.4, new_part=0.1)], ENGLISH)
    names = ("photo shows it", "matches words", "new part")
    assert [html.index(name) for name in names] == sorted(html.index(name) for name in names)
    assert [f"width:{n}%" in html for n in (100, 50, 25)] == [True] * 3
    assert ">red</li>" in html


def test_similar_products_have_reasons_of_their_own() -> None:
    html = render_gallery(
        [hit(dress(), image=0.5, text=0.5)], CardContext("en", is_similar_page=True)
    )
    assert "looks alike" in html
    assert "your photo" not in html


def test_a_hit_without_reasons_has_none() -> None:
    assert "sw-why" not in card(Hit(dress(), 0.0, {}), ENGLISH)
    assert render_gallery([], ENGLISH) == '<ul class="sw-gallery"></ul>'


@pytest.mark.parametrize(
    ("price", "currency", "language", "shown"),
    [
        (80.0, "AED", "en", "AED 80"),
        (79.5, "AED", "en", "AED 79.50"),
        (1234.5, "USD", "en", "USD 1,234.50"),
        (12.345, "KWD", "en", "KWD 12.345"),
        (99.5, "JPY", "en", "JPY 100"),
        (5.0, "", "en", "5"),
        (79.5, "SAR", "ar", "79.50 ر.س."),
        (79.5, "CHF", "ar", "79.50 CHF"),
        (0.0, "AED", "en", "AED 0"),
    ],
)
def test_prices(price: float, currency: str, language: Language, shown: str) -> None:
    assert format_price(price, currency, language) == shown
