"""JSON Lines feeds: one object per line."""

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from index.catalog.file_detection import iter_bounded_lines, iter_rows_safely, open_text
from index.catalog.records import MAX_ROW_CELLS, MAX_ROW_CHARS, MalformedRow, SourceRow, excerpt
from shopwindow.values.errors import FeedError

_N_SAMPLED_LINES = 50


class JsonLinesSource:
    """Reads objects, each with its own keys; see `FeedSource`."""

    def __init__(self, path: Path, encoding: str) -> None:
        self.path = path
        self.encoding = encoding

    def read_columns(self) -> tuple[str, ...]:
        """Return the keys of the first fifty objects.

        Raises:
            FeedError: None of the first fifty lines is an object.
        """
        rows = list(islice(iter_rows_safely(self), _N_SAMPLED_LINES))
        malformed = [row for row in rows if isinstance(row, MalformedRow)]
        if rows and len(malformed) == len(rows):
            raise FeedError(
                self.path,
                f"not JSON Lines: one object per line expected; line {malformed[0].line}: "
                f"{malformed[0].reason}. To convert JSON: jq -c '.[]' in.json > out.jsonl",
            )
        keys = [key for row in rows if isinstance(row, SourceRow) for key in row.cells]
        return tuple(dict.fromkeys(keys))

    def get_format_columns(self) -> Mapping[str, tuple[str, ...]]:
        """Return nothing: keys are recognized by their names alone."""
        return {}

    def iter_rows(self) -> Iterator[SourceRow | MalformedRow]:
        """Yield the objects; blank lines are skipped.

        Yields:
            Rows; a malformed row for a line that is not an object.

        Raises:
            FeedError: The file is missing.
        """
        with open_text(self.path, self.encoding, newline="\n") as stream:
            for line_number, line in iter_bounded_lines(stream):
                if line is None:
                    reason = f"a line may have {MAX_ROW_CHARS:,} characters at most"
                    yield MalformedRow(line_number, reason)
                elif not line.isspace():
                    yield _parse_line(line_number, line)


def _parse_line(line_number: int, line: str) -> SourceRow | MalformedRow:
    try:
        data = json.loads(line)
    except json.JSONDecodeError as exc:
        reason = f"not JSON: {exc.msg} at character {exc.pos + 1}"
        return MalformedRow(line_number, reason, raw=excerpt(line.rstrip()))
    except (ValueError, RecursionError) as exc:
        reason = f"not JSON that can be read: {exc}"
        return MalformedRow(line_number, reason, raw=excerpt(line.rstrip()))
    if not isinstance(data, dict):
        return MalformedRow(line_number, "an object {...} expected", raw=excerpt(line.rstrip()))
    if len(data) > MAX_ROW_CELLS:
        reason = f"an object may have {MAX_ROW_CELLS:,} names at most, this one has {len(data):,}"
        return MalformedRow(line_number, reason, raw=excerpt(line.rstrip()), cells=data)
    return SourceRow(line_number, data)
