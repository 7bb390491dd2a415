"""The id of a log, by which consumers recognise it."""

import uuid
from pathlib import Path

from shopwindow.values import write_atomically

_FILE_NAME = "log-id"


def get_or_create_log_id(folder: Path) -> str:
    """Return the id of the log in a folder; a new log gets one.

    To be called by one process at a time, with the log's lock held.

    Raises:
        OSError: The id cannot be read or written.
    """
    path = folder / _FILE_NAME
    if not path.exists():
        write_atomically(path, uuid.uuid4().hex.encode("ascii"))
    return path.read_text(encoding="ascii").strip()
