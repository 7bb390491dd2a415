"""Building a product from the cells of one row."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from index.catalog.attributes import read_attributes
from index.catalog.category_paths import parse_category
from index.catalog.column_mapping import ColumnPlan
from index.catalog.date_formats import DateOrder
from index.catalog.date_orders import NO_DATE_ORDERS, DateOrders
from index.catalog.embedded_photos import PhotoFolder
from index.catalog.field_values import parse_currency, parse_id, parse_language, parse_popularity
from index.catalog.image_addresses import PhotoRoot
from index.catalog.localized_texts import read_texts
from index.catalog.records import CellError, as_json
from index.catalog.row_cells import Cells, DroppedValue, RowReader
from index.catalog.row_prices import read_price
from index.catalog.sale_status import require_for_sale
from index.catalog.stock_status import parse_in_stock
from index.catalog.text_cleaning import clean_line, is_empty
from index.catalog.timestamps import parse_datetime
from shopwindow.values import Product
from shopwindow.values.errors import FeedError, InvalidProductError

_TITLE_OR_IMAGE_FIELDS = frozenset({"title", "translations", "image"})


@dataclass(frozen=True, slots=True)
class RowDefaults:
    """Values for rows that do not give their own; empty for none."""

    merchant_id: str = ""
    currency: str = ""
    language: str = ""


class BuiltProduct(NamedTuple):
    """A product, and the values that were dropped from it because they could not be used."""

    product: Product
    dropped_values: tuple[DroppedValue, ...] = ()


class ProductBuilder:
    """Builds products from rows; keeps no state between rows.

    Only the id and the seller must be readable: with wrong ones the product would replace another.
    An unusable value of any other field only drops that field.

    Args:
        feed: Name of the feed, for errors.
        root: Resolves photo paths.
        defaults: Values for rows that do not give their own.
        photos: Folder to write embedded photos to; None to refuse them.
    """

    def __init__(
        self, feed: str, root: PhotoRoot, defaults: RowDefaults, photos: PhotoFolder | None
    ) -> None:
        self._feed = feed
        self._root = root
        self._defaults = defaults
        self._photos = photos

    def build(
        self, plan: ColumnPlan, cells: Cells, orders: DateOrders = NO_DATE_ORDERS
    ) -> BuiltProduct:
        """Return the product of a row.

        Args:
            plan: Which columns fill which field.
            cells: The row's values by column.
            orders: Whether the day or the month comes first, by field.

        Raises:
            CellError: The row makes no product; the error carries the column, and the id if known.
            WithdrawnError: The row marks the product as not for sale.
            FeedError: The row contains a photo as bytes, and there is no folder for photos.
        """
        row = RowReader(plan, cells)
        product_id = row.read_required("id", parse_id)
        if not product_id:
            raise CellError("an id expected, got nothing", plan.get_column("id"))
        merchant_id = ""
        try:
            merchant_id = row.read_required("merchant_id", clean_line) or self._defaults.merchant_id
            require_for_sale(row)
            product = self._build_product(product_id, merchant_id, row, orders)
            return BuiltProduct(product, tuple(row.dropped_values))
        except CellError as exc:
            exc.product_id, exc.merchant_id = product_id, merchant_id
            raise
        except InvalidProductError as exc:
            column, reason = _find_cause(exc, row)
            raise CellError(reason, column, product_id, merchant_id) from exc

    def read_id(self, plan: ColumnPlan, cells: Cells) -> str:
        """Return the id of a row, which may be incomplete; empty when it cannot be read."""
        try:
            return RowReader(plan, cells).read_required("id", parse_id)
        except CellError:
            return ""

    def _build_product(
        self, product_id: str, merchant_id: str, row: RowReader, orders: DateOrders
    ) -> Product:
        defaults = self._defaults
        texts = read_texts(row, row.read("language", parse_language, defaults.language))
        # A row with an unknown currency must not get the shop's default one.
        currency = row.read("currency", parse_currency, "") or (
            "" if row.is_dropped("currency") else row.plan.currency or defaults.currency
        )
        price = read_price(row, currency, orders)
        order = orders.get("created_at", DateOrder.UNKNOWN)
        created_at: datetime | None = row.read(
            "created_at", lambda value: parse_datetime(value, order), None
        )
        return Product(
            id=product_id,
            title=texts.title,
            description=texts.description,
            translations=texts.build_translations(),
            price=price.amount if price else None,
            currency=(price.currency if price else "") or currency,
            brand=row.read("brand", clean_line, ""),
            category=_read_category(row),
            attributes=read_attributes(row),
            image=row.read("image", self._parse_image, ""),
            merchant_id=merchant_id,
            group_id=row.read("group_id", parse_id, ""),
            in_stock=row.read("in_stock", parse_in_stock, True),
            created_at=created_at,
            language=texts.language,
            popularity=row.read("popularity", parse_popularity, None),
        )

    def _parse_image(self, value: object) -> str:
        """Return a photo's address, its path, or the path that its bytes were written to.

        Raises:
            CellError: The address, path or bytes cannot be used.
            FeedError: The value is bytes, and there is no folder for photos.
        """
        if isinstance(value, (list, tuple)):
            value = next((item for item in value if not is_empty(item)), "")
        if isinstance(value, dict):
            keys = ("bytes", "path", "url", "src", "link")
            value = next((value[key] for key in keys if not is_empty(value.get(key))), "")
        if isinstance(value, (bytes, bytearray)):
            if self._photos is None:
                raise FeedError(
                    self._feed,
                    "the feed contains the photos as bytes; give a folder to write them to: "
                    'photo_folder="photos"',
                )
            return self._photos.save(bytes(value))
        if not isinstance(value, str):
            raise CellError(f"a path or an address expected, got {as_json(value)[:80]}")
        return self._root.resolve_first(value)


def _read_category(row: RowReader) -> tuple[str, ...]:
    """Return the path of the category; a subcategory of its own column is its last part."""
    path: tuple[str, ...] = row.read("category", parse_category, ())
    below: tuple[str, ...] = row.read("subcategory", parse_category, ())
    return path if path[-len(below) :] == below else path + below


def _find_cause(exc: InvalidProductError, row: RowReader) -> tuple[str, str]:
    """Return the column and the reason why a row makes no valid product.

    A title or photo that was dropped as unusable is the cause of a missing one.
    """
    if exc.field == "title":
        for dropped in row.dropped_values:
            if dropped.field in _TITLE_OR_IMAGE_FIELDS:
                return dropped.column, dropped.reason
    return row.plan.get_column(exc.field), f"{exc.expected} expected, got {str(exc.got)[:80]!r}"
