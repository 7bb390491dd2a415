"""Products, as every part of Shopwindow sees them."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Literal

from shopwindow.values.errors import InvalidProductError
from shopwindow.values.product_validation import Availability, check_sale, validate_fields
from shopwindow.values.translation import Translation


@dataclass(frozen=True, slots=True)
class Product:
    """One product of a catalogue. Only `id` and one of `title` or `image` are required.

    Attributes:
        id: The shop's own key, unique in a catalogue, at most 512 characters.
        title: Title in the catalogue's main language.
        description: Description in the catalogue's main language.
        translations: Title and description in further languages, by language code ("ar").
        price: What a shopper pays, in `currency`, zero or more; None when unknown. Of a sale with a
            window it is the price at the time when the product was read or answered; see
            `price_at`.
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
        url: http(s) address of the product's page in the shop.
        images: Paths or addresses of further photos, without `image`, at most twenty.
        sku: The stock keeping unit; it may be the id.
        gtin: Global trade item number (EAN, UPC, ISBN), digits only.
        mpn: The manufacturer's part number.
        list_price: The regular price, shown struck through beside a lower `price`.
        sale_price: What a shopper pays during a sale that has a start or an end; None without one.
        sale_start: When that sale starts, inclusive, with a time zone; None when it has started.
        sale_end: When it ends, inclusive, with a time zone; None when its end is not known.
        availability: "in_stock", "out_of_stock", "preorder" or "backorder"; empty for what
            `in_stock` says.
        quantity: Pieces in stock, zero or more; None when unknown.
        rating: Mean rating, 0 to 5; None without ratings.
        rating_count: Number of ratings; None when unknown.
        margin: What the shop earns of the price, as a share of it, at most 1; negative when it
            sells below cost. Never shown to shoppers.
        google_product_category: Path or number in Google's product taxonomy.

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
    url: str = ""
    images: tuple[str, ...] = ()
    sku: str = ""
    gtin: str = ""
    mpn: str = ""
    list_price: float | None = None
    sale_price: float | None = None
    sale_start: datetime | None = None
    sale_end: datetime | None = None
    availability: Availability | Literal[""] = ""
    quantity: int | None = None
    rating: float | None = None
    rating_count: int | None = None
    margin: float | None = None
    google_product_category: str = ""

    def __post_init__(self) -> None:
        """Validate the fields and freeze the mappings, so that a product never changes.

        Raises:
            InvalidProductError: See the class.
        """
        values = {name: getattr(self, name) for name in self.__slots__}
        for name, value in validate_fields(values):
            object.__setattr__(self, name, value)
        self._fill_price()
        titles = [self.title, *(words.title for words in self.translations.values())]
        if not self.image and not any(title.strip() for title in titles):
            raise InvalidProductError("title", "a title or an image", self.title)

    def __reduce__(self) -> tuple[object, ...]:
        """Return how to unpickle the product: read-only mappings are pickled as dictionaries."""
        values = [getattr(self, name) for name in self.__slots__]
        plain_values = [dict(v) if isinstance(v, MappingProxyType) else v for v in values]
        return (Product, tuple(plain_values))

    @classmethod
    def restore(cls, values: Mapping[str, Any]) -> "Product":
        """Return a product whose values were all validated before; only its sale is checked again.

        It takes a tenth of the time of validating. Mappings must not be changed afterwards.

        Args:
            values: Fields by name; those left out have their defaults.

        Raises:
            InvalidProductError: The sale is not complete.
        """
        product = object.__new__(cls)
        for name, set_value, default in _SETTERS:
            set_value(product, values.get(name, default))
        sale = {name: getattr(product, name) for name in _SALE_FIELDS}
        if any(value is not None for value in sale.values()):
            check_sale(sale)
        product._fill_price()
        return product

    def with_validated(self, changes: Mapping[str, Any]) -> "Product":
        """Return the product with other values that were validated, each by itself.

        Args:
            changes: New values by field; see `restore`.

        Raises:
            InvalidProductError: The sale is not complete.
        """
        return Product.restore(
            {**{name: getattr(self, name) for name in self.__slots__}, **changes}
        )

    @property
    def photos(self) -> tuple[str, ...]:
        """Paths or addresses of all photos, the main one first."""
        return (self.image, *self.images) if self.image else self.images

    def is_on_sale(self, now: datetime) -> bool:
        """Return whether a sale with a window is on at a time; False without such a sale."""
        if self.sale_price is None:
            return False
        has_started = self.sale_start is None or self.sale_start <= now
        return has_started and (self.sale_end is None or now <= self.sale_end)

    def price_at(self, now: datetime) -> "Product":
        """Return the product with the price that a shopper pays at a time."""
        if self.sale_price is None:
            return self
        price = self.sale_price if self.is_on_sale(now) else self.list_price
        return self if price == self.price else replace(self, price=price)

    def _fill_price(self) -> None:
        """Fill in the price of a sale with a window: the one at this time."""
        if self.sale_price is not None and self.price is None:
            object.__setattr__(self, "price", self.price_at(datetime.now(UTC)).price)


_SALE_FIELDS = ("sale_price", "sale_start", "sale_end")
_NO_VALUES: Mapping[str, Any] = MappingProxyType({})
_SETTERS: tuple[tuple[str, Callable[[Product, Any], None], Any], ...] = tuple(
    (
        f.name,
        getattr(Product, f.name).__set__,
        f.default if f.default_factory is MISSING else _NO_VALUES,
    )
    for f in fields(Product)
)
"""Writes to the slots of a product: a third of the time of `object.__setattr__`."""
