"""Things shown once: variants of one thing, and products with the same photo."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence

from index.field_rows import Rows
from index.payload import GROUP, PHOTO_PRINT
from index.perceptual_hash import prints, same_photo_pairs
from search.retrieval.fusion import Candidate

PLACEHOLDER_FROM = 12
"""Candidates with one photo from which it is taken for a placeholder, and folds nothing."""


def folded(
    candidates: Sequence[Candidate], rows: Rows, pinned: Collection[str] = ()
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
    known = (rows.first(name) for name in (GROUP, PHOTO_PRINT))
    groups, photos = ({each: str(some[each]) for each in ids if each in some} for some in known)
    chosen = [each for each in ids if each in pinned]
    others = [each for each in ids if each not in pinned]
    first = first_of_each([*chosen, *others], groups, same_photos(photos))
    return behind_first(candidates, first | {each: each for each in chosen})


def behind_first(
    candidates: Sequence[Candidate], first: Mapping[str, str]
) -> tuple[list[Candidate], Mapping[str, int]]:
    """Return the candidates that stand for themselves, and how many stand behind each.

    Args:
        candidates: In their order.
        first: What `first_of_each` returned of them.
    """
    sizes = Counter(first.values())
    kept = [each for each in candidates if first[each.id] == each.id]
    return kept, {each: n for each, n in sizes.items() if n > 1}


def first_of_each(
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


def same_photos(photo_prints: Mapping[str, str]) -> dict[str, list[str]]:
    """Return for each point the others with the same photo; those without any are missing."""
    ids = list(photo_prints)
    same: defaultdict[str, list[str]] = defaultdict(list)
    for one, other in same_photo_pairs(prints(list(photo_prints.values()))).tolist():
        same[ids[one]].append(ids[other])
        same[ids[other]].append(ids[one])
    placeholders = {each for each, others in same.items() if len(others) + 1 >= PLACEHOLDER_FROM}
    kept = {each: [o for o in others if o not in placeholders] for each, others in same.items()}
    return {each: others for each, others in kept.items() if others and each not in placeholders}
