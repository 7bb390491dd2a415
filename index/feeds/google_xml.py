"""Google Merchant Center feeds in XML: RSS 2.0 and Atom, read as a stream.

Source: Google Merchant Center, product data specification (names in the namespace `g`).
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import IO
from xml.sax import SAXParseException
from xml.sax.expatreader import ExpatParser
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl, Locator

from defusedxml.common import DefusedXmlException
from defusedxml.sax import make_parser

from core.errors import FeedError
from index.feeds.opening import guarded, open_bytes, rest_unread
from index.feeds.records import MAX_ROW_CHARS, SourceFault, SourceRow

_GOOGLE = "http://base.google.com/ns/1.0"
_CHUNK_BYTES = 65_536
_LOOKED_AT = 50
_ITEMS = frozenset({"item", "entry"})
_ROOTS = frozenset({"rss", "feed", "rdf", "channel"})


class GoogleXmlSource:
    """Reads items one by one; see `FeedSource`. No document type and no entities are allowed."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def columns(self) -> tuple[str, ...]:
        """Return the names of the elements in the first fifty items.

        Raises:
            FeedError: It is not XML, is of another kind, or has a document type.
        """
        found = list(islice(guarded(self), _LOOKED_AT))
        if len(found) == 1 and isinstance(found[0], SourceFault):
            raise FeedError(self.path, f"not XML (line {found[0].line}): {found[0].reason}")
        names = [name for each in found if isinstance(each, SourceRow) for name in each.cells]
        return tuple(dict.fromkeys(names))

    def fixed(self) -> Mapping[str, tuple[str, ...]]:
        """Return the columns whose order of trust differs from other feeds'.

        The shop's own `product_type` says more than a place in Google's taxonomy.
        """
        return {
            "id": ("id",),
            "category": ("product_type", "google_product_category"),
            "image": ("image_link", "additional_image_link"),
        }

    def rows(self) -> Iterator[SourceRow | SourceFault]:
        """Yield the items; `line` is that of the opening tag.

        Yields:
            Rows, faults for items too large, and one last fault where the XML breaks.

        Raises:
            FeedError: It is XML of another kind, or has a document type.
        """
        parser: ExpatParser = make_parser()
        handler = _Items(parser)
        parser.forbid_dtd = True  # type: ignore[attr-defined]
        parser.setContentHandler(handler)
        with open_bytes(self.path) as stream:
            while True:
                last = self._feed(parser, handler, stream)
                yield from handler.take()
                if last is not None:
                    yield from last
                    return

    def _feed(
        self, parser: ExpatParser, handler: "_Items", stream: IO[bytes]
    ) -> tuple[SourceFault, ...] | None:
        """Parse one more piece.

        Returns:
            What ends the file; None when it goes on.

        Raises:
            FeedError: It is XML of another kind, or has a document type.
        """
        piece = stream.read(_CHUNK_BYTES)
        try:
            if not piece:
                parser.close()
                return ()
            parser.feed(piece)
        except DefusedXmlException as exc:
            raise FeedError(
                self.path, f"XML with a document type or entities is refused: {exc}"
            ) from exc
        except _WrongRootError as exc:
            raise FeedError(
                self.path, f"an RSS or Atom feed expected, but the root element is <{exc}>"
            ) from exc
        except SAXParseException as exc:
            line = exc.getLineNumber() or 1
            return (SourceFault(line, rest_unread(exc.getMessage()), raw=handler.open_item()),)
        except (ValueError, LookupError) as exc:
            raise FeedError(self.path, f"the encoding of the XML is not known: {exc}") from exc
        return None


class _WrongRootError(ValueError):
    """The XML is no feed; its message is the root element's name."""


class _Items(ContentHandler):
    """Collects the elements directly under each item; what is nested deeper is passed over.

    An element of Google's namespace goes before one of the same name without (`g:id`, `id`), and
    the first of several with the same name counts.
    """

    def __init__(self, place: Locator) -> None:
        super().__init__()
        self._place = place
        self._done: list[SourceRow | SourceFault] = []
        self._cells: dict[str, object] = {}
        self._google: set[str] = set()
        self._prefixes = {"g"}
        self._line = 0
        self._n_chars = 0
        self._depth = -1
        self._text: list[str] = []
        self._seen_root = False

    def take(self) -> list[SourceRow | SourceFault]:
        """Return the finished items and forget them."""
        done, self._done = self._done, []
        return done

    def open_item(self) -> str:
        """Return what was read of an item that was not finished."""
        return str(self._cells) if self._depth >= 0 else ""

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802
        prefix, _, local = name.rpartition(":")
        if not self._seen_root:
            self._root(local)
        for key, value in attrs.items():
            if key.startswith("xmlns:") and value == _GOOGLE:
                self._prefixes.add(key.removeprefix("xmlns:"))
        if self._depth >= 0:
            self._depth += 1
            self._text = []
            if self._depth == 1 and local == "link" and not prefix and attrs.get("href"):
                self._cells.setdefault("link", attrs["href"])
        elif local.casefold() in _ITEMS:
            self._depth, self._n_chars = 0, 0
            self._cells, self._google = {}, set()
            self._line = self._place.getLineNumber() or 0

    def characters(self, content: str) -> None:
        if self._depth == 1:
            self._n_chars += len(content)
            if self._n_chars <= MAX_ROW_CHARS:
                self._text.append(content)

    def endElement(self, name: str) -> None:  # noqa: N802
        if self._depth == 1:
            self._element(name, "".join(self._text).strip())
        elif self._depth == 0:
            self._finish()
        if self._depth >= 0:
            self._depth -= 1

    def _root(self, local: str) -> None:
        self._seen_root = True
        if local.casefold() not in _ROOTS:
            raise _WrongRootError(local[:80])

    def _element(self, name: str, text: str) -> None:
        prefix, _, local = name.rpartition(":")
        if prefix in self._prefixes and local not in self._google:
            self._google.add(local)
            self._cells[local] = text
        elif not prefix:
            self._cells.setdefault(local, text)
        self._text = []

    def _finish(self) -> None:
        if self._n_chars > MAX_ROW_CHARS:
            reason = f"an item may have {MAX_ROW_CHARS:,} characters at most"
            self._done.append(SourceFault(self._line, reason))
        else:
            self._done.append(SourceRow(self._line, self._cells))
