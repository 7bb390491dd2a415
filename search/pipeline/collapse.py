"""Things shown once: variants of one thing, and products with the same photo."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence

from index.field_rows import FieldRows
from index.payload import GROUP_ID, PERCEPTUAL_HASH
from index.perceptual_hash import decode_hashes, find_same_photo_pairs
from search.retrieval.fusion import Candidate

PLACEHOLDER_MIN_COUNT = 12
"""Candidates with one photo from which it is taken for a placeholder, and folds nothing."""


def collapse_variants(
    candidates: Sequence[Candidate], rows: FieldRows, pinned: Collection[str] = ()
) -> tuple[list[Candidate], Mapping[str, int]]:
    """Keep the best candidate of each thing.

    Args:
        candidates: Best first.
        rows: Their groups and prints of photos.
        pinned: Points that stand for their things whether they are the best or not.

    Returns:
        The candidates that are left, in their order, and how many each stands for, by point id;
        those that stand for themselves alone are missing.
    """
    ids = [each.id for each in candidates]
    known = (rows.first_values(name) for name in (GROUP_ID, PERCEPTUAL_HASH))
    groups, photos = ({each: str(some[each]) for each in ids if each in some} for some in known)
    chosen = [each for each in ids if each in pinned]
    others = [each for each in ids if each not in pinned]
    first = find_representatives([*chosen, *others], groups, find_same_photos(photos))
    return keep_representatives(candidates, first | {each: each for each in chosen})


def keep_representatives(
    candidates: Sequence[Candidate], representatives: Mapping[str, str]
) -> tuple[list[Candidate], Mapping[str, int]]:
    """Return the candidates that stand for themselves, and how many stand behind each.

    Args:
        candidates: In their order.
        representatives: What `find_representatives` returned of them.
    """
    sizes = Counter(representatives.values())
    kept = [each for each in candidates if representatives[each.id] == each.id]
    return kept, {each: n for each, n in sizes.items() if n > 1}


def find_representatives(
    ids: Sequence[str], groups: Mapping[str, str], same: Mapping[str, Sequence[str]]
) -> dict[str, str]:
    """Return for each point the first of those that are one thing with it, perhaps itself.

    Args:
        ids: Points, best first.
        groups: The group of each point that has one.
        same: Points with the same photo, by point.
    """
    leaders: dict[str, str] = {}
    by_group: dict[str, str] = {}
    for each in ids:
        group = groups.get(each, "")
        twin = next((leaders[other] for other in same.get(each, ()) if other in leaders), each)
        leader = by_group.get(group, twin) if group else twin
        leaders[each] = leader
        if group:
            by_group.setdefault(group, leader)
    return leaders


def find_same_photos(photo_hashes: Mapping[str, str]) -> dict[str, list[str]]:
    """Return for each point the others with the same photo; those without any are missing."""
    ids = list(photo_hashes)
    same: defaultdict[str, list[str]] = defaultdict(list)
    for one, other in find_same_photo_pairs(decode_hashes(list(photo_hashes.values()))).tolist():
        same[ids[one]].append(ids[other])
        same[ids[other]].append(ids[one])
    placeholders = {
        each for each, others in same.items() if len(others) + 1 >= PLACEHOLDER_MIN_COUNT
    }
    kept = {each: [o for o in others if o not in placeholders] for each, others in same.items()}
    return {each: others for each, others in kept.items() if others and each not in placeholders}
