"""A product as the store keeps it, and filters as the store understands them."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from index.store.points import Condition, FieldIndex, FieldValue, In, Payload, Range
from index.text.analyzer import Token, analyze, fold
from index.text.stemming import get_stemmer_language
from shopwindow.values.errors import InvalidQueryError
from shopwindow.values.product import Product, Translation
from shopwindow.values.query import Filters, as_tuple
from shopwindow.values.validation import Validator

CATEGORY_SEPARATOR = " > "
FACET_FIELDS = {
    "category": "category_path",
    "brand": "brand",
    "merchant_id": "merchant_id",
    "in_stock": "in_stock",
}
"""The stored field behind each facet of `core.FACETS`."""

_STOCK_LABELS: Mapping[FieldValue, str] = {0: "false", 1: "true"}

PHOTO_DIGEST = "photo_hash"
PERCEPTUAL_HASH = "photo_print"
"""Stored: what the photo looks like in 192 bytes; see `index.perceptual_hash`."""
TEXT_DIGEST = "text_hash"
DATA_DIGEST = "data_hash"
DOC_LENGTH = "n_words"
GROUP_ID = "group_id"
SURFACE_FORMS = "surfaces"
"""Stored: the different words of titles, category, brand and attributes as they are written; from
them spelling is corrected and typing completed."""

LANGUAGES = "languages"
"""Stored: the languages of a product's texts that have stemmers of their own."""

ENTITY_FIELDS = {
    "category": "category_path",
    "brand": "brand",
    "attributes": "attributes_key",
}
"""The stored field behind each kind of name that a query's words are compared with."""

INDEXED_FIELDS = (
    FieldIndex("category_key", "keyword", enable_hnsw=True, is_cached=True),
    FieldIndex("category_path", "keyword", is_cached=True),
    FieldIndex("brand_key", "keyword", enable_hnsw=True, is_cached=True),
    FieldIndex("brand", "keyword", is_cached=True),
    FieldIndex("merchant_id", "keyword", enable_hnsw=True, is_tenant=True, is_cached=True),
    FieldIndex("attributes_key", "keyword", is_cached=True),
    FieldIndex(GROUP_ID, "keyword", is_cached=True),
    FieldIndex("price", "float", is_cached=True),
    FieldIndex("popularity", "float"),
    FieldIndex("in_stock", "integer", is_cached=True),
    FieldIndex("created_at", "float"),
    FieldIndex(DOC_LENGTH, "integer"),
    FieldIndex(SURFACE_FORMS, "keyword"),
    FieldIndex(LANGUAGES, "keyword"),
)

CACHED_FIELDS = (PERCEPTUAL_HASH,)
"""Further fields that are asked for over candidates."""

_NAMESPACE = uuid.UUID("6d2ff1a8-6f0b-5a3e-9a51-2b1f60c2f0c7")
_TITLE_COUNTS = 3  # a word of the title counts as often as three words elsewhere
_MAX_ENCODED_CHARS = 300


def to_point_id(product_id: str) -> str:
    """Return the UUIDv5 under which a product is stored: Qdrant takes no other text as id.

    Raises:
        InvalidQueryError: No product can have that id.
    """
    if type(product_id) is not str:
        product_id = _checked_id(product_id)
    return _point_id(product_id)


def to_point_ids(product_ids: Iterable[str]) -> list[str]:
    """Return the ids under which products are stored; see `point_id`.

    Raises:
        InvalidQueryError: One is no id, or they are one text, whose letters would be taken for ids.
    """
    if isinstance(product_ids, str) or not isinstance(product_ids, Iterable):
        raise InvalidQueryError("product_ids", "ids in a list", product_ids)
    return [to_point_id(each) for each in product_ids]


@lru_cache(maxsize=100_000)
def _point_id(product_id: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, _checked_id(product_id)))


def _checked_id(product_id: object) -> str:
    return Validator(InvalidQueryError).check_text("product_id", product_id)


def tokenize_product(product: Product) -> tuple[Token, ...]:
    """Return the words a product can be found by, in all its languages; the title's thrice.

    What is written alike in several of its languages, such as the brand, has the stem of the first
    one: a query asks for the stems of every language, and would count it once for each.
    """
    rest = {get_stemmer_language(product.language): [*_names(product)]}
    for language, text in _texts(product):
        rest.setdefault(language, []).append(text.description)
    words = _analysed(_titles(product)) * _TITLE_COUNTS + _analysed(rest)
    if len(rest) == 1:
        return words
    one = {word.surface.casefold(): word for word in reversed(words)}
    return tuple(one[word.surface.casefold()] for word in words)


def _texts(product: Product) -> list[tuple[str, Product | Translation]]:
    """Return the product's texts with their languages, as the analyser tells them apart."""
    texts: list[tuple[str, Product | Translation]] = [(product.language, product)]
    texts += sorted(product.translations.items())
    return [(get_stemmer_language(code), text) for code, text in texts]


