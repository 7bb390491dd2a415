"""The page of a report: one file with its photos inside, for any browser, without a network."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from PIL import Image

from embed import PhotoReader
from search.audit import AuditSection, CatalogAudit, Finding, FindingKind, ProductSummary
from shopwindow.values.errors import PhotoError

MAX_FINDINGS_SHOWN = 50
"""Most findings of one section that the page shows; the table has all of them."""

MAX_PRODUCTS_SHOWN = 8
"""Most products of one finding that the page shows."""

_SIDE = 96
_QUALITY = 70
_ADDRESSES = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """The findings of one kind.

    Attributes:
        kind: The kind.
        count: How many there are.
        findings: Those that are shown.
    """

    kind: FindingKind
    count: int
    findings: Sequence[Finding]


class Thumbnails:
    """Small photos as addresses that hold the photo itself.

    Args:
        reader: Opens photos, within its limits.
        fetch: Fetch photos behind addresses; they are left out otherwise.
    """

    def __init__(self, reader: PhotoReader, fetch: bool) -> None:
        self._reader = reader
        self._fetch = fetch
        self.to_data_url = lru_cache(maxsize=None)(self._address)
        """The address of a photo, as `(address, "")`, or `("", why there is none)`."""

    def _address(self, image: str) -> tuple[str, str]:
        if not image:
            return "", "no photo"
        if image.lower().startswith(_ADDRESSES) and not self._fetch:
            return "", "not fetched"
        try:
            pixels = self._reader.read_letterboxed(image, _SIDE)
        except PhotoError:
            return "", "unreadable"
        out = io.BytesIO()
        Image.fromarray(pixels).save(out, "JPEG", quality=_QUALITY, optimize=True)
        return "data:image/jpeg;base64," + base64.b64encode(out.getvalue()).decode("ascii"), ""


def render_page(report: CatalogAudit, table: str, reader: PhotoReader, fetch: bool = False) -> str:
    """Return a report as one HTML page.

    Args:
        report: The report.
        table: Name of the file beside the page that has every finding.
        reader: Opens the photos.
        fetch: Fetch photos behind addresses.
    """
    environment = Environment(
        loader=PackageLoader("shopwindow.serving.cli", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("audit.html").render(
        report=report,
        sections=[(section, select_findings(section)) for section in report.sections],
        table=table,
        thumbnail=Thumbnails(reader, fetch).to_data_url,
        shown=_shown,
        made_at=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    )


def select_findings(section: AuditSection) -> list[FindingGroup]:
    """Return the findings of a section that are shown: as many of each kind as there is room."""
    kinds = list(section.by_kind())
    room = MAX_FINDINGS_SHOWN
    shown = {}
    # The rarest kinds first, so that the room they do not need is left for the others.
    for n_left, (kind, found) in zip(
        range(len(kinds), 0, -1), sorted(kinds, key=lambda pair: len(pair[1])), strict=True
    ):
        shown[kind.name] = found[: room // n_left]
        room -= len(shown[kind.name])
    return [FindingGroup(kind, len(found), shown[kind.name]) for kind, found in kinds]


def _shown(finding: Finding) -> Sequence[ProductSummary]:
    return finding.products[:MAX_PRODUCTS_SHOWN]
