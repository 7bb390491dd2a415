"""Common user mistakes: each raises one error that names the problem.

Unreadable feeds, unusable rows, photos, queries, filters, settings, encoders and index locations.
The suites of the packages go deeper; here the mistakes are side by side, as a user makes them.
"""

import gzip
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from embed import FakeEncoder, PhotoReader, load_encoder
from embed.photos.download import PhotoFetcher
from index import ProductIndex, read_products
from search import SearchService
from shopwindow.values import Filters, Product, Query
from shopwindow.values.errors import (
    EncoderError,
    EncoderUnavailableError,
    FeedError,
    IndexNotFoundError,
    IndexStoreError,
    InvalidQueryError,
    InvalidSettingError,
    InvalidValueError,
    PhotoFetchError,
    PhotoTooLargeError,
    PhotoUnreadableError,
    ProductNotFoundError,
    ShopwindowError,
    UnknownEncoderError,
)
from shopwindow.values.setting_groups import PhotoLimits
from shopwindow.values.settings import read_settings

RSS = '<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel>{}</channel></rss>'
ENTITY_EXPANSION = '<!DOCTYPE x [<!ENTITY a "aaaa">]>' + RSS.format("<item><g:id>&a;</g:id></item>")


@dataclass(frozen=True)
class UnreadableFeed:
    """A feed that cannot be read at all, and a part of its error's message."""

    name: str
    content: str | bytes
    message: str


@dataclass(frozen=True)
class BadRow:
    """A row with an unusable cell, its column, and words of the reason, separated by bars."""

    header: str
    row: str
    column: str
    reason: str


UNREADABLE_FEEDS = (
    UnreadableFeed("empty.csv", "", "empty|no"),
    UnreadableFeed("blank.csv", "\n\n\n", "empty|no"),
    UnreadableFeed("noid.csv", "title,price\nDress,5\n", "id"),
    UnreadableFeed("notitle.csv", "id,price\n1,5\n", "title"),
    UnreadableFeed("foreign.csv", "foo,bar\n1,2\n", "foo"),
    UnreadableFeed("excel.csv", b"PK\x03\x04rest of a workbook", "Excel"),
    UnreadableFeed("old.csv", b"\xd0\xcf\x11\xe0rest", "Excel"),
    UnreadableFeed(
        "page.csv", "<!doctype html><html><body>Log in</body></html>", "web page|HTML|html"
    ),
    UnreadableFeed("paper.csv", b"%PDF-1.4", "PDF"),
    UnreadableFeed("latin.csv", "id,title\n1,Caf\xe9\n".encode("latin-1") * 30, "UTF-8"),
    UnreadableFeed("list.json", '["Dress", "Skirt"]', "line"),
    UnreadableFeed("bomb.xml", ENTITY_EXPANSION, "document type|DOCTYPE|entit"),
    UnreadableFeed("other.xml", "<catalog><product/></catalog>", "rss|RSS|Atom"),
    UnreadableFeed("broken.parquet", b"PAR1 and then nothing", "Parquet|parquet"),
    UnreadableFeed("packed.csv.bz2", b"BZh91AY", "bzip2"),
    UnreadableFeed(
        "short.csv.gz", gzip.compress(b"id,title\n1,x\n")[:12], "cannot be decompressed"
    ),
)
REJECTED_ROWS = (
    BadRow("id,title,price", ",Dress,5", "id", "id"),
    BadRow("id,title,price", "1,,5", "", "title"),
    BadRow("id,title,price", "1,Dress,5,extra,cells", "", "cells|columns|values"),
    BadRow("id,title", "good,Again", "id", "used in line"),
    BadRow("id,title", f"{'x' * 600},Dress", "id", "512"),
)
DROPPED_VALUES = (
    BadRow("id,title,price", "1,Dress,cheap", "price", "price such as"),
    BadRow("id,title,price", "1,Dress,-5", "price", "price|negative|zero"),
    BadRow("id,title,price", "1,Dress,inf", "price", "price"),
    BadRow("id,title,image", "1,Dress,ftp://host/a.jpg", "image", "http"),
    BadRow("id,title,image", "1,Dress,../../etc/passwd", "image", "lies outside"),
    BadRow("id,title,image", "1,Dress,/etc/passwd", "image", "lies outside"),
    BadRow("id,title,image", '1,Dress,"data:image/encode_png;base64,AA"', "image", "photo-folder"),
    BadRow("id,title,created_at", "1,Dress,31/31/2024", "created_at", "date|time"),
    BadRow("id,title,created_at", "1,Dress,yesterday", "created_at", "date|time"),
    BadRow("id,title,in_stock", "1,Dress,perhaps", "in_stock", "stock|expected"),
    BadRow("id,title,attributes", "1,Dress,{color: red}", "attributes", "JSON"),
)


