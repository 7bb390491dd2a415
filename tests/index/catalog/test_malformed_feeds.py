"""Malformed feeds raise an error; malformed rows are rejected with file, line and column."""

import gzip
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from index.catalog import FeedMapping, read_products
from shopwindow.values.errors import FeedError

RSS = '<rss xmlns:g="http://base.google.com/ns/1.0"><channel>\n'
END = "</channel></rss>"
ITEM = "<item><g:id>{0}</g:id><title>T{0}</title></item>\n"
ENTITY_EXPANSION = (
    '<?xml version="1.0"?>\n<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>\n'
    "<rss><channel><item><id>1</id><title>&b;</title></item></channel></rss>"
)
EXTERNAL_ENTITY = (
    '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    "<rss><channel><item><id>1</id><title>&x;</title></item></channel></rss>"
)


class UnreadableFeed(NamedTuple):
    """A file that cannot be read at all, and the message of its error."""

    case: str
    name: str
    data: bytes
    match: str


UNREADABLE_FEEDS = (
    UnreadableFeed("empty", "a.csv", b"", "the feed is empty"),
    UnreadableFeed("blank", "a.csv", b" \n\n ", "the feed is empty"),
    UnreadableFeed(
        "no id", "a.csv", b"foo,title\n1,x\n", "no column holds an id.*foo, title.*product_id"
    ),
    UnreadableFeed(
        "no title", "a.csv", b"id,foo\n1,x\n", "no column holds a title or an image.*mapping"
    ),
    UnreadableFeed("one word", "a.csv", b"hello\n", "no column holds an id. Columns found: hello"),
    UnreadableFeed("twice", "a.csv", b"id,title,title\n1,x,y\n", "'title' appears more than once"),
    UnreadableFeed("header quote", "a.csv", b'id,"title\n1,x\n', "header in line 1 is broken"),
    UnreadableFeed(
        "cp1252", "a.csv", "id,title\n1,Café\n".encode("cp1252"), "0xe9 in line 2.*cp1252"
    ),
    UnreadableFeed(
        "cp1256", "a.tsv", "id\ttitle\n1\tفستان\n".encode("cp1256"), "not UTF-8.*cp1256"
    ),
    UnreadableFeed(
        "no mark", "a.csv", "id,title\n1,x\n".encode("utf-16-le"), 'encoding="utf-16-le"'
    ),
    UnreadableFeed("excel", "a.xlsx", b"PK\x03\x04rest", "Excel workbook; save the sheet as CSV"),
    UnreadableFeed("old excel", "a.xls", b"\xd0\xcf\x11\xe0rest", "old Excel workbook"),
    UnreadableFeed("bzip2", "a.csv.bz2", b"BZh9rest", "compressed with bzip2"),
    UnreadableFeed("zstd", "a.csv.zst", b"\x28\xb5\x2f\xfdrest", "compressed with zstd"),
    UnreadableFeed("pdf", "a.csv", b"%PDF-1.7", "this is a PDF"),
    UnreadableFeed(
        "web page", "a.xml", b"<!DOCTYPE html><html>", "describes no products.*not a feed"
    ),
    UnreadableFeed("broken gzip", "a.csv.gz", b"\x1f\x8b\x08garbage", "cannot be decompressed"),
    UnreadableFeed("array", "a.json", b'[{"id": 1}]', "no column holds a title"),
    UnreadableFeed("open object", "a.json", b'{\n"id": 1,\n', "not JSON Lines.*line 1"),
    UnreadableFeed("numbers", "a.jsonl", b"1\n2\n", "not JSON Lines.*an object"),
    UnreadableFeed("other keys", "a.jsonl", b'{"foo": 1}\n', "no column holds an id.*foo"),
    UnreadableFeed("not parquet", "a.parquet", b"id,title\n", "does not begin with PAR1"),
    UnreadableFeed("cut parquet", "a.parquet", b"PAR1abcdefPAR1", "not a Parquet file"),
    UnreadableFeed("other XML", "a.xml", b"<catalog><x/></catalog>", "root element is <catalog>"),
    UnreadableFeed("bad XML", "a.xml", b"<rss><channel", "not XML .line 1"),
    UnreadableFeed(
        "laughs", "a.xml", ENTITY_EXPANSION.encode(), "document type or entities is refused"
    ),
    UnreadableFeed(
        "document type",
        "a.xml",
        b"<!DOCTYPE rss [<!ELEMENT rss ANY>]><rss><item><id>1</id></item></rss>",
        "document type or entities is refused",
    ),
    UnreadableFeed(
        "foreign entity", "a.xml", EXTERNAL_ENTITY.encode(), "document type or entities is refused"
    ),
    UnreadableFeed(
        "XML encoding",
        "a.xml",
        b'<?xml version="1.0" encoding="klingon"?><rss/>',
        "encoding",
    ),
    UnreadableFeed(
        "blog", "a.xml", b"<rss><item><title>x</title></item></rss>", "no column holds an id"
    ),
)


