"""Detection of duplicate ids: a hash table of line and seller, on disk once it is large."""

import os
import struct
import tempfile
from array import array
from collections.abc import Iterator
from typing import NamedTuple, Protocol

_INITIAL_SLOTS = 1 << 12
MAX_SLOTS_IN_MEMORY = 1 << 17
"""Slots of 16 bytes, 2 MB, for 78,000 ids; a larger table is a temporary file."""

_MAX_LOAD_FACTOR = 0.6
_LINE_SHIFT = 24  # bits below the line: eight million sellers, and whether the row is complete
_SLOT = struct.Struct("<QQ")
_COPIED_BYTES = _SLOT.size << 14


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
    """Stores 64-bit hashes instead of ids, in memory that does not grow with the feed.

    Two different ids collide about once in 37 million feeds of a million rows; the second would
    then be rejected as a duplicate, with the line of the first. An open-addressing table with
    linear probing; hash 0 marks an empty slot. A million ids take 32 MB of a temporary file.
    """

    def __init__(self) -> None:
        self._n_ids = 0
        self._merchants: list[str] = []
        self._merchant_numbers: dict[str, int] = {}
        self._n_slots = _INITIAL_SLOTS
        self._slots: _Slots = _MemorySlots(_INITIAL_SLOTS)

    def add(self, product_id: str, row: SeenRow) -> SeenRow | None:
        """Record the row of an id, unless the id was seen before.

        Returns:
            The first row with the id; None when the id is new.

        Raises:
            OSError: The temporary file cannot be written.
        """
        if self._n_ids > _MAX_LOAD_FACTOR * self._n_slots:
            self._grow()
        id_hash = _hash_id(product_id)
        slot, packed = self._slots.find(id_hash)
        if packed is not None:
            return self._unpack(packed)
        self._slots.write(slot, id_hash, self._pack(row))
        self._n_ids += 1
        return None

    def replace(self, product_id: str, row: SeenRow) -> None:
        """Replace the recorded row of an id that was seen before.

        Raises:
            OSError: The temporary file cannot be written.
        """
        id_hash = _hash_id(product_id)
        slot, _ = self._slots.find(id_hash)
        self._slots.write(slot, id_hash, self._pack(row))

    def close(self) -> None:
        """Release the table; it cannot be used again."""
        self._slots.close()

    def _pack(self, row: SeenRow) -> int:
        number = self._merchant_numbers.setdefault(row.merchant_id, len(self._merchants))
        if number == len(self._merchants):
            self._merchants.append(row.merchant_id)
        return row.line << _LINE_SHIFT | number << 1 | row.is_complete

    def _unpack(self, packed: int) -> SeenRow:
        number = (packed & (1 << _LINE_SHIFT) - 1) >> 1
        return SeenRow(packed >> _LINE_SHIFT, self._merchants[number], bool(packed & 1))

    def _grow(self) -> None:
        before, self._n_slots = self._slots, 2 * self._n_slots
        is_small = self._n_slots <= MAX_SLOTS_IN_MEMORY
        self._slots = _MemorySlots(self._n_slots) if is_small else _FileSlots(self._n_slots)
        for id_hash, packed in before.iter_used():
            slot, _ = self._slots.find(id_hash)
            self._slots.write(slot, id_hash, packed)
        before.close()


class _Slots(Protocol):
    """A table of a power of two of slots."""

    def find(self, id_hash: int) -> tuple[int, int | None]:
        """Return the slot of a hash with its value, or with None where it would be inserted."""
        ...

    def write(self, slot: int, id_hash: int, packed: int) -> None:
        """Set a slot."""
        ...

    def iter_used(self) -> Iterator[tuple[int, int]]:
        """Yield the hash and the value of each slot that is used."""
        ...

    def close(self) -> None:
        """Release the table."""
        ...


class _MemorySlots:
    def __init__(self, n_slots: int) -> None:
        self._mask = n_slots - 1
        self._hashes = array("Q", bytes(8 * n_slots))
        self._packed = array("Q", bytes(8 * n_slots))

    def find(self, id_hash: int) -> tuple[int, int | None]:
        hashes, mask = self._hashes, self._mask
        slot = id_hash & mask
        while hashes[slot] not in {0, id_hash}:
            slot = (slot + 1) & mask
        return slot, self._packed[slot] if hashes[slot] else None

    def write(self, slot: int, id_hash: int, packed: int) -> None:
        self._hashes[slot], self._packed[slot] = id_hash, packed

    def iter_used(self) -> Iterator[tuple[int, int]]:
        used = zip(self._hashes, self._packed, strict=True)
        return ((id_hash, packed) for id_hash, packed in used if id_hash)

    def close(self) -> None:
        """Release nothing: memory is."""


class _FileSlots:
    """A table in a temporary file that no other process sees, and that ends with this one.

    A byte of each hash stays in memory, 2 MB for a million ids: of a new id, which most are, that
    tells nearly always where it goes, and the file is not read.
    """

    def __init__(self, n_slots: int) -> None:
        self._mask = n_slots - 1
        self._marks = bytearray(n_slots)
        self._file = tempfile.TemporaryFile(prefix="shopwindow-ids-")  # noqa: SIM115 -- kept open
        self._descriptor = self._file.fileno()
        os.ftruncate(self._descriptor, n_slots * _SLOT.size)

    def find(self, id_hash: int) -> tuple[int, int | None]:
        marks, mask, mark = self._marks, self._mask, _mark(id_hash)
        slot = id_hash & mask
        while found_mark := marks[slot]:
            if found_mark == mark:
                found, packed = _SLOT.unpack(
                    os.pread(self._descriptor, _SLOT.size, slot * _SLOT.size)
                )
                if found == id_hash:
                    return slot, packed
            slot = (slot + 1) & mask
        return slot, None

    def write(self, slot: int, id_hash: int, packed: int) -> None:
        self._marks[slot] = _mark(id_hash)
        os.pwrite(self._descriptor, _SLOT.pack(id_hash, packed), slot * _SLOT.size)

    def iter_used(self) -> Iterator[tuple[int, int]]:
        position = 0
        while data := os.pread(self._descriptor, _COPIED_BYTES, position):
            position += len(data)
            yield from ((found, packed) for found, packed in _SLOT.iter_unpack(data) if found)

    def close(self) -> None:
        self._file.close()


def _mark(id_hash: int) -> int:
    return id_hash >> 56 or 1


def _hash_id(product_id: str) -> int:
    return hash(product_id) & 0xFFFF_FFFF_FFFF_FFFF or 1
