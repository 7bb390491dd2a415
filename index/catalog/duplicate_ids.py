"""Ids that a feed has already used, with the line and seller of each, in 16 bytes a place."""

from array import array
from typing import NamedTuple

_FIRST_PLACES = 1 << 12
_FULLEST = 0.6
_LINE_AT = 24  # bits below the line: eight million sellers, and whether the product is complete


class SeenRow(NamedTuple):
    """The row that used an id first.

    Attributes:
        line: Its line.
        merchant_id: Its seller.
        is_complete: Whether its product lacks nothing; else a later row may take its place.
    """

    line: int
    merchant_id: str
    is_complete: bool


class SeenIds:
    """Remembers 64-bit hashes, not the ids: a million of them take 32 MB instead of 200.

    Two different ids share a hash about once in 37 million feeds of a million rows; the second
    would then be rejected as used, with the line of the first. An open-addressing table over
    arrays, with linear probing; hash 0 marks a free place.
    """

    def __init__(self) -> None:
        self._n_ids = 0
        self._merchants: list[str] = []
        self._numbers: dict[str, int] = {}
        self._empty(_FIRST_PLACES)

    def _empty(self, n_places: int) -> None:
        self._mask = n_places - 1
        self._hashes = array("Q", bytes(8 * n_places))
        self._claims = array("Q", bytes(8 * n_places))  # line, number of the seller, complete

    def add(self, product_id: str, claim: SeenRow) -> SeenRow | None:
        """Note who uses an id, unless somebody does.

        Returns:
            Who used it before; None when it is new.
        """
        if self._n_ids > _FULLEST * self._mask:
            self._grow()
        digest = _digest(product_id)
        place = self._place(digest)
        if self._hashes[place]:
            return self._read(place)
        self._hashes[place] = digest
        self._write(place, claim)
        self._n_ids += 1
        return None

    def replace(self, product_id: str, claim: SeenRow) -> None:
        """Note that another row uses an id now."""
        self._write(self._place(_digest(product_id)), claim)

    def _write(self, place: int, claim: SeenRow) -> None:
        number = self._numbers.setdefault(claim.merchant_id, len(self._merchants))
        if number == len(self._merchants):
            self._merchants.append(claim.merchant_id)
        self._claims[place] = claim.line << _LINE_AT | number << 1 | claim.is_complete

    def _read(self, place: int) -> SeenRow:
        packed = self._claims[place]
        number = (packed & (1 << _LINE_AT) - 1) >> 1
        return SeenRow(packed >> _LINE_AT, self._merchants[number], bool(packed & 1))

    def _place(self, digest: int) -> int:
        hashes, mask = self._hashes, self._mask
        place = digest & mask
        while hashes[place] not in {0, digest}:
            place = (place + 1) & mask
        return place

    def _grow(self) -> None:
        hashes, claims = self._hashes, self._claims
        self._empty(2 * len(hashes))
        for digest, claim in zip(hashes, claims, strict=True):
            if digest:
                place = self._place(digest)
                self._hashes[place], self._claims[place] = digest, claim


def _digest(product_id: str) -> int:
    return hash(product_id) & 0xFFFF_FFFF_FFFF_FFFF or 1
