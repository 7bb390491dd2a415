"""Google Merchant feeds as tables, where the header is more than plain names.

Columns may repeat ("additional_image_link" twice), name their parts in parentheses
("product_detail(section_name:attribute_name:attribute_value)"), or be in Arabic. Source: Google
Merchant Center Help, "Create a product data file" and the product data specification.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from index.catalog.delimited import DelimitedSource
from index.catalog.exports.export_values import build_attributes
from index.catalog.header_vocabulary import normalize_column_name
from index.catalog.records import NO_FIELD, MalformedRow, SourceRow

_DETAIL = "product_detail"
_PARTS = re.compile(r"[\w\s:;,.]*\)")
_PARTED = frozenset({"product_detail", "shipping", "tax", "installment", "loyalty_points"})
_REPEATED = frozenset({"additional_image_link", "product_highlight", "product_detail", "shipping"})
_ARABIC = {
    "id": ("المعرّف",),
    "title": ("العنوان",),
    "description": ("الوصف",),
    "in_stock": ("مدى التوفّر", "التوفّر", "مدى التوفر"),
    "price": ("السعر",),
    "sale_price": ("سعر التخفيض", "سعر البيع"),
    "sale_dates": ("تاريخ سريان سعر التخفيض", "تاريخ سريان سعر البيع"),
    "image": ("رابط الصورة",),
    "brand": ("العلامة التجارية",),
    "category": ("نوع المنتج", "فئة المنتج على Google"),
    "group_id": ("معرّف مجموعة السلع",),
}
_FIELD_BY_ARABIC_NAME = {
    normalize_column_name(name): field for field, names in _ARABIC.items() for name in names
}
_ARABIC_MARKS = frozenset(map(normalize_column_name, ("مدى التوفّر", "رابط الصورة")))
_COMMA, _COLON = re.compile(r"(?<!\\),"), re.compile(r"(?<!\\):")


class GoogleTableSource(DelimitedSource):
    """Reads such a table; see `FeedSource`. Repeated columns are numbered, the first one counts."""

    def get_format_columns(self) -> Mapping[str, tuple[str, ...]]:
        """Return the columns with Arabic names and those of product details, by field."""
        fields: dict[str, list[str]] = {}
        for column in self.read_columns():
            name = _strip_parts(column)
            field = _FIELD_BY_ARABIC_NAME.get(normalize_column_name(name), "")
            if name in _PARTED:
                field = "attributes" if name == _DETAIL else NO_FIELD
            if field or name in _PARTED:
                fields.setdefault(field, []).append(column)
        return {field: tuple(columns) for field, columns in fields.items()}

    def iter_rows(self) -> Iterator[SourceRow | MalformedRow]:
        """Yield the rows, with product details as names and values; see `DelimitedSource`.

        Yields:
            Rows, and malformed rows.

        Raises:
            FeedError: The file is missing, or has no header.
        """
        details = [name for name in self.read_columns() if _strip_parts(name) == _DETAIL]
        for row in super().iter_rows():
            if isinstance(row, SourceRow) and any(row.cells.get(name) for name in details):
                parsed = {name: parse_details(str(row.cells.get(name) or "")) for name in details}
                yield SourceRow(row.line, {**row.cells, **parsed}, row.warning)
            else:
                yield row

    def _name_columns(self, cells: list[str]) -> tuple[str, ...]:
        seen: Counter[str] = Counter()
        names = []
        for name in super()._name_columns(cells):
            seen[name] += 1
            is_repeated = seen[name] > 1 and _strip_parts(name) in _REPEATED
            names.append(f"{name} ({seen[name]})" if is_repeated else name)
        return tuple(names)


def is_google_header(columns: tuple[str, ...]) -> bool:
    """Return whether a header is Google's and more than plain names.

    A table of plain names is read as any other.
    """
    names = [_strip_parts(column) for column in columns]
    has_repeated = any(names.count(name) > 1 for name in _REPEATED)
    has_parts = any(
        name in _PARTED and name != column.strip()
        for name, column in zip(names, columns, strict=True)
    )
    keys = set(map(normalize_column_name, columns))
    return has_repeated or has_parts or _DETAIL in names or keys >= _ARABIC_MARKS


def parse_details(text: str) -> dict[str, str]:
    r"""Return the names and values of "General:Neck:Round,General:Care:30\:40"."""
    pairs = []
    for detail in _COMMA.split(text):
        parts = [part.replace("\\:", ":").replace("\\,", ",") for part in _COLON.split(detail)]
        if len(parts) >= 2:
            pairs.append((parts[-2].strip(), parts[-1].strip()))
    return build_attributes(pairs)


def _strip_parts(column: str) -> str:
    """Return a column's name without the number and the parts in parentheses: "product_detail"."""
    name = column.strip().removeprefix("g:")
    before, _, parts = name.rpartition("(")  # not by a pattern, which would be quadratic in blanks
    if _PARTS.fullmatch(parts):
        name = before
    return name.strip().casefold().replace(" ", "_")
