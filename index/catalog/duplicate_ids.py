"""Detection of duplicate ids: a hash table of line and seller, in 16 bytes per slot."""

from array import array
from typing import NamedTuple

_INITIAL_SLOTS = 1 << 12
_MAX_LOAD_FACTOR = 0.6
_LINE_SHIFT = 24  # bits below the line: eight million sellers, and whether the row is complete


class SeenRow(NamedTuple):
    """The row that an id was first seen in.

    Attributes:
        line: Line of the row.
        merchant_id: Seller of the row; empty when it names none.
        is_complete: Whether no value of the product was dropped; otherwise a later row may replace
            it.
    """

    line: int
    merchant_id: str
    is_complete: bool


class SeenIds:
    """Stores 64-bit hashes instead of ids: a million of them take 32 MB instead of 200.

    Two different ids collide about once in 37 million feeds of a million rows; the second would
    then be rejected as a duplicate, with the line of the first. An open-addressing table over
    arrays, with linear probing; hash 0 marks an empty slot.
    """

    def __init__(self) -> None:
        self._n_ids = 0
        self._merchants: list[str] = []
        self._merchant_numbers: dict[str, int] = {}
        self._allocate(_INITIAL_SLOTS)

    def _allocate(self, n_slots: int) -> None:
        self._mask = n_slots - 1
        self._hashes = array("Q", bytes(8 * n_slots))
        self._rows = array("Q", bytes(8 * n_slots))  # line, number of the seller, is_complete

    def add(self, product_id: str, row: SeenRow) -> SeenRow | None:
        """Record the row of an id, unless the id was seen before.

        Returns:
            The first row with the id; None when the id is new.
        """
        if self._n_ids > _MAX_LOAD_FACTOR * self._mask:
            self._grow()
        id_hash = _hash_id(product_id)
        slot = self._find_slot(id_hash)
        if self._hashes[slot]:
            return self._read_row(slot)
        self._hashes[slot] = id_hash
        self._write_row(slot, row)
        self._n_ids += 1
        return None

    def replace(self, product_id: str, row: SeenRow) -> None:
        """Replace the recorded row of an id that was seen before."""
        self._write_row(self._find_slot(_hash_id(product_id)), row)

    def _write_row(self, slot: int, row: SeenRow) -> None:
        number = self._merchant_numbers.setdefault(row.merchant_id, len(self._merchants))
        if number == len(self._merchants):
            self._merchants.append(row.merchant_id)
        self._rows[slot] = row.line << _LINE_SHIFT | number << 1 | row.is_complete

    def _read_row(self, slot: int) -> SeenRow:
        packed = self._rows[slot]
        number = (packed & (1 << _LINE_SHIFT) - 1) >> 1
        return SeenRow(packed >> _LINE_SHIFT, self._merchants[number], bool(packed & 1))

    def _find_slot(self, id_hash: int) -> int:
        """Return the slot of a hash, or the empty slot where it would be inserted."""
        hashes, mask = self._hashes, self._mask
        slot = id_hash & mask
        while hashes[slot] not in {0, id_hash}:
            slot = (slot + 1) & mask
        return slot

    def _grow(self) -> None:
        hashes, rows = self._hashes, self._rows
        self._allocate(2 * len(hashes))
        for id_hash, row in zip(hashes, rows, strict=True):
            if id_hash:
                slot = self._find_slot(id_hash)
                self._hashes[slot], self._rows[slot] = id_hash, row


def _hash_id(product_id: str) -> int:
    return hash(product_id) & 0xFFFF_FFFF_FFFF_FFFF or 1
