"""`shopwindow report`: the page, the table beside it, and JSON."""

import csv
import json
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest

from embed import PhotoReader
from search.audit import AuditSection, CatalogAudit, Finding, ProductSummary
from shopwindow.serving.cli import ExitCode
from shopwindow.serving.cli.audit_page import (
    MAX_FINDINGS_SHOWN,
    MAX_PRODUCTS_SHOWN,
    render_page,
    select_findings,
)
from shopwindow.serving.cli.auditing import FINDINGS_HEADER, iter_finding_rows
from shopwindow.values.errors import PhotoFetchError
from tests.serving.cli.conftest import Here, write_feed

EVIL = '<script>alert("1")</script> & فستان'


class Tags(HTMLParser):
    """Collects elements and attributes, and checks that elements are closed as they were opened."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: Counter[str] = Counter()
        self.attributes: list[tuple[str, str]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen[tag] += 1
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in {"meta", "img"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def of(self, name: str) -> list[str]:
        return [value for each, value in self.attributes if each == name]


@pytest.fixture
def shop(here: Here) -> Here:
    unreadable = (
        "late",
        "Late dress",
        "فستان",
        "5",
        "AED",
        "B",
        "Clothing",
        "red",
        "photos/no.png",
    )
    formula = ("=1+1", "Red mug of blue", "", "5", "AED", "B", "Home", "red", "")
    write_feed(here.folder / "feed.csv", 12, unreadable, formula)
    assert here("index", "feed.csv").code == ExitCode.OK
    return here


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_page_and_the_table_are_written(shop: Here) -> None:
    done = shop("report")
    assert done.code == ExitCode.OK, done.err
    assert "of 14 products want a look" in done.out
    assert "report.html is the page, report.csv the table of every finding" in done.err
    assert (shop.folder / "report.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    found = table(shop.folder / "report.csv")
    assert tuple(found[0]) == FINDINGS_HEADER
    late = {each["kind"]: each["found"] for each in found if each["product_id"] == "late"}
    assert late["photo_unreadable"] == "no such file"
    quoted = [each for each in found if each["product_id"] == "'=1+1"]
    assert {"no_photo", "no_translation"} <= {each["kind"] for each in quoted}
    tags = Tags((shop.folder / "report.html").read_text(encoding="utf-8"))
    assert tags.open == []
    assert tags.seen["img"] > 0
    assert all(each.startswith("data:image/jpeg;base64,") for each in tags.of("src"))


def test_json_has_every_finding_and_writes_nothing(shop: Here) -> None:
    done = shop("report", "--json")
    assert done.code == ExitCode.OK, done.err
    document = json.loads(done.out)
    assert document["n_products"] == 14
    assert [each["name"] for each in document["sections"]] == [
        "duplicates",
        "photo_and_title",
        "data",
        "photos",
    ]
    unreadable = [e for e in document["sections"][3]["findings"] if e["kind"] == "photo_unreadable"]
    assert [each["products"][0]["id"] for each in unreadable] == ["late"]
    assert document["sections"][1]["was_checked"] is False
    assert not list(shop.folder.glob("report.*"))
    shop("report", "--json", "--out", "deep/page.html")
    assert sorted(each.name for each in (shop.folder / "deep").iterdir()) == [
        "page.csv",
        "page.html",
    ]
    n_rows = sum(len(e["products"]) or 1 for s in document["sections"] for e in s["findings"])
    assert len(table(shop.folder / "deep" / "page.csv")) == n_rows


@pytest.mark.parametrize("out", ["report.csv", "feed.csv/report.html"])
def test_a_place_that_cannot_be_is_named(shop: Here, out: str) -> None:
    before = (shop.folder / "feed.csv").read_bytes()
    done = shop("report", "--out", out)
    assert done.code == ExitCode.USAGE
    assert done.err.splitlines()[-1].startswith("error: --out: expected")
    assert (shop.folder / "feed.csv").read_bytes() == before
    assert not (shop.folder / "report.csv").exists()


def test_without_an_index_nothing_is_reported(here: Here) -> None:
    done = here("report")
    assert done.code == ExitCode.FAILED
    assert "there is no index" in done.err
    assert not (here.folder / "report.html").exists()


def one_finding(*products: ProductSummary, n: int = 1) -> CatalogAudit:
    found = Finding("same_title", products, "the same words in the title")
    return CatalogAudit("here", 9, (AuditSection("duplicates", (found,) * n, note=EVIL),))


def test_texts_of_feeds_stay_texts() -> None:
    html = render_page(
        one_finding(ProductSummary(EVIL, EVIL), ProductSummary("2", EVIL)),
        "a b&c.csv",
        PhotoReader(),
    )
    tags = Tags(html)
    assert tags.open == []
    assert tags.seen["script"] == 0
    assert html.count("&lt;script&gt;") == 4
    assert "a%20b%26c.csv" in tags.of("href")
    assert tags.of("dir").count("auto") >= 2


def test_addresses_are_fetched_only_when_that_is_asked() -> None:
    asked: list[str] = []

    def fetch(address: str) -> bytes:
        asked.append(address)
        raise PhotoFetchError(address, "gone")

    reader = PhotoReader(fetch=fetch)
    report = one_finding(
        ProductSummary("1", "Mug", "https://shop.example/1.jpg"), ProductSummary("2")
    )
    html = render_page(report, "t.csv", reader)
    assert asked == []
    assert "not fetched</span>" in html
    assert "no photo</span>" in html
    assert "unreadable</span>" in render_page(report, "t.csv", reader, fetch=True)
    assert asked == ["https://shop.example/1.jpg"]


def test_many_findings_are_cut_and_counted() -> None:
    shown = [ProductSummary(str(n)) for n in range(MAX_PRODUCTS_SHOWN + 3)]
    html = render_page(one_finding(*shown, n=MAX_FINDINGS_SHOWN + 70), "t.csv", PhotoReader())
    assert Tags(html).of("class").count("several wide") == MAX_FINDINGS_SHOWN
    assert f"The first {MAX_FINDINGS_SHOWN} are shown; all are in t.csv." in html
    assert f"({MAX_PRODUCTS_SHOWN + 3} products, the first {MAX_PRODUCTS_SHOWN} are shown)" in html


def test_rare_kinds_keep_their_room() -> None:
    many = (Finding("no_brand", (ProductSummary("1"),), ""),) * 500
    few = (Finding("price_zero", (ProductSummary("2"),), ""),) * 3
    found = {
        e.kind.name: (e.count, len(e.findings))
        for e in select_findings(AuditSection("data", few + many))
    }
    assert found == {"price_zero": (3, 3), "no_brand": (500, MAX_FINDINGS_SHOWN - 3)}


def test_a_row_names_the_others() -> None:
    some = Finding("same_title", tuple(ProductSummary(str(n)) for n in range(8)), "the same words")
    cells = list(iter_finding_rows(some))
    assert [each[0] for each in cells] == [str(n) for n in range(8)]
    assert cells[0][3] == "the same words as 1, 2, 3, 4, 5 and 2 more"
