"""The HTML page of an audit: one file with its photos inside, for any browser, also offline."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from PIL import Image

from embed import PhotoReader
from search.audit import AuditSection, CatalogAudit, Finding, FindingKind
from shopwindow.serving.templating import render_template
from shopwindow.values.display_formats import format_number, format_time
from shopwindow.values.errors import PhotoError

MAX_FINDINGS_SHOWN = 50
"""Most findings of one section on the page; the table has all of them."""

MAX_PRODUCTS_SHOWN = 8
"""Most products of one finding on the page."""

_THUMBNAIL_SIDE = 96  # pixels
_JPEG_QUALITY = 70
_URL_PREFIXES = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """The findings of one kind.

    Attributes:
        kind: The kind.
        count: How many there are.
        findings: Those that the page shows.
    """

    kind: FindingKind
    count: int
    findings: Sequence[Finding]


class Thumbnails:
    """Thumbnails of photos as data URLs.

    Args:
        reader: Opens photos, within its limits.
        fetch: Fetch photos behind addresses; they are left out otherwise.
    """

    def __init__(self, reader: PhotoReader, fetch: bool) -> None:
        self._reader = reader
        self._fetch = fetch
        self.to_data_url = lru_cache(maxsize=None)(self._encode)
        """Encodes a photo as `(data URL, "")`, or `("", why there is none)`; each photo once."""

    def _encode(self, image: str) -> tuple[str, str]:
        if not image:
            return "", "no photo"
        if image.lower().startswith(_URL_PREFIXES) and not self._fetch:
            return "", "not fetched"
        try:
            pixels = self._reader.read_letterboxed(image, _THUMBNAIL_SIDE)
        except PhotoError:
            return "", "unreadable"
        out = io.BytesIO()
        Image.fromarray(pixels).save(out, "JPEG", quality=_JPEG_QUALITY, optimize=True)
        return "data:image/jpeg;base64," + base64.b64encode(out.getvalue()).decode("ascii"), ""


@dataclass(frozen=True, slots=True)
class ShownProduct:
    """A product on the page.

    Attributes:
        id: Its id.
        title: Its title; may be empty.
        photo_url: Its thumbnail as a data URL; empty without one.
        photo_problem: Why there is none.
    """

    id: str
    title: str
    photo_url: str
    photo_problem: str


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """A finding on the page.

    Attributes:
        detail: What was found.
        n_products: How many products it is about.
        products: Those that are shown.
    """

    detail: str
    n_products: int
    products: Sequence[ShownProduct]


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """The findings of one kind on the page.

    Attributes:
        kind: The kind.
        count: How many there are, as text.
        is_truncated: Whether others are only in the table.
        findings: Those that are shown.
    """

    kind: FindingKind
    count: str
    is_truncated: bool
    findings: Sequence[ShownFinding]


def render_page(audit: CatalogAudit, table: str, reader: PhotoReader, fetch: bool = False) -> str:
    """Return an audit as one HTML page.

    Args:
        audit: The audit.
        table: Name of the file beside the page that has every finding.
        reader: Opens the photos.
        fetch: Fetch photos behind addresses.
    """
    thumbnails = Thumbnails(reader, fetch)
    return render_template(
        "audit.html",
        location=audit.location,
        n_affected=format_number(audit.n_affected),
        n_products=format_number(audit.n_products),
        sections=[(section, _build_groups(section, thumbnails)) for section in audit.sections],
        table=table,
        made_at=f"{format_time(datetime.now(UTC))} UTC",
    )


def _build_groups(section: AuditSection, thumbnails: Thumbnails) -> list[ShownGroup]:
    return [
        ShownGroup(
            group.kind,
            format_number(group.count),
            len(group.findings) < group.count,
            [_build_finding(finding, thumbnails) for finding in group.findings],
        )
        for group in select_findings(section)
    ]


def _build_finding(finding: Finding, thumbnails: Thumbnails) -> ShownFinding:
    products = [
        ShownProduct(product.id, product.title, *thumbnails.to_data_url(product.image))
        for product in finding.products[:MAX_PRODUCTS_SHOWN]
    ]
    return ShownFinding(finding.detail, len(finding.products), products)


def select_findings(section: AuditSection) -> list[FindingGroup]:
    """Return the findings of a section for the page: as many of each kind as there is room for."""
    kinds = list(section.by_kind())
    room = MAX_FINDINGS_SHOWN
    selected = {}
    # The rarest kinds first, so that the room they do not need is left for the others.
    for n_kinds_left, (kind, findings) in zip(
        range(len(kinds), 0, -1), sorted(kinds, key=lambda pair: len(pair[1])), strict=True
    ):
        selected[kind.name] = findings[: room // n_kinds_left]
        room -= len(selected[kind.name])
    return [FindingGroup(kind, len(findings), selected[kind.name]) for kind, findings in kinds]
