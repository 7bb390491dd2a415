"""Read and write events in Parquet; outside `analytics` the only module that imports pyarrow."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from shopwindow.eventlog.event_rows import EVENT_COLUMNS, RowWriter
from shopwindow.values.errors import EventFileError

_BATCH_ROWS = 1024
_COLUMN_TYPES = {
    "position": pa.int64(),
    "propensity": pa.float64(),
    "dwell_ms": pa.int64(),
    "value": pa.float64(),
    "time": pa.timestamp("us", tz="UTC"),
}


def read_parquet(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a file.

    Yields:
        Values by column name; times in microseconds.

    Raises:
        EventFileError: The file is not Parquet, or damaged.
        FileNotFoundError: The file is missing.
    """
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=_BATCH_ROWS):
                yield from _cast_to_microseconds(batch).to_pylist()
    except FileNotFoundError:
        raise
    except (pa.ArrowException, OSError, ValueError) as exc:
        raise EventFileError(path, f"not a Parquet file that can be read: {exc}") from exc


@contextmanager
def open_parquet_writer(path: Path) -> Iterator[RowWriter]:
    """Open a file to write rows to.

    Yields:
        A function that writes one row, which has the columns of an event.
    """
    schema = pa.schema([(name, _COLUMN_TYPES.get(name, pa.string())) for name in EVENT_COLUMNS])
    pending: list[Mapping[str, Any]] = []
    with pq.ParquetWriter(path, schema) as file:

        def write_pending() -> None:
            if pending:
                file.write_table(pa.Table.from_pylist([dict(row) for row in pending], schema))
                pending.clear()

        def write_row(row: Mapping[str, Any]) -> None:
            pending.append(row)
            if len(pending) >= _BATCH_ROWS:
                write_pending()

        yield write_row
        write_pending()


def _cast_to_microseconds(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return a batch with its times in microseconds: Python's have no nanoseconds."""
    columns = [
        column.cast(pa.timestamp("us", tz=column.type.tz), safe=False)
        if pa.types.is_timestamp(column.type)
        else column
        for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)
