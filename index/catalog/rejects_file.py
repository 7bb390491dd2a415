"""The CSV file of rejected rows, for whoever maintains the feed; corrected, it is a feed itself."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TextIO

from index.catalog.header_matching import strip_repeat
from index.catalog.records import Rejection, excerpt
from shopwindow.values import escape_formula
from shopwindow.values.errors import FeedError

REJECTS_HEADER = ("file", "line", "column", "reason", "product_id", "row")
_MAX_ROW_CHARS = 20_000


class RejectsFile:
    """Writes each rejection and warning as it occurs; the file is created for the first one.

    Reading a feed again replaces the file. A file of another kind is never overwritten. Cells that
    a spreadsheet would run as formulas are escaped; the byte order mark tells it that the file is
    UTF-8.

    Args:
        path: The file.
        columns: Columns of a feed that is a table. Their cells follow behind what is said about the
            row, so that the file can be corrected and read as a feed.
    """

    def __init__(self, path: Path, columns: tuple[str, ...] = ()) -> None:
        self.path = path
        self._columns = columns
        self._stream: TextIO | None = None

    def reset(self) -> None:
        """Delete the file of an earlier run.

        Raises:
            FeedError: Another kind of file has that name, or it cannot be deleted.
        """
        self.close()
        try:
            if not self.path.exists():
                return
            with self.path.open(encoding="utf-8-sig", errors="replace") as file:
                is_rejects_file = file.read(200).startswith(",".join(REJECTS_HEADER))
            if is_rejects_file:
                self.path.unlink()
        except OSError as exc:
            raise FeedError(self.path, f"cannot be used for rejected rows: {exc}") from exc
        if not is_rejects_file:
            raise FeedError(
                self.path, "exists and is not a file of rejected rows; give another name"
            )

    def write(self, rejections: Sequence[Rejection], row: object) -> None:
        """Append what is wrong with one row, and the whole row.

        Raises:
            FeedError: The file cannot be written.
        """
        if not rejections:
            return
        first = rejections[0]
        columns = dict.fromkeys(rejection.column for rejection in rejections if rejection.column)
        values = (
            first.file,
            first.line,
            "; ".join(columns),
            "; ".join(dict.fromkeys(rejection.message for rejection in rejections)),
            first.product_id,
            excerpt(row, _MAX_ROW_CHARS),
        )
        cells = row if isinstance(row, Mapping) else {}
        try:
            stream = self._stream or self._open()
            own_cells = [cells.get(column, "") for column in self._columns]
            csv.writer(stream).writerow([_format_cell(value) for value in (*values, *own_cells)])
            stream.flush()
        except OSError as exc:
            raise FeedError(self.path, f"rejected rows cannot be written: {exc}") from exc

    def append_to_existing(self) -> None:
        """Write behind the rows of an earlier run from now on, instead of replacing them.

        Raises:
            FeedError: The file cannot be opened.
        """
        try:
            if self.path.exists():
                self._stream = self.path.open("a", encoding="utf-8", newline="")
        except OSError as exc:
            raise FeedError(self.path, f"rejected rows cannot be written: {exc}") from exc

    def _open(self) -> TextIO:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._stream = self.path.open("w", encoding="utf-8-sig", newline="")
        columns = [_format_cell(strip_repeat(column)) for column in self._columns]
        csv.writer(self._stream).writerow([*REJECTS_HEADER, *columns])
        return self._stream

    def close(self) -> None:
        """Close the file; writing again would replace it."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None


def _format_cell(value: object) -> str:
    text = str(value).encode("utf-8", "replace").decode("utf-8").replace("\0", "")
    return escape_formula(text)
