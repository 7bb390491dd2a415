"""Files that are replaced whole, so that a crash leaves the old one or the new one."""

import os
from pathlib import Path


def replace_file(path: Path, data: bytes) -> None:
    """Write a file at once and durably, also against a loss of power."""
    temporary = path.with_name(path.name + ".new")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
