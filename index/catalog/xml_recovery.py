"""Reading broken XML on: where an item breaks, a new parser goes on with the next one.

A parser of XML stops at the first mistake, as the standard says, and one raw "&" in a title would
cost all products behind it. A new parser is given the open elements around the items first, and
then the rest of the file from the next item, or from the end of what surrounds the items.
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
_LONGEST_TAG_BYTES = 256
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._\-]{1,40})[\"']")
_ITEM = rb"<(?:[\w.\-]{1,40}:)?(?:item|entry)(?=[\s/>])"
_BLANKS = b" \t\r\n"


class _Found(NamedTuple):
    """Where to read on: the bytes, and the outer element that ends there; empty for an item."""

    data: bytes
    ends: bytes


class RecoveringXmlReader:
    """The items of one stream, whatever breaks between them.

    Every byte is parsed or searched a bounded number of times: a tag or comment that is longer
    than a row may be ends the reading, for a parser starts it anew with each piece.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._handler = ItemHandler()
        self._prolog = b""
        self._searchable = True  # whether "<" is one byte in this encoding
        self._lines_gone = 0  # lines before the bytes that are held
        self._held = b""  # the last pieces that the parser was given
        self._n_gone = 0  # bytes that it was given before those
        self._n_silent = 0  # bytes since anything was met
        self._parser = self._started(b"")

    def iter_rows(self) -> Iterator[SourceRow | MalformedRow]:
        """Yield the items, and faults for those that are broken.

        Yields:
            Rows and faults; the last fault may say that the rest could not be read.

        Raises:
            DefusedXmlException: There is a document type.
            WrongRootError: It is XML of another kind.
            ValueError: The encoding is not known.
        """
        data = self._first()
        while True:
            try:
                self._parse(data)
            except SAXParseException as exc:
                fault, rest = self._recovered(exc, last=not data)
                yield from self._handler.pop_rows()
                if fault:
                    yield fault
                if rest is None:
                    return
                data = rest
                continue
            yield from self._handler.pop_rows()
            if not data:
                return
            if self._n_silent > MAX_ROW_CHARS:
                yield self._endless()
                return
            data = self._stream.read(_CHUNK_BYTES)

    def _first(self) -> bytes:
        data = self._stream.read(_CHUNK_BYTES)
        self._searchable = not data.startswith((b"\xff\xfe", b"\xfe\xff")) and b"\0" not in data[:4]
        body = data.lstrip(_BLANKS)  # before <?xml, which must come first
        self._handler.line_offset = self._lines_gone = _n_lines(data[: len(data) - len(body)])
        declared = _DECLARED.match(body.removeprefix(b"\xef\xbb\xbf"))
        if declared:
            self._prolog = b'<?xml version="1.0" encoding="' + declared[1] + b'"?>'
        return body

    def _started(self, prefix: bytes) -> ExpatParser:
        parser: ExpatParser = make_parser()
        parser.forbid_dtd = True  # type: ignore[attr-defined]
        parser.setContentHandler(self._handler)
        self._handler.reset(parser)
        self._n_gone, self._n_silent, self._held = len(prefix), 0, b""
        if prefix:
            parser.feed(prefix)
        return parser

    def _parse(self, data: bytes) -> None:
        gone = self._held[: max(len(self._held) - _CHUNK_BYTES, 0)]
        self._lines_gone += _n_lines(gone)
        self._n_gone += len(gone)
        self._held = self._held[len(gone) :] + data
        if not data:
            self._parser.close()
            return
        before = self._handler.n_events
        self._parser.feed(data)
        self._n_silent = self._n_silent + len(data) if before == self._handler.n_events else 0

    def _line(self) -> int:
        return self._handler.line_offset + (self._parser.getLineNumber() or 1)

    def _endless(self) -> MalformedRow:
        reason = f"a tag or comment has more than {MAX_ROW_CHARS:,} characters"
        return MalformedRow(self._line(), format_unreadable_rest(reason))

    def _recovered(
        self, exc: SAXParseException, last: bool
    ) -> tuple[MalformedRow | None, bytes | None]:
        """Return the fault of what broke, and the bytes to read on with; None at the end."""
        handler, expat = self._handler, cast(Any, self._parser)._parser
        message, line = exc.getMessage(), self._line()
        fault, found = handler.build_malformed_row(line, message), None
        if self._searchable and handler.open_parents and not last:
            found = self._next(max(expat.ErrorByteIndex - self._n_gone, 1))
        if found is None:
            return MalformedRow(
                line, format_unreadable_rest(message), raw=fault.raw if fault else ""
            ), None
        outer = [name.encode() for name in handler.open_parents]
        if found.ends:
            outer = outer[: len(outer) - outer[::-1].index(found.ends)]
        handler.line_offset = self._lines_gone
        prefix = self._prolog + b"".join(b"<" + name + b">" for name in outer)
        self._parser = self._started(prefix)
        return fault, found.data

    def _next(self, at: int) -> _Found | None:
        """Pass over bytes up to the next item or the end of an outer element.

        Returns:
            None when there is neither.
        """
        names = b"|".join(re.escape(name.encode()) for name in self._handler.open_parents)
        wanted = re.compile(b"(?i:" + _ITEM + rb")|</(" + names + rb")\s{0,99}>")
        while True:
            found = wanted.search(self._held, at)
            kept = found.start() if found else max(len(self._held) - _LONGEST_TAG_BYTES, at)
            self._lines_gone += _n_lines(self._held[:kept])
            self._held = self._held[kept:]
            if found:
                return _Found(self._held, found[1] or b"")
            more = self._stream.read(_CHUNK_BYTES)
            if not more:
                return None
            self._held, at = self._held + more, 0


def _n_lines(data: bytes) -> int:
    return data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")
