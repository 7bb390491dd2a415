"""Variants of one thing, shown once: its sizes and colours by the best of them."""

from collections import Counter
from collections.abc import Mapping, Sequence

from search.fusion import Candidate


def collapsed(
    candidates: Sequence[Candidate], groups: Mapping[str, str]
) -> tuple[list[Candidate], Mapping[str, int]]:
    """Keep the best candidate of each group.

    Args:
        candidates: Best first.
        groups: The group of each candidate that has one, by point id.

    Returns:
        The candidates that are left, in their order, and how many of its group each stands for, by
        point id; those that stand for themselves alone are missing.
    """
    sizes = Counter(groups[each.id] for each in candidates if each.id in groups)
    seen: set[str] = set()
    kept: list[Candidate] = []
    for each in candidates:
        group = groups.get(each.id)
        if group is None or group not in seen:
            kept.append(each)
        if group is not None:
            seen.add(group)
    stands_for = {each.id: sizes[groups[each.id]] for each in kept if each.id in groups}
    return kept, {point: n for point, n in stands_for.items() if n > 1}
