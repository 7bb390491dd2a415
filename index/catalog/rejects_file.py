"""The CSV file of rejected rows, for whoever maintains the feed."""

import csv
from pathlib import Path
from typing import TextIO

from index.catalog.records import Rejection, excerpt
from shopwindow.values import escape_formula
from shopwindow.values.errors import FeedError

REJECTS_HEADER = ("file", "line", "column", "reason", "product_id", "row")
_MAX_ROW_CHARS = 20_000


class RejectsFile:
    """Writes each rejection and warning as it occurs; the file is created for the first one.

    Reading a feed again replaces the file. A file of another kind is never overwritten. Cells that
    a spreadsheet would run as formulas are escaped.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
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
            with self.path.open(encoding="utf-8", errors="replace") as file:
                is_rejects_file = file.read(200).startswith(",".join(REJECTS_HEADER))
            if is_rejects_file:
                self.path.unlink()
        except OSError as exc:
            raise FeedError(self.path, f"cannot be used for rejected rows: {exc}") from exc
        if not is_rejects_file:
            raise FeedError(
                self.path, "exists and is not a file of rejected rows; give another name"
            )

    def write(self, rejection: Rejection, row: object) -> None:
        """Append one rejection with its whole row.

        Raises:
            FeedError: The file cannot be written.
        """
        values = (
            rejection.file,
            rejection.line,
            rejection.column,
            rejection.message,
            rejection.product_id,
            excerpt(row, _MAX_ROW_CHARS),
        )
        try:
            stream = self._stream or self._open()
            csv.writer(stream).writerow([_format_cell(value) for value in values])
            stream.flush()
        except OSError as exc:
            raise FeedError(self.path, f"rejected rows cannot be written: {exc}") from exc

    def _open(self) -> TextIO:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._stream = self.path.open("w", encoding="utf-8", newline="")
        csv.writer(self._stream).writerow(REJECTS_HEADER)
        return self._stream

    def close(self) -> None:
        """Close the file; writing again would replace it."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None


def _format_cell(value: object) -> str:
    text = str(value).encode("utf-8", "replace").decode("utf-8").replace("\0", "")
    return escape_formula(text)
