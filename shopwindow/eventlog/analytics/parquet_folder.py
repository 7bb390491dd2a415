"""The Parquet files of a folder: their names say which part of which log they hold.

A file is written aside and then given its name, so it is whole or not there. When several are
merged, the merged file has the range of all of them; until the parts are removed, and when a kill
keeps them from being removed, the wider range counts and the parts are passed over.
"""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from shopwindow.values.atomic_files import fsync_directory
from shopwindow.values.errors import EventStoreError

FORMAT_VERSION = 1
MERGE_FACTOR = 16
MAX_MERGE_BYTES = 256 << 20
_ASIDE = "aside.new"
_NAME = re.compile(r"v(\d+)_([0-9a-z-]+)_(\d+)\.(\d+)_(\d+)\.(\d+)\.parquet")

LogOffset: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True, order=True)
class ParquetPart:
    """A file: the events of a log after one place, up to another."""

    log_id: str
    start: LogOffset
    end: LogOffset

    @property
    def name(self) -> str:
        """Name of the file."""
        after, end = (".".join(map(str, each)) for each in (self.start, self.end))
        return f"v{FORMAT_VERSION}_{self.log_id}_{after}_{end}.parquet"

    @classmethod
    def from_path(cls, path: Path) -> Self | None:
        """Return the part that a file is; None when it is none of ours.

        Raises:
            EventStoreError: Another version of Shopwindow wrote it.
        """
        found = _NAME.fullmatch(path.name)
        if found is None:
            return None
        if int(found[1]) != FORMAT_VERSION:
            raise EventStoreError(
                f"{path} has format {found[1]}, this Shopwindow reads {FORMAT_VERSION}. Update Shopwindow, "
                "or roll the log over into another folder."
            )
        numbers = [int(each) for each in found.groups()[2:]]
        return cls(found[2], (numbers[0], numbers[1]), (numbers[2], numbers[3]))


class PartFolder:
    """The parts in a folder. Callers hold the folder's lock.

    Args:
        folder: The folder; it exists.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def list_parts(self) -> list[ParquetPart]:
        """Return the parts that count, those of a log in their order.

        Raises:
            EventStoreError: Another version of Shopwindow wrote one of them.
        """
        found = [
            part
            for each in self.folder.iterdir()
            if (part := ParquetPart.from_path(each)) is not None
        ]
        counted: list[ParquetPart] = []
        for each in sorted(found, key=_widest_first):
            if not (counted and _holds(counted[-1], each)):
                counted.append(each)
        return counted

    def get_path(self, part: ParquetPart) -> Path:
        """Return where the file of a part is."""
        return self.folder / part.name

    def write(self, part: ParquetPart, table: pa.Table) -> None:
        """Write a part, in place of one of the same name; durable when this returns."""
        aside = self.folder / _ASIDE
        with aside.open("wb") as file:
            pq.write_table(table, file, compression="zstd")
            file.flush()
            os.fsync(file.fileno())
        aside.replace(self.get_path(part))
        fsync_directory(self.folder)

    def read(self, part: ParquetPart, columns: list[str] | None = None) -> pa.Table:
        """Return the events of a part."""
        return pq.ParquetFile(self.get_path(part)).read(columns)

    def find_mergeable(self) -> list[ParquetPart]:
        """Return parts that are to become one; none when there is nothing to gain.

        The last ones of a log, when none is larger than the others together: so an event is written
        again once for each doubling at most, and the files stay few.
        """
        runs: dict[str, list[ParquetPart]] = {}
        for each in self.list_parts():
            runs.setdefault(each.log_id, []).append(each)
        for run in runs.values():
            last = run[-MERGE_FACTOR:]
            if len(last) == MERGE_FACTOR and self._is_worth(last):
                return last
        return []

    def _is_worth(self, parts: Sequence[ParquetPart]) -> bool:
        n_bytes = sum(self.get_path(each).stat().st_size for each in parts)
        sizes = [pq.read_metadata(self.get_path(each)).num_rows for each in parts]
        return n_bytes <= MAX_MERGE_BYTES and 2 * max(sizes) <= sum(sizes)

    def merge(self, parts: Sequence[ParquetPart]) -> None:
        """Make one part of several that follow each other."""
        whole = ParquetPart(parts[0].log_id, parts[0].start, parts[-1].end)
        self.write(whole, pa.concat_tables(self.read(each) for each in parts))
        self.remove_obsolete()

    def remove_obsolete(self) -> None:
        """Remove what does not count: parts of merged parts, and what a kill left aside."""
        keep = {each.name for each in self.list_parts()}
        for each in self.folder.iterdir():
            if each.name == _ASIDE or (ParquetPart.from_path(each) and each.name not in keep):
                each.unlink()
        fsync_directory(self.folder)


def _widest_first(part: ParquetPart) -> tuple[str, LogOffset, int, int]:
    return part.log_id, part.start, -part.end[0], -part.end[1]


def _holds(wide: ParquetPart, part: ParquetPart) -> bool:
    return wide.log_id == part.log_id and part.end <= wide.end
