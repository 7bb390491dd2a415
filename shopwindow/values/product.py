"""What a shop sells, as every part of Shopwindow sees it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import cast

from shopwindow.values.errors import InvalidProductError
from shopwindow.values.validation import MAX_ID_CHARS, Validator, are_plain_strings

_CHECK = Validator(InvalidProductError)
_AMOUNT = ("a number of zero or more", lambda n: n >= 0)
_TEXTS = (
    "id", "title", "description", "currency", "brand", "image", "merchant_id", "group_id",
    "language",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Translation:
    """A product's words in one further language.

    Attributes:
        title: The title in that language; may be empty when only the description is translated.
        description: The description in that language.

    Raises:
        InvalidProductError: One of them is not a text.
    """

    title: str = ""
    description: str = ""

    def __post_init__(self) -> None:
        """Check the texts.

        Raises:
            InvalidProductError: See the class.
        """
        if are_plain_strings((self.title, self.description)):
            return
        for name in ("title", "description"):
            object.__setattr__(self, name, _CHECK.check_text(name, getattr(self, name)))


@dataclass(frozen=True, slots=True)
class Product:
    """One thing that a shop sells. Only `id` and one of `title` or `image` are required.

    Attributes:
        id: The shop's own key, unique in a catalogue, at most 512 characters.
        title: Title in the catalogue's first language.
        description: Description in the catalogue's first language.
        translations: Words in further languages, by language code ("ar").
        price: Price in `currency`, zero or more; None when unknown.
        currency: ISO 4217 code ("AED"); empty when unknown.
        brand: Brand as shoppers read it.
        category: Path from general to special: ("Clothing", "Dresses").
        attributes: Further named values: {"color": "red", "size": "M"}.
        image: Path or http(s) address of the main photo; empty when there is none.
        merchant_id: The seller, where one catalogue holds several.
        group_id: Shared by the variants of one thing (its sizes and colours).
        in_stock: Whether it can be bought now.
        popularity: How much it is sold, seen or liked, in any unit that the shop counts in; higher
            is more. None when unknown.
        created_at: When it entered the catalogue; with a time zone.
        language: Language code of `title` and `description` ("en"); empty when unknown.

    Raises:
        InvalidProductError: A field has no sense; the error names it.
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
        """Check the fields and freeze the mappings, so that a product never changes.

        Raises:
            InvalidProductError: See the class.
        """
        for name, checked in (*_texts(self), *_values(self)):
            object.__setattr__(self, name, checked)
        titles = [self.title, *(each.title for each in self.translations.values())]
        if not self.image and not any(title.strip() for title in titles):
            raise InvalidProductError("title", "a title or an image", self.title)

    def __reduce__(self) -> tuple[object, ...]:
        """Return what pickle rebuilds the product from: a read-only mapping cannot be pickled."""
        values = [getattr(self, name) for name in self.__slots__]
        plain = [dict(v) if isinstance(v, MappingProxyType) else v for v in values]
        return (Product, tuple(plain))


def _texts(given: Product) -> Iterator[tuple[str, str]]:
    """Yield the checked texts that differ from those given, by name."""
    texts = [getattr(given, name) for name in _TEXTS]
    if are_plain_strings(texts) and given.id.strip() and len(given.id) <= MAX_ID_CHARS:
        return
    yield "id", _CHECK.check_text("id", given.id, MAX_ID_CHARS, required=True)
    for name, text in zip(_TEXTS, texts, strict=True):
        yield name, _CHECK.check_text(name, text)


def _values(given: Product) -> Iterator[tuple[str, object]]:
    yield "translations", MappingProxyType(_translations(given.translations))
    yield "attributes", MappingProxyType(_attributes(given.attributes))
    yield "category", _category(given.category)
    yield "price", _CHECK.check_optional_number("price", given.price, *_AMOUNT)
    yield "popularity", _CHECK.check_optional_number("popularity", given.popularity, *_AMOUNT)
    yield "in_stock", _CHECK.check_bool("in_stock", given.in_stock)
    if given.created_at is not None:
        yield "created_at", _CHECK.check_datetime("created_at", given.created_at)


def _translations(value: object) -> dict[str, Translation]:
    expected = "core.Translation by language"
    found = _CHECK.check_mapping("translations", value, expected)
    for each in found.values():
        if not isinstance(each, Translation):
            raise InvalidProductError("translations", expected, each)
    return cast(dict[str, Translation], found)


def _attributes(value: object) -> dict[str, str]:
    given = _CHECK.check_mapping("attributes", value, "texts by name")
    if are_plain_strings(list(given.values())):
        return cast(dict[str, str], given)
    return {name: _CHECK.check_text("attributes", each) for name, each in given.items()}


def _category(value: object) -> tuple[str, ...]:
    if isinstance(value, (str, set, frozenset)):
        raise InvalidProductError("category", "a tuple from general to special", value)
    return _CHECK.check_texts("category", value)
