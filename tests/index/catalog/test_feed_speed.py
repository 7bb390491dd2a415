"""Names of columns that once took time in the square of their length."""

import json
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from index.catalog import read_products
from index.text.languages import split_language
from shopwindow.values.errors import FeedError

NAMES = {
    "blanks": "a" + " " * 12_000 + "b",
    "dashes": "-" * 12_000,
    "underlines": "_" * 12_000 + "1",
    "brackets": "(" * 12_000,
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_long_name_takes_no_time(tmp_path: Path, name: str) -> None:
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


@pytest.mark.parametrize(("column", "base", "code"), SPLIT, ids=lambda each: each[:20])
def test_languages_are_split_off(column: str, base: str, code: str) -> None:
    assert split_language(column) == (base, code)


def test_a_new_name_in_every_row_takes_no_time(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(
        "\n".join(json.dumps({"id": n, "title": "x", f"k{n}": 1}) for n in range(5_000))
    )
    began = time.process_time()
    assert len(list(read_products(path))) == 5_000
    assert time.process_time() - began < 2


def test_absurd_numbers_of_columns_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,title," + ",".join(f"c{n}" for n in range(2_000)) + "\n1,x\n")
    with pytest.raises(FeedError, match="at most 2,000 columns expected, got 2,002"):
        read_products(path)
    path = tmp_path / "a.jsonl"
    many = {f"k{n}": n for n in range(2_000)}
    path.write_text('{"id": 1, "title": "x"}\n' + json.dumps({"id": 2, "title": "x", **many}))
    _, row = read_products(path).iter_rows()
    assert row.rejection is not None
    reason = "an object may have 2,000 names at most, this one has 2,002"
    assert (row.rejection.reason, row.rejection.product_id) == (reason, "2")


def _varint(number: int) -> bytes:
    parts = []
    while number > 0x7F:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*parts, number])


def test_a_page_of_parquet_that_claims_gigabytes_takes_none(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    table = pa.table({"id": ["1", "2"], "title": ["x", "y"]})
    pq.write_table(table, path, use_dictionary=False, compression="none")
    data = path.read_bytes()
    at = pq.ParquetFile(path).metadata.row_group(0).column(1).data_page_offset
    # Thrift's compact form: the kind of the page, then its two sizes, each doubled (zigzag).
    assert data[at : at + 3] == b"\x15\x00\x15"
    assert data[at + 4] == 0x15
    claimed = b"\x15" + _varint(2 * 1_900_000_000)
    path.write_bytes(data[: at + 2] + claimed + claimed + data[at + 6 :])
    began = time.process_time()
    (row,) = read_products(path).iter_rows()
    assert time.process_time() - began < 0.5
    assert row.rejection is not None
    assert row.rejection.reason.startswith("rows 1 to 2 could not be read")
