"""The products of an index in the form that the audit compares, batch by batch."""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from index import (
    CATEGORY_SEPARATOR,
    PERCEPTUAL_HASH,
    PHOTO_DIGEST,
    IndexEntry,
    ProductIndex,
)
from index.store import PHOTO
from index.text import analyze, fold
from search.audit.findings import ProductSummary
from shopwindow.values import Filters, Product

BATCH_SIZE = 500

_ARABIC = re.compile(r"[\u0600-\u06FF]")
_FIELDS = ("title", "description", "price", "category", "brand", "image")


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """What is kept of a product during an audit; strings that many share are interned.

    Attributes:
        product: The summary that is reported.
        group: Id of its group of variants; its own id without one.
        title_key: Case-folded words of its title; empty without a title.
        missing_fields: Names of the fields that are empty.
        languages: Codes of the languages that it has a title in.
        merchant_id: The merchant.
        category: The whole category path.
        price: The price; None when unknown.
        currency: Currency of the price.
        photo_digest: Digest of the photo file; empty without a usable one.
        perceptual_hash: See `index.perceptual_hash`; empty without a usable photo.
        has_photo: Whether the photo could be read when it was indexed.
    """

    product: ProductSummary
    group: str
    title_key: str
    missing_fields: tuple[str, ...]
    languages: frozenset[str]
    merchant_id: str
    category: str
    price: float | None
    currency: str
    photo_digest: str
    perceptual_hash: str
    has_photo: bool


def read_batches(
    index: ProductIndex, filters: Filters | None = None
) -> Iterator[list[tuple[Product, IndexEntry]]]:
    """Yield the products that pass, with their entries, in the order of their hashes.

    Yields:
        Batches of at most 500.
    """
    after = ""
    while True:
        entries, after = index.browse_vectors(after, BATCH_SIZE, filters)
        yield [(entry.product, entry) for entry in entries]
        if not after:
            return


def build_entry(product: Product, entry: IndexEntry) -> AuditEntry:
    """Return the audit entry of a product."""
    titles = [product.title, *(translation.title for translation in product.translations.values())]
    title = next((text for text in titles if text.strip()), "")
    return AuditEntry(
        product=ProductSummary(product.id, title, product.image),
        group=product.group_id or product.id,
        title_key=" ".join(fold(token.surface) for token in analyze(title)),
        missing_fields=tuple(name for name in _FIELDS if _is_empty(product, name)),
        languages=detect_languages(product),
        merchant_id=sys.intern(product.merchant_id),
        category=sys.intern(CATEGORY_SEPARATOR.join(product.category)),
        price=product.price,
        currency=sys.intern(product.currency),
        photo_digest=str(entry.payload.get(PHOTO_DIGEST, "")),
        perceptual_hash=str(entry.payload.get(PERCEPTUAL_HASH, "")),
        has_photo=PHOTO in entry.vectors,
    )


def detect_languages(product: Product) -> frozenset[str]:
    """Return the languages of a product's titles; a title in Arabic script is Arabic."""
    titles = {product.language: product.title}
    titles |= {code: translation.title for code, translation in product.translations.items()}
    languages = {code for code, title in titles.items() if code and title.strip()}
    return frozenset(languages | {"ar" for title in titles.values() if _ARABIC.search(title)})


def _is_empty(product: Product, name: str) -> bool:
    if name in {"title", "description"}:
        texts = [product, *product.translations.values()]
        return not any(str(getattr(text_source, name)).strip() for text_source in texts)
    return getattr(product, name) in (None, "", ())
