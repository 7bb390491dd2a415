"""From the cells of one row to a product, or to the reason why there is none."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from core.errors import FeedError, InvalidProductError
from core.product import Product
from index.feeds.categories import parse_category
from index.feeds.columns import ColumnPlan
from index.feeds.currencies import currency_code
from index.feeds.images import PhotoRoot
from index.feeds.languages import language_code
from index.feeds.photos import PhotoFolder
from index.feeds.prices import Money, parse_price, sale_is_on
from index.feeds.records import CellError, as_json
from index.feeds.stock import LATER, parse_stock, stock_word
from index.feeds.texts import MAX_VALUE_CHARS, as_text, clean_line, is_empty
from index.feeds.times import parse_time
from index.feeds.words import read_object, read_words

T = TypeVar("T")
Cells = Mapping[str, object]

MAX_ATTRIBUTES = 100


@dataclass(frozen=True, slots=True)
class RowDefaults:
    """What holds for rows that do not say it themselves; empty: nothing does."""

    merchant_id: str = ""
    currency: str = ""
    language: str = ""


class ProductBuilder:
    """Builds products from rows; holds nothing that a row changes."""

    def __init__(
        self, feed: str, root: PhotoRoot, defaults: RowDefaults, photos: PhotoFolder | None
    ) -> None:
        self._feed = feed
        self._root = root
        self._defaults = defaults
        self._photos = photos

    def build(self, plan: ColumnPlan, cells: Cells) -> Product:
        """Return the product of a row.

        Raises:
            CellError: A value cannot be used; it carries the column, and the id when it was read.
            FeedError: The row holds a photo itself, and no folder for photos was given.
        """
        product_id = _read(plan, cells, "id", parse_id, "")
        if not product_id:
            raise CellError("an id expected, got nothing", plan.column("id"))
        try:
            return self._product(product_id, plan, cells)
        except CellError as exc:
            exc.product_id = product_id
            raise
        except InvalidProductError as exc:
            reason = f"{exc.expected} expected, got {str(exc.got)[:80]!r}"
            raise CellError(reason, plan.column(exc.field), product_id) from exc

    def _product(self, product_id: str, plan: ColumnPlan, cells: Cells) -> Product:
        default = self._defaults
        words = read_words(
            plan, cells, _read(plan, cells, "language", parse_language, default.language)
        )
        money = _money(plan, cells)
        currency = _read(plan, cells, "currency", parse_currency, default.currency)
        created: datetime | None = _read(plan, cells, "created_at", parse_time, None)
        return Product(
            id=product_id,
            title=words.title,
            description=words.description,
            translations=words.translations(),
            price=money.amount if money else None,
            currency=(money.currency if money else "") or currency,
            brand=_read(plan, cells, "brand", clean_line, ""),
            category=_read(plan, cells, "category", parse_category, ()),
            attributes=_attributes(plan, cells),
            image=_read(plan, cells, "image", self._image, ""),
            merchant_id=_read(plan, cells, "merchant_id", clean_line, default.merchant_id),
            group_id=_read(plan, cells, "group_id", parse_id, ""),
            in_stock=_read(plan, cells, "in_stock", parse_stock, True),
            created_at=created,
            language=words.language,
            popularity=_read(plan, cells, "popularity", parse_popularity, None),
        )

    def _image(self, value: object) -> str:
        """Return the place of a photo: an address, a path, or where its bytes were written.

        Raises:
            CellError: The place or the bytes cannot be used.
            FeedError: These are bytes, and no folder for them was given.
        """
        if isinstance(value, (list, tuple)):
            value = next((each for each in value if not is_empty(each)), "")
        if isinstance(value, dict):
            keys = ("bytes", "path", "url", "src", "link")
            value = next((value[key] for key in keys if not is_empty(value.get(key))), "")
        if isinstance(value, (bytes, bytearray)):
            if self._photos is None:
                raise FeedError(
                    self._feed,
                    "the feed holds the photos themselves; give a folder to write them to: "
                    'photo_folder="photos"',
                )
            return self._photos.save(bytes(value))
        if not isinstance(value, str):
            raise CellError(f"a path or an address expected, got {as_json(value)[:80]}")
        place = " ".join(parse_id(value).split()) if value else ""
        return self._root.place(place) if place else ""


def _read(plan: ColumnPlan, cells: Cells, field: str, parse: Callable[[object], T], empty: T) -> T:
    """Return the first value of a field's columns that says something.

    Raises:
        CellError: A value cannot be used; it carries the column.
    """
    for column in plan.fields.get(field, ()):
        value = cells.get(column)
        if is_empty(value):
            continue
        try:
            found = parse(value)
        except CellError as exc:
            exc.column = exc.column or column
            raise
        if found or not isinstance(found, (str, tuple)):
            return found
    return empty


def parse_id(value: object) -> str:
    """Return a key as it is, without blanks around it.

    Raises:
        CellError: It holds control characters or bytes that are not valid text.
    """
    text = as_text(value).strip()
    if text.isascii() and text.isprintable():
        return text
    if any(ord(ch) < 32 or 0x7F <= ord(ch) < 0xA0 for ch in text):
        raise CellError(f"a text without control characters expected, got {text[:60]!r}")
    if any(0xD800 <= ord(ch) <= 0xDFFF for ch in text):
        raise CellError("broken characters: these bytes are not valid UTF-8")
    return text


def parse_language(value: object) -> str:
    """Return the code of a language.

    Raises:
        CellError: It is no language.
    """
    code = language_code(as_text(value))
    if not code:
        raise CellError(f'a language such as "en" or "ar" expected, got {str(value)[:60]!r}')
    return code


def parse_currency(value: object) -> str:
    """Return the ISO code of a currency.

    Raises:
        CellError: It is no currency.
    """
    code = currency_code(as_text(value))
    if not code:
        raise CellError(f'a currency such as "AED" expected, got {str(value)[:60]!r}')
    return code


def parse_popularity(value: object) -> float | None:
    """Return how often something was sold or seen, written as prices are.

    Raises:
        CellError: It is not a number of zero or more.
    """
    try:
        return parse_price(value).amount
    except CellError as exc:
        raise CellError(f"a number of zero or more expected, got {str(value)[:60]!r}") from exc


def _money(plan: ColumnPlan, cells: Cells) -> Money | None:
    """Return what a shopper pays: a sale price that holds now and is lower, else the price."""
    price: Money | None = _read(plan, cells, "price", parse_price, None)
    sale: Money | None = _read(plan, cells, "sale_price", parse_price, None)
    if sale is None or not sale.amount or (price and price.amount <= sale.amount):
        return price
    return sale if _read(plan, cells, "sale_dates", sale_is_on, True) else price


def _attributes(plan: ColumnPlan, cells: Cells) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, column in plan.attributes:
        _add_attribute(found, name, cells.get(column), column)
    for column in plan.fields.get("attributes", ()):
        if not is_empty(cells.get(column)):
            for key, value in read_object(cells[column], column).items():
                _add_attribute(found, _line(key, column), value, column)
    for column in plan.fields.get("in_stock", ())[:1]:
        word = stock_word(cells.get(column))
        if word in LATER:
            found.setdefault("availability", word)
    return found


def _add_attribute(found: dict[str, str], name: str, value: object, column: str) -> None:
    """Take an attribute unless it is there already.

    Raises:
        CellError: There are too many, or its text is broken.
    """
    if is_empty(value) or not name:
        return
    if len(found) >= MAX_ATTRIBUTES:
        raise CellError(f"at most {MAX_ATTRIBUTES} attributes expected", column)
    if isinstance(value, list):
        value = ", ".join(_line(each, column) for each in value if not is_empty(each))
    text = as_json(value) if isinstance(value, dict) else value
    found.setdefault(name, _line(text, column))


def _line(value: object, column: str) -> str:
    try:
        return clean_line(value, MAX_VALUE_CHARS)
    except CellError as exc:
        exc.column = column
        raise
