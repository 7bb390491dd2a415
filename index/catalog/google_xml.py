"""Google Merchant Center feeds in XML: RSS 2.0 and Atom, read as a stream.

Source: Google Merchant Center, product data specification (names in the namespace `g`).
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from defusedxml.common import DefusedXmlException

from index.catalog.compression import open_bytes
from index.catalog.file_detection import iter_rows_safely
from index.catalog.records import UNREADABLE_REST, MalformedRow, SourceRow
from index.catalog.xml_items import PRODUCT_DETAIL, WrongRootError
from index.catalog.xml_recovery import RecoveringXmlReader
from shopwindow.values.errors import FeedError

_N_SAMPLED_ITEMS = 50


class GoogleXmlSource:
    """Reads items one by one; see `FeedSource`. Document types and entities are refused."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read_columns(self) -> tuple[str, ...]:
        """Return the names of the elements in the first fifty items.

        Raises:
            FeedError: It is not XML, is another kind of XML, or has a document type.
        """
        rows = list(islice(iter_rows_safely(self), _N_SAMPLED_ITEMS))
        if len(rows) == 1 and isinstance(rows[0], MalformedRow):
            is_xml = not rows[0].reason.startswith(UNREADABLE_REST)
            problem = "its only item is broken" if is_xml else "not XML"
            raise FeedError(self.path, f"{problem} (line {rows[0].line}): {rows[0].reason}")
        names = [name for row in rows if isinstance(row, SourceRow) for name in row.cells]
        return tuple(dict.fromkeys(names))

    def get_format_columns(self) -> Mapping[str, tuple[str, ...]]:
        """Return the columns that are trusted in another order than in other feeds.

        An Atom entry has its description in `summary` or `content`.
        """
        return {
            "id": ("id",),
            "category": ("product_type",),
            "description": ("description", "summary", "content"),
            "image": ("image_link", "additional_image_link"),
            "attributes": (PRODUCT_DETAIL,),
        }

    def iter_rows(self) -> Iterator[SourceRow | MalformedRow]:
        """Yield the items; `line` is that of the opening tag.

        Yields:
            Rows; a malformed row for an item that is too large or not well-formed, and a last one
            where the file is truncated.

        Raises:
            FeedError: It is another kind of XML, or has a document type.
        """
        with open_bytes(self.path) as stream:
            try:
                yield from RecoveringXmlReader(stream).iter_rows()
            except DefusedXmlException as exc:
                raise FeedError(
                    self.path, f"XML with a document type or entities is refused: {exc}"
                ) from exc
            except WrongRootError as exc:
                raise FeedError(
                    self.path, f"an RSS or Atom feed expected, but the root element is <{exc}>"
                ) from exc
            except (ValueError, LookupError) as exc:
                raise FeedError(self.path, f"the encoding of the XML is not known: {exc}") from exc
