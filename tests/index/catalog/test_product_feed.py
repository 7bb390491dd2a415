"""Product feeds: bounded memory, repeated reading, arbitrary bytes, embedded photos."""

import contextlib
import csv
import gzip
import io
import json
import re
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.catalog import read_products
from index.catalog.duplicate_ids import SeenIds, SeenRow
from index.catalog.null_words import is_null
from index.catalog.records import CellError
from index.catalog.text_cleaning import clean_line
from shopwindow.values.errors import FeedError

N_IDS = 30_000
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 100
WITH_FOLDER = settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


LONG_TEXT = "x" * 8_000
ROW_TEMPLATES = {
    "csv": ("id,title,description\n", "{0},t{0},{1}\n"),
    "jsonl": ("", '{{"id": {0}, "title": "t{0}", "description": "{1}"}}\n'),
    "xml": ("<rss>", "<item><id>{0}</id><title>t{0}</title><description>{1}</description></item>"),
}


def write_feed(folder: Path, form: str, n_rows: int, long: str = LONG_TEXT) -> Path:
    path = folder / f"a.{form}"
    if form == "parquet":
        ids = [str(n) for n in range(n_rows)]
        pq.write_table(pa.table({"id": ids, "title": ids, "body": [long + n for n in ids]}), path)
        return path
    head, row = ROW_TEMPLATES[form]
    with path.open("w", encoding="utf-8") as stream:
        stream.write(head)
        stream.writelines(row.format(n, long) for n in range(n_rows))
        stream.write("</rss>" if form == "xml" else "")
    return path


@pytest.mark.parametrize("form", ["csv", "jsonl", "xml", "parquet"])
def test_a_feed_is_read_in_bounded_memory(tmp_path: Path, form: str) -> None:
    feed = read_products(write_feed(tmp_path, form, 3_000))
    tracemalloc.start()
    assert sum(len(product.description) >= len(LONG_TEXT) for product in feed) == 3_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # 24 MB of text. Parquet is read in batches of 512 rows, the others in chunks of 64 KB.
    assert peak < (8_000_000 if form == "parquet" else 2_000_000)


def test_seen_ids_take_little_memory_and_find_duplicates() -> None:
    seen_ids = SeenIds()
    ids = [str(number) for number in range(N_IDS)]
    tracemalloc.start()
    assert not any(seen_ids.add(name, SeenRow(line, "", True)) for line, name in enumerate(ids, 2))
    held, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 45 * N_IDS
    assert peak < 90 * N_IDS
    later = SeenRow(1, "", True)
    assert all(seen_ids.add(ids[n], later) == SeenRow(n + 2, "", True) for n in range(0, N_IDS, 97))
    assert seen_ids.add("new", SeenRow(5, "m1", False)) is None
    assert seen_ids.add("new", later) == SeenRow(5, "m1", False)
    seen_ids.replace("new", SeenRow(7, "m2", True))
    assert seen_ids.add("new", later) == SeenRow(7, "m2", True)


def test_a_feed_can_be_read_repeatedly_and_concurrently(tmp_path: Path) -> None:
    path = write_feed(tmp_path, "csv", 50)
    feed = read_products(path)
    products = list(feed)
    assert list(feed) == products
    assert all(first == second for first, second in zip(feed, feed, strict=True))
    path.write_text("id,title\nnew,x\n", encoding="utf-8")
    assert [product.id for product in feed] == ["new"]


def test_rows_are_read_lazily(tmp_path: Path) -> None:
    path = write_feed(tmp_path, "csv", 20_000, "")
    rows = read_products(path).iter_rows()
    assert next(rows).line == 2
    rows.close()  # type: ignore[attr-defined]


FIELD_NAMES = ("id", "title", "price", "stock", "image", "type", "created_at", "translations", "x")
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@WITH_FOLDER
@given(
    rows=st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=6),
    delimiter=st.sampled_from(",;\t|"),
    ending=st.sampled_from(["\n", "\r\n"]),
    is_gzipped=st.booleans(),
)
def test_output_of_the_csv_module_is_read_back(
    tmp_path: Path, rows: list[tuple[str, str]], delimiter: str, ending: str, is_gzipped: bool
) -> None:
    text = io.StringIO(newline="")
    # Python's writer does not quote "\r" when lines end in "\n", which is not valid CSV.
    writer = csv.writer(
        text,
        delimiter=delimiter,
        lineterminator=ending,
        quoting=csv.QUOTE_MINIMAL if ending == "\r\n" else csv.QUOTE_ALL,
    )
    writer.writerow(["id", "title", "brand"])
    lines = []
    for number, (title, brand) in enumerate(rows):
        lines.append(1 + len(re.findall("\r\n|\r|\n", text.getvalue())))
        writer.writerow([f"p{number}", f"t{title}", brand])
    path = tmp_path / "a.csv"
    data = text.getvalue().encode()
    path.write_bytes(gzip.compress(data) if is_gzipped else data)
    feed_rows = list(read_products(path).iter_rows())
    assert [row.rejection for row in feed_rows] == [None] * len(rows)
    assert [row.line for row in feed_rows] == lines
    for row, (title, brand) in zip(feed_rows, rows, strict=True):
        assert row.product is not None
        assert row.product.title == clean_line(f"t{title}")
        assert row.product.brand == ("" if is_null("brand", brand) else clean_line(brand))


