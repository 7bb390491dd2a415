"""A hit as a card, and hits as a gallery."""

from collections.abc import Sequence
from urllib.parse import urlencode

from shopwindow.serving.web.card_context import CardContext
from shopwindow.serving.web.explanations import find_max_contribution, render_explanation
from shopwindow.serving.web.markup import Markup, action_button, tag
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
    return tag("ul.sw-gallery", *(tag("li", card) for card in cards))


def render_card(hit: Hit, context: CardContext, explanation: Markup) -> Markup:
    """Return one hit as a card that opens its similar products.

    Args:
        hit: The hit.
        context: What the cards share.
        explanation: Why the hit has its rank.
    """
    product, language = hit.product, context.language
    title = localize_title(product, language)
    more = translate("more_like_this", language)
    return tag(
        "article.sw-card" if product.in_stock else "article.sw-card.sw-sold-out",
        render_photo(product, language),
        tag(
            "div.sw-product-info",
            tag("p.sw-brand", product.brand, dir="auto") if product.brand else "",
            tag("h3", title, dir="auto"),
            render_price(product, language),
            render_variants_button(hit, language),
            explanation,
            render_product_actions(product, context.surface, language)
            if context.can_interact
            else "",
        ),
        action_button(
            "similar",
            tag("span", more, aria_hidden="true"),
            class_="sw-open",
            data_value=product.id,
            data_surface=context.surface,
            data_key=f"card {context.surface} {product.id}",
            aria_label=f"{more}: {title}",
        ),
        _render_less_like_button(product, title, language) if context.has_query else "",
        data_id=product.id,
        title=f"id: {product.id}",
    )


def _render_less_like_button(product: Product, title: str, language: Language) -> Markup:
    label = translate("less_like_this", language)
    return action_button(
        "add_negative_example",
        tag("span", "⊘", aria_hidden="true"),
        tag("span.sw-less-like-label", label, aria_hidden="true"),
        class_="sw-less-like",
        data_value=product.id,
        data_key=f"less like {product.id}",
        aria_label=f"{label}: {title}",
        title=label,
    )


def render_photo(product: Product, language: Language) -> Markup:
    """Return a product's photo, or a plain tile that says that there is none."""
    badge = "" if product.in_stock else tag("span.sw-badge", translate("out_of_stock", language))
    fallback = tag("span.sw-no-photo", translate("no_photo", language))
    if not product.image:
        return tag("div.sw-photo", fallback, badge)
    photo = tag(
        "img",
        src=get_photo_url(product),
        alt=localize_title(product, language),
        loading="lazy",
        decoding="async",
        referrerpolicy="no-referrer",
    )
    return tag("div.sw-photo", fallback, photo, badge)


def get_photo_url(product: Product) -> str:
    """Return where a browser gets the photo: its own URL, or our route by product id.

    A path never leaves this machine: the route looks it up by the id.
    """
    if product.image.lower().startswith(_URL_SCHEMES):
        return product.image
    return f"{PHOTO_ROUTE}?{urlencode({'id': product.id})}"


def render_variants_button(hit: Hit, language: Language) -> Markup:
    """Return a button that shows all variants of a hit; nothing where it has no others."""
    if hit.n_variants < 2:
        return Markup("")
    return action_button(
        "filter",
        translate_count("variants", hit.n_variants, language),
        class_="sw-chip sw-variants",
        data_name="group_id",
        data_value=hit.product.group_id,
        data_key=f"variants {hit.product.group_id}",
    )


def render_price(product: Product, language: Language) -> Markup:
    """Return the price; nothing where it is unknown."""
    if product.price is None:
        return Markup("")
    price = format_price(product.price, product.currency, language, trims_whole=True)
    return tag("p.sw-price", tag("bdi", price))
