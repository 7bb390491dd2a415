"""Reading JSON value by value from a stream, in bounded memory, past broken values."""

import json
import re
from typing import NamedTuple, TextIO

from index.catalog.file_detection import READ_ERRORS, format_unreadable_rest
from index.catalog.records import MAX_RAW_CHARS, MAX_ROW_CHARS

_CHUNK_CHARS = 65_536
_MAX_LITERAL_CHARS = 16
_GAP = re.compile(r"[\s,:\ufeff]*")
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\]"]', re.DOTALL)
_CLOSING = {"{": "}", "[": "]"}
_SCALAR = re.compile(r'(?:[^\s,\[\]{}"]+|.)')
_TOO_LONG = f"a product may have {MAX_ROW_CHARS:,} characters at most"
_DECODE = json.JSONDecoder().raw_decode


class JsonValue(NamedTuple):
    """One value of a stream.

    Attributes:
        line: Line where it starts, from 1.
        data: The value; None when it is broken.
        error: Why it is broken; empty when it is not.
        raw: The beginning of its text, for a broken one.
    """

    line: int
    data: object
    error: str = ""
    raw: str = ""


class JsonText:
    """A position in a stream of JSON.

    A library that parses the whole document stops at the first error. Here an error costs the value
    alone: reading goes on behind its closing bracket, or at the next line that starts an object as
    far to the left, whichever comes first. Commas and colons are passed over without being checked,
    so that lines, arrays and lines that end with a comma read alike.

    Args:
        stream: The text.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._buffer = ""
        self._position = 0
        self._line = 1
        self._indentation = ""
        self._error: BaseException | None = None

    @property
    def line(self) -> int:
        """Number of the current line, from 1."""
        return self._line

    def peek(self) -> str:
        """Return the next character that is no space, comma or colon; empty at the end.

        Raises:
            OSError, EOFError, UnicodeError, zlib.error: The file is damaged from here on.
        """
        while True:
            end = _GAP.match(self._buffer, self._position).end()  # type: ignore[union-attr]
            gap = self._buffer[self._position : end]
            if "\n" in gap:
                self._indentation = gap[gap.rindex("\n") + 1 :]
            self._advance(end)
            if self._position < len(self._buffer):
                return self._buffer[self._position]
            if not self._fill():
                return ""

    def starts_with(self, pattern: re.Pattern[str]) -> bool:
        """Return whether the text from here on, as far as it has been read, matches a pattern."""
        return pattern.match(self._buffer, self._position) is not None

    def skip_character(self) -> None:
        """Pass over the character that `peek` returned."""
        self._advance(self._position + 1)

    def take(self) -> JsonValue:
        """Return the value that starts with the character that `peek` returned.

        Raises:
            OSError, EOFError, UnicodeError, zlib.error: The file is damaged within the value.
        """
        line = self._line
        while True:
            try:
                data, end = _DECODE(self._buffer, self._position)
            except json.JSONDecodeError as exc:
                at = exc.pos - self._position + 1
                if self._may_be_incomplete(exc) and self._fill():
                    continue
                return self._skip_broken(f"not JSON: {exc.msg} at character {at}")
            except (ValueError, RecursionError) as exc:
                return self._skip_broken(f"not JSON that can be read: {exc}")
            # A number may go on in the next chunk.
            if end == len(self._buffer) and self._buffer[end - 1] not in '}]"' and self._fill():
                continue
            if end - self._position > MAX_ROW_CHARS:
                return self._skip_broken("")
            self._advance(end)
            return JsonValue(line, data)

    def _may_be_incomplete(self, exc: json.JSONDecodeError) -> bool:
        is_at_end = exc.pos >= len(self._buffer) - _MAX_LITERAL_CHARS
        is_within_limit = len(self._buffer) - self._position <= MAX_ROW_CHARS
        return (is_at_end or exc.msg.startswith("Unterminated string")) and is_within_limit

    def _skip_broken(self, error: str) -> JsonValue:
        """Go to where reading can go on.

        Returns:
            The broken value.
        """
        line, start = self._line, self._position
        raw = self._buffer[start : start + MAX_RAW_CHARS].partition("\n")[0]
        next_start = re.compile(rf"\n{re.escape(self._indentation)}(?=\{{)")
        end = self._find_end(next_start)
        is_long = max(end, len(self._buffer) if end < 0 else 0) - self._position > MAX_ROW_CHARS
        if end >= 0:
            self._advance(end)
        elif not self._skip_to(next_start) and not is_long:
            return JsonValue(line, None, format_unreadable_rest(error), raw)
        return JsonValue(line, None, _TOO_LONG if is_long or not error else error, raw)

    def _find_end(self, next_start: re.Pattern[str]) -> int:
        """Return where a broken value ends in the buffer; -1 when that is not known."""
        if self._buffer[self._position] not in "{[":
            return self._find_scalar_end()
        closing: list[str] = []
        offset = 0
        while len(self._buffer) - self._position <= MAX_ROW_CHARS:
            token = _TOKEN.search(self._buffer, self._position + offset)
            if token is None or token[0] == '"':  # the chunk ends, or a quote is not closed
                offset = (token.start() if token else len(self._buffer)) - self._position
                if not self._fill():
                    break
                continue
            offset = token.end() - self._position
            if token[0] in _CLOSING:
                closing.append(_CLOSING[token[0]])
            elif token[0] in "}]" and closing.pop() != token[0]:
                break
            if not closing:
                start = self._find_start(next_start, token.end())
                return start if start >= 0 else token.end()
        return self._find_start(next_start, len(self._buffer))

    def _find_start(self, next_start: re.Pattern[str], end: int) -> int:
        found = next_start.search(self._buffer, self._position + 1, end)
        return found.start() if found else -1

    def _skip_to(self, next_start: re.Pattern[str]) -> bool:
        """Go to the next start of an object, keeping little of what is skipped.

        Returns:
            Whether there is one.
        """
        while True:
            if (start := self._find_start(next_start, len(self._buffer))) >= 0:
                self._advance(start)
                return True
            self._advance(max(self._position, len(self._buffer) - len(next_start.pattern)))
            if not self._fill():
                self._advance(len(self._buffer))
                return False

    def _find_scalar_end(self) -> int:
        if self._indentation == "" and self._line_begins_here():
            end = self._buffer.find("\n", self._position)
            return end if end >= 0 else len(self._buffer)
        return _SCALAR.match(self._buffer, self._position).end()  # type: ignore[union-attr]

    def _line_begins_here(self) -> bool:
        return self._position == 0 or self._buffer[self._position - 1] == "\n"

    def _advance(self, to: int) -> None:
        self._line += self._buffer.count("\n", self._position, to)
        self._position = to

    def _fill(self) -> bool:
        """Read on; lines before damage are kept, and the damage is raised at the next call.

        Returns:
            Whether there was more to read.
        """
        if self._error is not None:
            raise self._error
        parts: list[str] = []
        size = 0
        try:
            while size < _CHUNK_CHARS and (part := self._stream.readline(_CHUNK_CHARS)):
                parts.append(part)
                size += len(part)
        except READ_ERRORS as exc:
            self._error = exc
        kept = max(self._position - 1, 0)
        self._buffer = "".join((self._buffer[kept:], *parts))
        self._position -= kept
        if self._error is not None and not parts:
            raise self._error
        return bool(parts)
