"""Recovery from malformed XML: after a broken item, a new parser continues with the next one.

An XML parser stops at the first error, as the standard requires, so one raw "&" in a title would
cost all products after it. A new parser is first given the open elements around the items, and
then the rest of the file from the next item, or from the end of an enclosing element.
"""

import re
from collections.abc import Iterator
from typing import IO, Any, NamedTuple, cast
from xml.sax import SAXParseException
from xml.sax.expatreader import ExpatParser

from defusedxml.sax import make_parser

from index.catalog.file_detection import format_unreadable_rest
from index.catalog.records import MAX_ROW_CHARS, MalformedRow, SourceRow
from index.catalog.xml_items import ItemHandler

_CHUNK_BYTES = 65_536
_MAX_TAG_BYTES = 256
_ENCODING_DECLARATION = re.compile(
    rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._\-]{1,40})[\"']"
)
_ITEM_START = rb"<(?:[\w.\-]{1,40}:)?(?:item|entry)(?=[\s/>])"
_WHITESPACE = b" \t\r\n"


class _ResumePoint(NamedTuple):
    """Where to resume reading.

    Attributes:
        data: The bytes from there on.
        closed_parent: Name of the enclosing element that ends there; empty for the next item.
    """

    data: bytes
    closed_parent: bytes


class RecoveringXmlReader:
    """Reads the items of one stream and recovers from malformed ones.

    Every byte is parsed or searched a bounded number of times: a tag or comment that is longer
    than the row limit ends the reading, since the parser rescans it with each chunk.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._handler = ItemHandler()
        self._prolog = b""
        self._is_ascii_compatible = True  # whether "<" is one byte in this encoding
        self._n_discarded_lines = 0  # lines before the buffer
        self._buffer = b""  # the last chunks that the parser was given
        self._n_discarded_bytes = 0  # bytes that the parser was given before the buffer
        self._n_bytes_without_event = 0  # bytes since the parser's last event
        self._parser = self._start_parser(b"")

    def iter_rows(self) -> Iterator[SourceRow | MalformedRow]:
        """Yield the items, with malformed rows for those that are broken.

        Yields:
            Rows; the last malformed row may stand for the unreadable rest of the file.

        Raises:
            DefusedXmlException: There is a document type.
            WrongRootError: It is another kind of XML.
            ValueError: The encoding is unknown.
        """
        data = self._read_first_chunk()
        while True:
            try:
                self._parse(data)
            except SAXParseException as exc:
                malformed, rest = self._recover(exc, is_last=not data)
                yield from self._handler.pop_rows()
                if malformed:
                    yield malformed
                if rest is None:
                    return
                data = rest
                continue
            yield from self._handler.pop_rows()
            if not data:
                return
            if self._n_bytes_without_event > MAX_ROW_CHARS:
                yield self._build_endless()
                return
            data = self._stream.read(_CHUNK_BYTES)

    def _read_first_chunk(self) -> bytes:
        data = self._stream.read(_CHUNK_BYTES)
        self._is_ascii_compatible = (
            not data.startswith((b"\xff\xfe", b"\xfe\xff")) and b"\0" not in data[:4]
        )
        body = data.lstrip(_WHITESPACE)  # the parser refuses whitespace before <?xml
        self._handler.line_offset = self._n_discarded_lines = _count_lines(
            data[: len(data) - len(body)]
        )
        declaration = _ENCODING_DECLARATION.match(body.removeprefix(b"\xef\xbb\xbf"))
        if declaration:
            self._prolog = b'<?xml version="1.0" encoding="' + declaration[1] + b'"?>'
        return body

    def _start_parser(self, prefix: bytes) -> ExpatParser:
        parser: ExpatParser = make_parser()
        parser.forbid_dtd = True  # type: ignore[attr-defined]
        parser.setContentHandler(self._handler)
        self._handler.reset(parser)
        self._n_discarded_bytes, self._n_bytes_without_event, self._buffer = len(prefix), 0, b""
        if prefix:
            parser.feed(prefix)
        return parser

    def _parse(self, data: bytes) -> None:
        discarded = self._buffer[: max(len(self._buffer) - _CHUNK_BYTES, 0)]
        self._n_discarded_lines += _count_lines(discarded)
        self._n_discarded_bytes += len(discarded)
        self._buffer = self._buffer[len(discarded) :] + data
        if not data:
            self._parser.close()
            return
        n_events_before = self._handler.n_events
        self._parser.feed(data)
        has_event = self._handler.n_events != n_events_before
        self._n_bytes_without_event = 0 if has_event else self._n_bytes_without_event + len(data)

    def _get_line(self) -> int:
        return self._handler.line_offset + (self._parser.getLineNumber() or 1)

    def _build_endless(self) -> MalformedRow:
        reason = f"a tag or comment has more than {MAX_ROW_CHARS:,} characters"
        return MalformedRow(self._get_line(), format_unreadable_rest(reason))

    def _recover(
        self, exc: SAXParseException, is_last: bool
    ) -> tuple[MalformedRow | None, bytes | None]:
        """Start a new parser after a parse error.

        Returns:
            The malformed row, if it was not reported before, and the bytes to parse next; these
            are None when the rest cannot be read.
        """
        handler, expat = self._handler, cast(Any, self._parser)._parser
        message, line = exc.getMessage(), self._get_line()
        malformed, resume_point = handler.build_malformed_row(line, message), None
        if self._is_ascii_compatible and handler.open_parents and not is_last:
            error_position = max(expat.ErrorByteIndex - self._n_discarded_bytes, 1)
            resume_point = self._find_resume_point(error_position)
        if resume_point is None:
            raw = malformed.raw if malformed else ""
            return MalformedRow(line, format_unreadable_rest(message), raw=raw), None
        parents = [name.encode() for name in handler.open_parents]
        if resume_point.closed_parent:
            n_closed = parents[::-1].index(resume_point.closed_parent)
            parents = parents[: len(parents) - n_closed]
        handler.line_offset = self._n_discarded_lines
        prefix = self._prolog + b"".join(b"<" + name + b">" for name in parents)
        self._parser = self._start_parser(prefix)
        return malformed, resume_point.data

    def _find_resume_point(self, position: int) -> _ResumePoint | None:
        """Skip bytes up to the next item or the end of an enclosing element.

        Args:
            position: Position in the buffer to search from.

        Returns:
            None when the stream has neither.
        """
        names = b"|".join(re.escape(name.encode()) for name in self._handler.open_parents)
        pattern = re.compile(b"(?i:" + _ITEM_START + rb")|</(" + names + rb")\s{0,99}>")
        while True:
            match = pattern.search(self._buffer, position)
            start = match.start() if match else max(len(self._buffer) - _MAX_TAG_BYTES, position)
            self._n_discarded_lines += _count_lines(self._buffer[:start])
            self._buffer = self._buffer[start:]
            if match:
                return _ResumePoint(self._buffer, match[1] or b"")
            chunk = self._stream.read(_CHUNK_BYTES)
            if not chunk:
                return None
            self._buffer, position = self._buffer + chunk, 0


def _count_lines(data: bytes) -> int:
    return data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")