@pytest.mark.parametrize("feed", UNREADABLE_FEEDS, ids=lambda feed: feed.case)
def test_an_unreadable_feed_raises_one_error(tmp_path: Path, feed: UnreadableFeed) -> None:
    path = tmp_path / feed.name
    path.write_bytes(feed.data)
    with pytest.raises(FeedError, match=f"(?s){feed.match}") as caught:
        read_products(path)
    assert caught.value.path == str(path)


class BadRow(NamedTuple):
    """A feed with one bad row: its line, column and id, and the reason of its rejection."""

    case: str
    text: str
    line: int
    column: str
    product_id: str
    reason: str
    name: str = "a.csv"


REJECTED_ROWS = (
    BadRow("no id", "id,title\n,x\n2,y\n", 2, "id", "", "an id expected"),
    BadRow("long id", f"id,title\n{'x' * 513},x\n", 2, "id", "x" * 199 + "…", "at most 512"),
    BadRow("id with NUL", "id,title\na\0b,x\n", 2, "id", "", "without control characters"),
    BadRow("no title", "id,title\n1,\n2,y\n", 2, "title", "1", "a title or an image expected"),
    BadRow("blank title", "id,title\n1,<br>\n", 2, "title", "1", "a title or an image"),
    BadRow("used id", "id,title\n1,x\n2,y\n1,z\n", 4, "id", "1", "used in line 2 already"),
    BadRow("file:", "id,img\n1,file:///etc/passwd\n", 2, "img", "1", "http or https"),
    BadRow("data:", "id,img\n1,data:image/png;base64;xx\n", 2, "img", "1", "--photo-folder"),
    BadRow("ftp:", "id,img\n1,ftp://a/b.jpg\n", 2, "img", "1", "http or https"),
    BadRow("drive", "id,img\n1,C:\\photos\\a.jpg\n", 2, "img", "1", "http or https"),
    BadRow("climbs", "id,img\n1,a/../../b.jpg\n", 2, "img", "1", "lies outside.*image_root"),
    BadRow("climbs \\", "id,img\n1,..\\b.jpg\n", 2, "img", "1", "lies outside"),
    BadRow("absolute", "id,img\n1,/etc/passwd\n", 2, "img", "1", "lies outside"),
    BadRow("folder", "id,img\n1,.\n", 2, "img", "1", "lies outside"),
    BadRow("no host", "id,img\n1,http:///a.jpg\n", 2, "img", "1", "with a host"),
    BadRow("many cells", "id,title\n1,x,y\n", 2, "", "", "2 cells expected.*got 3"),
    BadRow("quote", 'id,title\n1,"x"y\n2,z\n', 2, "", "", "broken quotes"),
    BadRow("open quote", 'id,title\n1,"x\n2,y\n3,z\n', 2, "", "", "not closed properly"),
    BadRow("line of a row", 'id,title\n1,"a\nb"\n2,"c\nd",e\n', 4, "", "", "2 cells"),
    BadRow("long field", f"id,title\n1,{'x' * 1_100_000}\n2,y\n", 2, "", "", "field limit"),
    BadRow("long line", f"id,title\n1,{'x' * 4_100_000}\n2,y\n", 2, "", "", "4,000,000"),
    BadRow("bytes", "id,title\n1,Ä Ö Ü\n2,\udce9\n", 3, "title", "2", "broken characters"),
    BadRow("id bytes", "id,title\n1,Ä Ö Ü\n\udce9,x\n", 3, "id", "", "broken characters"),
    BadRow("not JSON", '{"id": 1, "title": "x"}\n{"id": \n', 2, "", "", "not JSON", "a.jsonl"),
    BadRow("array row", '{"id": 1, "title": "x"}\n[1]\n', 2, "", "", "an object", "a.jsonl"),
    BadRow("nested id", '{"id": {"a": 1}, "title": "x"}', 1, "id", "", "a text", "a.jsonl"),
    BadRow("surrogate", '{"id": 1, "title": "\\ud800"}', 1, "title", "1", "broken", "a.jsonl"),
    BadRow("tongue", '{"id": 1, "title": {"xx": "x"}}', 1, "title", "1", "language", "a.jsonl"),
    BadRow(
        "deep",
        '{"id": 1, "title": "x"}\n' + "[" * 200_000 + "\n",
        2,
        "",
        "",
        "not JSON",
        "a.jsonl",
    ),
    BadRow(
        "long JSON",
        '{"id": 1, "title": "x"}\n' + '{"id": "' + "x" * 4_100_000 + '"}\n',
        2,
        "",
        "",
        "4,000,000",
        "a.jsonl",
    ),
    BadRow(
        "XML item",
        RSS + ITEM.format(1) + "<item><g:id>2</g:id>\n<title>T</item>\n" + ITEM.format(3) + END,
        3,
        "",
        "2",
        "not XML at line 4: mismatched tag",
        "a.xml",
    ),
    BadRow(
        "XML ends",
        RSS + ITEM.format(1) + ITEM.format(2),
        4,
        "",
        "",
        "the rest of the file could not be read: no element found",
        "a.xml",
    ),
    BadRow(
        "XML size",
        RSS + ITEM.format(1) + f"<item><g:id>2</g:id><title>{'x' * 4_100_000}</title></item>"
        "</channel></rss>",
        3,
        "",
        "2",
        "4,000,000",
        "a.xml",
    ),
)


