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
        pinned: Products that represent their variants whether they are the best or not.
        same_photos: Whether products of the same photo are collapsed too, and not only variants.

    Returns:
        The remaining candidates in their order, and how many each represents, by product id; those
        that represent themselves alone are missing.
    """
    ids = candidates.ids
    groups = _select_texts(ids, rows, GROUP_ID)
    photo_hashes = _select_texts(ids, rows, PERCEPTUAL_HASH) if same_photos else {}
    pinned_ids = [product_id for product_id in ids if product_id in pinned]
    other_ids = [product_id for product_id in ids if product_id not in pinned]
    photo_pairs = find_same_photos(photo_hashes)
    representatives = find_representatives([*pinned_ids, *other_ids], groups, photo_pairs)
    representatives |= {product_id: product_id for product_id in pinned_ids}
    return keep_representatives(candidates, representatives)


def keep_representatives(
    candidates: CandidateSet, representatives: Mapping[str, str]
) -> tuple[CandidateSet, Mapping[str, int]]:
    """Return the candidates that represent themselves, and how many each represents.

    Args:
        candidates: In their order.
        representatives: The result of `find_representatives` for them.

    Returns:
        The candidates in their order, and the counts above 1 by product id.
    """
    sizes = Counter(representatives.values())
    if len(sizes) == len(candidates):
        return candidates, {}
    kept = [
        n
        for n, product_id in enumerate(candidates.ids)
        if representatives[product_id] == product_id
    ]
    return candidates.take(kept), {
        product_id: size for product_id, size in sizes.items() if size > 1
    }


def find_representatives(
    ids: Sequence[str], groups: Mapping[str, str], same_photos: Mapping[str, Sequence[str]]
) -> dict[str, str]:
    """Return for each product the best one of its group or with its photo, perhaps itself.

    Args:
        ids: Products, best first.
        groups: The group id of each product that has one.
        same_photos: Products with the same photo, by product.
    """
    representatives: dict[str, str] = {}
    by_group: dict[str, str] = {}
    for product_id in ids:
        group = groups.get(product_id, "")
        by_photo = (
            representatives[other]
            for other in same_photos.get(product_id, ())
            if other in representatives
        )
        representative = next(by_photo, product_id)
        if group:
            representative = by_group.setdefault(group, representative)
        representatives[product_id] = representative
    return representatives


def find_same_photos(photo_hashes: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the other products with the same photo, by product; products without any are missing.

    Args:
        photo_hashes: Perceptual hash by product id, as stored.
    """
    ids = list(photo_hashes)
    same_photos: defaultdict[str, list[str]] = defaultdict(list)
    pairs = find_same_photo_pairs(decode_hashes(list(photo_hashes.values())))  # (n_pairs, 2)
    for left, right in pairs.tolist():
        same_photos[ids[left]].append(ids[right])
        same_photos[ids[right]].append(ids[left])
    placeholders = {
        product_id
        for product_id, others in same_photos.items()
        if len(others) + 1 >= PLACEHOLDER_MIN_COUNT
    }
    filtered = {
        product_id: [other for other in others if other not in placeholders]
        for product_id, others in same_photos.items()
        if product_id not in placeholders
    }
    return {product_id: others for product_id, others in filtered.items() if others}


def _select_texts(ids: Sequence[str], rows: FieldRows, name: str) -> dict[str, str]:
    """Return the first value of a field by product id; products without one are left out."""
    column = rows.first_values(name)
    return {product_id: str(column[product_id]) for product_id in ids if product_id in column}
