"""Duplicate ids are found in tables in memory and on disk alike."""

import random

import pytest

from index.catalog import duplicate_ids
from index.catalog.duplicate_ids import SeenIds, SeenRow


@pytest.mark.parametrize("n_in_memory", [0, 1 << 13, 1 << 20])
def test_the_first_row_of_each_id_is_found(
    monkeypatch: pytest.MonkeyPatch, n_in_memory: int
) -> None:
    monkeypatch.setattr(duplicate_ids, "MAX_SLOTS_IN_MEMORY", n_in_memory)
    rows: dict[str, SeenRow] = {}
    seen = SeenIds()
    for line in range(20_000):
        product_id = f"sku-{line % 15_000}"
        row = SeenRow(line + 2, f"seller {line % 300}", line % 7 == 0)
        assert seen.add(product_id, row) == rows.get(product_id)
        rows.setdefault(product_id, row)
    better = SeenRow(3_000_000_000, "", True)
    seen.replace("sku-77", better)
    assert seen.add("sku-77", rows["sku-1"]) == better
    assert seen.add("sku-78", better) == rows["sku-78"]
    seen.close()


@pytest.mark.parametrize("n_in_memory", [0, 1 << 20])
def test_hashes_that_fall_together_are_told_apart(
    monkeypatch: pytest.MonkeyPatch, n_in_memory: int
) -> None:
    monkeypatch.setattr(duplicate_ids, "MAX_SLOTS_IN_MEMORY", n_in_memory)
    # All of them want the last slots of every table, and go on at its start.
    monkeypatch.setattr(duplicate_ids, "_hash_id", lambda text: int(text) << 40 | 0xFF_FFFF_FFFE)
    seen = SeenIds()
    monkeypatch.setattr(seen, "_n_ids", 1 << 12)  # grows with the first
    numbers = list(range(1, 60))
    for number in numbers:
        assert seen.add(str(number), SeenRow(number, "", True)) is None
    random.Random(4).shuffle(numbers)
    for number in numbers:
        assert seen.add(str(number), SeenRow(0, "", True)) == SeenRow(number, "", True)
    seen.close()
