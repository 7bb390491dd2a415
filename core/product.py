"""What a shop sells, as every part of Shopwindow sees it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from core.errors import InvalidProductError

MAX_ID_CHARS = 512


@dataclass(frozen=True, slots=True)
class Translation:
    """A product's words in one further language.

    Attributes:
        title: The title in that language; may be empty when only the description is translated.
        description: The description in that language.
    """

    title: str = ""
    description: str = ""


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
        """Check the fields and freeze the mappings, so that a product never changes."""
        _check(self)
        object.__setattr__(self, "translations", MappingProxyType(dict(self.translations)))
        object.__setattr__(self, "attributes", MappingProxyType(dict(self.attributes)))

    def __reduce__(self) -> tuple[object, ...]:
        """Return what pickle rebuilds the product from: a read-only mapping cannot be pickled."""
        values = [getattr(self, name) for name in self.__slots__]
        plain = [dict(v) if isinstance(v, MappingProxyType) else v for v in values]
        return (Product, tuple(plain))


def _check(product: Product) -> None:
    if not isinstance(product.id, str) or not product.id.strip():
        raise InvalidProductError("id", "a text that is not empty", product.id)
    if len(product.id) > MAX_ID_CHARS:
        raise InvalidProductError("id", f"at most {MAX_ID_CHARS} characters", product.id)
    titles = [product.title, *(each.title for each in product.translations.values())]
    if not product.image and not any(title.strip() for title in titles):
        raise InvalidProductError("title", "a title or an image", product.title)
    price = product.price
    if price is not None and not (math.isfinite(price) and price >= 0):
        raise InvalidProductError("price", "a number of zero or more", price)
    popularity = product.popularity
    if popularity is not None and not (math.isfinite(popularity) and popularity >= 0):
        raise InvalidProductError("popularity", "a number of zero or more", popularity)
    if isinstance(product.category, str):
        raise InvalidProductError("category", "a tuple from general to special", product.category)
    if product.created_at is not None and product.created_at.tzinfo is None:
        raise InvalidProductError("created_at", "a time with a zone", product.created_at)
