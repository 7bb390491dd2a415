"""Training rows in a file, for whatever learns from them."""

from contextlib import suppress
from pathlib import Path

import pyarrow.parquet as pq

from core.errors import EventFileError
from events.analysis.store import ALWAYS, EventStore, Period

_ENDING = ".parquet"


def write_training(store: EventStore, path: Path, period: Period = ALWAYS) -> int:
    """Write the training rows of a period to a Parquet file, which is replaced.

    Args:
        store: The store.
        path: The file; its columns are those of `events.analysis.tables.TRAINING`.
        period: When the impressions were shown.

    Returns:
        How many rows there are.

    Raises:
        EventFileError: The file cannot be written, or is not named .parquet.
        EventStoreError: The store cannot be used.
    """
    if path.suffix.lower() != _ENDING:
        raise EventFileError(path, f"a name that ends in {_ENDING} was expected")
    rows = store.training_rows(period)
    new = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(rows, new, compression="zstd")
        new.replace(path)
    except OSError as exc:
        raise EventFileError(path, f"the file cannot be written: {exc}") from exc
    finally:
        with suppress(OSError):
            new.unlink()
    return len(rows)
