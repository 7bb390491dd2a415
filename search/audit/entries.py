"""The products of an index as the report compares them, batch by batch."""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from index.payload import CATEGORY_SEPARATOR, PERCEPTUAL_HASH, PHOTO_DIGEST, from_payload
from index.product_index import ProductIndex
from index.store.points import PHOTO, Point
from index.text.analyzer import analyze, fold
from search.audit.findings import ProductSummary
from shopwindow.values.product import Product
from shopwindow.values.query import Filters

BATCH = 500

_ARABIC = re.compile(r"[\u0600-\u06FF]")
_FIELDS = ("title", "description", "price", "category", "brand", "image")


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """What is kept of a product until all were read; texts that many share are kept once.

    Attributes:
        product: What is shown of it.
        group: Its group; its own id when it belongs to none.
        title_key: Folded words of its title; empty without a title.
        missing_fields: Names of the fields that are empty.
        languages: Codes of the languages that it has a title in.
        merchant_id: Its seller.
        category: Its whole path.
        price: Its price, None when unknown.
        currency: Of the price.
        photo_hash: Digest of the photo; empty without a usable one.
        photo_print: See `index.perceptual_hash`; empty without a usable photo.
        has_photo: Whether its photo could be read when it was indexed.
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
    photo_hash: str
    photo_print: str
    has_photo: bool


def read_batches(
    index: ProductIndex, filters: Filters | None = None
) -> Iterator[list[tuple[Product, Point]]]:
    """Yield what passes with its points, vectors whole, in batches in the order of point ids.

    Yields:
        Batches of at most 500.
    """
    after = ""
    while True:
        points, after = index.browse_vectors(after, BATCH, filters)
        yield [(from_payload(point.payload), point) for point in points]
        if not after:
            return


def build_entry(product: Product, point: Point) -> AuditEntry:
    """Return what is kept of a product."""
    titles = [product.title, *(each.title for each in product.translations.values())]
    title = next((each for each in titles if each.strip()), "")
    return AuditEntry(
        product=ProductSummary(product.id, title, product.image),
        group=product.group_id or product.id,
        title_key=" ".join(fold(word.surface) for word in analyze(title)),
        missing_fields=tuple(name for name in _FIELDS if _is_empty(product, name)),
        languages=detect_languages(product),
        merchant_id=sys.intern(product.merchant_id),
        category=sys.intern(CATEGORY_SEPARATOR.join(product.category)),
        price=product.price,
        currency=sys.intern(product.currency),
        photo_hash=str(point.payload.get(PHOTO_DIGEST, "")),
        photo_print=str(point.payload.get(PERCEPTUAL_HASH, "")),
        has_photo=PHOTO in point.vectors,
    )


def detect_languages(product: Product) -> frozenset[str]:
    """Return the languages of a product's titles; a title in Arabic letters is Arabic."""
    titles = {product.language: product.title}
    titles |= {code: each.title for code, each in product.translations.items()}
    known = {code for code, title in titles.items() if code and title.strip()}
    return frozenset(known | {"ar" for title in titles.values() if _ARABIC.search(title)})


def _is_empty(product: Product, name: str) -> bool:
    if name in {"title", "description"}:
        texts = [product, *product.translations.values()]
        return not any(str(getattr(each, name)).strip() for each in texts)
    return getattr(product, name) in (None, "", ())
