"""JSON Lines feeds: one object a line."""

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from index.catalog.file_detection import iter_bounded_lines, iter_rows_safely, open_text
from index.catalog.records import MAX_ROW_CELLS, MAX_ROW_CHARS, MalformedRow, SourceRow, excerpt
from shopwindow.values.errors import FeedError

_LOOKED_AT = 50


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
        found = list(islice(iter_rows_safely(self), _LOOKED_AT))
        faults = [each for each in found if isinstance(each, MalformedRow)]
        if found and len(faults) == len(found):
            raise FeedError(
                self.path,
                f"not JSON Lines: one object a line expected; line {faults[0].line}: "
                f"{faults[0].reason}. To convert JSON: jq -c '.[]' in.json > out.jsonl",
            )
        names = [key for each in found if isinstance(each, SourceRow) for key in each.cells]
        return tuple(dict.fromkeys(names))

    def get_format_columns(self) -> Mapping[str, tuple[str, ...]]:
        """Return nothing: keys mean what they are called."""
        return {}

    def iter_rows(self) -> Iterator[SourceRow | MalformedRow]:
        """Yield the objects; blank lines are passed over.

        Yields:
            Rows, and faults for lines that are no object.

        Raises:
            FeedError: The file is gone.
        """
        with open_text(self.path, self.encoding, newline="\n") as stream:
            for number, line in iter_bounded_lines(stream):
                if line is None:
                    reason = f"a line may have {MAX_ROW_CHARS:,} characters at most"
                    yield MalformedRow(number, reason)
                elif not line.isspace():
                    yield _row(number, line)


def _row(number: int, line: str) -> SourceRow | MalformedRow:
    try:
        data = json.loads(line)
    except json.JSONDecodeError as exc:
        reason = f"not JSON: {exc.msg} at character {exc.pos + 1}"
        return MalformedRow(number, reason, raw=excerpt(line.rstrip()))
    except (ValueError, RecursionError) as exc:
        return MalformedRow(number, f"not JSON that can be read: {exc}", raw=excerpt(line.rstrip()))
    if not isinstance(data, dict):
        return MalformedRow(number, "an object {...} expected", raw=excerpt(line.rstrip()))
    if len(data) > MAX_ROW_CELLS:
        reason = f"an object may have {MAX_ROW_CELLS:,} names at most, this one has {len(data):,}"
        return MalformedRow(number, reason, raw=excerpt(line.rstrip()), cells=data)
    return SourceRow(number, data)
