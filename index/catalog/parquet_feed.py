"""Parquet feeds, in batches; the only place that knows pyarrow."""

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
_ERRORS = (pa.ArrowException, OSError, ValueError, KeyError, OverflowError)


class _Unreadable:
    """A value that pyarrow could not turn into one of Python's; rejects a row that uses it."""

    def __init__(self, cause: Exception) -> None:
        self.cause = cause

    def __str__(self) -> str:
        return f"<a value that cannot be read: {self.cause}>"

    __repr__ = __str__


class ParquetSource:
    """Reads columns of texts, numbers, times, lists and structs; see `FeedSource`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._wanted: frozenset[str] | None = None

    def read_columns(self) -> tuple[str, ...]:
        """Return the names of the schema.

        Raises:
            FeedError: The file is not Parquet.
        """
        with self._open() as file:
            return tuple(file.schema_arrow.names)

    def get_format_columns(self) -> Mapping[str, tuple[str, ...]]:
        """Return nothing: columns mean what they are called."""
        return {}

    def select_columns(self, columns: tuple[str, ...]) -> None:
        """Read only these columns from now on: vectors beside them would cost most of the time."""
        self._wanted = frozenset(columns)

    def iter_rows(self) -> Iterator[SourceRow | MalformedRow]:
        """Yield the rows; `line` is the number of the row, from 1.

        Yields:
            Rows, and one fault for what cannot be read of a row group; the next is read again.

        Raises:
            FeedError: The file is gone or is not Parquet.
        """
        last = 0
        with self._open() as file:
            for group in range(file.num_row_groups):
                number, last = last, last + file.metadata.row_group(group).num_rows
                try:
                    for cells in self._group(file, group):
                        number += 1
                        yield SourceRow(number, cells)
                except _ERRORS as exc:
                    yield MalformedRow(
                        number + 1, f"rows {number + 1} to {last} could not be read: {exc}"
                    )

    def _open(self) -> pq.ParquetFile:
        try:
            # Through a buffer pyarrow makes room for whatever a page says of its own size, before
            # it looks: ten kilobytes asked for two gigabytes. A small file needs no buffer.
            size = _BUFFER_BYTES if self.path.stat().st_size > _UNBUFFERED_BYTES else 0
            return pq.ParquetFile(self.path, buffer_size=size, pre_buffer=False)
        except _ERRORS as exc:
            raise FeedError(self.path, f"not a Parquet file that can be read: {exc}") from exc

    def _group(self, file: pq.ParquetFile, group: int) -> Iterator[dict[str, object]]:
        schema = file.schema_arrow
        names = [name for name in schema.names if self._wanted is None or name in self._wanted]
        photos = any(_may_hold_photos(schema.field(name).type) for name in names)
        size = _BATCH_ROWS_WITH_PHOTOS if photos else _BATCH_ROWS
        for batch in file.iter_batches(batch_size=size, columns=names, row_groups=[group]):
            yield from _cells(batch)


def _may_hold_photos(kind: pa.DataType) -> bool:
    binary: bool = pa.types.is_binary(kind) or pa.types.is_large_binary(kind)
    return binary or bool(pa.types.is_struct(kind))


def _cells(batch: pa.RecordBatch) -> Iterator[dict[str, object]]:
    names = batch.schema.names
    columns = [_values(column) for column in batch.columns]
    for values in zip(*columns, strict=True):
        yield dict(zip(names, values, strict=True))


def _values(column: pa.Array) -> list[object]:
    """Return Python values; where one cannot be had, only its own place holds `_Unreadable`."""
    if pa.types.is_timestamp(column.type):
        # Nanoseconds do not fit Python's times; nobody sells by the nanosecond.
        column = column.cast(pa.timestamp("us", tz=column.type.tz), safe=False)
    try:
        return list(column.to_pylist())
    except _ERRORS:
        return [_value(each) for each in column]


def _value(scalar: pa.Scalar) -> object:
    try:
        return scalar.as_py()
    except _ERRORS as exc:
        return _Unreadable(exc)
