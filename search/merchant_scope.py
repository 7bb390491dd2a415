"""The merchants that a request is limited to: only their products can affect its response."""

from collections.abc import Iterable
from typing import TypeAlias

from index import ProductIndex
from shopwindow.values import Filters, Product, as_tuple

MerchantIds: TypeAlias = tuple[str, ...]
"""Unique ids, sorted; empty where all merchants are visible."""


def get_merchant_ids(filters: Filters) -> MerchantIds:
    """Return the merchants that some filters allow; empty for all of them."""
    return tuple(sorted(set(as_tuple(filters.merchant_id)))) if filters.merchant_id else ()


def filter_to_merchants(merchants: MerchantIds) -> Filters:
    """Return filters that allow only these merchants."""
    return Filters(merchant_id=merchants)


def is_visible(filters: Filters, product: Product) -> bool:
    """Return whether a product belongs to one of the merchants that some filters allow."""
    merchants = get_merchant_ids(filters)
    return not merchants or product.merchant_id in merchants


def find_unknown(index: ProductIndex, product_ids: Iterable[str], filters: Filters) -> list[str]:
    """Return the ids that do not exist for a client limited to the merchants of some filters.

    Another merchant's product counts as unknown too: an error must not reveal that it exists.

    Args:
        index: Has the products.
        product_ids: The ids to look up.
        filters: Only their merchants count: a product may be named that does not pass the rest.

    Returns:
        The unknown ids, in the order they came.
    """
    ids = list(product_ids)
    merchant_filters = filter_to_merchants(get_merchant_ids(filters))
    visible = set(index.filter_products(ids, merchant_filters))
    return [product_id for product_id in ids if product_id not in visible]
