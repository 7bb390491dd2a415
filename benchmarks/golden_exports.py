"""The golden exports under `tests/index/catalog/golden`, compared field by field."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from index import read_products
from shopwindow.values import Product

GOLDEN = Path(__file__).resolve().parents[1] / "tests" / "index" / "catalog" / "golden"
_EMPTY: tuple[object, ...] = ("", None, (), [], {})


def list_exports() -> list[Path]:
    """Return the files that say what is right, one for each golden export."""
    return sorted(GOLDEN.glob("*.json"))


def count_exports() -> dict[str, dict[str, Any]]:
    """Return for each golden export what `compare` finds."""
    return {expected.stem: compare(expected) for expected in list_exports()}


def compare(expected: Path) -> dict[str, Any]:
    """Read an export, and compare it with what is right.

    Args:
        expected: A JSON file beside the export: "options" of `read_products`, "products" with the
            right values by id and field, and "n_rejected" rows.

    Returns:
        The format; the products that are right to have, those that were read, those missing and
        those too many; the number of fields that are right; those lost and wrong, by name.
    """
    right = json.loads(expected.read_text("utf-8"))
    (export,) = (path for path in GOLDEN.glob(f"{expected.stem}.*") if path != expected)
    feed = read_products(export, **right["options"])
    rows = list(feed.iter_rows())
    read = {row.product.id: flatten_product(row.product) for row in rows if row.product}
    lost: list[str] = []
    wrong: list[str] = []
    n_right = 0
    for product_id, values in right["products"].items():
        for name, value in flatten_fields(values):
            found = read.get(product_id, {}).get(name)
            if found == value:
                n_right += 1
            else:
                where = lost if found in _EMPTY else wrong
                where.append(f"{product_id}.{name}: {value!r} expected, got {found!r}")
    n_rejected = sum(bool(row.rejection and not row.rejection.withdrawn) for row in rows)
    if n_rejected != right.get("n_rejected", 0):
        wrong.append(f"{right.get('n_rejected', 0)} rejected rows expected, got {n_rejected}")
    return {
        "format": feed.format,
        "products": len(right["products"]),
        "read": len(read),
        "missing": sorted(right["products"].keys() - read.keys()),
        "too_many": sorted(read.keys() - right["products"].keys()),
        "fields_right": n_right,
        "fields_lost": lost,
        "fields_wrong": wrong,
    }


def flatten_product(product: Product) -> dict[str, Any]:
    """Return the values of a product by field; attributes and translations one by one."""
    return dict(flatten_fields(_get_fields(product)))


def _get_fields(value: Any) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in fields(value)}


def flatten_fields(values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the name and value of each field, those of attributes and translations apart.

    Yields:
        Pairs; lists as tuples, times as ISO text.
    """
    for name, value in values.items():
        if is_dataclass(value):
            value = _get_fields(value)
        if isinstance(value, Mapping):
            yield from ((f"{name}.{key}", inner) for key, inner in flatten_fields(value))
        elif isinstance(value, datetime):
            yield name, value.isoformat()
        else:
            yield name, tuple(value) if isinstance(value, list) else value
