"""Which columns of a feed an update may use, and why not the others."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from index.catalog.column_mapping import ColumnPlan
from index.catalog.header_vocabulary import FIELD_ALIASES
from shopwindow.values.errors import FeedError

_UPDATABLE = frozenset(
    {
        "price", "list_price", "sale_price", "sale_dates", "sale_start", "sale_end", "currency",
        "cost", "margin", "in_stock", "quantity", "brand", "category", "google_product_category",
        "subcategory", "group_id", "sku", "gtin", "mpn", "url", "popularity", "rating",
        "rating_count", "created_at", "attributes", "details",
    }
)  # fmt: skip
"""Fields of feeds that need no encoding."""

_NOT_ALONE = frozenset({"currency", "sale_dates", "sale_start", "sale_end", "subcategory", "cost"})
"""Fields that say something of another one."""

_ENCODED = "an update encodes nothing; index the product to change it"
_FOR_SALE = "an update removes nothing; index the feed to withdraw products"
_REASONS = {
    **dict.fromkeys(("title", "description", "translations", "image", "language"), _ENCODED),
    **dict.fromkeys(("status", "published", "visibility", "withdrawn"), _FOR_SALE),
}


def restrict_to_updatable(plan: ColumnPlan) -> ColumnPlan:
    """Return a plan without the columns that an update cannot use; they are ignored, with why."""
    fields = {name: columns for name, columns in plan.fields.items() if name not in _REASONS}
    restricted = replace(plan, fields=fields, localized=())
    read = set(restricted.list_columns())
    dropped = {
        column: _REASONS[name]
        for name, columns in plan.fields.items()
        for column in columns
        if name in _REASONS and column not in read
    }
    dropped |= {text.column: _ENCODED for text in plan.localized if text.column not in read}
    return replace(restricted, ignored={**plan.ignored, **dropped})


def check_updatable_columns(plan: ColumnPlan, columns: Iterable[str], path: Path) -> None:
    """Check that a plan has an id and something to update.

    Raises:
        FeedError: No column holds an id, or no other column can be updated.
    """
    fields = {name for name, names in plan.fields.items() if names}
    has_attributes = bool(plan.attributes or plan.inferred)
    if "id" in fields and (has_attributes or fields & (_UPDATABLE - _NOT_ALONE)):
        return
    found = ", ".join(list(columns)[:30]) or "none"
    if "id" not in fields:
        names = next(
            ", ".join(known.aliases[:12]) for known in FIELD_ALIASES if known.field == "id"
        )
        raise FeedError(
            path, f"no column holds an id. Columns found: {found}. Known names: {names}"
        )
    ignored = "; ".join(f"{column}: {reason}" for column, reason in plan.ignored.items())
    raise FeedError(
        path,
        f"no column beside the id can be updated. Columns found: {found}. An update needs a price, "
        f"stock, attributes or another field that is not encoded. {ignored}".rstrip(),
    )
