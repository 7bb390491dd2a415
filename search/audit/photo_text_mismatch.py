"""Photos that do not fit their titles, by the similarity of other photos and titles."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index import IndexEntry
from index.store import PHOTO, TEXT
from search.audit.entries import AuditEntry
from search.audit.finding_kinds import PHOTO_MISMATCH
from search.audit.findings import AuditSection, Finding
from shopwindow.values import Vectors

REFERENCE_SIZE = 500
"""Number of products that each photo and title is compared with."""

MIN_PRODUCTS = 50
MIN_AUC = 0.95
"""AUC below which the encoder does not tell well enough which photo belongs to which title. With
`compact`, 3,000 fashion products had 0.999, and of 150 exchanged photos 86 % were found without one
false alarm; the mixed goods of `data_samples` had 0.90, with three right products listed for each
wrong one; 3,000 electronics had 0.59."""

MAX_BETTER_SHARE = 0.2
"""A product is listed when more than this share of other products fits better than its own."""

Shares = NDArray[np.float64]
"""Shares of other products that fit better than the own one, from 0 (best) to 1; shape (n,)."""


@dataclass(frozen=True, slots=True)
class ReferenceSample:
    """A sample of products that photos and titles are compared with.

    Attributes:
        groups: Their groups, shape (n_reference,).
        photos: Their photo vectors, shape (n_reference, dim).
        texts: Their text vectors, shape (n_reference, dim).
    """

    groups: NDArray[np.str_]
    photos: Vectors
    texts: Vectors

    @classmethod
    def from_batches(
        cls, batches: Iterable[Sequence[tuple[AuditEntry, IndexEntry]]]
    ) -> "ReferenceSample | None":
        """Return the first products with a photo and a text; None when there are too few.

        Args:
            batches: Products in the order of their hashes, so that the first ones are a random
                sample, and the same one in each run.
        """
        pairs: list[tuple[AuditEntry, IndexEntry]] = []
        for batch in batches:
            pairs += [pair for pair in batch if has_photo_and_text(pair[1])]
            if len(pairs) >= REFERENCE_SIZE:
                break
        if len(pairs) < MIN_PRODUCTS:
            return None
        return cls(*stack_vectors(pairs[:REFERENCE_SIZE]))

    def compute_better_shares(
        self, groups: NDArray[np.str_], photos: Vectors, texts: Vectors
    ) -> Shares:
        """Return the share of other products that fit each pair better: the mean of both ways.

        Photos are compared with the title, and titles with the photo: some photos fit every title,
        and some titles every photo. Products of the pair's own group are left out.

        Args:
            groups: Groups of the pairs, shape (n,).
            photos: Shape (n, dim).
            texts: Shape (n, dim).
        """
        own_similarity = (photos * texts).sum(axis=1)[:, None]  # (n, 1)
        is_other_group = groups[:, None] != self.groups  # (n, n_reference)
        n_other_group = np.maximum(is_other_group.sum(axis=1), 1)
        is_better_photo = (texts @ self.photos.T > own_similarity) & is_other_group
        is_better_text = (photos @ self.texts.T > own_similarity) & is_other_group
        photo_shares = is_better_photo.sum(axis=1) / n_other_group
        text_shares = is_better_text.sum(axis=1) / n_other_group
        return np.asarray((photo_shares + text_shares) / 2)

    def estimate_recall(self) -> float:
        """Return the share of wrong photos that would be listed, by giving each to the next."""
        shares = self.compute_better_shares(
            self.groups, np.roll(self.photos, 1, axis=0), self.texts
        )
        return float((shares > MAX_BETTER_SHARE).mean())


def has_photo_and_text(entry: IndexEntry) -> bool:
    """Return whether a product has vectors of a photo and a text."""
    return PHOTO in entry.vectors and TEXT in entry.vectors


def stack_vectors(
    pairs: Sequence[tuple[AuditEntry, IndexEntry]],
) -> tuple[NDArray[np.str_], Vectors, Vectors]:
    """Return the groups, photo vectors and text vectors of products that have both vectors.

    Returns:
        Groups, shape (n,); photo and text vectors in the encoder's dimension, shape (n, dim).
    """
    groups = np.array([entry.group for entry, _ in pairs], dtype=np.str_)
    photos, texts = (
        np.stack([entry.vectors[space] for _, entry in pairs]) for space in (PHOTO, TEXT)
    )
    return groups, photos, texts


def find_unfit_photos(
    entries: Sequence[AuditEntry],
    better_shares: Mapping[str, float],
    reference: ReferenceSample | None,
) -> AuditSection:
    """Return products whose photo does not fit their title, the worst first.

    Args:
        entries: All products.
        better_shares: Shares of `ReferenceSample.compute_better_shares`, by product id.
        reference: The sample that they were compared with.

    Returns:
        The section, with a note that says how reliable it is, or why it could not be checked.
    """
    if reference is None:
        note = f"It takes {MIN_PRODUCTS} products with a photo and a title to compare."
        return AuditSection(PHOTO_MISMATCH, (), note, was_checked=False)
    auc = 1 - sum(better_shares.values()) / len(better_shares)
    accuracy = (
        f"between a product's own photo and another's it chooses rightly {auc:.1%} of the time"
    )
    if auc < MIN_AUC:
        note = (
            "This cannot be checked: the encoder does not know these products well enough "
            f"({accuracy}; {MIN_AUC:.0%} is needed). Adapt it to the catalogue with "
            "`shopwindow adapt`."
        )
        return AuditSection(PHOTO_MISMATCH, (), note, was_checked=False)
    mismatches = [
        entry for entry in entries if better_shares.get(entry.product.id, 0.0) > MAX_BETTER_SHARE
    ]
    mismatches.sort(key=lambda entry: (-better_shares[entry.product.id], entry.product.id))
    note = (
        f"The encoder knows these products well enough: {accuracy}. Of wrong photos, about "
        f"{reference.estimate_recall():.0%} would be listed. It errs with rare things and with "
        "titles that do not say what is seen: look before you change anything."
    )
    findings = tuple(_make_finding(entry, better_shares[entry.product.id]) for entry in mismatches)
    return AuditSection(PHOTO_MISMATCH, findings, note)


def _make_finding(entry: AuditEntry, share: float) -> Finding:
    detail = f"{share:.0%} of other products fit better than the product's own photo and title"
    return Finding("photo_title_mismatch", (entry.product,), detail)
