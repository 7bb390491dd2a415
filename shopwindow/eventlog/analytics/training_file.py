"""Training rows in a file, for whatever learns from them."""

from pathlib import Path

import pyarrow.parquet as pq

from shopwindow.eventlog.analytics.event_store import ALL_TIME, EventStore, Period
from shopwindow.eventlog.row_files import replace_atomically
from shopwindow.values.errors import EventFileError

_ENDING = ".parquet"


def export_training_rows(store: EventStore, path: Path, period: Period = ALL_TIME) -> int:
    """Write the training rows of a period to a Parquet file, which is replaced.

    Args:
        store: The store.
        path: The file; its columns are those of `shopwindow.eventlog.analytics.arrow_tables.TRAINING_SCHEMA`.
        period: When the impressions were shown.

    Returns:
        How many rows there are.

    Raises:
        EventFileError: The file cannot be written, or is not named .parquet.
        EventStoreError: The store cannot be used.
    """
    if path.suffix.lower() != _ENDING:
        raise EventFileError(path, f"a name that ends in {_ENDING} was expected")
    rows = store.build_training_rows(period)
    with replace_atomically(path) as new:
        pq.write_table(rows, new, compression="zstd")
    return len(rows)
