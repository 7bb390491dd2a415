"""Write catalog.csv: `python -m data_samples.catalog`.

Products whose photo has not been rendered yet are left out, so that every row has a photo.
"""

import csv
import json
import sys
from pathlib import Path

from data_samples.records import HERE, Record, read_records

COLUMNS = (
    "id",
    "title",
    "description",
    "title_ar",
    "description_ar",
    "price",
    "currency",
    "brand",
    "category",
    "attributes",
    "image",
    "merchant_id",
    "group_id",
    "in_stock",
    "created_at",
)


def format_row(record: Record) -> dict[str, str]:
    """Return the CSV cells of a product by column."""
    cells = {name: str(getattr(record, name)) for name in COLUMNS if name != "attributes"}
    cells["price"] = f"{record.price:.2f}"
    cells["in_stock"] = "true" if record.in_stock else "false"
    cells["created_at"] = record.created_at.isoformat()
    cells["attributes"] = json.dumps(record.attributes, ensure_ascii=False)
    return cells


def write_catalog(path: Path) -> tuple[int, int]:
    """Write the catalogue.

    Returns:
        The number of products written, and of those left out for lack of a photo.
    """
    records = read_records()
    photographed = [record for record in records if (path.parent / record.image).exists()]
    partial = path.with_suffix(".part")
    with partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(format_row(record) for record in photographed)
    partial.replace(path)
    return len(photographed), len(records) - len(photographed)


def main() -> int:
    """Write catalog.csv beside this module."""
    n_written, n_skipped = write_catalog(HERE / "catalog.csv")
    sys.stdout.write(f"catalog.csv: {n_written} products, {n_skipped} without a photo left out\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