@WITH_FOLDER
@given(
    cells=st.dictionaries(
        st.sampled_from(FIELD_NAMES),
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.text(max_size=3), inner, max_size=3)
            ),
            max_leaves=5,
        ),
    )
)
def test_any_json_object_is_a_product_or_a_rejection(
    tmp_path: Path, cells: dict[str, object]
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"id": "0", "title": "x"}) + "\n" + json.dumps(cells))
    _, row = read_products(path).iter_rows()
    assert (row.product is None) != (row.rejection is None)


FILE_STARTS = (
    b"", b"id,title\n1,", b"id\ttitle\n", b"{", b'{"id": 1, "title": "', b"[", b"<rss><item>",
    b"PAR1", b"\x1f\x8b\x08\x00", b"\xff\xfei\x00d\x00,\x00", b"\xef\xbb\xbfid,title\n",
    b"Handle,Title,Option1 Value\n", b"PK\x03\x04",
)  # fmt: skip


@WITH_FOLDER
@given(
    head=st.sampled_from(FILE_STARTS),
    data=st.binary(max_size=300),
    suffix=st.sampled_from(
        [".csv", ".tsv", ".jsonl", ".json", ".parquet", ".xml", ".csv.gz", ".txt", ""]
    ),
)
def test_no_bytes_raise_anything_but_a_feed_error(
    tmp_path: Path, head: bytes, data: bytes, suffix: str
) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(head + data)
    rows = []
    with contextlib.suppress(FeedError):
        rows = list(read_products(path).iter_rows())
    assert all((row.product is None) != (row.rejection is None) for row in rows)


@WITH_FOLDER
@given(
    form=st.sampled_from(["csv", "tsv", "jsonl", "parquet", "google-xml", "shopify"]),
    encoding=st.sampled_from(["", "utf-16", "cp1256", "utf-7", "ascii", "shift_jis"]),
    data=st.binary(max_size=200),
)
def test_no_bytes_in_a_wrong_format_raise_anything_but_a_feed_error(
    tmp_path: Path, form: str, encoding: str, data: bytes
) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"id,title,handle,Option1 Value\n" + data)
    with contextlib.suppress(FeedError):
        list(read_products(path, format=form, encoding=encoding).iter_rows())


def build_photo_table(column: object) -> pa.Table:
    return pa.table({"id": ["1", "2", "3"], "image": column})


def test_equal_photos_in_parquet_are_written_once(tmp_path: Path) -> None:
    other = b"\xff\xd8\xff" + b"1" * 50
    pq.write_table(build_photo_table([PNG, other, PNG]), tmp_path / "a.parquet")
    feed = read_products(tmp_path / "a.parquet", photo_folder=tmp_path / "photos")
    first, second, third = feed
    assert Path(first.image).read_bytes() == PNG
    assert Path(second.image).read_bytes() == other
    assert (Path(first.image).suffix, Path(second.image).suffix) == (".png", ".jpg")
    assert first.image == third.image
    assert len(list((tmp_path / "photos").iterdir())) == 2
    assert list(feed) == [first, second, third]


def test_photos_in_parquet_structs_are_read(tmp_path: Path) -> None:
    images = [
        {"bytes": PNG, "path": "a.png"},
        {"bytes": None, "path": "b.png"},
        {"bytes": b"no photo", "path": None},
    ]
    pq.write_table(build_photo_table(images), tmp_path / "a.parquet")
    rows = list(read_products(tmp_path / "a.parquet", photo_folder=tmp_path / "photos").iter_rows())
    assert rows[0].product is not None
    assert Path(rows[0].product.image).parent == tmp_path / "photos"
    assert rows[1].product is not None
    assert rows[1].product.image == str(tmp_path / "b.png")
    assert rows[2].rejection is not None
    assert (rows[2].rejection.column, rows[2].rejection.product_id) == ("image", "3")
    assert "a photo expected, got 8 bytes" in rows[2].rejection.reason


def test_embedded_photos_without_a_folder_raise_an_error(tmp_path: Path) -> None:
    pq.write_table(build_photo_table([PNG] * 3), tmp_path / "a.parquet")
    with pytest.raises(FeedError, match='give a folder to write them to: photo_folder="photos"'):
        list(read_products(tmp_path / "a.parquet"))


def test_a_cell_error_carries_reason_column_and_id() -> None:
    error = CellError("bad", "price", "7")
    assert (str(error), error.column, error.product_id) == ("bad", "price", "7")


def test_nanoseconds_are_truncated(tmp_path: Path) -> None:
    times = pa.array([1_717_156_800_123_456_789], pa.timestamp("ns", tz="UTC"))
    table = pa.table({"id": ["1"], "title": ["x"], "created_at": times})
    pq.write_table(table, tmp_path / "a.parquet")
    (product,) = read_products(tmp_path / "a.parquet")
    assert product.created_at == datetime(2024, 5, 31, 12, 0, 0, 123_456, tzinfo=UTC)
