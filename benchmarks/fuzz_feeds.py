"""Fuzz the feed readers with bytes mutate from valid feeds of each format.

python -m benchmarks.fuzz_feeds --inputs 10000
"""

import argparse
import gzip
import io
import json
import random
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.fuzzing import FuzzTarget, fuzz
from index import read_products
from shopwindow.values.errors import FeedError

_ROWS: tuple[Mapping[str, object], ...] = (
    {
        "id": "d-1", "title": "Red summer dress", "title_ar": "فستان صيفي أحمر",
        "price": "1,299 AED", "sale_price": "99", "category": "Clothing > Dresses",
        "brand": "Noor", "color": "red",
        "image": "photos/1.jpg", "availability": "in stock", "created_at": "2024-05-31",
        "seller": "m1", "status": "active", "units_sold": "12", "item_group_id": "d",
        "description": "<p>Light &amp; soft</p>", "attributes": '{"fit": "slim"}',
    },
    {
        "id": "d-2", "title": "Cup", "title_ar": "كوب", "price": "٩٩٫٥٠ ر.س", "sale_price": "",
        "category": "Home / Cups", "brand": "", "color": "", "image": "https://x.org/2.jpg",
        "availability": "out-of-stock", "created_at": "1717156800", "seller": "", "status": "draft",
        "units_sold": "", "item_group_id": "", "description": "A cup", "attributes": "",
    },
    {
        "id": "d-3", "title": "Jar", "title_ar": "", "price": "5", "sale_price": "4",
        "category": '["Home", "Jars"]', "brand": "Sadu", "color": "blue", "image": "",
        "availability": "3", "created_at": "", "seller": "m2", "status": "", "units_sold": "1e3",
        "item_group_id": "j", "description": "a < b\nand c", "attributes": "{}",
    },
)  # fmt: skip
_SHOPIFY = (
    "Handle,Title,Body (HTML),Vendor,Type,Published,Option1 Name,Option1 Value,Variant SKU,"
    "Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price,"
    "Image Src,Variant Image,Status\n"
    'cap,Cap,"<b>Warm</b>\nsoft",Noor,Hats,true,Size,S,C-S,shopify,3,deny,9.00,https://x.org/c.jpg,,'
    "active\ncap,,,,,,,L,C-L,shopify,0,continue,11.00,,https://x.org/l.jpg,\n"
    "mug,Mug,,Noor,Mugs,false,Title,Default Title,,,,,5,,,draft\n"
)
_FRAGMENTS = (
    b"", b'"', b"'", b"\n", b"\r\n", b"\r", b"\t", b",", b";", b"|", b"&", b"<", b">", b"</item>",
    b"<item>", b"<![CDATA[", b"]]>", b"<!--", b"<!DOCTYPE x>", b"{", b"}", b"[", b"]", b"\\u0000",
    b"\\ud800", b"null", b"NaN", b"1e999", b"-1", b"9" * 400, b"\0", b"\xff\xfe", b"\xef\xbb\xbf",
    b"\xe9", b"\xd9\xa0", b"\xf0\x9f\x91\x97", b" " * 12_000, b"-" * 12_000, b"_" * 12_000,
    b"a_" * 1_500, b"(" * 12_000, b"1,1" * 1_000, b"&amp;" * 600, b"<a " * 1_000, b"://", b"../",
    b"draft", b"null",
    b"\xd8\xb1.\xd8\xb3" * 500, b"g:", b"xmlns:", b"=", b"title_ar", b"id", b"#", b"2024-",
    b"\x1f\x8b",
)  # fmt: skip


_VALUE_MAKERS: tuple[Callable[[random.Random], object], ...] = (
    lambda rng: rng.choice(_FRAGMENTS).decode("utf-8", "replace"),
    lambda rng: rng.choice(_FRAGMENTS) * rng.randint(1, 9),
    lambda rng: rng.uniform(-1e300, 1e300),
    lambda rng: rng.choice((float("nan"), float("inf"), -0.0)),
    lambda rng: rng.randint(-(2**63), 2**63 - 1),
    lambda rng: rng.random() < 0.5,
    lambda rng: [rng.choice(_FRAGMENTS).decode("utf-8", "replace")] * rng.randint(0, 3),
    lambda rng: {"bytes": rng.choice(_FRAGMENTS), "path": "a.jpg"},
    lambda rng: {"en": "x", "??": "y"},
    lambda rng: datetime(rng.randint(1, 9999), 1, 1),
)


def _build_table(delimiter: str, names: Mapping[str, str]) -> bytes:
    columns = list(_ROWS[0])
    lines = [[names.get(name, name) for name in columns]]
    lines += [[_quote_cell(str(row[name]), delimiter) for name in columns] for row in _ROWS]
    return ("\n".join(delimiter.join(line) for line in lines) + "\n").encode()


def _quote_cell(text: str, delimiter: str) -> str:
    if any(ch in text for ch in (delimiter, '"', "\n")):
        return '"' + text.replace('"', '""') + '"'
    return text


def _build_json_lines() -> bytes:
    nested = {"title": {"en": "Jar", "ar": "جرة"}, "translations": {"fr": {"title": "Pot"}}}
    rows = [*_ROWS, {**_ROWS[2], **nested, "id": 4, "price": 5.5, "attributes": {"a": [1, None]}}]
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()


