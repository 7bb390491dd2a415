"""The merchants that a request is limited to: their products alone speak in its answer."""

from collections.abc import Iterable
from typing import TypeAlias

from index.product_index import ProductIndex
from shopwindow.values.product import Product
from shopwindow.values.query import Filters, several

Merchants: TypeAlias = tuple[str, ...]
"""Ids, each once, in order; none where all merchants may be seen."""


def merchants_of(filters: Filters) -> Merchants:
    """Return the merchants that some filters let through; none for all of them."""
    return tuple(sorted(set(several(filters.merchant_id)))) if filters.merchant_id else ()


def only(merchants: Merchants) -> Filters:
    """Return the filters that let the merchants through, and no others."""
    return Filters(merchant_id=merchants)


def may_see(filters: Filters, product: Product) -> bool:
    """Return whether the merchants of some filters have a product among theirs."""
    merchants = merchants_of(filters)
    return not merchants or product.merchant_id in merchants


def unknown_to(index: ProductIndex, product_ids: Iterable[str], filters: Filters) -> list[str]:
    """Return the products that do not exist for who sees only the merchants of some filters.

    Another merchant's product is as unknown as one that nobody has: an error must not tell which.

    Args:
        index: Has the products.
        product_ids: The products.
        filters: Only their merchants count: a product may be named that does not pass the rest.

    Returns:
        Their ids, in their order.
    """
    ids = list(product_ids)
    found = set(index.products_passing(ids, only(merchants_of(filters))).values())
    return [each for each in ids if each not in found]
