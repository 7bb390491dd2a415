"""Ids that a feed has already used, with the line and seller of each, in 20 bytes a place."""

from array import array
from typing import NamedTuple

_FIRST_PLACES = 1 << 12
_FULLEST = 0.6


class Claim(NamedTuple):
    """The row that used an id first.

    Attributes:
        line: Its line.
        merchant_id: Its seller.
        complete: Whether its product lacks nothing; else a later row may take its place.
    """

    line: int
    merchant_id: str
    complete: bool


class SeenIds:
    """Remembers 64-bit hashes, not the ids: a million of them take 40 MB instead of 200.

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
        self._lines = array("Q", bytes(8 * n_places))  # twice the line, and one if complete
        self._sellers = array("I", bytes(4 * n_places))

    def claim(self, product_id: str, claim: Claim) -> Claim | None:
        """Note who uses an id, unless somebody does.

        Returns:
            Who used it before; None when it is new.
        """
        if self._n_ids > _FULLEST * self._mask:
            self._grow()
        digest = hash(product_id) & 0xFFFF_FFFF_FFFF_FFFF or 1
        place = self._place(digest)
        if self._hashes[place]:
            line, seller = self._lines[place], self._merchants[self._sellers[place]]
            return Claim(line >> 1, seller, bool(line & 1))
        self._hashes[place] = digest
        self._write(place, claim)
        self._n_ids += 1
        return None

    def replace(self, product_id: str, claim: Claim) -> None:
        """Note that another row uses an id now."""
        self._write(self._place(hash(product_id) & 0xFFFF_FFFF_FFFF_FFFF or 1), claim)

    def _write(self, place: int, claim: Claim) -> None:
        number = self._numbers.setdefault(claim.merchant_id, len(self._merchants))
        if number == len(self._merchants):
            self._merchants.append(claim.merchant_id)
        self._lines[place] = 2 * claim.line + claim.complete
        self._sellers[place] = number

    def _place(self, digest: int) -> int:
        hashes, mask = self._hashes, self._mask
        place = digest & mask
        while hashes[place] not in {0, digest}:
            place = (place + 1) & mask
        return place

    def _grow(self) -> None:
        hashes, lines, sellers = self._hashes, self._lines, self._sellers
        self._empty(2 * len(hashes))
        for digest, line, seller in zip(hashes, lines, sellers, strict=True):
            if digest:
                place = self._place(digest)
                self._hashes[place], self._lines[place] = digest, line
                self._sellers[place] = seller
