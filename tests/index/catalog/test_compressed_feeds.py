"""Feeds in gzip and zip are read by their bytes, whatever their names; bombs are refused."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from index import read_products
from index.catalog import compression
from shopwindow.values.errors import FeedError

CSV = b"id,title\n1,Red dress\n2,Blue mug\n"


def make_zip(files: dict[str, bytes]) -> bytes:
    """Return an archive of these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


XML = (
    b'<rss xmlns:g="http://base.google.com/ns/1.0"><channel><item><g:id>1</g:id><title>Red dress'
    b"</title></item><item><g:id>2</g:id><title>Blue mug</title></item></channel></rss>"
)
JSON = b'{"id":1,"title":"Red dress"}\n{"id":2,"title":"Blue mug"}'
COMPRESSED = {
    "gzip": gzip.compress(CSV),
    "gzip twice": gzip.compress(gzip.compress(CSV)),
    "zip": make_zip({"export/feed.csv": CSV}),
    "zip of gzip": make_zip({"feed.csv.gz": gzip.compress(CSV)}),
    "gzip of zip": gzip.compress(make_zip({"feed.csv": CSV})),
    "zip of json": make_zip({"feed.jsonl": JSON}),
    "zip of xml": make_zip({"feed.xml": XML}),
    "zip with more": make_zip(
        {"feed.csv": CSV, "README.txt": b"hello", "__MACOSX/._feed.csv": b"x", "photos/1.jpg": b"x"}
    ),
}


@pytest.mark.parametrize("name", ["feed.csv", "feed.zip", "feed.gz", "feed"])
@pytest.mark.parametrize("data", COMPRESSED.values(), ids=list(COMPRESSED))
def test_the_bytes_decide(tmp_path: Path, data: bytes, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    feed = read_products(path)
    assert [product.title for product in feed] == ["Red dress", "Blue mug"]
    assert [product.id for product in feed] == ["1", "2"]  # and once more


def test_a_text_may_have_a_misleading_name(tmp_path: Path) -> None:
    path = tmp_path / "feed.csv.gz"
    path.write_bytes(CSV)
    assert len(list(read_products(path))) == 2


def _encrypt(data: bytes) -> bytes:
    encrypted = bytearray(data)
    encrypted[6] |= 1
    encrypted[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(encrypted)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (make_zip({"a.csv": CSV, "b.xml": b"<rss/>"}), r"got 2 feeds: a\.csv, b\.xml\. Unpack it"),
        (make_zip({f"{n}.csv": CSV for n in range(9)}), r"9 feeds: 0\.csv, .*4\.csv, …\. Unpack"),
        (make_zip({"photo.jpg": b"x"}), r"no CSV, TSV, JSON or XML file: photo\.jpg"),
        (make_zip({}), "it is empty"),
        (make_zip({"feed.csv": CSV})[:-30], "damaged or incomplete"),
        (_encrypt(make_zip({"feed.csv": CSV})), r"feed\.csv is encrypted; unpack it first"),
        (
            make_zip({"[Content_Types].xml": b"", "xl/a.xml": b""}),
            "an Excel workbook; save",
        ),
        (make_zip({"feed.parquet": b"PAR1abc"}), "Parquet in a compressed file; unpack it"),
        (gzip.compress(b"PAR1abc", mtime=0), "Parquet in a compressed file; unpack it"),
    ],
)
def test_other_archives_say_what_to_do(tmp_path: Path, data: bytes, reason: str) -> None:
    path = tmp_path / "feed.zip"
    path.write_bytes(data)
    with pytest.raises(FeedError, match=reason):
        list(read_products(path))


@pytest.fixture
def bomb(monkeypatch: pytest.MonkeyPatch) -> bytes:
    """A feed whose rows expand to six hundred times the size of the file."""
    monkeypatch.setattr(compression, "MIN_LIMITED_BYTES", 100_000)
    monkeypatch.setattr(compression, "MAX_RATIO", 20)
    return CSV + b"3,Red dress\n" * 100_000


def test_a_bomb_in_a_zip_is_refused_before_it_is_read(tmp_path: Path, bomb: bytes) -> None:
    path = tmp_path / "feed.zip"
    path.write_bytes(make_zip({"feed.csv": bomb}))
    with pytest.raises(FeedError, match=r"expands to 1,200,0\d\d bytes, at most 100,000"):
        read_products(path)


def test_a_bomb_in_gzip_ends_as_an_incomplete_feed(tmp_path: Path, bomb: bytes) -> None:
    path = tmp_path / "feed.csv.gz"
    path.write_bytes(gzip.compress(bomb))
    rows = list(read_products(path).iter_rows())
    assert len(rows) < 20_000
    assert rows[-1].rejection is not None
    assert rows[-1].rejection.is_fatal
    assert "expands to more than 100,000 bytes" in rows[-1].rejection.reason


def test_damage_in_a_zip_ends_as_an_incomplete_feed(tmp_path: Path) -> None:
    rows = b"".join(b"%d,Dress %d\n" % (n, n * n) for n in range(20_000))
    data = bytearray(make_zip({"feed.csv": b"id,title\n" + rows}))
    data[len(data) // 2] ^= 0xFF
    path = tmp_path / "feed.zip"
    path.write_bytes(data)
    last = list(read_products(path).iter_rows())[-1]
    assert last.rejection is not None
    assert last.rejection.is_fatal
