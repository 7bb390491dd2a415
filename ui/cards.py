"""One product of an answer as a card, and many of them as a gallery."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from core import Hit, Product
from ui.markup import Markup, action, tag
from ui.prices import price_text
from ui.texts import NAMES, Language, say, title_of

PHOTO_ROUTE = "product-photo"
"""Where the page asks for the photo of a product that lies on this machine."""

_ADDRESSES = ("http://", "https://")
_LEAST_PART = 0.005  # a bar thinner than that shows nothing


@dataclass(frozen=True, slots=True)
class CardLook:
    """What the cards of one gallery share.

    Attributes:
        language: Of titles and labels.
        of_product: The hits are like a product rather than like a query.
        longest: The part that fills a bar; the others are drawn in proportion.
    """

    language: Language
    of_product: bool = False
    longest: float = 1.0


def gallery(hits: Sequence[Hit], language: Language, of_product: bool = False) -> Markup:
    """Return the hits as a list of cards, in their order.

    Args:
        hits: Best first.
        language: Of titles and labels.
        of_product: The hits are like a product rather than like a query.
    """
    longest = max((part for hit in hits for part in hit.parts.values()), default=1.0)
    look = CardLook(language, of_product, longest)
    cards = [tag("li", card(each, look)) for each in hits]
    return tag("ul.sw-gallery", *cards)


def card(hit: Hit, look: CardLook) -> Markup:
    """Return one hit as a card that leads to the products like it."""
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
            reasons(hit, look),
        ),
        action(
            "similar",
            tag("span", more, aria_hidden="true"),
            class_="sw-open",
            data_value=product.id,
            data_key=f"card {product.id}",
            aria_label=f"{more}: {title}",
        ),
        data_id=product.id,
        title=f"id: {product.id}",
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


def reasons(hit: Hit, look: CardLook) -> Markup:
    """Return why a hit stands where it stands: matched words, and a bar for each part."""
    about = say("word", look.language)
    words = [tag("li", word, dir="auto", title=about) for word in hit.matched_words]
    parts = sorted(hit.parts.items(), key=lambda item: -item[1])
    bars = [_bar(name, part, look) for name, part in parts if part >= _LEAST_PART]
    if not words and not bars:
        return Markup("")
    return tag(
        "div.sw-why",
        tag("ul.sw-words", *words) if words else "",
        tag("ul.sw-bars", *bars) if bars else "",
        role="group",
        aria_label=say("why", look.language),
    )


def _bar(part: str, value: float, look: CardLook) -> Markup:
    name = _part_name(part, look)
    percent = f"{100 * min(value / look.longest, 1.0):.0f}%"
    bar = tag("span.sw-bar", tag("i", style=f"width:{percent}"), aria_hidden="true")
    return tag("li", tag("span.sw-part", name), bar, title=f"{name}: {value:.3f}")


def _part_name(part: str, look: CardLook) -> str:
    name = f"similar_{part}" if look.of_product else part
    known = name if name in NAMES else part
    return say(known, look.language) if known in NAMES else part.replace("_", " ")
