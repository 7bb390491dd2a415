"""The merchants that a request is limited to: their products alone speak in its answer."""

from collections.abc import Iterable
from typing import TypeAlias

from index.product_index import ProductIndex
from shopwindow.values.product import Product
from shopwindow.values.query import Filters, as_tuple

MerchantIds: TypeAlias = tuple[str, ...]
"""Ids, each once, in order; none where all merchants may be seen."""


def get_merchant_ids(filters: Filters) -> MerchantIds:
    """Return the merchants that some filters let through; none for all of them."""
    return tuple(sorted(set(as_tuple(filters.merchant_id)))) if filters.merchant_id else ()


def filter_to_merchants(merchants: MerchantIds) -> Filters:
    """Return the filters that let the merchants through, and no others."""
    return Filters(merchant_id=merchants)


def is_visible(filters: Filters, product: Product) -> bool:
    """Return whether the merchants of some filters have a product among theirs."""
    merchants = get_merchant_ids(filters)
    return not merchants or product.merchant_id in merchants


def find_unknown(index: ProductIndex, product_ids: Iterable[str], filters: Filters) -> list[str]:
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
    found = set(index.filter_products(ids, filter_to_merchants(get_merchant_ids(filters))).values())
    return [each for each in ids if each not in found]
