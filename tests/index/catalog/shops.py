"""A small shop's feed written in every format, optionally with malformed content."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

TABLES = {"csv": ("shop.csv", ","), "tsv": ("shop.tsv", "\t"), "shopify": ("shopify.csv", ",")}
COLUMN_NAMES = {
    "google-tsv": {"stock": "availability", "merchant": "seller"},
    "google-xml": {"stock": "availability", "merchant": "seller"},
    "shopify": {
        "id": "Variant SKU",
        "title": "Title",
        "price": "Variant Price",
        "stock": "Variant Inventory Qty",
        "status": "Status",
        "merchant": "Seller",
    },
}
FORMATS = ("csv", "tsv", "jsonl", "parquet", "google-xml", "google-tsv", "shopify")
Row = Mapping[str, str]


def write_shop(folder: Path, form: str, rows: Sequence[Row], broken: str = "") -> Path:
    """Write a feed; `broken` is inserted verbatim between the rows and the end of the file."""
    if form == "parquet":
        return _write_parquet(folder / "shop.parquet", rows)
    if form == "jsonl":
        lines = [json.dumps(row, ensure_ascii=False) for row in rows]
        return _write_text(folder / "shop.jsonl", "\n".join([*lines, broken]) + "\n")
    if form == "google-xml":
        items = "".join(_format_item(row) for row in rows)
        head = '<rss xmlns:g="http://base.google.com/ns/1.0" version="2.0"><channel>\n'
        return _write_text(folder / "shop.xml", f"{head}{items}{broken}</channel></rss>\n")
    return _write_table(folder, form, rows, broken)


def _write_table(folder: Path, form: str, rows: Sequence[Row], broken: str) -> Path:
    name, delimiter = TABLES.get(form, ("google.tsv", "\t"))
    columns = list(dict.fromkeys(key for row in rows for key in row))
    header = [COLUMN_NAMES.get(form, {}).get(key, key) for key in columns]
    lines = [[row.get(key, "") for key in columns] for row in rows]
    if form == "shopify":
        header += ["Handle", "Option1 Value"]
        handles = [row["id"] + row.get("merchant", "") for row in rows]
        lines = [[*line, handle, "-"] for line, handle in zip(lines, handles, strict=True)]
    text = "\n".join(delimiter.join(line) for line in [header, *lines])
    return _write_text(folder / name, f"{text}\n{broken}\n")


def _format_item(row: Row) -> str:
    names = COLUMN_NAMES["google-xml"]
    cells = "".join(f"<g:{names.get(k, k)}>{v}</g:{names.get(k, k)}>" for k, v in row.items() if v)
    return f"<item>{cells}</item>\n"


def _write_parquet(path: Path, rows: Sequence[Row]) -> Path:
    columns = list(dict.fromkeys(key for row in rows for key in row))
    pq.write_table(pa.table({key: [row.get(key) for row in rows] for key in columns}), path)
    return path


def _write_text(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path
