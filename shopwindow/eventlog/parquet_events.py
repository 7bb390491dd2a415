"""Events in Parquet; the only place of this package that knows pyarrow."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from shopwindow.eventlog.event_rows import EVENT_COLUMNS, Write
from shopwindow.values.errors import EventFileError

_BATCH_ROWS = 1024
_TIMES = pa.timestamp("us", tz="UTC")
_KINDS = {
    "position": pa.int64(),
    "propensity": pa.float64(),
    "value": pa.float64(),
    "time": _TIMES,
}


def read_parquet(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a file.

    Yields:
        Values by column name.

    Raises:
        EventFileError: The file is not Parquet, or broken.
        FileNotFoundError: There is none.
    """
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=_BATCH_ROWS):
                yield from _in_microseconds(batch).to_pylist()
    except FileNotFoundError:
        raise
    except (pa.ArrowException, OSError, ValueError) as exc:
        raise EventFileError(path, f"not a Parquet file that can be read: {exc}") from exc


@contextmanager
def open_parquet_writer(path: Path) -> Iterator[Write]:
    """Open a file to write rows to.

    Yields:
        A function that writes one row; all have the columns of an event.
    """
    schema = pa.schema([(name, _KINDS.get(name, pa.string())) for name in EVENT_COLUMNS])
    waiting: list[Mapping[str, Any]] = []
    with pq.ParquetWriter(path, schema) as file:

        def write_out() -> None:
            if waiting:
                file.write_table(pa.Table.from_pylist([dict(row) for row in waiting], schema))
                waiting.clear()

        def write(row: Mapping[str, Any]) -> None:
            waiting.append(row)
            if len(waiting) >= _BATCH_ROWS:
                write_out()

        yield write
        write_out()


def _in_microseconds(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return a batch whose times fit Python's, which know no nanoseconds."""
    columns = [
        column.cast(pa.timestamp("us", tz=column.type.tz), safe=False)
        if pa.types.is_timestamp(column.type)
        else column
        for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)
