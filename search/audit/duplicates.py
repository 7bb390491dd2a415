"""Products that share a photo or a title and are no variants of each other."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from index import decode_hashes
from search.audit.entries import AuditEntry
from search.audit.findings import Finding
from search.audit.near_duplicates import find_near_pairs


def find_duplicates(entries: Sequence[AuditEntry]) -> list[Finding]:
    """Return products with the same photo, then products with the same title.

    Photos are the same when their files are, or when their perceptual hashes are near identical.
    Products of one group are variants and no duplicates; with a product of another group beside
    them all are reported.

    Returns:
        One finding per photo or title, those with the most products first.
    """
    photos = [
        _make_photo_finding(members) for members in _select_mixed_groups(_group_by_photo(entries))
    ]
    titles = [
        Finding(
            "same_title", tuple(entry.product for entry in members), "the same words in the title"
        )
        for members in _select_mixed_groups(_group_by_title(entries))
    ]
    return [*sorted(photos, key=_sort_key), *sorted(titles, key=_sort_key)]


def _make_photo_finding(members: Sequence[AuditEntry]) -> Finding:
    is_one_file = len({entry.photo_digest for entry in members}) == 1
    # Packs that differ in a printed number are as close as one photo saved twice.
    several_files = "the same photo or nearly so, in different files"
    detail = "the same photo file" if is_one_file else several_files
    return Finding("same_photo", tuple(entry.product for entry in members), detail)


def _sort_key(finding: Finding) -> tuple[int, str]:
    return -len(finding.products), finding.products[0].id


def _select_mixed_groups(classes: Iterable[Sequence[AuditEntry]]) -> Iterator[list[AuditEntry]]:
    for members in classes:
        if len({entry.group for entry in members}) > 1:
            yield sorted(members, key=lambda entry: entry.product.id)


def _group_by_title(entries: Iterable[AuditEntry]) -> Iterable[list[AuditEntry]]:
    groups: defaultdict[str, list[AuditEntry]] = defaultdict(list)
    for entry in entries:
        if entry.title_key:
            groups[entry.title_key].append(entry)
    return groups.values()


def _group_by_photo(entries: Sequence[AuditEntry]) -> Iterable[list[AuditEntry]]:
    with_photo = [entry for entry in entries if entry.photo_digest]
    union = _UnionFind(len(with_photo))
    first_index: dict[str, int] = {}
    for index, entry in enumerate(with_photo):
        union.join(first_index.setdefault(entry.photo_digest, index), index)
    hashed = [index for index, entry in enumerate(with_photo) if entry.perceptual_hash]
    for first, second in find_near_pairs(
        decode_hashes([with_photo[entry_index].perceptual_hash for entry_index in hashed])
    ):
        union.join(hashed[first], hashed[second])
    groups: defaultdict[int, list[AuditEntry]] = defaultdict(list)
    for index, entry in enumerate(with_photo):
        groups[union.find_root(index)].append(entry)
    return groups.values()


class _UnionFind:
    """Union-find with path halving. Source: Tarjan 1975."""

    def __init__(self, n: int) -> None:
        self._parents = list(range(n))

    def find_root(self, index: int) -> int:
        parents = self._parents
        while parents[index] != index:
            parents[index] = parents[parents[index]]
            index = parents[index]
        return index

    def join(self, first: int, second: int) -> None:
        self._parents[self.find_root(second)] = self.find_root(first)
