"""Building a product from the cells of one row."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from index.catalog.attributes import read_attributes
from index.catalog.category_paths import join_subcategory, parse_category
from index.catalog.column_mapping import ColumnPlan
from index.catalog.date_formats import DateOrder
from index.catalog.date_orders import NO_DATE_ORDERS, DateOrders
from index.catalog.embedded_photos import PhotoFolder
from index.catalog.field_values import (
    parse_code,
    parse_count,
    parse_currency,
    parse_gtin,
    parse_id,
    parse_language,
    parse_margin,
    parse_popularity,
    parse_quantity,
    parse_rating,
    parse_url,
)
from index.catalog.image_addresses import PhotoRoot
from index.catalog.localized_texts import read_texts
from index.catalog.records import CellError
from index.catalog.row_cells import Cells, DroppedValue, RowReader
from index.catalog.row_identity import require_id
from index.catalog.row_photos import ReadClip, RowPhotoReader
from index.catalog.row_prices import RowPrices, choose_currency, read_cost_margin, read_prices
from index.catalog.sale_status import require_for_sale
from index.catalog.stock_status import Stock, parse_stock
from index.catalog.text_cleaning import clean_line
from index.catalog.timestamps import parse_datetime
from shopwindow.values import Product
from shopwindow.values.errors import InvalidProductError

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
        read_clip: Makes photos of a clip; None to leave clips out.
    """

    def __init__(
        self,
        feed: str,
        root: PhotoRoot,
        defaults: RowDefaults,
        photos: PhotoFolder | None,
        read_clip: ReadClip | None = None,
    ) -> None:
        self._defaults = defaults
        self._photo_reader = RowPhotoReader(feed, root, photos, read_clip)

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
        product_id = require_id(row)
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

    def _build_product(
        self, product_id: str, merchant_id: str, row: RowReader, orders: DateOrders
    ) -> Product:
        defaults = self._defaults
        texts = read_texts(row, row.read("language", parse_language, defaults.language))
        named = row.read("currency", parse_currency, "")
        currency = choose_currency(row, named, defaults.currency)
        prices = read_prices(row, currency, orders)
        order = orders.get("created_at", DateOrder.UNKNOWN)
        created_at: datetime | None = row.read(
            "created_at", lambda value: parse_datetime(value, order), None
        )
        photos = self._photo_reader.read(row)
        stock = row.read("in_stock", parse_stock, Stock())
        rating_count: int | None = row.read("rating_count", parse_count, None)
        n_ratings = None if rating_count is None else float(rating_count)
        return Product(
            id=product_id,
            title=texts.title,
            description=texts.description,
            translations=texts.build_translations(),
            price=prices.price,
            currency=prices.currency or currency,
            list_price=prices.list_price,
            sale_price=prices.sale_price,
            sale_start=prices.sale_start,
            sale_end=prices.sale_end,
            brand=row.read("brand", clean_line, ""),
            category=_read_category(row),
            attributes=read_attributes(row),
            image=photos[0] if photos else "",
            images=photos[1:],
            merchant_id=merchant_id,
            group_id=row.read("group_id", parse_id, ""),
            in_stock=stock.in_stock,
            availability=stock.availability,
            quantity=row.find("quantity", parse_quantity, None),
            created_at=created_at,
            language=texts.language,
            popularity=row.read("popularity", parse_popularity, n_ratings),
            url=row.read("url", parse_url, ""),
            sku=row.read("sku", parse_code, ""),
            gtin=row.read("gtin", parse_gtin, ""),
            mpn=row.read("mpn", parse_code, ""),
            rating=row.read("rating", parse_rating, None),
            rating_count=rating_count,
            margin=_read_margin(row, prices),
            google_product_category=row.read("google_product_category", clean_line, ""),
        )


def _read_margin(row: RowReader, prices: RowPrices) -> float | None:
    """Return the margin, or what a cost above zero leaves of the price, as a share of it."""
    margin: float | None = row.read("margin", parse_margin, None)
    return read_cost_margin(row, prices.price, prices.currency) if margin is None else margin


def _read_category(row: RowReader) -> tuple[str, ...]:
    """Return the path of the category; a subcategory of its own column is its last part.

    A node of Google's taxonomy is less specific than the shop's own, and as a number says nothing.
    """
    path: tuple[str, ...] = row.read("category", parse_category, ())
    if not path:
        path = row.read("google_product_category", _parse_taxonomy_path, ())
    below: tuple[str, ...] = row.read("subcategory", parse_category, ())
    return join_subcategory(path, below)


def _parse_taxonomy_path(value: object) -> tuple[str, ...]:
    path = parse_category(value)
    return () if all(name.isdigit() for name in path) else path


def _find_cause(exc: InvalidProductError, row: RowReader) -> tuple[str, str]:
    """Return the column and the reason why a row makes no valid product.

    A title or photo that was dropped as unusable is the cause of a missing one.
    """
    if exc.field == "title":
        for dropped in row.dropped_values:
            if dropped.field in _TITLE_OR_IMAGE_FIELDS:
                return dropped.column, dropped.reason
    return row.plan.get_column(exc.field), f"{exc.expected} expected, got {str(exc.got)[:80]!r}"