DROPPED_VALUES = (
    BadRow("word price", "id,title,Price\n1,x,free\n", 2, "Price", "1", "a price such as"),
    BadRow("negative", "id,title,price\n1,x,-5\n", 2, "price", "1", "zero or more"),
    BadRow("negative AED", "id,title,price\n1,x,AED -5\n", 2, "price", "1", "zero or more"),
    BadRow("infinity", "id,title,price\n1,x,inf\n", 2, "price", "1", "a price such as"),
    BadRow("inf", "id,title,price\n1,x,1e999\n", 2, "price", "1", "a finite price"),
    BadRow("range", "id,title,price\n1,x,10-20\n", 2, "price", "1", "a price such as"),
    BadRow("two prices", 'id,title,price\n1,x,"10, 20"\n', 2, "price", "1", "a price such as"),
    BadRow("currency", "id,title,currency\n1,x,QQQ\n", 2, "currency", "1", "a currency such as"),
    BadRow("stock", "id,title,stock\n1,x,maybe\n", 2, "stock", "1", "in stock"),
    BadRow("date", "id,title,date added\n1,x,31/31/24\n", 2, "date added", "1", "a date such as"),
    BadRow("no day", "id,title,created\n1,x,2024-02-30\n", 2, "created", "1", "a date such as"),
    BadRow("language", "id,title,lang\n1,x,klingon\n", 2, "lang", "1", "a language such as"),
    BadRow("attributes", "id,title,attributes\n1,x,red\n", 2, "attributes", "1", "a JSON object"),
    BadRow("few cells", "id,title,price\n1,x\n", 2, "", "1", "3 cells expected.*got 2"),
    BadRow("NaN", '{"id": 1, "title": "x", "price": NaN}', 1, "price", "1", "finite", "a.jsonl"),
    BadRow("bool", '{"id": 1, "title": "x", "price": true}', 1, "price", "1", "such", "a.jsonl"),
    BadRow("category", '{"id": 1, "title": "x", "type": 5.5}', 1, "type", "1", "path", "a.jsonl"),
    BadRow(
        "translations",
        '{"id": 1, "title": "x", "translations": {"??": {}}}',
        1,
        "translations",
        "1",
        "a language",
        "a.jsonl",
    ),
    BadRow(
        "XML price",
        RSS + ITEM.format(1) + "<item>\n<g:id>2</g:id><title>T</title><g:price>x</g:price></item>"
        "</channel></rss>",
        3,
        "price",
        "2",
        "a price such as",
        "a.xml",
    ),
    BadRow("photo", "id,title,img\n1,x,ftp://a/b.jpg\n", 2, "img", "1", "http or https"),
    BadRow("photo path", "id,title,img\n1,x,../b.jpg\n", 2, "img", "1", "lies outside"),
    BadRow("brand", '{"id": 1, "title": "x", "brand": {}, "brand name": {"a": 1}}', 1, "brand name",
           "1", "a text expected", "a.jsonl"),
    BadRow("sale", "id,title,price,sale_price\n1,x,5,soon\n", 2, "sale_price", "1", "a price such"),
    BadRow("group", "id,title,group_id\n1,x,a\x01b\n", 2, "group_id", "1", "control characters"),
    BadRow("body", "id,title,body\n1,Ä Ö Ü,\udce9\n", 2, "body", "1", "broken characters"),
    BadRow("color", "id,title,color\n1,Ä Ö Ü,\udce9\n", 2, "color", "1", "broken characters"),
    BadRow("XML stock", RSS + "<item>\n<g:id>1</g:id><title>T</title>"
           "<g:availability>soon</g:availability></item>" + END, 2, "availability", "1",
           "in stock", "a.xml"),
    BadRow("TSV price", "id\ttitle\tprice\n1\tx\tfree\n", 2, "price", "1", "a price", "a.tsv"),
    BadRow("Shopify price", "Handle,Title,Option1 Value,SKU,Variant Price\nh,T,,1,free\n", 2,
           "Variant Price", "1", "a price such"),
)  # fmt: skip


