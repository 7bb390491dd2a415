"""A hit as a card, and hits as a gallery."""

from collections.abc import Sequence
from urllib.parse import urlencode

from markupsafe import Markup

from shopwindow.serving.web.card_context import CardContext
from shopwindow.serving.web.components import render_component
from shopwindow.serving.web.explanations import find_max_contribution, render_explanation
from shopwindow.serving.web.product_actions import render_product_actions
from shopwindow.serving.web.translations import localize_title, translate, translate_count
from shopwindow.values import Hit, Product
from shopwindow.values.display_formats import Language, format_price

PHOTO_ROUTE = "product-photo"
"""Route of product photos that are files of this machine."""

_URL_SCHEMES = ("http://", "https://")


def render_gallery(hits: Sequence[Hit], context: CardContext) -> Markup:
    """Return the hits as a list of cards, in their order.

    Args:
        hits: Best first.
        context: What the cards share.
    """
    max_contribution = find_max_contribution(hits)
    cards = [
        render_card(hit, context, render_explanation(hit, context, rank, max_contribution))
        for rank, hit in enumerate(hits, start=1)
    ]
    return render_component("gallery", cards=cards)


def render_card(hit: Hit, context: CardContext, explanation: Markup) -> Markup:
    """Return one hit as a card that opens its similar products.

    Args:
        hit: The hit.
        context: What the cards share.
        explanation: Why the hit has its rank.
    """
    product, language = hit.product, context.language
    has_actions = context.can_interact
    return render_component(
        "card",
        id=product.id,
        group_id=product.group_id,
        surface=context.surface,
        in_stock=product.in_stock,
        title=localize_title(product, language),
        brand=product.brand,
        price=describe_price(product, language),
        list_price=describe_list_price(product, language),
        list_price_label=translate("list_price", language),
        variants=_describe_variants(hit, language),
        photo=render_photo(product, language, hit.shown_image),
        explanation=explanation,
        actions=render_product_actions(product, context.surface, language) if has_actions else "",
        more_like_this=translate("more_like_this", language),
        less_like_this=translate("less_like_this", language) if context.has_query else "",
    )


def render_photo(product: Product, language: Language, image: str = "") -> Markup:
    """Return a product's photo, or a plain tile that says that there is none.

    Args:
        product: The product.
        language: Language of the page.
        image: Which of its photos; the first when empty.
    """
    return render_component(
        "photo",
        url=get_photo_url(product, image) if product.photos else "",
        title=localize_title(product, language),
        badge=describe_stock(product, language),
        no_photo=translate("no_photo", language),
    )


def get_photo_url(product: Product, image: str = "") -> str:
    """Return where a browser gets a photo: its own URL, or our route by product id and number.

    A path never leaves this machine: the route looks it up by the id and the number.

    Args:
        product: A product with a photo.
        image: Which of its photos; the first when empty, or when it is none of them.
    """
    photos = product.photos
    position = photos.index(image) if image in photos else 0
    if photos[position].lower().startswith(_URL_SCHEMES):
        return photos[position]
    number = {"n": position} if position else {}
    return f"{PHOTO_ROUTE}?{urlencode({'id': product.id, **number})}"


def describe_stock(product: Product, language: Language) -> str:
    """Return why a product cannot be shipped now; empty for one in stock."""
    if product.in_stock:
        return ""
    is_ordered = product.availability in {"preorder", "backorder"}
    return translate(product.availability if is_ordered else "out_of_stock", language)


def describe_price(product: Product, language: Language) -> str:
    """Return the price as text; empty where it is unknown."""
    if product.price is None:
        return ""
    return format_price(product.price, product.currency, language, trims_whole=True)


def describe_list_price(product: Product, language: Language) -> str:
    """Return the regular price as text; empty where it is unknown, or what a shopper pays."""
    if product.price is None or product.list_price is None or product.list_price <= product.price:
        return ""
    return format_price(product.list_price, product.currency, language, trims_whole=True)


def _describe_variants(hit: Hit, language: Language) -> str:
    """Return how many variants a hit stands for; empty where it has no others."""
    return translate_count("variants", hit.n_variants, language) if hit.n_variants > 1 else ""
