"""Products that share a photo or a title and are no variants of one another."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from index.perceptual_hash import decode_hashes
from search.audit.entries import AuditEntry
from search.audit.findings import Finding
from search.audit.near_duplicates import find_near_pairs


def find_duplicates(entries: Sequence[AuditEntry]) -> list[Finding]:
    """Return products with the same photo, then products with the same title.

    A photo is the same when its file is, or when its print is near identical. Products of one group
    are variants and no fault; with a product of another group beside them all are shown.

    Returns:
        One finding for each photo or title, those with most products first.
    """
    photos = [_photo_finding(some) for some in _of_several_groups(_by_photo(entries))]
    titles = [
        Finding("same_title", tuple(each.product for each in some), "the same words in the title")
        for some in _of_several_groups(_by_title(entries))
    ]
    return [each for some in (photos, titles) for each in sorted(some, key=_order)]


def _photo_finding(some: Sequence[AuditEntry]) -> Finding:
    is_one_file = len({each.photo_hash for each in some}) == 1
    # Packs that differ in a printed number are as near as one photo saved twice.
    nearly = "the same photo or nearly so, in different files"
    found = "the same photo file" if is_one_file else nearly
    return Finding("same_photo", tuple(each.product for each in some), found)


def _order(finding: Finding) -> tuple[int, str]:
    return -len(finding.products), finding.products[0].id


def _of_several_groups(classes: Iterable[Sequence[AuditEntry]]) -> Iterator[list[AuditEntry]]:
    for some in classes:
        if len({each.group for each in some}) > 1:
            yield sorted(some, key=lambda each: each.product.id)


def _by_title(entries: Iterable[AuditEntry]) -> Iterable[list[AuditEntry]]:
    found: defaultdict[str, list[AuditEntry]] = defaultdict(list)
    for each in entries:
        if each.title_key:
            found[each.title_key].append(each)
    return found.values()


def _by_photo(entries: Sequence[AuditEntry]) -> Iterable[list[AuditEntry]]:
    with_photo = [each for each in entries if each.photo_hash]
    joined = _Joined(len(with_photo))
    first: dict[str, int] = {}
    for number, each in enumerate(with_photo):
        joined.join(first.setdefault(each.photo_hash, number), number)
    printed = [number for number, each in enumerate(with_photo) if each.photo_print]
    for one, other in find_near_pairs(decode_hashes([with_photo[n].photo_print for n in printed])):
        joined.join(printed[one], printed[other])
    found: defaultdict[int, list[AuditEntry]] = defaultdict(list)
    for number, each in enumerate(with_photo):
        found[joined.root(number)].append(each)
    return found.values()


class _Joined:
    """Classes of numbers that pairs join. Source: Tarjan 1975, union-find with path halving."""

    def __init__(self, n: int) -> None:
        self._above = list(range(n))

    def root(self, number: int) -> int:
        above = self._above
        while above[number] != number:
            above[number] = above[above[number]]
            number = above[number]
        return number

    def join(self, one: int, other: int) -> None:
        self._above[self.root(other)] = self.root(one)
