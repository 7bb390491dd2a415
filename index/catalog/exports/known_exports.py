"""The exports that are recognized by their headers."""

from index.catalog.exports.bigcommerce import BIGCOMMERCE
from index.catalog.exports.magento import MAGENTO
from index.catalog.exports.prestashop import PRESTASHOP
from index.catalog.exports.salla import SALLA
from index.catalog.exports.shopify import SHOPIFY
from index.catalog.exports.woocommerce import WOOCOMMERCE

_EXPORTS = (SHOPIFY, WOOCOMMERCE, MAGENTO, SALLA, PRESTASHOP, BIGCOMMERCE)
EXPORT_FORMATS = {export.name: export for export in _EXPORTS}
"""Exports by name, in the order in which a header is compared with them."""


def find_export(columns: tuple[str, ...]) -> str:
    """Return the name of the export that has this header; empty when none has."""
    return next((name for name, known in EXPORT_FORMATS.items() if known.matches(columns)), "")
