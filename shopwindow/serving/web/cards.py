"""One product of an answer as a card, and many of them as a gallery."""

from collections.abc import Sequence
from urllib.parse import urlencode

from shopwindow.serving.web.card_context import CardLook
from shopwindow.serving.web.explanations import longest_part, reasons
from shopwindow.serving.web.markup import Markup, action, tag
from shopwindow.serving.web.price_formatting import price_text
from shopwindow.serving.web.product_actions import deeds
from shopwindow.serving.web.translations import Language, say, title_of
from shopwindow.values import Hit, Product

PHOTO_ROUTE = "product-photo"
"""Where the page asks for the photo of a product that lies on this machine."""

_ADDRESSES = ("http://", "https://")


def gallery(hits: Sequence[Hit], look: CardLook) -> Markup:
    """Return the hits as a list of cards, in their order.

    Args:
        hits: Best first.
        look: What the cards share.
    """
    longest = longest_part(hits)
    cards = [
        tag("li", card(each, look, reasons(each, look, place, longest)))
        for place, each in enumerate(hits, start=1)
    ]
    return tag("ul.sw-gallery", *cards)


def card(hit: Hit, look: CardLook, why: Markup) -> Markup:
    """Return one hit as a card that leads to the products like it.

    Args:
        hit: The hit.
        look: What the cards share.
        why: The reasons for its place.
    """
    product, language = hit.product, look.language
    title = title_of(product, language)
    more = say("more_like", language)
    return tag(
        "article.sw-card" if product.in_stock else "article.sw-card.sw-sold-out",
        photo_box(product, language),
        tag(
            "div.sw-about",
            tag("p.sw-brand", product.brand, dir="auto") if product.brand else "",
            tag("h3", title, dir="auto"),
            price_line(product, language),
            variants(hit, language),
            why,
            deeds(product, look.surface, language) if look.can_act else "",
        ),
        action(
            "similar",
            tag("span", more, aria_hidden="true"),
            class_="sw-open",
            data_value=product.id,
            data_surface=look.surface,
            data_key=f"card {look.surface} {product.id}",
            aria_label=f"{more}: {title}",
        ),
        _put_aside(product, title, language) if look.is_ranked else "",
        data_id=product.id,
        title=f"id: {product.id}",
    )


def _put_aside(product: Product, title: str, language: Language) -> Markup:
    label = say("not_like", language)
    return action(
        "avoid",
        tag("span", "⊘", aria_hidden="true"),
        tag("span.sw-aside-label", label, aria_hidden="true"),
        class_="sw-aside",
        data_value=product.id,
        data_key=f"aside {product.id}",
        aria_label=f"{label}: {title}",
        title=label,
    )


def photo_box(product: Product, language: Language) -> Markup:
    """Return a product's photo, or a plain tile that says that there is none."""
    sold_out = "" if product.in_stock else tag("span.sw-mark", say("out_of_stock", language))
    nothing = tag("span.sw-no-photo", say("no_photo", language))
    if not product.image:
        return tag("div.sw-photo", nothing, sold_out)
    photo = tag(
        "img",
        src=photo_address(product),
        alt=title_of(product, language),
        loading="lazy",
        decoding="async",
        referrerpolicy="no-referrer",
    )
    return tag("div.sw-photo", nothing, photo, sold_out)


def photo_address(product: Product) -> str:
    """Return where a browser gets the photo: its own address, or our route by product id.

    A path never leaves this machine: the route looks it up by the id.
    """
    if product.image.lower().startswith(_ADDRESSES):
        return product.image
    return f"{PHOTO_ROUTE}?{urlencode({'id': product.id})}"


def variants(hit: Hit, language: Language) -> Markup:
    """Return a button that shows all variants which the hit stands for, where there are more."""
    if hit.n_variants < 2:
        return Markup("")
    return action(
        "filter",
        say("variants", language, n=hit.n_variants),
        class_="sw-chip sw-variants",
        data_name="group_id",
        data_value=hit.product.group_id,
        data_key=f"variants {hit.product.group_id}",
    )


def price_line(product: Product, language: Language) -> Markup:
    """Return the price, or nothing where it is unknown."""
    if product.price is None:
        return Markup("")
    return tag("p.sw-price", tag("bdi", price_text(product.price, product.currency, language)))
