"""Parquet feeds, read in batches; the only module here that imports pyarrow."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from index.catalog.records import MalformedRow, SourceRow
from shopwindow.values.errors import FeedError

_BATCH_ROWS = 512
_BATCH_ROWS_WITH_PHOTOS = 32
_BUFFER_BYTES = 1 << 20
_UNBUFFERED_BYTES = 64 << 20
_PARQUET_ERRORS = (pa.ArrowException, OSError, ValueError, KeyError, OverflowError)


class _UnreadableValue:
    """A value that pyarrow could not convert to a Python value; no parser accepts it."""

    def __init__(self, cause: Exception) -> None:
        self.cause = cause

    def __str__(self) -> str:
        return f"<a value that cannot be read: {self.cause}>"

    __repr__ = __str__


class ParquetSource:
    """Reads columns of texts, numbers, times, lists and structs; see `FeedSource`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._selected: frozenset[str] | None = None

    def read_columns(self) -> tuple[str, ...]:
        """Return the column names of the schema.

        Raises:
            FeedError: The file is not Parquet.
        """
        with self._open() as file:
            return tuple(file.schema_arrow.names)

    def get_format_columns(self) -> Mapping[str, tuple[str, ...]]:
        """Return nothing: columns are recognized by their names alone."""
        return {}

    def select_columns(self, columns: tuple[str, ...]) -> None:
        """Read only these columns from now on: embedding columns would take most of the time."""
        self._selected = frozenset(columns)

    def iter_rows(self) -> Iterator[SourceRow | MalformedRow]:
        """Yield the rows; `line` is the number of the row, from 1.

        Yields:
            Rows; one malformed row for the unreadable rest of a row group, then the next group.

        Raises:
            FeedError: The file is missing or is not Parquet.
        """
        last = 0
        with self._open() as file:
            for group in range(file.num_row_groups):
                row_number, last = last, last + file.metadata.row_group(group).num_rows
                try:
                    for cells in self._iter_group(file, group):
                        row_number += 1
                        yield SourceRow(row_number, cells)
                except _PARQUET_ERRORS as exc:
                    first = row_number + 1
                    yield MalformedRow(first, f"rows {first} to {last} could not be read: {exc}")

    def _open(self) -> pq.ParquetFile:
        try:
            # With a buffer pyarrow allocates whatever size a page claims, before it checks: a file
            # of ten kilobytes allocated two gigabytes. A small file needs no buffer.
            buffer_size = _BUFFER_BYTES if self.path.stat().st_size > _UNBUFFERED_BYTES else 0
            return pq.ParquetFile(self.path, buffer_size=buffer_size, pre_buffer=False)
        except _PARQUET_ERRORS as exc:
            raise FeedError(self.path, f"not a Parquet file that can be read: {exc}") from exc

    def _iter_group(self, file: pq.ParquetFile, group: int) -> Iterator[dict[str, object]]:
        schema = file.schema_arrow
        names = [name for name in schema.names if self._selected is None or name in self._selected]
        has_photos = any(_may_hold_photos(schema.field(name).type) for name in names)
        batch_size = _BATCH_ROWS_WITH_PHOTOS if has_photos else _BATCH_ROWS
        for batch in file.iter_batches(batch_size=batch_size, columns=names, row_groups=[group]):
            yield from _iter_cells(batch)


def _may_hold_photos(data_type: pa.DataType) -> bool:
    is_binary: bool = pa.types.is_binary(data_type) or pa.types.is_large_binary(data_type)
    return is_binary or bool(pa.types.is_struct(data_type))


def _iter_cells(batch: pa.RecordBatch) -> Iterator[dict[str, object]]:
    names = batch.schema.names
    columns = [_to_values(column) for column in batch.columns]
    for values in zip(*columns, strict=True):
        yield dict(zip(names, values, strict=True))


def _to_values(column: pa.Array) -> list[object]:
    """Return Python values, with an `_UnreadableValue` for each that cannot be converted."""
    if pa.types.is_timestamp(column.type):
        # Python's datetime has no nanoseconds.
        column = column.cast(pa.timestamp("us", tz=column.type.tz), safe=False)
    try:
        return list(column.to_pylist())
    except _PARQUET_ERRORS:
        return [_to_value(scalar) for scalar in column]


def _to_value(scalar: pa.Scalar) -> object:
    try:
        return scalar.as_py()
    except _PARQUET_ERRORS as exc:
        return _UnreadableValue(exc)
