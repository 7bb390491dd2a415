"""Reader of any export: reads the table twice, the second time with what the first collected."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from index.catalog.delimited import DelimitedSource
from index.catalog.exports.collected_rows import CollectedRows
from index.catalog.exports.export_header import ExportHeader
from index.catalog.file_detection import iter_rows_safely
from index.catalog.header_vocabulary import FIELD_KEYS
from index.catalog.records import NO_FIELD, NOT_READ, MalformedRow, SourceRow, as_json


class ExportAdapter(Protocol):
    """What the rows of one shop system's export mean."""

    @property
    def derived_columns(self) -> tuple[str, ...]:
        """Names of the columns that `build` adds."""
        ...

    @property
    def unused(self) -> tuple[str, ...]:
        """Columns that are read by `get_fields` alone, whatever their names are."""
        ...

    @property
    def not_read(self) -> tuple[str, ...]:
        """Columns that say nothing of a product, whatever their names are."""
        ...

    def get_fields(self) -> Mapping[str, tuple[str, ...]]:
        """Return the columns by field, most trusted first."""
        ...

    def collect(self, row: SourceRow, collected: CollectedRows) -> None:
        """Store what other rows need of this one; called for every row before the first `build`."""
        ...

    def build(self, row: SourceRow, collected: CollectedRows) -> SourceRow | MalformedRow | None:
        """Return the product of a row; None when the row only adds to others."""
        ...


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """An export that is recognized by its header.

    Attributes:
        name: Its name as a format.
        names: Known headings by key, most trusted first.
        is_header: Whether a header is that of this export.
        open: Makes the adapter for a header.
        has_quotes: Whether quotes enclose cells; otherwise they are characters like any other.
        encodings: Encodings that such a table may have when it is not UTF-8, most certain first.
    """

    name: str
    names: Mapping[str, tuple[str, ...]]
    is_header: Callable[[ExportHeader], bool]
    open: Callable[[ExportHeader], ExportAdapter]
    has_quotes: bool = True
    encodings: tuple[str, ...] = ()

    def matches(self, columns: tuple[str, ...]) -> bool:
        """Return whether a header is that of this export."""
        return self.is_header(ExportHeader(columns, self.names))


class ExportSource:
    """Reads an export through its adapter; see `JoiningSource`.

    Args:
        export: The export.
        path: The file.
        encoding: Encoding of its text.
        delimiter: One character; empty to detect it.
    """

    def __init__(
        self, export: ExportFormat, path: Path, encoding: str, delimiter: str = ""
    ) -> None:
        self._table = DelimitedSource(path, encoding, delimiter, export.has_quotes)
        self._header = ExportHeader(self._table.read_columns(), export.names)
        self._open = export.open

    def read_columns(self) -> tuple[str, ...]:
        """Return the column names of the header, and of the columns that are derived."""
        return (*self._header.columns, *self._open(self._header).derived_columns)

    def get_format_columns(self) -> Mapping[str, tuple[str, ...]]:
        """Return the export's columns by field, those of the adapter, and those that are not read.

        An adapter may know more than products have fields for; such columns fill none.
        """
        adapter = self._open(self._header)
        known = {
            field: tuple(filter(None, columns)) for field, columns in adapter.get_fields().items()
        }
        fields = {field: columns for field, columns in known.items() if field in FIELD_KEYS}
        used = {column for columns in fields.values() for column in columns}
        beyond = (column for columns in known.values() for column in columns if column not in used)
        of_adapter = tuple(dict.fromkeys((*filter(None, adapter.unused), *beyond)))
        not_read = tuple(name for name in adapter.not_read if name not in used)
        rest = self._header.list_unused({*used, *of_adapter, *not_read})
        return {**fields, NO_FIELD: of_adapter, NOT_READ: (*not_read, *rest)}

    def iter_single_rows(self) -> Iterator[SourceRow | MalformedRow]:
        """Return the rows of the table; see `JoiningSource`."""
        return self._table.iter_rows()

    def iter_rows(self) -> Iterator[SourceRow | MalformedRow]:
        """Yield the products, in the order of the file.

        Yields:
            A row per product; rows that only add to others are left out.

        Raises:
            FeedError: The file is missing, or has no header.
        """
        adapter = self._open(self._header)
        with CollectedRows() as collected:
            for row in iter_rows_safely(self._table):
                if isinstance(row, MalformedRow):
                    collected.has_malformed = True
                else:
                    adapter.collect(row, collected)
            for row in self._table.iter_rows():
                if isinstance(row, MalformedRow):
                    collected.last_malformed_line = row.line
                    yield row
                elif (built := adapter.build(row, collected)) is not None:
                    yield built


def inherit_cells(
    own: Mapping[str, object], parent: Mapping[str, object], *, never: tuple[str, ...] = ()
) -> dict[str, object]:
    """Return a variant's cells, with its parent's where they are empty.

    Args:
        own: The variant's cells.
        parent: The parent's cells.
        never: Columns that are the parent's alone.
    """
    inherited = {name: value for name, value in parent.items() if name not in never}
    return {**inherited, **{name: value for name, value in own.items() if value}}


def keep_filled(cells: Mapping[str, object]) -> dict[str, object]:
    """Return the cells that are not empty."""
    return {name: value for name, value in cells.items() if value}


def build_orphan(row: SourceRow) -> MalformedRow:
    """Return a malformed row for a variant whose product's title and status are unknown."""
    return MalformedRow(
        row.line,
        "the first row of this product could not be read, so its title and status are not known",
        raw=as_json(row.cells),
    )
