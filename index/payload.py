"""A product as the store keeps it, and filters as the store understands them."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from index.store.points import AnyOf, Between, Condition, FieldIndex, Payload, Value
from index.text.analyzer import Word, analyse, fold
from index.text.stemming import stemmed_language
from shopwindow.values.errors import InvalidQueryError
from shopwindow.values.product import Product, Translation
from shopwindow.values.query import Filters, several
from shopwindow.values.validation import Checker

CATEGORY_SEPARATOR = " > "
FACET_FIELDS = {
    "category": "category_path",
    "brand": "brand",
    "merchant_id": "merchant_id",
    "in_stock": "in_stock",
}
"""The stored field behind each facet of `core.FACETS`."""

_STOCK_LABELS: Mapping[Value, str] = {0: "false", 1: "true"}

PHOTO_HASH = "photo_hash"
PHOTO_PRINT = "photo_print"
"""Stored: what the photo looks like in 192 bytes; see `index.perceptual_hash`."""
TEXT_HASH = "text_hash"
DATA_HASH = "data_hash"
N_WORDS = "n_words"
GROUP = "group_id"
SURFACES = "surfaces"
"""Stored: the different words of titles, category, brand and attributes as they are written; from
them spelling is corrected and typing completed."""

LANGUAGES = "languages"
"""Stored: the languages of a product's texts that have stemmers of their own."""

TERM_FIELDS = {
    "category": "category_path",
    "brand": "brand",
    "attributes": "attributes_key",
}
"""The stored field behind each kind of name that a query's words are compared with."""

FIELDS = (
    FieldIndex("category_key", "keyword", linked=True, counted=True),
    FieldIndex("category_path", "keyword", counted=True),
    FieldIndex("brand_key", "keyword", linked=True, counted=True),
    FieldIndex("brand", "keyword", counted=True),
    FieldIndex("merchant_id", "keyword", linked=True, tenant=True, counted=True),
    FieldIndex("attributes_key", "keyword", counted=True),
    FieldIndex(GROUP, "keyword", counted=True),
    FieldIndex("price", "float", counted=True),
    FieldIndex("popularity", "float"),
    FieldIndex("in_stock", "integer", counted=True),
    FieldIndex("created_at", "float"),
    FieldIndex(N_WORDS, "integer"),
    FieldIndex(SURFACES, "keyword"),
    FieldIndex(LANGUAGES, "keyword"),
)

REMEMBERED = (PHOTO_PRINT,)
"""Further fields that are asked for over candidates."""

_NAMESPACE = uuid.UUID("6d2ff1a8-6f0b-5a3e-9a51-2b1f60c2f0c7")
_TITLE_COUNTS = 3  # a word of the title counts as often as three words elsewhere
_MAX_ENCODED_CHARS = 300


def point_id(product_id: str) -> str:
    """Return the UUIDv5 under which a product is stored: Qdrant takes no other text as id.

    Raises:
        InvalidQueryError: No product can have that id.
    """
    if type(product_id) is not str:
        product_id = _checked_id(product_id)
    return _point_id(product_id)


def point_ids(product_ids: Iterable[str]) -> list[str]:
    """Return the ids under which products are stored; see `point_id`.

    Raises:
        InvalidQueryError: One is no id, or they are one text, whose letters would be taken for ids.
    """
    if isinstance(product_ids, str) or not isinstance(product_ids, Iterable):
        raise InvalidQueryError("product_ids", "ids in a list", product_ids)
    return [point_id(each) for each in product_ids]


@lru_cache(maxsize=100_000)
def _point_id(product_id: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, _checked_id(product_id)))


def _checked_id(product_id: object) -> str:
    return Checker(InvalidQueryError).text("product_id", product_id)


def document_words(product: Product) -> tuple[Word, ...]:
    """Return the words a product can be found by, in all its languages; the title's thrice.

    What is written alike in several of its languages, such as the brand, has the stem of the first
    one: a query asks for the stems of every language, and would count it once for each.
    """
    rest = {stemmed_language(product.language): [*_names(product)]}
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
    return [(stemmed_language(code), text) for code, text in texts]


def _titles(product: Product) -> dict[str, list[str]]:
    """Return the titles by language, the product's own first."""
    found: dict[str, list[str]] = {}
    for language, text in _texts(product):
        found.setdefault(language, []).append(text.title)
    return found


def _analysed(texts: Mapping[str, list[str]]) -> tuple[Word, ...]:
    return tuple(word for code in texts for word in analyse(" ".join(texts[code]), code))


def _names(product: Product) -> tuple[str, ...]:
    return (*product.category, product.brand, *product.attributes.values())


def _surfaces(product: Product) -> list[str]:
    texts = _titles(product)
    texts[stemmed_language(product.language)] += _names(product)
    words = _analysed(texts)
    return sorted({word.surface.casefold() for word in words if not word.surface[0].isdigit()})


def encoded_texts(product: Product) -> tuple[str, ...]:
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
        GROUP: product.group_id,
        "price": product.price,
        "popularity": product.popularity,
        "in_stock": int(product.in_stock),
        "created_at": product.created_at.timestamp() if product.created_at else None,
        SURFACES: _surfaces(product),
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


def conditions(filters: Filters) -> tuple[Condition, ...]:
    """Return the filters as conditions on stored fields; all must hold."""
    found: list[Condition] = []
    if filters.category:
        found.append(AnyOf("category_key", (_category_key(filters.category),)))
    if filters.brand:
        found.append(AnyOf("brand_key", tuple(fold(each) for each in several(filters.brand))))
    if filters.merchant_id:
        found.append(AnyOf("merchant_id", several(filters.merchant_id)))
    if filters.price_min is not None or filters.price_max is not None:
        found.append(Between("price", filters.price_min, filters.price_max))
    if filters.in_stock is not None:
        found.append(AnyOf("in_stock", (int(filters.in_stock),)))
    for name, wanted in sorted(filters.attributes.items()):
        keys = tuple(_attribute_key(name, value) for value in several(wanted))
        found.append(AnyOf("attributes_key", keys))
    if filters.group_id:
        found.append(AnyOf(GROUP, (filters.group_id,)))
    if filters.created_since is not None:
        found.append(Between("created_at", low=filters.created_since.timestamp()))
    return tuple(found)


def labelled(name: str, counts: Mapping[Value, int], limit: int) -> dict[str, int]:
    """Return a facet's counts by value as a filter takes it, the first `limit` of them."""
    labels: Mapping[Value, str] = _STOCK_LABELS if name == "in_stock" else {}
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
