"""Buttons of a product that record an interaction: like, add to cart, buy, hide."""

from typing import Final

from shopwindow.serving.web.markup import Markup, action_button, tag
from shopwindow.serving.web.translations import localize_title, translate
from shopwindow.values import EventKind, Product
from shopwindow.values.display_formats import Language

PRODUCT_ACTIONS: Final[tuple[EventKind, ...]] = ("like", "cart", "purchase", "hide")
"""Interactions that have a button; a click is recorded when the product is opened."""


def render_product_actions(product: Product, surface: str, language: Language) -> Markup:
    """Return the buttons of a product; each is recorded as an event.

    Args:
        product: The product.
        surface: The surface that it is shown on, as events name it.
        language: Of the labels.
    """
    title = localize_title(product, language)
    buttons = [
        action_button(
            "interact",
            translate(f"action_{kind}", language),
            data_name=kind,
            data_value=product.id,
            data_surface=surface,
            data_key=f"{kind} {surface} {product.id}",
            aria_label=f"{translate(f'action_{kind}', language)}: {title}",
        )
        for kind in PRODUCT_ACTIONS
    ]
    label = translate("product_actions", language)
    return tag("div.sw-product-actions", *buttons, role="group", aria_label=label)
