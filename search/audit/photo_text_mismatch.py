"""Whether photos fit their titles, judged by how the encoder likes other photos for them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.store.points import PHOTO, TEXT, Point
from search.audit.entries import AuditEntry
from search.audit.finding_kinds import FIT
from search.audit.findings import AuditSection, Finding
from shopwindow.values.encoder import Vectors

REFERENCE_SIZE = 500
"""Products that each photo and title is compared with."""

MIN_PRODUCTS = 50
MIN_AUC = 0.95
"""Below this the encoder does not tell well enough which photo belongs to which title. With
`compact`, 3,000 fashion products had 0.999, and of 150 exchanged photos 86 % were found without one
false alarm; the mixed goods of `data_samples` had 0.90, with three right products listed for each
wrong one; 3,000 electronics had 0.59."""

MAX_BETTER_SHARE = 0.2
"""A product is listed when more than this share of others fits better than its own."""

Shares = NDArray[np.float64]
"""Shares of others that fit better than the own one, from 0 (best) to 1; shape (n,)."""


@dataclass(frozen=True, slots=True)
class ReferenceSample:
    """Products that stand for all.

    Attributes:
        groups: Their groups, shape (n_others,).
        photos: Their photo vectors, shape (n_others, dim).
        texts: Their text vectors, shape (n_others, dim).
    """

    groups: NDArray[np.str_]
    photos: Vectors
    texts: Vectors

    @classmethod
    def from_batches(
        cls, batches: Iterable[Sequence[tuple[AuditEntry, Point]]]
    ) -> "ReferenceSample | None":
        """Return the first products that have a photo and a text; None when they are too few.

        Args:
            batches: Products in the order of their point ids. Those are hashes, so that the first
                ones are a random sample, and the same one in each run.
        """
        found: list[tuple[AuditEntry, Point]] = []
        for batch in batches:
            found += [pair for pair in batch if has_photo_and_text(pair[1])]
            if len(found) >= REFERENCE_SIZE:
                break
        if len(found) < MIN_PRODUCTS:
            return None
        return cls(*stack_vectors(found[:REFERENCE_SIZE]))

    def compute_better_shares(
        self, groups: NDArray[np.str_], photos: Vectors, texts: Vectors
    ) -> Shares:
        """Return for each pair how much fits better: the mean of both ways to ask.

        The title is asked which photos fit it better than its own, and the photo which titles do:
        some photos fit every title, and some titles every photo. Others of the pair's own group
        are left out.

        Args:
            groups: Groups of the pairs, shape (n,).
            photos: Shape (n, dim).
            texts: Shape (n, dim).
        """
        own = (photos * texts).sum(axis=1)[:, None]  # (n, 1)
        foreign = groups[:, None] != self.groups  # (n, n_others)
        n_foreign = np.maximum(foreign.sum(axis=1), 1)
        by_photos = ((texts @ self.photos.T > own) & foreign).sum(axis=1) / n_foreign
        by_texts = ((photos @ self.texts.T > own) & foreign).sum(axis=1) / n_foreign
        return np.asarray((by_photos + by_texts) / 2)

    def estimate_recall(self) -> float:
        """Return which share of wrong photos would be listed: each photo is given to the next."""
        shares = self.compute_better_shares(
            self.groups, np.roll(self.photos, 1, axis=0), self.texts
        )
        return float((shares > MAX_BETTER_SHARE).mean())


def has_photo_and_text(point: Point) -> bool:
    """Return whether a product has a photo and a text to compare."""
    return PHOTO in point.vectors and TEXT in point.vectors


def stack_vectors(
    pairs: Sequence[tuple[AuditEntry, Point]],
) -> tuple[NDArray[np.str_], Vectors, Vectors]:
    """Return the groups, photo vectors and text vectors of products that have both."""
    groups = np.array([entry.group for entry, _ in pairs], dtype=np.str_)
    photos, texts = (np.stack([point.vectors[n] for _, point in pairs]) for n in (PHOTO, TEXT))
    return groups, photos, texts


def find_unfit_photos(
    entries: Sequence[AuditEntry], better: Mapping[str, float], others: ReferenceSample | None
) -> AuditSection:
    """Return products whose photo hardly fits their title, the least fitting first.

    Args:
        entries: All products.
        better: Shares of `ReferenceSample.compute_better_shares` by product id.
        others: What they were compared with.

    Returns:
        The section, with a note that says how sure it is, or why it cannot be told.
    """
    if others is None:
        note = f"It takes {MIN_PRODUCTS} products with a photo and a title to compare."
        return AuditSection(FIT, (), note, was_checked=False)
    auc = 1 - sum(better.values()) / len(better)
    how_well = (
        f"between a product's own photo and another's it chooses rightly {auc:.1%} of the time"
    )
    if auc < MIN_AUC:
        note = (
            f"This cannot be told here: the encoder knows these goods too little ({how_well}; "
            f"{MIN_AUC:.0%} is needed). Adapt it to the catalogue with `shopwindow adapt`."
        )
        return AuditSection(FIT, (), note, was_checked=False)
    listed = [each for each in entries if better.get(each.product.id, 0.0) > MAX_BETTER_SHARE]
    listed.sort(key=lambda each: (-better[each.product.id], each.product.id))
    note = (
        f"The encoder knows these goods well enough: {how_well}. Of wrong photos, about "
        f"{others.estimate_recall():.0%} would be listed. It errs with rare things and with "
        "titles that do not say what is seen: look before you change anything."
    )
    found = tuple(_finding(each, better[each.product.id]) for each in listed)
    return AuditSection(FIT, found, note)


def _finding(entry: AuditEntry, share: float) -> Finding:
    found = f"{share:.0%} of other products fit better than the product's own photo and title"
    return Finding("photo_title_mismatch", (entry.product,), found)
