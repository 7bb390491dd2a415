"""Conversion of products to payloads, and of filters to conditions on payload fields."""

import json
from collections.abc import Callable, Iterable, Mapping, Set
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from index.pricing.price_range import PriceRange, ProductCondition
from index.pricing.price_view import (
    CURRENCY,
    OPEN_END,
    OPEN_START,
    PRICE,
    SALE_END,
    SALE_PRICE,
    SALE_START,
)
from index.store.points import FieldIndex, FieldValue, In, Payload, PointId, Range
from index.text.analyzer import Token, analyze, fold
from index.text.stemming import get_stemmer_language
from shopwindow.values import (
    OFFER_FIELDS,
    Filters,
    Product,
    ProductId,
    Translation,
    Validator,
    as_tuple,
    hash_product_id,
)
from shopwindow.values.errors import InvalidQueryError

CATEGORY_SEPARATOR = " > "
FACET_FIELDS = {
    "category": "category_path",
    "brand": "brand",
    "merchant_id": "merchant_id",
    "in_stock": "in_stock",
}
"""The payload field of each facet of `shopwindow.values.query.FACETS`."""

_STOCK_LABELS: Mapping[FieldValue, str] = {0: "false", 1: "true"}

PRODUCT = "product"
"""Payload field of a product's values without those of its offer."""
OFFER = "offer"
"""Payload field of the values that change by the hour, `OFFER_FIELDS`: they are written alone.

A JSON text, since the embedded engine takes 20 microseconds to convert an object of three values.
"""

PHOTO_DIGEST = "photo_hash"
FURTHER_PHOTO_DIGESTS = "photos_hash"
PERCEPTUAL_HASH = "photo_print"
"""Payload field of the photo's perceptual hash; see `index.perceptual_hash`."""
TEXT_DIGEST = "text_hash"
DATA_DIGEST = "data_hash"
DOC_LENGTH = "n_words"
GROUP_ID = "group_id"
SURFACE_FORMS = "surfaces"
"""Payload field of the distinct words of titles, category, brand and attributes as written, for
spelling correction and autocompletion."""

LANGUAGES = "languages"
"""Payload field of the languages of a product's texts that have their own stemmer."""

ENTITY_FIELDS = {
    "category": "category_path",
    "brand": "brand",
    "attributes": "attributes_key",
}
"""The payload field of each kind of entity name that query tokens are matched against."""

INDEXED_FIELDS = (
    FieldIndex("category_key", "keyword", enable_hnsw=True, is_cached=True),
    FieldIndex("category_path", "keyword", is_cached=True),
    FieldIndex("brand_key", "keyword", enable_hnsw=True, is_cached=True),
    FieldIndex("brand", "keyword", is_cached=True),
    FieldIndex("merchant_id", "keyword", enable_hnsw=True, is_tenant=True, is_cached=True),
    FieldIndex("attributes_key", "keyword", is_cached=True),
    FieldIndex(GROUP_ID, "keyword", is_cached=True),
    FieldIndex(PRICE, "float", is_cached=True),
    FieldIndex(CURRENCY, "keyword", is_cached=True),
    FieldIndex(SALE_PRICE, "float", is_cached=True),
    FieldIndex(SALE_START, "float", is_cached=True),
    FieldIndex(SALE_END, "float", is_cached=True),
    FieldIndex("popularity", "float"),
    FieldIndex("rating", "float"),
    FieldIndex("in_stock", "integer", is_cached=True),
    FieldIndex("created_at", "float"),
    FieldIndex(DOC_LENGTH, "integer"),
    FieldIndex(SURFACE_FORMS, "keyword"),
    FieldIndex(LANGUAGES, "keyword"),
)

PRODUCT_PARTS = (PRODUCT, OFFER)
"""Payload fields that a product is read from."""

CACHED_FIELDS = (PERCEPTUAL_HASH,)
"""Payload fields that are cached but not indexed: they are read for many candidates."""

WORD_FIELDS = frozenset(
    {
        "title", "description", "translations", "language", "category", "brand", "attributes",
        "sku", "gtin", "mpn",
    }
)  # fmt: skip
"""Fields of a product that its tokens and surface forms are made of."""

