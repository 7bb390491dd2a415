"""Buttons of a product that record an interaction: like, add to cart, buy, hide."""

from typing import Final

from markupsafe import Markup

from shopwindow.serving.web.components import render_component
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
    return render_component(
        "product_actions",
        id=product.id,
        title=localize_title(product, language),
        surface=surface,
        label=translate("product_actions", language),
        actions={kind: translate(f"action_{kind}", language) for kind in PRODUCT_ACTIONS},
    )
