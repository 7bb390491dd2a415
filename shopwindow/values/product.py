"""Products, as every part of Shopwindow sees them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import cast

from shopwindow.values.errors import InvalidProductError
from shopwindow.values.validation import MAX_ID_CHARS, Validator, are_plain_strings

_VALIDATOR = Validator(InvalidProductError)
_NON_NEGATIVE = ("a number of zero or more", lambda n: n >= 0)
_TEXT_FIELDS = (
    "id", "title", "description", "currency", "brand", "image", "merchant_id", "group_id",
    "language",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Translation:
    """A product's title and description in one further language.

    Attributes:
        title: The title in that language; may be empty when only the description is translated.
        description: The description in that language.

    Raises:
        InvalidProductError: A field is not a string, or not valid Unicode.
    """

    title: str = ""
    description: str = ""

    def __post_init__(self) -> None:
        """Validate the texts.

        Raises:
            InvalidProductError: See the class.
        """
        if are_plain_strings((self.title, self.description)):
            return
        for name in ("title", "description"):
            object.__setattr__(self, name, _VALIDATOR.check_text(name, getattr(self, name)))


@dataclass(frozen=True, slots=True)
class Product:
    """One product of a catalogue. Only `id` and one of `title` or `image` are required.

    Attributes:
        id: The shop's own key, unique in a catalogue, at most 512 characters.
        title: Title in the catalogue's main language.
        description: Description in the catalogue's main language.
        translations: Title and description in further languages, by language code ("ar").
        price: Price in `currency`, zero or more; None when unknown.
        currency: ISO 4217 code ("AED"); empty when unknown.
        brand: Brand name as displayed to shoppers.
        category: Path from the broadest to the narrowest: ("Clothing", "Dresses").
        attributes: Further values by name: {"color": "red", "size": "M"}.
        image: Path or http(s) address of the main photo; empty when there is none.
        merchant_id: The seller, where one catalogue holds several.
        group_id: Shared by the variants of one item (its sizes and colours).
        in_stock: Whether it can be bought now.
        popularity: How much it is sold, viewed or liked, in any unit that the shop counts in;
            higher is more. None when unknown.
        created_at: When it entered the catalogue; with a time zone.
        language: Language code of `title` and `description` ("en"); empty when unknown.

    Raises:
        InvalidProductError: A field is missing or invalid; the error names it.
    """

    id: str
    title: str = ""
    description: str = ""
    translations: Mapping[str, Translation] = field(default_factory=dict)
    price: float | None = None
    currency: str = ""
    brand: str = ""
    category: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    image: str = ""
    merchant_id: str = ""
    group_id: str = ""
    in_stock: bool = True
    created_at: datetime | None = None
    language: str = ""
    popularity: float | None = None

    def __post_init__(self) -> None:
        """Validate the fields and freeze the mappings, so that a product never changes.

        Raises:
            InvalidProductError: See the class.
        """
        for name, value in (*_validate_texts(self), *_validate_other_fields(self)):
            object.__setattr__(self, name, value)
        titles = [self.title, *(words.title for words in self.translations.values())]
        if not self.image and not any(title.strip() for title in titles):
            raise InvalidProductError("title", "a title or an image", self.title)

    def __reduce__(self) -> tuple[object, ...]:
        """Return how to unpickle the product: read-only mappings are pickled as dictionaries."""
        values = [getattr(self, name) for name in self.__slots__]
        plain_values = [dict(v) if isinstance(v, MappingProxyType) else v for v in values]
        return (Product, tuple(plain_values))


def _validate_texts(product: Product) -> Iterator[tuple[str, str]]:
    """Yield the validated texts by field name; nothing when all are plain strings already."""
    texts = [getattr(product, name) for name in _TEXT_FIELDS]
    if are_plain_strings(texts) and product.id.strip() and len(product.id) <= MAX_ID_CHARS:
        return
    yield "id", _VALIDATOR.check_text("id", product.id, MAX_ID_CHARS, required=True)
    for name, text in zip(_TEXT_FIELDS, texts, strict=True):
        yield name, _VALIDATOR.check_text(name, text)


def _validate_other_fields(product: Product) -> Iterator[tuple[str, object]]:
    """Yield the validated mappings, numbers, flags and times by field name."""
    yield "translations", MappingProxyType(_validate_translations(product.translations))
    yield "attributes", MappingProxyType(_validate_attributes(product.attributes))
    yield "category", _validate_category(product.category)
    for name in ("price", "popularity"):
        number = _VALIDATOR.check_optional_number(name, getattr(product, name), *_NON_NEGATIVE)
        yield name, number
    yield "in_stock", _VALIDATOR.check_bool("in_stock", product.in_stock)
    if product.created_at is not None:
        yield "created_at", _VALIDATOR.check_datetime("created_at", product.created_at)


def _validate_translations(value: object) -> dict[str, Translation]:
    expected = "Translation values by language code"
    translations = _VALIDATOR.check_mapping("translations", value, expected)
    for translation in translations.values():
        if not isinstance(translation, Translation):
            raise InvalidProductError("translations", expected, translation)
    return cast(dict[str, Translation], translations)


def _validate_attributes(value: object) -> dict[str, str]:
    attributes = _VALIDATOR.check_mapping("attributes", value, "texts by name")
    if are_plain_strings(list(attributes.values())):
        return cast(dict[str, str], attributes)
    return {name: _VALIDATOR.check_text("attributes", text) for name, text in attributes.items()}


def _validate_category(value: object) -> tuple[str, ...]:
    if isinstance(value, (str, set, frozenset)):
        raise InvalidProductError("category", "a tuple from the broadest to the narrowest", value)
    return _VALIDATOR.check_texts("category", value)