_TIMES = frozenset({"created_at", "sale_start", "sale_end"})
_TUPLES = frozenset({"category", "images"})
_NAMES = tuple(name for name in Product.__dataclass_fields__ if name not in OFFER_FIELDS)
_OFFER_NAMES = tuple(name for name in Product.__dataclass_fields__ if name in OFFER_FIELDS)
_EMPTY: tuple[object, ...] = (None, "", [], {})
_TITLE_REPEATS = 3  # title tokens count three times
_MAX_ENCODED_CHARS = 300
_CACHED_NAMES = 50_000


def to_point_id(product_id: ProductId) -> PointId:
    """Return the point id of a product, a UUIDv5: Qdrant accepts no other strings as ids.

    Raises:
        InvalidQueryError: The value cannot be a product id.
    """
    if type(product_id) is not str:
        product_id = _validate_id(product_id)
    return _compute_point_id(product_id)


def to_point_ids(product_ids: Iterable[ProductId]) -> list[PointId]:
    """Return the point ids of products; see `to_point_id`.

    Raises:
        InvalidQueryError: A value is not a product id, or a string came instead of a list: its
            letters would be taken for ids.
    """
    if isinstance(product_ids, str) or not isinstance(product_ids, Iterable):
        raise InvalidQueryError("product_ids", "ids in a list", product_ids)
    return [to_point_id(product_id) for product_id in product_ids]


@lru_cache(maxsize=100_000)
def _compute_point_id(product_id: ProductId) -> PointId:
    return PointId(hash_product_id(_validate_id(product_id)))


def _validate_id(product_id: object) -> str:
    return Validator(InvalidQueryError).check_text("product_id", product_id)


def tokenize_product(product: Product) -> tuple[Token, ...]:
    """Return the tokens of a product in all its languages; those of the title three times.

    A word that several languages write alike, such as the brand, gets the stem of the first
    language only: a query asks for the stems of every language and would count each of them.
    """
    other_texts = {
        get_stemmer_language(product.language): [*_collect_names(product), *_collect_codes(product)]
    }
    for language, text in _collect_texts(product):
        other_texts.setdefault(language, []).append(text.description)
    title_tokens = _analyze_texts(_collect_titles(product))
    tokens = title_tokens * _TITLE_REPEATS + _analyze_texts(other_texts)
    if len(other_texts) == 1:
        return tokens
    first_by_surface = {token.surface.casefold(): token for token in reversed(tokens)}
    return tuple(first_by_surface[token.surface.casefold()] for token in tokens)


def _collect_texts(product: Product) -> list[tuple[str, Product | Translation]]:
    """Return the product's texts with the language codes of their stemmers."""
    texts: list[tuple[str, Product | Translation]] = [(product.language, product)]
    texts += sorted(product.translations.items())
    return [(get_stemmer_language(code), text) for code, text in texts]


def _collect_titles(product: Product) -> dict[str, list[str]]:
    """Return the titles by language, the product's own language first."""
    titles: dict[str, list[str]] = {}
    for language, text in _collect_texts(product):
        titles.setdefault(language, []).append(text.title)
    return titles


def _analyze_texts(texts: Mapping[str, list[str]]) -> tuple[Token, ...]:
    return tuple(token for code in texts for token in analyze(" ".join(texts[code]), code))


def _collect_names(product: Product) -> tuple[str, ...]:
    return (*product.category, product.brand, *product.attributes.values())


def _collect_codes(product: Product) -> tuple[str, ...]:
    return tuple(code for code in (product.sku, product.gtin, product.mpn) if code)


def _collect_surface_forms(product: Product) -> list[str]:
    texts = _collect_titles(product)
    texts[get_stemmer_language(product.language)] += _collect_names(product)
    surfaces = {token.surface for token in _analyze_texts(texts)}
    return sorted({surface.casefold() for surface in surfaces if not surface[0].isdigit()})


def build_encoder_texts(product: Product) -> tuple[str, ...]:
    """Return the texts of a product to encode: one for each of its languages."""
    texts = [_join_texts(product)]
    texts += [_join_texts(translation) for _, translation in sorted(product.translations.items())]
    return tuple(text for text in texts if text)


