"""Recovery from malformed XML: only the broken item is lost, and line numbers stay exact."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from index.catalog import read_products
from shopwindow.values.errors import FeedError

HEAD = '<?xml version="1.0" encoding="{}"?>\n<rss xmlns:g="http://base.google.com/ns/1.0">'
FIRST = "<channel>\n<item><g:id>1</g:id><title>x</title></item>\n"
LAST = "<item>\n<g:id>3</g:id><title>x</title></item>\n</channel></rss>\n"


class MalformedXml(NamedTuple):
    """Text between two items, and its rejections: line, id, reason."""

    name: str
    between: str
    rejections: tuple[tuple[int, str, str], ...]


def format_item(title: str) -> str:
    return f"<item><g:id>2</g:id>\n<title>{title}</title></item>\n"


def expect_invalid(line: int, error_line: int, product_id: str = "2") -> tuple[int, str, str]:
    return line, product_id, f"not XML at line {error_line}: not well-formed (invalid token)"


CASES = (
    MalformedXml("raw &", format_item("Salt & pepper"), (expect_invalid(4, 5),)),
    MalformedXml("raw <", format_item("a < b"), (expect_invalid(4, 5),)),
    MalformedXml(
        "no id before",
        "<item><title>a & b</title><g:id>2</g:id></item>\n",
        (expect_invalid(4, 4, ""),),
    ),
    MalformedXml(
        "other id", "<item><id>2</id><title>a & b</title></item>\n", (expect_invalid(4, 4, ""),)
    ),
    MalformedXml(
        "entity", format_item("a&nbsp;b"), ((4, "2", "not XML at line 5: undefined entity"),)
    ),
    MalformedXml("control", format_item("a\x01b"), (expect_invalid(4, 5),)),
    MalformedXml("byte", format_item("a\udce9b"), (expect_invalid(4, 5),)),
    MalformedXml(
        "element open",
        "<item><g:id>2</g:id><title>x</item>\n",
        ((4, "2", "not XML at line 4: mismatched tag"),),
    ),
    MalformedXml("item open", "<item><g:id>2</g:id>\n", ((4, "2", "the item is never closed"),)),
    MalformedXml(
        "two", format_item("&") + format_item("<"), (expect_invalid(4, 5), expect_invalid(6, 7))
    ),
    MalformedXml(
        "between", "Sale & more\n", ((4, "", "not XML: not well-formed (invalid token)"),)
    ),
    MalformedXml(
        "attribute", '<item a="1" a="2">\n</item>\n', ((4, "", "not XML: duplicate attribute"),)
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("filler", [0, 1_500])
def test_only_the_broken_item_is_rejected(tmp_path: Path, case: MalformedXml, filler: int) -> None:
    path = tmp_path / "a.xml"
    more = "".join(f"<item><g:id>f{n}</g:id><title>x</title></item>\n" for n in range(filler))
    text = HEAD.format("utf-8") + FIRST + case.between + more + LAST
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    rows = list(read_products(path).iter_rows())
    rejections = tuple(
        (row.line, row.rejection.product_id, row.rejection.reason) for row in rows if row.rejection
    )
    assert rejections == case.rejections
    products = [row for row in rows if row.product]
    assert len(products) == 2 + filler
    assert products[-1].product is not None
    assert products[-1].product.id == "3"
    assert products[-1].line == text[: text.index("<g:id>3<")].count("\n")


def test_the_encoding_is_kept_after_a_broken_item(tmp_path: Path) -> None:
    text = HEAD.format("iso-8859-1") + FIRST + format_item("&") + LAST.replace("x", "Café")
    (tmp_path / "a.xml").write_bytes(text.encode("iso-8859-1"))
    *_, last = read_products(tmp_path / "a.xml")
    assert last.title == "Café"


def test_atom_feeds_and_other_prefixes_recover_too(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text(
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:p="http://base.google.com/ns/1.0">'
        "<entry><p:id>1</p:id><title>a & b</title></entry>\n"
        "<entry><id>no</id><p:id>2</p:id><title>x</title></entry></feed>"
    )
    first, second = read_products(path).iter_rows()
    assert first.rejection is not None
    assert first.rejection.product_id == "1"
    assert second.product is not None
    assert second.product.id == "2"


def test_utf16_does_not_recover(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes((HEAD.format("utf-16") + FIRST + format_item("&") + LAST).encode("utf-16"))
    first, last = read_products(path).iter_rows()
    assert first.product is not None
    assert last.rejection is not None
    assert last.rejection.is_fatal


def test_blank_lines_before_the_declaration_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text("\n \n" + HEAD.format("utf-8") + FIRST + LAST)
    assert [row.line for row in read_products(path).iter_rows()] == [5, 6]


@pytest.mark.parametrize("opening", ["<!--", "<item a='", "<item><g:id>2</g:id><title><![CDATA["])
def test_a_tag_that_never_ends_stops_the_reading_quickly(tmp_path: Path, opening: str) -> None:
    path = tmp_path / "a.xml"
    path.write_text(HEAD.format("utf-8") + FIRST + opening + "x" * 20_000_000)
    began = time.process_time()
    *_, last = read_products(path).iter_rows()
    assert time.process_time() - began < 2
    assert last.rejection is not None
    assert last.rejection.is_fatal


@pytest.mark.parametrize(
    ("n", "make_text"),
    [
        (120_000, lambda n: "<item><g:id>2</g:id>" + "".join(f"<e{k}>v</e{k}>" for k in range(n))
         + "</item>"),
        (60_000, lambda n: "<item>" * n),
        (30_000, lambda n: "<item>&</item>" * n),
    ],
    ids=["elements", "open items", "broken items"],
)  # fmt: skip
def test_many_elements_are_read_in_linear_time(
    tmp_path: Path, n: int, make_text: Callable[[int], str]
) -> None:
    path = tmp_path / "a.xml"
    took_s = []
    for size in (n // 4, n):
        path.write_text(HEAD.format("utf-8") + FIRST + make_text(size) + LAST)
        began = time.process_time()
        rows = list(read_products(path).iter_rows())
        took_s.append(time.process_time() - began)
    assert took_s[1] < 8 * took_s[0], "4 times is linear, 16 times quadratic"
    assert rows[0].product is not None
    assert rows[1].rejection is not None
    if n == 120_000:
        reason = "an item may have 2,000 elements at most, this one has 120,001"
        assert (rows[1].rejection.reason, rows[1].rejection.product_id) == (reason, "2")


def test_a_feed_of_one_broken_item_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text("<rss><channel><item>&</item></channel></rss>")
    with pytest.raises(FeedError, match=r"its only item is broken .line 1.: not XML at line 1"):
        read_products(path)
