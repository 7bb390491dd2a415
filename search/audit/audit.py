"""Looks through an index once and puts the report together."""

from dataclasses import dataclass, field

from embed.photos.reader import PhotoReader
from index.product_index import ProductIndex
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
from shopwindow.values.query import Filters

_PLACES = {kind.name: place for place, kind in enumerate(FINDING_KINDS)}


def audit_catalog(
    index: ProductIndex, reader: PhotoReader | None = None, filters: Filters | None = None
) -> CatalogAudit:
    """Look for what is wrong in a catalogue: doubles, wrong photos, gaps, contradictions.

    About 1 KB is kept of each product while it runs. No address is fetched.

    Args:
        index: The index of the catalogue.
        reader: Opens the heads of photo files; one with the usual limits when None.
        filters: What is looked through; everything when None. What does not pass is neither shown
            nor compared with: a report on one merchant's products can be handed to them.

    Returns:
        All findings, by section.

    Raises:
        IndexStoreError: The store refused.
    """
    read = _read(index, filters)
    data = [
        *read.contradictions,
        *find_suspicious_prices(read.entries),
        *find_missing_fields(read.entries),
    ]
    sections = (
        AuditSection(DUPLICATES, tuple(find_duplicates(read.entries))),
        find_unfit_photos(read.entries, read.better, read.others),
        AuditSection(DATA, tuple(sorted(data, key=lambda each: _PLACES[each.kind]))),
        AuditSection(PHOTOS, tuple(find_unusable_photos(read.entries, reader or PhotoReader()))),
    )
    return CatalogAudit(index.location, len(read.entries), sections)


@dataclass(slots=True)
class _Read:
    """What one pass over an index brought."""

    others: ReferenceSample | None
    entries: list[AuditEntry] = field(default_factory=list)
    contradictions: list[Finding] = field(default_factory=list)
    better: dict[str, float] = field(default_factory=dict)


def _read(index: ProductIndex, filters: Filters | None) -> _Read:
    some = read_batches(index, filters)
    read = _Read(
        ReferenceSample.from_batches(
            [(build_entry(*pair), pair[1]) for pair in batch] for batch in some
        )
    )
    for batch in read_batches(index, filters):
        pairs = [(build_entry(product, point), point) for product, point in batch]
        read.entries += [each for each, _ in pairs]
        read.contradictions += [found for each, _ in batch for found in find_contradictions(each)]
        both = [pair for pair in pairs if has_photo_and_text(pair[1])]
        if read.others and both:
            shares = read.others.compute_better_shares(*stack_vectors(both)).tolist()
            ids = (each.product.id for each, _ in both)
            read.better.update(zip(ids, shares, strict=True))
    return read
