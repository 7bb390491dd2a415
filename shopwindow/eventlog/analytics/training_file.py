"""Export of training rows to a Parquet file."""

from pathlib import Path

import pyarrow.parquet as pq

from shopwindow.eventlog.analytics.event_store import ALL_TIME, EventStore, Period
from shopwindow.eventlog.row_files import replace_atomically
from shopwindow.values.errors import EventFileError

_SUFFIX = ".parquet"


def export_training_rows(store: EventStore, path: Path, period: Period = ALL_TIME) -> int:
    """Write the training rows of a period to a Parquet file, which is replaced.

    Args:
        store: The store.
        path: The file; its columns are those of
            `shopwindow.eventlog.analytics.arrow_tables.TRAINING_SCHEMA`.
        period: The period of the impressions.

    Returns:
        The number of rows.

    Raises:
        EventFileError: The file cannot be written, or its suffix is not .parquet.
        EventStoreError: The store cannot be used.
    """
    if path.suffix.lower() != _SUFFIX:
        raise EventFileError(path, f"a name that ends in {_SUFFIX} was expected")
    rows = store.build_training_rows(period)
    with replace_atomically(path) as temporary_path:
        pq.write_table(rows, temporary_path, compression="zstd")
    return len(rows)
