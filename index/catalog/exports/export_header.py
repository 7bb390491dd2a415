"""The header of an export: the feed's own names of the columns that the adapter knows by key."""

from collections.abc import Iterable, Mapping

from index.catalog.header_matching import match_field, match_language, strip_suffixes
from index.catalog.header_vocabulary import (
    ATTRIBUTE_BY_COLUMN,
    ATTRIBUTE_PREFIX,
    normalize_column_name,
)

Cells = Mapping[str, object]


class ExportHeader:
    """Finds columns by an adapter's keys, whatever language or version the header is in.

    Args:
        columns: The column names of the header.
        names: Known headings by key, most trusted first; they are compared like all column names.

    Attributes:
        columns: The column names of the header.
    """

    def __init__(self, columns: tuple[str, ...], names: Mapping[str, tuple[str, ...]]) -> None:
        self.columns = columns
        # "سعر المنتج (ر.س)" is the heading of prices too, where no other column has it.
        present = {normalize_column_name(strip_suffixes(name)): name for name in reversed(columns)}
        present |= {normalize_column_name(name): name for name in reversed(columns)}
        self._columns = {
            key: next(filter(None, (present.get(normalize_column_name(n)) for n in known)), "")
            for key, known in names.items()
        }

    def has(self, *keys: str) -> bool:
        """Return whether the header has a column for each key."""
        return all(self._columns[key] for key in keys)

    def find(self, key: str) -> str:
        """Return the feed's name of a column; empty when the export has none."""
        return self._columns[key]

    def find_all(self, *keys: str) -> tuple[str, ...]:
        """Return the feed's names of those columns that the export has."""
        return tuple(filter(None, (self._columns[key] for key in keys)))

    def get_text(self, cells: Cells, key: str) -> str:
        """Return the text of a cell without surrounding spaces; empty without one."""
        return str(cells.get(self._columns[key]) or "").strip()

    def list_unused(self, used: Iterable[str]) -> tuple[str, ...]:
        """Return the columns that fill no field: neither used nor known to every feed."""
        taken = set(used)
        return tuple(
            column for column in self.columns if column not in taken and not _is_common(column)
        )


def _is_common(column: str) -> bool:
    return bool(
        match_field(column)
        or normalize_column_name(column) in ATTRIBUTE_BY_COLUMN
        or ATTRIBUTE_PREFIX.match(column.strip())
        or match_language(column)[1]
    )
