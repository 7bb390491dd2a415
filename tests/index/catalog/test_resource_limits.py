"""Resource limits: long names, many columns and false sizes cost little time and memory."""

import json
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from index.catalog import read_products
from index.text.languages import split_language
from shopwindow.values.errors import FeedError

LONG_NAMES = {
    "blanks": "a" + " " * 12_000 + "b",
    "dashes": "-" * 12_000,
    "underlines": "_" * 12_000 + "1",
    "brackets": "(" * 12_000,
}


@pytest.mark.parametrize("name", LONG_NAMES.values(), ids=LONG_NAMES)
def test_a_long_column_name_is_read_in_linear_time(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.tsv"
    path.write_text(f"id\ttitle\t{name}\n1\tx\ty\n")
    began = time.process_time()
    assert len(list(read_products(path))) == 1
    assert time.process_time() - began < 0.5


SPLIT = [
    ("title_ar", "title", "ar"), ("title_ar_AE", "title", "ar"), ("Title (ar)", "title", "ar"),
    ("title[ar]", "title", "ar"), ("name arabic", "name", "ar"), ("title - en", "title", "en"),
    ("title", "title", ""), ("ar", "ar", ""), ("_ar", "_ar", ""), ("title_xx", "title_xx", ""),
    ("العنوان عربي", "العنوان", "ar"), ("titlear", "titlear", ""),
    ("x" * 300 + "_ar", "x" * 300 + "_ar", ""),
]  # fmt: skip


@pytest.mark.parametrize(("column", "base", "code"), SPLIT, ids=lambda value: value[:20])
def test_languages_are_split_from_column_names(column: str, base: str, code: str) -> None:
    assert split_language(column) == (base, code)


def test_a_new_column_in_every_row_is_read_in_linear_time(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(
        "\n".join(json.dumps({"id": n, "title": "x", f"k{n}": 1}) for n in range(5_000))
    )
    began = time.process_time()
    assert len(list(read_products(path))) == 5_000
    assert time.process_time() - began < 2


def test_too_many_columns_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,title," + ",".join(f"c{n}" for n in range(2_000)) + "\n1,x\n")
    with pytest.raises(FeedError, match="at most 2,000 columns expected, got 2,002"):
        read_products(path)
    path = tmp_path / "a.jsonl"
    cells = {"id": 2, "title": "x"} | {f"k{n}": n for n in range(2_000)}
    path.write_text('{"id": 1, "title": "x"}\n' + json.dumps(cells))
    _, row = read_products(path).iter_rows()
    assert row.rejection is not None
    reason = "an object may have 2,000 names at most, this one has 2,002"
    assert (row.rejection.reason, row.rejection.product_id) == (reason, "2")


def encode_varint(number: int) -> bytes:
    parts = []
    while number > 0x7F:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*parts, number])


def test_a_parquet_page_with_a_false_size_allocates_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    table = pa.table({"id": ["1", "2"], "title": ["x", "y"]})
    pq.write_table(table, path, use_dictionary=False, compression="none")
    data = path.read_bytes()
    offset = pq.ParquetFile(path).metadata.row_group(0).column(1).data_page_offset
    # Thrift's compact protocol: the type of the page, then its two sizes, each doubled (zigzag).
    assert data[offset : offset + 3] == b"\x15\x00\x15"
    assert data[offset + 4] == 0x15
    false_size = b"\x15" + encode_varint(2 * 1_900_000_000)
    path.write_bytes(data[: offset + 2] + false_size + false_size + data[offset + 6 :])
    began = time.process_time()
    (row,) = read_products(path).iter_rows()
    assert time.process_time() - began < 0.5
    assert row.rejection is not None
    assert row.rejection.reason.startswith("rows 1 to 2 could not be read")
