"""Collapses variants of one product, and products with the same photo, to one candidate."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence

from index import GROUP_ID, PERCEPTUAL_HASH, FieldRows, decode_hashes, find_same_photo_pairs
from shopwindow.ranking import CandidateSet

PLACEHOLDER_MIN_COUNT = 12
"""Candidates with one photo from which it counts as a placeholder, and collapses nothing."""


def collapse_variants(
    candidates: CandidateSet,
    rows: FieldRows,
    pinned: Collection[str] = (),
    same_photos: bool = True,
) -> tuple[CandidateSet, Mapping[str, int]]:
    """Keep the best candidate of each set of variants or of products with the same photo.

    Args:
        candidates: Best first.
        rows: Their group ids and, for `same_photos`, perceptual hashes.
        pinned: Points that represent their variants whether they are the best or not.
        same_photos: Whether products of the same photo are collapsed too, and not only variants.

    Returns:
        The remaining candidates in their order, and how many each represents, by point id; those
        that represent themselves alone are missing.
    """
    ids = candidates.ids
    groups = _select_texts(ids, rows, GROUP_ID)
    photo_hashes = _select_texts(ids, rows, PERCEPTUAL_HASH) if same_photos else {}
    pinned_ids = [point_id for point_id in ids if point_id in pinned]
    other_ids = [point_id for point_id in ids if point_id not in pinned]
    photo_pairs = find_same_photos(photo_hashes)
    representatives = find_representatives([*pinned_ids, *other_ids], groups, photo_pairs)
    representatives |= {point_id: point_id for point_id in pinned_ids}
    return keep_representatives(candidates, representatives)


def keep_representatives(
    candidates: CandidateSet, representatives: Mapping[str, str]
) -> tuple[CandidateSet, Mapping[str, int]]:
    """Return the candidates that represent themselves, and how many each represents.

    Args:
        candidates: In their order.
        representatives: The result of `find_representatives` for them.

    Returns:
        The candidates in their order, and the counts above 1 by point id.
    """
    sizes = Counter(representatives.values())
    kept = [n for n, point_id in enumerate(candidates.ids) if representatives[point_id] == point_id]
    return candidates.take(kept), {point_id: size for point_id, size in sizes.items() if size > 1}


def find_representatives(
    ids: Sequence[str], groups: Mapping[str, str], same_photos: Mapping[str, Sequence[str]]
) -> dict[str, str]:
    """Return for each point the best one of its group or with its photo, perhaps itself.

    Args:
        ids: Points, best first.
        groups: The group id of each point that has one.
        same_photos: Points with the same photo, by point.
    """
    representatives: dict[str, str] = {}
    by_group: dict[str, str] = {}
    for point_id in ids:
        group = groups.get(point_id, "")
        by_photo = (
            representatives[other]
            for other in same_photos.get(point_id, ())
            if other in representatives
        )
        representative = next(by_photo, point_id)
        if group:
            representative = by_group.setdefault(group, representative)
        representatives[point_id] = representative
    return representatives


def find_same_photos(photo_hashes: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the other points with the same photo, by point; points without any are missing.

    Args:
        photo_hashes: Perceptual hash by point id, as stored.
    """
    ids = list(photo_hashes)
    same_photos: defaultdict[str, list[str]] = defaultdict(list)
    pairs = find_same_photo_pairs(decode_hashes(list(photo_hashes.values())))  # (n_pairs, 2)
    for left, right in pairs.tolist():
        same_photos[ids[left]].append(ids[right])
        same_photos[ids[right]].append(ids[left])
    placeholders = {
        point_id
        for point_id, others in same_photos.items()
        if len(others) + 1 >= PLACEHOLDER_MIN_COUNT
    }
    filtered = {
        point_id: [other for other in others if other not in placeholders]
        for point_id, others in same_photos.items()
        if point_id not in placeholders
    }
    return {point_id: others for point_id, others in filtered.items() if others}


def _select_texts(ids: Sequence[str], rows: FieldRows, name: str) -> dict[str, str]:
    """Return the first value of a field by point id; points without one are left out."""
    column = rows.first_values(name)
    return {point_id: str(column[point_id]) for point_id in ids if point_id in column}