def _join_texts(source: Product | Translation) -> str:
    return ". ".join(text for text in (source.title, source.description) if text)[
        :_MAX_ENCODED_CHARS
    ]


def to_payload(product: Product) -> Payload:
    """Return the payload of a product: the whole product, and fields to filter and count by.

    Fields that end in `_key` are folded (case, Arabic letter forms), so that filters match what
    shoppers type; their counterparts without `_key` keep the original text for facet labels.
    """
    fields = {**build_data_fields(product), **build_word_fields(product)}
    return {name: value for name, value in fields.items() if not is_empty(value)}


def build_data_fields(product: Product, changed: Set[str] | None = None) -> Payload:
    """Return the payload fields that need no analysis of texts; empty ones are included.

    Args:
        product: The product.
        changed: Only the payload fields that are derived from one of these fields of the product;
            None for all, with the whole product and its offer.
    """
    fields: Payload = {} if changed is not None else to_plain_values(product)
    for sources, build in _DERIVATIONS:
        if changed is None or not changed.isdisjoint(sources):
            fields |= build(product)
    return fields


def build_word_fields(product: Product) -> Payload:
    """Return the payload fields that are made of words; empty ones are included."""
    return {
        SURFACE_FORMS: _collect_surface_forms(product),
        LANGUAGES: sorted({code for code, _ in _collect_texts(product) if code}),
    }


def is_empty(value: object) -> bool:
    """Return whether a payload field has no value, so that it is not stored."""
    return value in (None, "", [])


@lru_cache(maxsize=_CACHED_NAMES)
def _fold_name(name: str) -> str:
    """Return a folded name; most products share theirs with others."""
    return fold(name)


def _build_attribute_keys(product: Product) -> list[str]:
    values = dict(product.attributes)
    if product.availability:
        values.setdefault("availability", product.availability)
    return sorted(_make_attribute_key(*item) for item in values.items())


def _build_price_fields(product: Product) -> Payload:
    if product.sale_price is None:
        return {PRICE: product.price, SALE_PRICE: None, SALE_START: None, SALE_END: None}
    start, end = product.sale_start, product.sale_end
    return {
        PRICE: product.list_price,
        SALE_PRICE: product.sale_price,
        SALE_START: start.timestamp() if start else OPEN_START,
        SALE_END: end.timestamp() if end else OPEN_END,
    }


def _build_category_fields(product: Product) -> Payload:
    category = product.category
    paths = [CATEGORY_SEPARATOR.join(category[: n + 1]) for n in range(len(category))]
    keys = sorted({_fold_name(name) for name in (*paths, *category)})
    return {"category_path": paths, "category_key": keys}


def _build_created_at(product: Product) -> Payload:
    return {"created_at": product.created_at.timestamp() if product.created_at else None}


_DERIVATIONS: tuple[tuple[tuple[str, ...], Callable[[Product], Payload]], ...] = (
    (("category",), _build_category_fields),
    (("brand",), lambda p: {"brand": p.brand, "brand_key": _fold_name(p.brand)}),
    (("merchant_id",), lambda p: {"merchant_id": p.merchant_id}),
    (("attributes", "availability"), lambda p: {"attributes_key": _build_attribute_keys(p)}),
    (("group_id",), lambda p: {GROUP_ID: p.group_id}),
    (("currency",), lambda p: {CURRENCY: p.currency}),
    (("price", "list_price", "sale_price", "sale_start", "sale_end"), _build_price_fields),
    (("popularity",), lambda p: {"popularity": p.popularity}),
    (("rating",), lambda p: {"rating": p.rating}),
    (("in_stock",), lambda p: {"in_stock": int(p.in_stock)}),
    (("created_at",), _build_created_at),
)
"""Fields of a product, and the payload fields that are derived from them."""