@pytest.mark.parametrize("case", DROPPED_VALUES, ids=lambda case: case.case)
def test_an_unusable_cell_drops_its_field_and_not_the_product(tmp_path: Path, case: BadRow) -> None:
    path = tmp_path / case.name
    path.write_bytes(case.text.encode("utf-8", "surrogateescape"))
    rows = list(read_products(path).iter_rows())
    assert [row.rejection for row in rows] == [None] * len(rows)
    (warning,) = [warning for row in rows for warning in row.warnings]
    assert (warning.file, warning.line) == (str(path), case.line)
    assert (warning.column, warning.product_id) == (case.column, case.product_id)
    assert case.reason.split(".*")[0] in warning.reason
    assert warning.field


@pytest.mark.parametrize("case", REJECTED_ROWS, ids=lambda case: case.case)
def test_a_bad_row_is_rejected_with_line_and_column(tmp_path: Path, case: BadRow) -> None:
    path = tmp_path / case.name
    path.write_bytes(case.text.encode("utf-8", "surrogateescape"))
    rejections = [row.rejection for row in read_products(path).iter_rows() if row.rejection]
    assert len(rejections) == 1
    rejection = rejections[0]
    assert (rejection.file, rejection.line) == (str(path), case.line)
    assert (rejection.column, rejection.product_id) == (case.column, case.product_id)
    with pytest.raises(AssertionError, match=case.reason):
        raise AssertionError(rejection.reason)
    assert len(rejection.raw) <= 200
    assert len(rejection.reason) <= 400


def test_rows_around_a_bad_one_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('id,title,price\n1,a,1\n2,"b,1\n3,c,1\n,d,1\n5,"e\ne",1\n6,f,1\n')
    rows = list(read_products(path).iter_rows())
    assert [row.line for row in rows] == [2, 3, 4, 5, 6, 8]
    assert [row.product.id for row in rows if row.product] == ["1", "3", "5", "6"]


