"""SAX handler that collects the items of an XML feed."""

from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl, Locator

from index.catalog.exports.export_values import name_attribute
from index.catalog.records import MAX_ROW_CELLS, MAX_ROW_CHARS, MalformedRow, SourceRow

_GOOGLE_NAMESPACE = "http://base.google.com/ns/1.0"
_ITEM_NAMES = frozenset({"item", "entry"})
_TEXT_NAMES = frozenset({"title", "description", "summary", "content"})
_INLINE_NAMES = frozenset({"a", "b", "em", "font", "i", "s", "small", "span", "strong", "u"})
PRODUCT_DETAIL = "product_detail"
"""Name of the elements with a further attribute each: its section, its name and its value."""
_ROOT_NAMES = frozenset({"rss", "feed", "rdf", "channel"})

_READ_DEEPER = _TEXT_NAMES | {PRODUCT_DETAIL}


class WrongRootError(ValueError):
    """The XML is not a feed; the message is the root element's name."""


class ItemHandler(ContentHandler):
    """Collects the direct children of each item.

    Deeper elements are ignored, except for markup in texts, whose tags become spaces, and for the
    names and values of product details, which become one cell of names and values.

    An element in Google's namespace takes precedence over one of the same name without it (`g:id`,
    `id`), and the first of several with the same name counts.

    Attributes:
        open_parents: Names of the open elements that a feed has around its items: rss, channel.
        line_offset: Lines of the file before the part that the current parser reads.
        has_root: Whether the root element was seen.
        n_events: Number of SAX events so far.
    """

    def __init__(self) -> None:
        super().__init__()
        self.open_parents: list[str] = []
        self.line_offset = 0
        self.has_root = False
        self.n_events = 0
        self._locator: Locator | None = None
        self._finished: list[SourceRow | MalformedRow] = []
        self._cells: dict[str, object] = {}
        self._google_names: set[str] = set()
        self._google_prefixes = {"g"}
        self._line = 0
        self._n_chars = 0
        self._n_extra_elements = 0
        self._n_foreign = 0  # open elements around the items that a feed does not have
        self._n_unclosed = 0  # items in which another one started
        self._depth = -1  # -1 outside of items, 0 in an item, 1 in a child of one
        self._text: list[str] = []
        self._child = ""  # name of the open child of an item, without its prefix
        self._detail: dict[str, str] = {}  # parts of the open product detail

    def reset(self, locator: Locator) -> None:
        """Start again with another parser; an open item is discarded."""
        self._locator = locator
        self.open_parents = []
        self._n_foreign = self._n_unclosed = 0
        self._depth = -1

    @property
    def is_in_item(self) -> bool:
        """Whether an item is open."""
        return self._depth >= 0

    def pop_rows(self) -> list[SourceRow | MalformedRow]:
        """Return the finished items and clear the list."""
        finished, self._finished = self._finished, []
        return finished

    def build_malformed_row(self, line: int, message: str) -> MalformedRow | None:
        """Return a malformed row for a parse error at a line.

        Returns:
            The open item, or the text between items; None when the problem was reported before as
            an item that was never closed.
        """
        if self.is_in_item:
            return self._build_malformed(f"not XML at line {line}: {message}")
        return None if self._n_unclosed else MalformedRow(line, f"not XML: {message}")

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802
        """Handle the start of an element; called by the parser."""
        self.n_events += 1
        prefix, _, local = name.rpartition(":")
        if not self.has_root:
            self._check_root(local)
        for key, value in attrs.items():
            if key.startswith("xmlns:") and value == _GOOGLE_NAMESPACE:
                self._google_prefixes.add(key.removeprefix("xmlns:"))
        is_item = local.casefold() in _ITEM_NAMES
        if is_item and self._depth == 0:
            self._finished.append(self._build_malformed("the item is never closed"))
            self._n_unclosed += 1
            self._start_item()
        elif self._depth >= 0:
            self._open_child(prefix, local, attrs)
        elif is_item:
            self._start_item()
        elif self._n_foreign or local.casefold() not in _ROOT_NAMES:
            self._n_foreign += 1
        else:
            self.open_parents.append(name)

    def characters(self, content: str) -> None:
        """Handle a piece of text; called by the parser."""
        self.n_events += 1
        if self._depth == 1 or (self._depth > 1 and self._child in _READ_DEEPER):
            self._n_chars += len(content)
            if self._n_chars <= MAX_ROW_CHARS:
                self._text.append(content)

    def endElement(self, name: str) -> None:  # noqa: N802
        """Handle the end of an element; called by the parser."""
        self.n_events += 1
        if self._depth >= 0:
            self._close(name)
        elif self._n_foreign:
            self._n_foreign -= 1
        elif self._n_unclosed:
            self._n_unclosed -= 1
        else:
            self.open_parents.pop()

    def _close(self, name: str) -> None:
        if self._depth == 1:
            self._close_child(name, "".join(self._text).strip())
        elif self._depth == 2 and self._child == PRODUCT_DETAIL:
            self._detail[name.rpartition(":")[2]] = "".join(self._text).strip()
            self._text = []
        elif self._depth > 1 and self._child in _TEXT_NAMES:
            self._space_out(name)
        elif self._depth == 0:
            self._finish_item()
        self._depth -= 1

    def _start_item(self) -> None:
        self._depth, self._n_chars, self._n_extra_elements = 0, 0, 0
        self._cells, self._google_names = {}, set()
        self._line = self.line_offset + ((self._locator and self._locator.getLineNumber()) or 0)

    def _build_malformed(self, reason: str) -> MalformedRow:
        # An id may occur twice, with Google's prefix and without; only the first kind is reliable.
        reliable = {name: self._cells[name] for name in self._google_names}
        return MalformedRow(self._line, reason, raw=str(self._cells), cells=reliable)

    def _check_root(self, local: str) -> None:
        self.has_root = True
        if local.casefold() not in _ROOT_NAMES:
            raise WrongRootError(local[:80])

    def _open_child(self, prefix: str, local: str, attrs: AttributesImpl) -> None:
        self._depth += 1
        if self._depth == 1:
            self._child, self._detail, self._text = local, {}, []
        elif self._child in _TEXT_NAMES:
            self._space_out(local)
        if self._depth == 1 and local == "link" and not prefix and attrs.get("href"):
            self._cells.setdefault("link", attrs["href"])

    def _close_child(self, name: str, text: str) -> None:
        prefix, _, local = name.rpartition(":")
        self._text = []
        if local == PRODUCT_DETAIL and self._detail:
            self._add_detail()
        elif len(self._cells) >= MAX_ROW_CELLS and local not in self._cells:
            self._n_extra_elements += 1
        elif prefix in self._google_prefixes and local not in self._google_names:
            self._google_names.add(local)
            self._cells[local] = text
        elif not prefix:
            self._cells.setdefault(local, text)

    def _space_out(self, name: str) -> None:
        """Add a space for a tag inside a text, unless it marks words within a line."""
        if name.rpartition(":")[2].casefold() not in _INLINE_NAMES:
            self._text.append(" ")

    def _add_detail(self) -> None:
        """Add a product detail to the item's; the first of several with the same name counts."""
        details = self._cells.setdefault(PRODUCT_DETAIL, {})
        name, value = self._detail.get("attribute_name"), self._detail.get("attribute_value")
        if isinstance(details, dict) and name and value and len(details) < MAX_ROW_CELLS:
            details.setdefault(name_attribute(name), value)

    def _finish_item(self) -> None:
        reason = ""
        if self._n_chars > MAX_ROW_CHARS:
            reason = f"an item may have {MAX_ROW_CHARS:,} characters at most"
        elif self._n_extra_elements:
            n_total = MAX_ROW_CELLS + self._n_extra_elements
            reason = (
                f"an item may have {MAX_ROW_CELLS:,} elements at most, this one has {n_total:,}"
            )
        row = SourceRow(self._line, self._cells)
        self._finished.append(self._build_malformed(reason) if reason else row)
