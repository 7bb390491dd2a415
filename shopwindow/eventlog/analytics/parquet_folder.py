"""The Parquet files of a store: their names say which part of which log they hold.

A file is written under a temporary name and then renamed, so it is complete or absent. A merged
file has the range of all its parts; until the parts are removed, and if a kill prevents that, the
wider range counts and the parts are ignored.
"""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from shopwindow.values import fsync_directory
from shopwindow.values.errors import EventStoreError

FORMAT_VERSION = 1
MERGE_FACTOR = 16
MAX_MERGE_BYTES = 256 << 20
_TEMPORARY_NAME = "aside.new"
_NAME = re.compile(r"v(\d+)_([0-9a-z-]+)_(\d+)\.(\d+)_(\d+)\.(\d+)\.parquet")

LogOffset: TypeAlias = tuple[int, int]
"""(segment, seq) of an event in a log; see `shopwindow.eventlog.log_cursor`."""


@dataclass(frozen=True, slots=True, order=True)
class ParquetPart:
    """A file with the events of a log after the offset `start`, up to and including `end`."""

    log_id: str
    start: LogOffset
    end: LogOffset

    @property
    def name(self) -> str:
        """The file name."""
        start, end = (".".join(map(str, offset)) for offset in (self.start, self.end))
        return f"v{FORMAT_VERSION}_{self.log_id}_{start}_{end}.parquet"

    @classmethod
    def from_path(cls, path: Path) -> Self | None:
        """Return the part that a file name stands for; None if it is not a file of the store.

        Raises:
            EventStoreError: The file was written with another format version.
        """
        match = _NAME.fullmatch(path.name)
        if match is None:
            return None
        version, log_id, *offsets = match.groups()
        if int(version) != FORMAT_VERSION:
            raise EventStoreError(
                f"{path} has format {version}, this Shopwindow reads {FORMAT_VERSION}. Update "
                "Shopwindow, or sync the log into another folder."
            )
        start_segment, start_seq, end_segment, end_seq = map(int, offsets)
        return cls(log_id, (start_segment, start_seq), (end_segment, end_seq))


class PartFolder:
    """The parts in a folder. Callers must hold the folder's lock.

    Args:
        folder: The existing folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def list_parts(self) -> list[ParquetPart]:
        """Return the current parts by log, those of a log in order; merged parts are left out.

        Raises:
            EventStoreError: A file was written with another format version.
        """
        parts = [
            part
            for path in self.folder.iterdir()
            if (part := ParquetPart.from_path(path)) is not None
        ]
        current_parts: list[ParquetPart] = []
        for part in sorted(parts, key=_get_widest_first_key):
            if not (current_parts and _contains(current_parts[-1], part)):
                current_parts.append(part)
        return current_parts

    def get_path(self, part: ParquetPart) -> Path:
        """Return the path of a part."""
        return self.folder / part.name

    def write(self, part: ParquetPart, table: pa.Table) -> None:
        """Write a part, replacing one of the same name; durable on return."""
        temporary_path = self.folder / _TEMPORARY_NAME
        with temporary_path.open("wb") as file:
            pq.write_table(table, file, compression="zstd")
            file.flush()
            os.fsync(file.fileno())
        temporary_path.replace(self.get_path(part))
        fsync_directory(self.folder)

    def read(self, part: ParquetPart, columns: list[str] | None = None) -> pa.Table:
        """Return the events of a part; all columns by default."""
        return pq.ParquetFile(self.get_path(part)).read(columns)

    def find_mergeable(self) -> list[ParquetPart]:
        """Return consecutive parts worth merging; empty if there are none.

        These are the last `MERGE_FACTOR` parts of a log, if none is larger than the others
        together: so an event is rewritten at most once per doubling, and the files stay few.
        """
        parts_by_log: dict[str, list[ParquetPart]] = {}
        for part in self.list_parts():
            parts_by_log.setdefault(part.log_id, []).append(part)
        for parts in parts_by_log.values():
            last_parts = parts[-MERGE_FACTOR:]
            if len(last_parts) == MERGE_FACTOR and self._is_worth_merging(last_parts):
                return last_parts
        return []

    def _is_worth_merging(self, parts: Sequence[ParquetPart]) -> bool:
        n_bytes = sum(self.get_path(part).stat().st_size for part in parts)
        n_rows = [pq.read_metadata(self.get_path(part)).num_rows for part in parts]
        return n_bytes <= MAX_MERGE_BYTES and 2 * max(n_rows) <= sum(n_rows)

    def merge(self, parts: Sequence[ParquetPart]) -> None:
        """Merge consecutive parts into one."""
        merged = ParquetPart(parts[0].log_id, parts[0].start, parts[-1].end)
        tables = [self.read(part) for part in parts]
        # Parts of an earlier version lack the columns that were added since.
        self.write(merged, pa.concat_tables(tables, promote_options="default"))
        self.remove_obsolete()

    def remove_obsolete(self) -> None:
        """Remove merged parts, and the temporary file that a kill may have left."""
        current_names = {part.name for part in self.list_parts()}
        for path in self.folder.iterdir():
            is_obsolete = ParquetPart.from_path(path) and path.name not in current_names
            if path.name == _TEMPORARY_NAME or is_obsolete:
                path.unlink()
        fsync_directory(self.folder)


def _get_widest_first_key(part: ParquetPart) -> tuple[str, LogOffset, int, int]:
    return part.log_id, part.start, -part.end[0], -part.end[1]


def _contains(wider: ParquetPart, part: ParquetPart) -> bool:
    return wider.log_id == part.log_id and part.end <= wider.end
