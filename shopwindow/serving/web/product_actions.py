"""What a visitor can do with a product: like it, put it into the cart, buy it, hide it."""

from typing import Final

from shopwindow.serving.web.markup import Markup, action, tag
from shopwindow.serving.web.translations import Language, say, title_of
from shopwindow.values import Product
from shopwindow.values.event import EventKind

DEEDS: Final[tuple[EventKind, ...]] = ("like", "cart", "purchase", "hide")
"""What can be done with a product, beside opening it."""


def deeds(product: Product, surface: str, language: Language) -> Markup:
    """Return the buttons of a product; each is recorded as an event.

    Args:
        product: The product.
        surface: In what it is shown, as events call it.
        language: Of the labels.
    """
    title = title_of(product, language)
    buttons = [
        action(
            "do",
            say(f"do_{kind}", language),
            data_name=kind,
            data_value=product.id,
            data_surface=surface,
            data_key=f"{kind} {surface} {product.id}",
            aria_label=f"{say(f'do_{kind}', language)}: {title}",
        )
        for kind in DEEDS
    ]
    return tag("div.sw-deeds", *buttons, role="group", aria_label=say("deeds", language))