def _titles(product: Product) -> dict[str, list[str]]:
    """Return the titles by language, the product's own first."""
    found: dict[str, list[str]] = {}
    for language, text in _texts(product):
        found.setdefault(language, []).append(text.title)
    return found


def _analysed(texts: Mapping[str, list[str]]) -> tuple[Token, ...]:
    return tuple(word for code in texts for word in analyze(" ".join(texts[code]), code))


def _names(product: Product) -> tuple[str, ...]:
    return (*product.category, product.brand, *product.attributes.values())


def _surfaces(product: Product) -> list[str]:
    texts = _titles(product)
    texts[get_stemmer_language(product.language)] += _names(product)
    words = _analysed(texts)
    return sorted({word.surface.casefold() for word in words if not word.surface[0].isdigit()})


def build_encoder_texts(product: Product) -> tuple[str, ...]:
    """Return what the encoder reads of a product: one text for each of its languages."""
    texts = [_encoded(product)]
    texts += [_encoded(each) for _, each in sorted(product.translations.items())]
    return tuple(text for text in texts if text)


def _encoded(words: Product | Translation) -> str:
    return ". ".join(part for part in (words.title, words.description) if part)[:_MAX_ENCODED_CHARS]


def to_payload(product: Product) -> Payload:
    """Return the stored form: the whole product, and beside it the fields that filter and count.

    Fields that end in `_key` are folded (case, Arabic letter forms), so that filters match as
    shoppers type; their unfolded twins keep the facet labels.
    """
    paths = [
        CATEGORY_SEPARATOR.join(product.category[: n + 1]) for n in range(len(product.category))
    ]
    fields: Payload = {
        "product": _plain(product),
        "category_path": paths,
        "category_key": sorted({fold(each) for each in (*paths, *product.category)}),
        "brand": product.brand,
        "brand_key": fold(product.brand),
        "merchant_id": product.merchant_id,
        "attributes_key": sorted(_attribute_key(*item) for item in product.attributes.items()),
        GROUP_ID: product.group_id,
        "price": product.price,
        "popularity": product.popularity,
        "in_stock": int(product.in_stock),
        "created_at": product.created_at.timestamp() if product.created_at else None,
        SURFACE_FORMS: _surfaces(product),
        LANGUAGES: sorted({code for code, _ in _texts(product) if code}),
    }
    return {name: value for name, value in fields.items() if value not in (None, "", [])}


def from_payload(payload: Mapping[str, Any]) -> Product:
    """Return the product that `to_payload` stored."""
    values = dict(payload["product"])
    translations = values.get("translations", {})
    if "created_at" in values:
        values["created_at"] = datetime.fromtimestamp(values["created_at"], UTC)
    values["category"] = tuple(values.get("category", ()))
    values["translations"] = {code: Translation(**each) for code, each in translations.items()}
    return Product(**values)


def to_conditions(filters: Filters) -> tuple[Condition, ...]:
    """Return the filters as conditions on stored fields; all must hold."""
    found: list[Condition] = []
    if filters.category:
        found.append(In("category_key", (_category_key(filters.category),)))
    if filters.brand:
        found.append(In("brand_key", tuple(fold(each) for each in as_tuple(filters.brand))))
    if filters.merchant_id:
        found.append(In("merchant_id", as_tuple(filters.merchant_id)))
    if filters.price_min is not None or filters.price_max is not None:
        found.append(Range("price", filters.price_min, filters.price_max))
    if filters.in_stock is not None:
        found.append(In("in_stock", (int(filters.in_stock),)))
    for name, wanted in sorted(filters.attributes.items()):
        keys = tuple(_attribute_key(name, value) for value in as_tuple(wanted))
        found.append(In("attributes_key", keys))
    if filters.group_id:
        found.append(In(GROUP_ID, (filters.group_id,)))
    if filters.created_since is not None:
        found.append(Range("created_at", low=filters.created_since.timestamp()))
    return tuple(found)


def label_facet_counts(name: str, counts: Mapping[FieldValue, int], limit: int) -> dict[str, int]:
    """Return a facet's counts by value as a filter takes it, the first `limit` of them."""
    labels: Mapping[FieldValue, str] = _STOCK_LABELS if name == "in_stock" else {}
    return {labels.get(value, str(value)): counts[value] for value in list(counts)[:limit]}


def _plain(product: Product) -> Payload:
    names = Product.__dataclass_fields__
    values = {name: getattr(product, name) for name in names}
    values["category"] = list(product.category)
    values["attributes"] = dict(product.attributes)
    values["translations"] = {
        code: {"title": each.title, "description": each.description}
        for code, each in product.translations.items()
    }
    if product.created_at:
        values["created_at"] = product.created_at.timestamp()
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}


def _category_key(category: str) -> str:
    return fold(CATEGORY_SEPARATOR.join(part.strip() for part in category.split(">")))


def _attribute_key(name: str, value: str) -> str:
    return f"{fold(name)}={fold(value)}"