def from_payload(payload: Mapping[str, Any]) -> Product:
    """Return the product from a payload that `to_payload` made; its price is the current one.

    Args:
        payload: The fields `PRODUCT_PARTS`; without the offer, the product has none.
    """
    values = {**payload[PRODUCT], **read_offer(payload)}
    translations = values.get("translations", {})
    _restore_times(values)
    for name in _TUPLES & values.keys():
        values[name] = tuple(values[name])
    values["translations"] = {code: Translation(**texts) for code, texts in translations.items()}
    product = Product(**values)
    return product.price_at(datetime.now(UTC)) if product.sale_price is not None else product


def restore_offer(product_id: ProductId, payload: Mapping[str, Any]) -> Product:
    """Return a product with a stored offer and nothing else; see `from_payload`.

    Args:
        product_id: The product's id; it is the title too.
        payload: The field OFFER.
    """
    values = {"id": product_id, "title": product_id, **read_offer(payload)}
    _restore_times(values)
    return Product.restore(values)


def read_offer(payload: Mapping[str, Any]) -> Payload:
    """Return the values of a stored offer as plain JSON values; none when it was not read."""
    return dict(json.loads(payload[OFFER])) if OFFER in payload else {}


def _restore_times(values: Payload) -> None:
    for name in _TIMES & values.keys():
        values[name] = datetime.fromtimestamp(values[name], UTC)


def to_conditions(filters: Filters) -> tuple[ProductCondition, ...]:
    """Return filters as conditions on payload fields; a product must fulfil all of them."""
    conditions: list[ProductCondition] = []
    if filters.category:
        conditions.append(In("category_key", (_make_category_key(filters.category),)))
    if filters.brand:
        conditions.append(In("brand_key", tuple(fold(brand) for brand in as_tuple(filters.brand))))
    if filters.merchant_id:
        conditions.append(In("merchant_id", as_tuple(filters.merchant_id)))
    if filters.price_min is not None or filters.price_max is not None:
        conditions.append(PriceRange(filters.price_min, filters.price_max, filters.currency))
    if filters.in_stock is not None:
        conditions.append(In("in_stock", (int(filters.in_stock),)))
    for name, values in sorted(filters.attributes.items()):
        keys = tuple(_make_attribute_key(name, value) for value in as_tuple(values))
        conditions.append(In("attributes_key", keys))
    if filters.group_id:
        conditions.append(In(GROUP_ID, (filters.group_id,)))
    if filters.created_since is not None:
        conditions.append(Range("created_at", low=filters.created_since.timestamp()))
    return tuple(conditions)


def label_facet_counts(name: str, counts: Mapping[FieldValue, int], limit: int) -> dict[str, int]:
    """Return the first `limit` facet counts by value as a filter accepts it."""
    labels: Mapping[FieldValue, str] = _STOCK_LABELS if name == "in_stock" else {}
    return {labels.get(value, str(value)): counts[value] for value in list(counts)[:limit]}


def to_plain_values(product: Product) -> Payload:
    """Return a product and its offer, without empty values, as plain JSON values."""
    values = {name: getattr(product, name) for name in _NAMES}
    values |= {name: list(values[name]) for name in _TUPLES}
    values["attributes"] = dict(product.attributes)
    values["translations"] = {
        code: {"title": texts.title, "description": texts.description}
        for code, texts in product.translations.items()
    }
    if product.created_at:
        values["created_at"] = product.created_at.timestamp()
    plain = {name: value for name, value in values.items() if value not in _EMPTY}
    return {PRODUCT: plain, OFFER: format_offer(to_plain_offer(product))}


def format_offer(offer: Payload) -> str:
    """Return an offer as it is stored, from its plain values."""
    return json.dumps(offer, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def to_plain_offer(product: Product) -> Payload:
    """Return the fields of a product's offer that are not empty as plain JSON values."""
    values: Payload = {
        name: value
        for name in _OFFER_NAMES
        if (value := getattr(product, name)) is not None and value != ""
    }
    for name in _TIMES & values.keys():
        values[name] = values[name].timestamp()
    if product.sale_price is not None:
        values.pop("price", None)  # or it would change with the clock, and the product with it
    return values


def _make_category_key(category: str) -> str:
    return fold(CATEGORY_SEPARATOR.join(level.strip() for level in category.split(">")))


def _make_attribute_key(name: str, value: str) -> str:
    return f"{_fold_name(name)}={_fold_name(value)}"
