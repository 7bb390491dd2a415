"""The audit of a catalogue: one pass over its index, and all findings by section."""

from dataclasses import dataclass, field

from embed import PhotoReader
from index import ProductIndex
from search.audit.attribute_contradictions import find_contradictions
from search.audit.completeness import find_missing_fields
from search.audit.duplicates import find_duplicates
from search.audit.entries import AuditEntry, build_entry, read_batches
from search.audit.finding_kinds import DATA, DUPLICATES, FINDING_KINDS, PHOTOS
from search.audit.findings import AuditSection, CatalogAudit, Finding
from search.audit.photo_files import find_unusable_photos
from search.audit.photo_text_mismatch import (
    ReferenceSample,
    find_unfit_photos,
    has_photo_and_text,
    stack_vectors,
)
from search.audit.price_outliers import find_suspicious_prices
from shopwindow.values import Filters

_KIND_ORDER = {kind.name: index_of_kind for index_of_kind, kind in enumerate(FINDING_KINDS)}


def audit_catalog(
    index: ProductIndex, reader: PhotoReader | None = None, filters: Filters | None = None
) -> CatalogAudit:
    """Find duplicates, mismatched photos, missing fields and contradictions in a catalogue.

    About 1 KB of memory is kept per product. No photo address is fetched.

    Args:
        index: The index of the catalogue.
        reader: Reads the headers of photo files; one with the default limits when None.
        filters: Restricts the audit; None for all products. Other products are neither reported nor
            compared with: a report on one merchant's products can be handed to them.

    Returns:
        All findings, by section.

    Raises:
        IndexStoreError: The index cannot be read.
    """
    scan = _scan_index(index, filters)
    data = [
        *scan.contradictions,
        *find_suspicious_prices(scan.entries),
        *find_missing_fields(scan.entries),
    ]
    sections = (
        AuditSection(DUPLICATES, tuple(find_duplicates(scan.entries))),
        find_unfit_photos(scan.entries, scan.better_shares, scan.reference),
        AuditSection(DATA, tuple(sorted(data, key=lambda finding: _KIND_ORDER[finding.kind]))),
        AuditSection(PHOTOS, tuple(find_unusable_photos(scan.entries, reader or PhotoReader()))),
    )
    return CatalogAudit(index.location, len(scan.entries), sections)


@dataclass(slots=True)
class _IndexScan:
    """The result of one pass over an index."""

    reference: ReferenceSample | None
    entries: list[AuditEntry] = field(default_factory=list)
    contradictions: list[Finding] = field(default_factory=list)
    better_shares: dict[str, float] = field(default_factory=dict)


def _scan_index(index: ProductIndex, filters: Filters | None) -> _IndexScan:
    batches = read_batches(index, filters)
    scan = _IndexScan(
        ReferenceSample.from_batches(
            [(build_entry(*pair), pair[1]) for pair in batch] for batch in batches
        )
    )
    for batch in read_batches(index, filters):
        pairs = [(build_entry(product, entry), entry) for product, entry in batch]
        scan.entries += [entry for entry, _ in pairs]
        scan.contradictions += [
            finding for product, _ in batch for finding in find_contradictions(product)
        ]
        complete_pairs = [pair for pair in pairs if has_photo_and_text(pair[1])]
        if scan.reference and complete_pairs:
            shares = scan.reference.compute_better_shares(*stack_vectors(complete_pairs)).tolist()
            product_ids = (entry.product.id for entry, _ in complete_pairs)
            scan.better_shares.update(zip(product_ids, shares, strict=True))
    return scan
