"""What a visitor can do with a product: like it, put it into the cart, buy it, hide it."""

from typing import Final

from shopwindow.serving.web.markup import Markup, action_button, tag
from shopwindow.serving.web.translations import Language, localize_title, translate
from shopwindow.values import Product
from shopwindow.values.event import EventKind

PRODUCT_ACTIONS: Final[tuple[EventKind, ...]] = ("like", "cart", "purchase", "hide")
"""What can be done with a product, beside opening it."""


def render_product_actions(product: Product, surface: str, language: Language) -> Markup:
    """Return the buttons of a product; each is recorded as an event.

    Args:
        product: The product.
        surface: In what it is shown, as events call it.
        language: Of the labels.
    """
    title = localize_title(product, language)
    buttons = [
        action_button(
            "do",
            translate(f"do_{kind}", language),
            data_name=kind,
            data_value=product.id,
            data_surface=surface,
            data_key=f"{kind} {surface} {product.id}",
            aria_label=f"{translate(f'do_{kind}', language)}: {title}",
        )
        for kind in PRODUCT_ACTIONS
    ]
    return tag("div.sw-deeds", *buttons, role="group", aria_label=translate("deeds", language))