@pytest.mark.parametrize("feed", UNREADABLE_FEEDS, ids=lambda feed: feed.name)
def test_an_unreadable_feed_raises_one_error(tmp_path: Path, feed: UnreadableFeed) -> None:
    path = tmp_path / feed.name
    data = feed.content.encode() if isinstance(feed.content, str) else feed.content
    path.write_bytes(data)
    with pytest.raises(FeedError, match=feed.message) as caught:
        list(read_products(path))
    assert feed.name in str(caught.value)


@pytest.mark.parametrize("case", REJECTED_ROWS, ids=lambda case: case.row[:30])
def test_an_unusable_row_is_rejected_and_the_others_are_read(tmp_path: Path, case: BadRow) -> None:
    empty_cells = "," * (case.header.count(",") - 1)
    good = [f"good,First{empty_cells}", f"last,Second{empty_cells}"]
    path = tmp_path / "feed.csv"
    path.write_text("\n".join([case.header, good[0], case.row, good[1]]) + "\n", encoding="utf-8")
    rows = list(read_products(path).iter_rows())
    assert [row.product.id for row in rows if row.product] == ["good", "last"]
    (rejection,) = [row.rejection for row in rows if row.rejection]
    assert (rejection.line, rejection.file) == (3, str(path))
    assert case.column in (rejection.column, "")
    assert any(word in rejection.reason for word in case.reason.split("|")), rejection.reason


@pytest.mark.parametrize("case", DROPPED_VALUES, ids=lambda case: case.row[:30])
def test_an_unusable_cell_drops_only_its_field(tmp_path: Path, case: BadRow) -> None:
    path = tmp_path / "feed.csv"
    path.write_text(f"{case.header}\n{case.row}\n", encoding="utf-8")
    (row,) = read_products(path).iter_rows()
    assert row.product == Product(id="1", title="Dress")
    (warning,) = row.warnings
    assert (warning.line, warning.file, warning.column) == (2, str(path), case.column)
    assert any(word in warning.reason for word in case.reason.split("|")), warning.reason


def encode_png(size: tuple[int, int]) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", size, "red").save(stream, "PNG")
    return stream.getvalue()


def encode_jpeg() -> bytes:
    stream = io.BytesIO()
    Image.effect_noise((90, 90), 90).convert("RGB").save(stream, "JPEG")
    return stream.getvalue()


