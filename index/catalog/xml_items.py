"""What a feed in XML holds, element by element as the parser meets them."""

from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl, Locator

from index.catalog.records import MAX_ROW_CELLS, MAX_ROW_CHARS, MalformedRow, SourceRow

_GOOGLE = "http://base.google.com/ns/1.0"
_ITEMS = frozenset({"item", "entry"})
_ROOTS = frozenset({"rss", "feed", "rdf", "channel"})


class WrongRootError(ValueError):
    """The XML is no feed; its message is the root element's name."""


class ItemHandler(ContentHandler):
    """Collects the elements directly under each item; what is nested deeper is passed over.

    An element of Google's namespace goes before one of the same name without (`g:id`, `id`), and
    the first of several with the same name counts.

    Attributes:
        open_parents: Names of the open elements around the items that a feed has: rss, channel.
        line_offset: Lines of the file before the part that the parser reads.
        has_root: Whether the root element was met.
        n_events: Elements and pieces of text met so far.
    """

    def __init__(self) -> None:
        super().__init__()
        self.open_parents: list[str] = []
        self.line_offset = 0
        self.has_root = False
        self.n_events = 0
        self._place: Locator | None = None
        self._done: list[SourceRow | MalformedRow] = []
        self._cells: dict[str, object] = {}
        self._google: set[str] = set()
        self._prefixes = {"g"}
        self._line = 0
        self._n_chars = 0
        self._n_elements = 0
        self._n_around = 0  # open elements around the items that are none of a feed's own
        self._n_unclosed = 0  # items in which another began
        self._depth = -1
        self._text: list[str] = []

    def reset(self, place: Locator) -> None:
        """Start anew with another parser; the item that was open is forgotten."""
        self._place = place
        self.open_parents = []
        self._n_around = self._n_unclosed = 0
        self._depth = -1

    @property
    def is_in_item(self) -> bool:
        """Whether an item is open."""
        return self._depth >= 0

    def pop_rows(self) -> list[SourceRow | MalformedRow]:
        """Return the finished items and forget them."""
        done, self._done = self._done, []
        return done

    def build_malformed_row(self, line: int, message: str) -> MalformedRow | None:
        """Return the open item as a fault; outside of one, what stands between the items.

        Returns:
            None when the fault was told before: an item that was never closed.
        """
        if self.is_in_item:
            return self._fault(f"not XML at line {line}: {message}")
        return None if self._n_unclosed else MalformedRow(line, f"not XML: {message}")

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802
        """Open an element; called by the parser."""
        self.n_events += 1
        prefix, _, local = name.rpartition(":")
        if not self.has_root:
            self._root(local)
        for key, value in attrs.items():
            if key.startswith("xmlns:") and value == _GOOGLE:
                self._prefixes.add(key.removeprefix("xmlns:"))
        is_item = local.casefold() in _ITEMS
        if is_item and self._depth == 0:
            self._done.append(self._fault("the item is never closed"))
            self._n_unclosed += 1
            self._begin_item()
        elif self._depth >= 0:
            self._inside(prefix, local, attrs)
        elif is_item:
            self._begin_item()
        elif self._n_around or local.casefold() not in _ROOTS:
            self._n_around += 1
        else:
            self.open_parents.append(name)

    def characters(self, content: str) -> None:
        """Take a piece of text; called by the parser."""
        self.n_events += 1
        if self._depth == 1:
            self._n_chars += len(content)
            if self._n_chars <= MAX_ROW_CHARS:
                self._text.append(content)

    def endElement(self, name: str) -> None:  # noqa: N802
        """Close an element; called by the parser."""
        self.n_events += 1
        if self._depth >= 0:
            self._close(name)
        elif self._n_around:
            self._n_around -= 1
        elif self._n_unclosed:
            self._n_unclosed -= 1
        else:
            self.open_parents.pop()

    def _close(self, name: str) -> None:
        if self._depth == 1:
            self._element(name, "".join(self._text).strip())
        elif self._depth == 0:
            self._finish()
        self._depth -= 1

    def _begin_item(self) -> None:
        self._depth, self._n_chars, self._n_elements = 0, 0, 0
        self._cells, self._google = {}, set()
        self._line = self.line_offset + ((self._place and self._place.getLineNumber()) or 0)

    def _fault(self, reason: str) -> MalformedRow:
        # An id may come twice, with Google's prefix and without; that with it is certain.
        certain = {name: self._cells[name] for name in self._google}
        return MalformedRow(self._line, reason, raw=str(self._cells), cells=certain)

    def _root(self, local: str) -> None:
        self.has_root = True
        if local.casefold() not in _ROOTS:
            raise WrongRootError(local[:80])

    def _inside(self, prefix: str, local: str, attrs: AttributesImpl) -> None:
        self._depth += 1
        self._text = []
        if self._depth == 1 and local == "link" and not prefix and attrs.get("href"):
            self._cells.setdefault("link", attrs["href"])

    def _element(self, name: str, text: str) -> None:
        prefix, _, local = name.rpartition(":")
        self._text = []
        if len(self._cells) >= MAX_ROW_CELLS and local not in self._cells:
            self._n_elements += 1
        elif prefix in self._prefixes and local not in self._google:
            self._google.add(local)
            self._cells[local] = text
        elif not prefix:
            self._cells.setdefault(local, text)

    def _finish(self) -> None:
        reason = ""
        if self._n_chars > MAX_ROW_CHARS:
            reason = f"an item may have {MAX_ROW_CHARS:,} characters at most"
        elif self._n_elements:
            n_all = MAX_ROW_CELLS + self._n_elements
            reason = f"an item may have {MAX_ROW_CELLS:,} elements at most, this one has {n_all:,}"
        row = SourceRow(self._line, self._cells)
        self._done.append(self._fault(reason) if reason else row)
