"""The exports that are recognized by their headers."""

import codecs
import re

from index.catalog.exports.ad_catalogs import META, TIKTOK
from index.catalog.exports.amazon_listings import AMAZON_LISTINGS
from index.catalog.exports.amazon_template import AMAZON_TEMPLATE
from index.catalog.exports.bigcommerce import BIGCOMMERCE
from index.catalog.exports.magento import MAGENTO
from index.catalog.exports.prestashop import PRESTASHOP
from index.catalog.exports.salla import SALLA
from index.catalog.exports.shopify import SHOPIFY
from index.catalog.exports.woocommerce import WOOCOMMERCE
from index.catalog.exports.zid import ZID

_EXPORTS = (
    SHOPIFY, WOOCOMMERCE, MAGENTO, SALLA, ZID, PRESTASHOP, BIGCOMMERCE, AMAZON_LISTINGS,
    AMAZON_TEMPLATE, TIKTOK, META,
)  # fmt: skip
EXPORT_FORMATS = {export.name: export for export in _EXPORTS}
"""Exports by name, in the order in which a header is compared with them."""
_JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
_N_HEADER_LINES = 8


def find_export(columns: tuple[str, ...]) -> str:
    """Return the name of the export that has this header; empty when none has."""
    return next((name for name, known in EXPORT_FORMATS.items() if known.matches(columns)), "")


def find_export_encoding(sample: bytes) -> str:
    """Return the encoding of a table that is not UTF-8, if its header is one that may have it.

    Args:
        sample: The first bytes of a file.

    Returns:
        Python's name of the encoding; empty when the header says nothing.
    """
    for export in _EXPORTS:
        for encoding in export.encodings:
            try:
                text = codecs.getincrementaldecoder(encoding)().decode(sample)
            except UnicodeError:
                continue
            headers = (line.split("\t") for line in text.splitlines()[:_N_HEADER_LINES])
            if _may_be(encoding, text) and any(export.matches(tuple(cells)) for cells in headers):
                return encoding
    return ""


def _may_be(encoding: str, text: str) -> bool:
    """Return whether a text looks like one of its encoding's language."""
    n_foreign = sum(not character.isascii() for character in text)
    return encoding != "cp932" or len(_JAPANESE.findall(text)) * 2 > n_foreign