def test_after_a_hundred_open_quotes_the_swallowed_lines_are_skipped(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,title\n" + '1,"x\n' * 300 + "last,y\n")
    *rejected, last = read_products(path).iter_rows()
    lines = [row.line for row in rejected]
    assert lines == [*range(2, 102), *range(102, 302, 2)]
    assert rejected[99].rejection is not None
    assert "skipped" not in rejected[99].rejection.reason
    assert rejected[100].rejection is not None
    assert "; lines 102 to 103 are skipped" in rejected[100].rejection.reason
    assert last.product is not None


def test_a_truncated_gzip_feed_ends_with_a_rejection(tmp_path: Path) -> None:
    text = "id,title\n" + "".join(f"{number},title {number * 7919}\n" for number in range(20_000))
    path = tmp_path / "a.csv.gz"
    data = gzip.compress(text.encode())
    path.write_bytes(data[: len(data) // 2])
    *rows, last = read_products(path).iter_rows()
    assert len(rows) > 1_000
    assert all(row.product for row in rows)
    assert last.rejection is not None
    assert last.line == rows[-1].line + 1
    assert last.rejection.reason.startswith("the rest of the file could not be read: Compressed")


def test_a_truncated_utf16_feed_ends_with_a_rejection(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    text = "id,title\n" + "".join(f"{number},x\n" for number in range(9_000))
    path.write_bytes(text.encode("utf-16") + b"2")
    *rows, last = read_products(path).iter_rows()
    assert len(rows) > 8_000
    assert last.rejection is not None
    assert "the rest of the file could not be read" in last.rejection.reason


def test_an_invalid_parquet_value_rejects_only_its_own_row(tmp_path: Path) -> None:
    titles = pa.array([b"ok", b"\xff\xfe", b"fine"]).cast(pa.binary())
    title = pa.Array.from_buffers(pa.string(), 3, titles.buffers())
    pq.write_table(pa.table({"id": [1, 2, 3], "title": title}), tmp_path / "a.parquet")
    rows = list(read_products(tmp_path / "a.parquet").iter_rows())
    assert [row.line for row in rows] == [1, 2, 3]
    assert [bool(row.product) for row in rows] == [True, False, True]
    assert rows[1].rejection is not None
    assert rows[1].rejection.column == "title"


def test_a_damaged_parquet_row_group_is_one_rejection(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    table = pa.table({"id": list(range(4_000)), "title": [f"t{n}" for n in range(4_000)]})
    pq.write_table(table, path, row_group_size=1_000, compression="zstd")
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 2_000] = bytes(2_000)
    path.write_bytes(data)
    rows = list(read_products(path).iter_rows())
    rejections = [row.rejection for row in rows if row.rejection]
    assert 1 <= len(rejections) <= 2
    assert (rows[0].line, rows[-1].line) == (1, 4_000)
    assert rejections[0].reason.startswith(
        f"rows {rejections[0].line} to {rejections[0].line + 999} could not"
    )
    assert len(rows) - len(rejections) == 4_000 - 1_000 * len(rejections)


def test_missing_files_and_folders_raise_errors(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match="there is no such file"):
        read_products(tmp_path / "none.csv")
    with pytest.raises(FeedError, match="is a folder"):
        read_products(tmp_path)


def test_a_feed_deleted_before_reading_raises_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,title\n1,x\n")
    feed = read_products(path)
    path.unlink()
    with pytest.raises(FeedError, match="cannot be opened"):
        list(feed)


INVALID_OPTIONS = [
    ({"format": "xls"}, "no format 'xls'; known: csv"),
    ({"encoding": "klingon"}, "encoding 'klingon' is not known"),
    ({"encoding": "hex"}, "encoding 'hex' is not known"),
    ({"currency": "QQQ"}, "currency 'QQQ' is no ISO 4217 code"),
    ({"language": "klingon"}, "language 'klingon' is no language code"),
    ({"mapping": "none.toml"}, "none.toml: there is no such file"),
    ({"mapping": FeedMapping(columns={"title": "Nome"})}, "names the column 'Nome'.*id, title"),
    ({"mapping": FeedMapping(file={"delimiter": "::"})}, "one character as delimiter"),
]


@pytest.mark.parametrize(("options", "match"), INVALID_OPTIONS, ids=lambda value: str(value)[:30])
def test_invalid_options_raise_errors(tmp_path: Path, options: dict[str, Any], match: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,title\n1,x\n")
    with pytest.raises(FeedError, match=match):
        read_products(path, **options)
