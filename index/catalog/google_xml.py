"""Google Merchant Center feeds in XML: RSS 2.0 and Atom, read as a stream.

Source: Google Merchant Center, product data specification (names in the namespace `g`).
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from defusedxml.common import DefusedXmlException

from index.catalog.file_detection import iter_rows_safely, open_bytes
from index.catalog.records import UNREADABLE_REST, MalformedRow, SourceRow
from index.catalog.xml_items import WrongRootError
from index.catalog.xml_recovery import RecoveringXmlReader
from shopwindow.values.errors import FeedError

_LOOKED_AT = 50


class GoogleXmlSource:
    """Reads items one by one; see `FeedSource`. No document type and no entities are allowed."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read_columns(self) -> tuple[str, ...]:
        """Return the names of the elements in the first fifty items.

        Raises:
            FeedError: It is not XML, is of another kind, or has a document type.
        """
        found = list(islice(iter_rows_safely(self), _LOOKED_AT))
        if len(found) == 1 and isinstance(found[0], MalformedRow):
            what = (
                "not XML"
                if found[0].reason.startswith(UNREADABLE_REST)
                else "its only item is broken"
            )
            raise FeedError(self.path, f"{what} (line {found[0].line}): {found[0].reason}")
        names = [name for each in found if isinstance(each, SourceRow) for name in each.cells]
        return tuple(dict.fromkeys(names))

    def get_format_columns(self) -> Mapping[str, tuple[str, ...]]:
        """Return the columns whose order of trust differs from other feeds'.

        The shop's own `product_type` says more than a place in Google's taxonomy.
        """
        return {
            "id": ("id",),
            "category": ("product_type", "google_product_category"),
            "image": ("image_link", "additional_image_link"),
        }

    def iter_rows(self) -> Iterator[SourceRow | MalformedRow]:
        """Yield the items; `line` is that of the opening tag.

        Yields:
            Rows, and faults for items that are too large or are no XML; one last fault where the
            file ends too early.

        Raises:
            FeedError: It is XML of another kind, or has a document type.
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