SMALL_LIMITS = PhotoLimits(max_bytes=20_000, max_pixels=10_000)
UNUSABLE_PHOTOS: dict[str, tuple[Any, type[Exception], str]] = {
    "no bytes": (b"", PhotoUnreadableError, "empty"),
    "text": (b"this is no photo", PhotoUnreadableError, "photo <bytes>"),
    "half a encode_jpeg": (encode_jpeg()[:1500], PhotoUnreadableError, "truncated|broken|cut"),
    "half a encode_png": (encode_png((90, 90))[:60], PhotoUnreadableError, "photo <bytes>"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", PhotoUnreadableError, "photo <bytes>"),
    "postscript": (b"%!PS-Adobe-3.0 EPSF-3.0\n", PhotoUnreadableError, "photo <bytes>"),
    "pixels": (encode_png((101, 100)), PhotoTooLargeError, "at most 10,000"),
    "bytes": (b"\xff\xd8" + bytes(20_001), PhotoTooLargeError, "20,?000"),
    "no file": ("nowhere/photo.jpg", PhotoUnreadableError, "no such file"),
    "a folder": (Path("."), PhotoUnreadableError, "not a file"),
    "empty path": ("", PhotoUnreadableError, "photo"),
    "loopback": ("http://127.0.0.1/a.jpg", PhotoFetchError, "public"),
    "loopback in disguise": ("http://2130706433/a.jpg", PhotoFetchError, "number|address"),
    "mapped loopback": ("http://[::ffff:127.0.0.1]/a.jpg", PhotoFetchError, "disguise"),
    "metadata service": ("http://169.254.169.254/latest", PhotoFetchError, "public"),
    "credentials": ("http://user:pass@8.8.8.8/a.jpg", PhotoFetchError, "user|password|name"),
    "other scheme": ("ftp://host/a.jpg", PhotoFetchError, "http"),
    "no host": ("http:///a.jpg", PhotoFetchError, "host|address"),
}


@pytest.mark.parametrize(
    ("source", "error", "message"), UNUSABLE_PHOTOS.values(), ids=UNUSABLE_PHOTOS
)
def test_an_unusable_photo_raises_an_error_with_its_reason(
    source: Any, error: type[Exception], message: str
) -> None:
    # The host names used here are IP addresses already, so that no DNS lookup is needed.
    fetcher = PhotoFetcher(SMALL_LIMITS, resolver=lambda host, _: [host])
    with pytest.raises(error, match=message):
        PhotoReader(SMALL_LIMITS, fetcher).read_image(source)


INVALID_QUERIES: dict[str, tuple[Callable[[SearchService], object], type[Exception], str]] = {
    "limit 0": (lambda s: s.search(Query(text="x", limit=0)), InvalidQueryError, "1 to 500"),
    "limit 10000": (lambda s: s.search(Query(text="x", limit=9999)), InvalidQueryError, "500"),
    "an essay": (lambda s: s.search(Query(text="x" * 3000)), InvalidQueryError, "2000"),
    "facet": (lambda s: s.search(Query(facets=("size",))), InvalidQueryError, "facets"),
    "cursor": (lambda s: s.search(Query(text="x", cursor="abc")), InvalidQueryError, "next_cursor"),
    "price": (lambda _: Filters(price_min=-1), InvalidQueryError, "price_min"),
    "range": (lambda _: Filters(price_min=9, price_max=1), InvalidQueryError, "at least"),
    "photo": (lambda s: s.search(Query(image=b"x")), PhotoUnreadableError, "photo"),
    "no such id": (lambda s: s.similar("nope"), ProductNotFoundError, "'nope'"),
    "similar 0": (lambda s: s.similar("sku-1", limit=0), InvalidQueryError, "limit"),
}


@pytest.mark.parametrize(("run", "error", "message"), INVALID_QUERIES.values(), ids=INVALID_QUERIES)
def test_an_invalid_query_raises_an_error_that_names_the_field(
    service: SearchService,
    run: Callable[[SearchService], object],
    error: type[Exception],
    message: str,
) -> None:
    with pytest.raises(error, match=message):
        run(service)


INVALID_SETTINGS = (
    ("SHOPWINDOW_PORT", "80", "SHOPWINDOW_PORT: expected a name that begins"),
    ("SHOPWINDOW_SERVER__PORT", "http", "SHOPWINDOW_SERVER__PORT"),
    ("SHOPWINDOW_SERVER__HSOT", "x", "SHOPWINDOW_SERVER__HSOT"),
    ("SHOPWINDOW_INDEX__BATCH_SIZE", "0", "SHOPWINDOW_INDEX__BATCH_SIZE"),
    ("SHOPWINDOW_SEARCH__WEIGHT_TEXT", "-1", "SHOPWINDOW_SEARCH__WEIGHT_TEXT"),
    ("SHOPWINDOW_ENCODER", "compact", "settings that can be read"),
)


@pytest.mark.parametrize(("name", "value", "message"), INVALID_SETTINGS)
def test_an_invalid_setting_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidSettingError, match=message):
        read_settings()


UNUSABLE_ENCODERS: dict[str, tuple[str, type[ShopwindowError], str]] = {
    "misspelt": ("compcat", UnknownEncoderError, "Did you mean 'compact'"),
    "empty": ("", UnknownEncoderError, "no encoder is called"),
    "half a name": ("open_clip:ViT-B-32", InvalidValueError, "open_clip:MODEL/PRETRAINED"),
    "no folder": ("local-dir:nowhere", EncoderError, "nowhere"),
    "empty folder": (".", EncoderUnavailableError, r"encoder\.json"),
}


@pytest.mark.parametrize(
    ("name", "error", "message"), UNUSABLE_ENCODERS.values(), ids=UNUSABLE_ENCODERS
)
def test_an_unusable_encoder_is_refused_by_name(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    error: type[ShopwindowError],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error, match=message):
        load_encoder(name)


def test_a_location_that_is_not_an_index_is_refused(tmp_path: Path, encoder: FakeEncoder) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(IndexStoreError, match="holds other things"):
        ProductIndex.open(tmp_path, encoder)
    with pytest.raises(IndexStoreError, match="is a file"):
        ProductIndex.open(tmp_path / "notes.txt", encoder)
    with pytest.raises(IndexNotFoundError, match="shopwindow index FEED"):
        ProductIndex.open(tmp_path / "none", encoder, must_exist=True)


def test_there_are_at_least_sixty_cases() -> None:
    assert (
        sum(
            map(
                len,
                (
                    UNREADABLE_FEEDS,
                    REJECTED_ROWS,
                    UNUSABLE_PHOTOS,
                    INVALID_QUERIES,
                    INVALID_SETTINGS,
                    UNUSABLE_ENCODERS,
                ),
            )
        )
        >= 60
    )