def _build_xml() -> bytes:
    items = []
    for row in _ROWS:
        cells = {key: str(value).replace("&", "&amp;").replace("<", "&lt;")
                 for key, value in row.items()}  # fmt: skip
        items.append("".join(f"<g:{key}>{value}</g:{key}>" for key, value in cells.items()))
    body = "\n".join(f"<item>{item}</item>" for item in items)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<rss xmlns:g="http://base.google.com/ns/1.0">'
    return f"{head}<channel><title>Shop</title>\n{body}\n</channel></rss>".encode()


def _build_parquet(rows: Sequence[Mapping[str, object]]) -> bytes:
    stream = io.BytesIO()
    typed_rows = [dict(row, price=float(n), tags=["a", "b"]) for n, row in enumerate(rows)]
    pq.write_table(pa.Table.from_pylist(typed_rows), stream, row_group_size=1)
    return stream.getvalue()


def mutate_parquet(rng: random.Random) -> bytes:
    """Return a Parquet file with mutated bytes, or a valid one with mutated values."""
    if rng.random() < 0.5:
        return mutate(_build_parquet(_ROWS), rng)
    rows = [dict(row) for row in _ROWS]
    for _ in range(rng.randint(1, 6)):
        key, name = rng.choice(list(_ROWS[0])), rng.choice(("title", "id", "stock", "draft"))
        value = rng.choice(_VALUE_MAKERS)(rng)
        column = key if rng.random() < 0.8 else f"{name} {rng.randrange(9)}"
        for row in rows:  # a Parquet column has one type
            row[column] = value if rng.random() < 0.7 else None
    return _build_parquet(rows)


_GOOGLE = {"item_group_id": "item group id", "image": "image link", "units_sold": "Units sold"}
VALID: Mapping[str, tuple[str, bytes]] = {
    "CSV": ("a.csv", _build_table(",", {})),
    "TSV": ("a.tsv", _build_table("\t", {})),
    "JSON Lines": ("a.jsonl", _build_json_lines()),
    "Parquet": ("a.parquet", _build_parquet(_ROWS)),
    "Google XML": ("a.xml", _build_xml()),
    "Google TSV": ("google.txt", _build_table("\t", _GOOGLE)),
    "Shopify": ("shopify.csv", _SHOPIFY.encode()),
}


def mutate(valid: bytes, rng: random.Random) -> bytes:
    """Return the bytes after one to eight mutations, sometimes repeated or gzipped."""
    data = bytearray(valid * rng.choice((1, 1, 1, 1, 5, 20)))
    for _ in range(rng.randint(1, 8)):
        rng.choice(_MUTATIONS)(data, rng)
    if rng.random() < 0.03:
        compressed = bytearray(gzip.compress(bytes(data)))
        if rng.random() < 0.5:
            del compressed[rng.randrange(len(compressed)) :]
        return bytes(compressed)
    return bytes(data)


def _insert(data: bytearray, rng: random.Random) -> None:
    start = rng.randint(0, len(data))
    data[start:start] = rng.choice(_FRAGMENTS)


def _replace(data: bytearray, rng: random.Random) -> None:
    start = rng.randint(0, len(data))
    data[start : start + rng.randint(1, 12)] = rng.choice(_FRAGMENTS)


def _overwrite_byte(data: bytearray, rng: random.Random) -> None:
    if data:
        data[rng.randrange(len(data))] = rng.randrange(256)


def _delete(data: bytearray, rng: random.Random) -> None:
    start = rng.randint(0, len(data))
    del data[start : start + rng.choice((1, 10, 100, len(data)))]


def _repeat(data: bytearray, rng: random.Random) -> None:
    start = rng.randint(0, len(data))
    piece = bytes(data[start : start + rng.choice((1, 5, 50))])
    data[start:start] = piece * rng.choice((2, 50, 500))


def _move(data: bytearray, rng: random.Random) -> None:
    start, target = rng.randint(0, len(data)), rng.randint(0, len(data))
    piece = bytes(data[start : start + 40])
    del data[start : start + 40]
    data[target:target] = piece


_MUTATIONS = (_insert, _replace, _overwrite_byte, _delete, _repeat, _move, _insert, _replace)


def read_feed(name: str, data: bytes) -> int:
    """Read a feed of these bytes to its end.

    Returns:
        The number of rows.

    Raises:
        FeedError: It cannot be read at all.
        RuntimeError: A row is neither a product nor a rejection, or both.
    """
    with tempfile.TemporaryDirectory(prefix="fuzz-feeds-") as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        feed = read_products(path, rejects=Path(folder) / "rejects.csv", photo_folder=folder)
        rows = list(feed.iter_rows())
    for row in rows:
        if (row.product is None) == (row.rejection is None):
            raise RuntimeError(f"line {row.line} is neither a product nor a rejection")
    return len(rows)


def _build_target(kind: str, name: str, valid: bytes) -> FuzzTarget:
    mutate_bytes: Callable[[random.Random], bytes] = partial(mutate, valid)
    make = mutate_parquet if kind == "Parquet" else mutate_bytes
    return FuzzTarget(f"feed: {kind}", make, partial(read_feed, name))


TARGETS: tuple[FuzzTarget, ...] = tuple(
    _build_target(kind, name, valid) for kind, (name, valid) in VALID.items()
)


def main() -> None:
    """Print the outcome of each format.

    Raises:
        FeedError: An unmutated feed cannot be read.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    for name, valid in VALID.values():
        if read_feed(name, valid) < len(_ROWS):
            raise FeedError(name, "an unmutated feed must be read completely")
    for target in TARGETS:
        print(fuzz(target, arguments.inputs, arguments.seed), flush=True)


if __name__ == "__main__":
    main()
