"""Looks through an index once and puts the report together."""

from dataclasses import dataclass, field

from embed.photos.reader import PhotoReader
from index.product_index import ProductIndex
from search.audit.attribute_contradictions import contradictions
from search.audit.completeness import missing
from search.audit.duplicates import duplicates
from search.audit.entries import Entry, batches, entry
from search.audit.finding_kinds import DATA, DUPLICATES, KINDS, PHOTOS
from search.audit.findings import CatalogueReport, Finding, Section
from search.audit.photo_files import unusable_photos
from search.audit.photo_text_mismatch import Others, arrays, has_both, unfit_photos
from search.audit.price_outliers import doubtful_prices
from shopwindow.values.query import Filters

_PLACES = {kind.name: place for place, kind in enumerate(KINDS)}


def catalogue_report(
    index: ProductIndex, reader: PhotoReader | None = None, filters: Filters | None = None
) -> CatalogueReport:
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
    data = [*read.contradictions, *doubtful_prices(read.entries), *missing(read.entries)]
    sections = (
        Section(DUPLICATES, tuple(duplicates(read.entries))),
        unfit_photos(read.entries, read.better, read.others),
        Section(DATA, tuple(sorted(data, key=lambda each: _PLACES[each.kind]))),
        Section(PHOTOS, tuple(unusable_photos(read.entries, reader or PhotoReader()))),
    )
    return CatalogueReport(index.location, len(read.entries), sections)


@dataclass(slots=True)
class _Read:
    """What one pass over an index brought."""

    others: Others | None
    entries: list[Entry] = field(default_factory=list)
    contradictions: list[Finding] = field(default_factory=list)
    better: dict[str, float] = field(default_factory=dict)


def _read(index: ProductIndex, filters: Filters | None) -> _Read:
    some = batches(index, filters)
    read = _Read(Others.of([(entry(*pair), pair[1]) for pair in batch] for batch in some))
    for batch in batches(index, filters):
        pairs = [(entry(product, point), point) for product, point in batch]
        read.entries += [each for each, _ in pairs]
        read.contradictions += [found for each, _ in batch for found in contradictions(each)]
        both = [pair for pair in pairs if has_both(pair[1])]
        if read.others and both:
            shares = read.others.better(*arrays(both)).tolist()
            ids = (each.shown.id for each, _ in both)
            read.better.update(zip(ids, shares, strict=True))
    return read
