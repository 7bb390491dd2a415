"""The name of a log, by which others know it again."""

import uuid
from pathlib import Path

from shopwindow.values.atomic_files import write_atomically

_NAME = "log-id"


def get_or_create_log_id(folder: Path) -> str:
    """Return the name of the log in a folder; a new log is given one.

    To be called by one process at a time, with the log's lock held.

    Raises:
        OSError: It cannot be read or written.
    """
    path = folder / _NAME
    if not path.exists():
        write_atomically(path, uuid.uuid4().hex.encode("ascii"))
    return path.read_text(encoding="ascii").strip()
