"""From the cells of one row to a product, or to the reason why there is none."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from index.catalog.attributes import read_attributes
from index.catalog.category_paths import parse_category
from index.catalog.column_mapping import ColumnPlan
from index.catalog.embedded_photos import PhotoFolder
from index.catalog.field_values import parse_currency, parse_id, parse_language, parse_popularity
from index.catalog.image_addresses import PhotoRoot
from index.catalog.localized_texts import read_texts
from index.catalog.records import CellError, as_json
from index.catalog.row_cells import Cells, DroppedValue, RowReader
from index.catalog.sale_status import require_for_sale
from index.catalog.stock_status import parse_in_stock
from index.catalog.text_cleaning import clean_line, is_empty
from index.catalog.timestamps import parse_datetime
from index.text.prices import Money, is_sale_active, parse_price
from shopwindow.values.errors import FeedError, InvalidProductError
from shopwindow.values.product import Product

_NEEDED = frozenset({"title", "translations", "image"})


@dataclass(frozen=True, slots=True)
class RowDefaults:
    """What holds for rows that do not say it themselves; empty: nothing does."""

    merchant_id: str = ""
    currency: str = ""
    language: str = ""


class BuiltProduct(NamedTuple):
    """A product, and what it goes without because its cell could not be used."""

    product: Product
    dropped_values: tuple[DroppedValue, ...] = ()


class ProductBuilder:
    """Builds products from rows; holds nothing that a row changes.

    Only the id and the seller must be readable: with one of another's, the product would stand
    for something else. Every other cell costs its own field.
    """

    def __init__(
        self, feed: str, root: PhotoRoot, defaults: RowDefaults, photos: PhotoFolder | None
    ) -> None:
        self._feed = feed
        self._root = root
        self._defaults = defaults
        self._photos = photos

    def build(self, plan: ColumnPlan, cells: Cells) -> BuiltProduct:
        """Return the product of a row.

        Raises:
            CellError: There is no product; it carries the column, and the id when it was read.
            WithdrawnError: The row says that the product is not for sale.
            FeedError: The row holds a photo itself, and no folder for photos was given.
        """
        row = RowReader(plan, cells)
        product_id = row.read_required("id", parse_id)
        if not product_id:
            raise CellError("an id expected, got nothing", plan.get_column("id"))
        merchant = ""
        try:
            merchant = row.read_required("merchant_id", clean_line) or self._defaults.merchant_id
            require_for_sale(row)
            return BuiltProduct(self._product(product_id, merchant, row), tuple(row.dropped_values))
        except CellError as exc:
            exc.product_id, exc.merchant_id = product_id, merchant
            raise
        except InvalidProductError as exc:
            column, reason = _cause(exc, row)
            raise CellError(reason, column, product_id, merchant) from exc

    def read_id(self, plan: ColumnPlan, cells: Cells) -> str:
        """Return the id of a row that may be a part of one; empty when it is not readable."""
        try:
            return RowReader(plan, cells).read_required("id", parse_id)
        except CellError:
            return ""

    def _product(self, product_id: str, merchant: str, row: RowReader) -> Product:
        default = self._defaults
        words = read_texts(row, row.read("language", parse_language, default.language))
        money = _money(row)
        currency = row.read("currency", parse_currency, "")
        # A currency that is named and not known is not the shop's usual one.
        usual = "" if row.is_dropped("currency") else default.currency
        created: datetime | None = row.read("created_at", parse_datetime, None)
        return Product(
            id=product_id,
            title=words.title,
            description=words.description,
            translations=words.build_translations(),
            price=money.amount if money else None,
            currency=(money.currency if money else "") or currency or usual,
            brand=row.read("brand", clean_line, ""),
            category=row.read("category", parse_category, ()),
            attributes=read_attributes(row),
            image=row.read("image", self._image, ""),
            merchant_id=merchant,
            group_id=row.read("group_id", parse_id, ""),
            in_stock=row.read("in_stock", parse_in_stock, True),
            created_at=created,
            language=words.language,
            popularity=row.read("popularity", parse_popularity, None),
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
        return self._root.resolve(place) if place else ""


def _money(row: RowReader) -> Money | None:
    """Return what a shopper pays: a sale price that holds now and is lower, else the price."""
    price: Money | None = row.read("price", parse_price, None)
    sale: Money | None = row.read("sale_price", parse_price, None)
    if sale is None or not sale.amount or (price and price.amount <= sale.amount):
        return price
    return sale if row.read("sale_dates", is_sale_active, True) else price


def _cause(exc: InvalidProductError, row: RowReader) -> tuple[str, str]:
    """Return the column and the reason of a product that lacks what it needs.

    When the title or the photo was there and could not be used, that is the reason.
    """
    if exc.field == "title":
        for loss in row.dropped_values:
            if loss.field in _NEEDED:
                return loss.column, loss.reason
    return row.plan.get_column(exc.field), f"{exc.expected} expected, got {str(exc.got)[:80]!r}"
