"""The name of a log, by which others know it again."""

import os
import uuid
from pathlib import Path

_NAME = "log-id"


def identity(folder: Path) -> str:
    """Return the name of the log in a folder; a new log is given one.

    To be called by one process at a time, with the log's lock held.

    Raises:
        OSError: It cannot be read or written.
    """
    path = folder / _NAME
    if not path.exists():
        new = folder / f"{_NAME}.new"
        with new.open("w", encoding="ascii") as file:
            file.write(uuid.uuid4().hex)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
        make_durable(folder)
    return path.read_text(encoding="ascii").strip()


def make_durable(folder: Path) -> None:
    """Make the names in a folder survive a loss of power.

    Raises:
        OSError: The system does not do that.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
