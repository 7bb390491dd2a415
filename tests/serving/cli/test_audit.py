"""`shopwindow audit`: the page, the table beside it, and JSON."""

import csv
import json
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest

from embed import PhotoReader
from search.audit import AuditSection, CatalogAudit, Finding, ProductSummary
from shopwindow.serving.cli import ExitCode
from shopwindow.serving.cli.audit_index import FINDINGS_HEADER, iter_finding_rows
from shopwindow.serving.cli.audit_page import (
    MAX_FINDINGS_SHOWN,
    MAX_PRODUCTS_SHOWN,
    render_page,
    select_findings,
)
from shopwindow.values.errors import PhotoFetchError
from tests.serving.cli.conftest import CliRunner, write_feed

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
        return [value for attribute, value in self.attributes if attribute == name]


@pytest.fixture
def shop(cli: CliRunner) -> CliRunner:
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
    write_feed(cli.folder / "feed.csv", 12, unreadable, formula)
    assert cli("index", "feed.csv").code == ExitCode.OK
    return cli


def read_table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_page_and_the_table_are_written(shop: CliRunner) -> None:
    done = shop("audit")
    assert done.code == ExitCode.OK, done.err
    assert "of 14 products need attention" in done.out
    assert "audit.html is the page, audit.csv the table of every finding" in done.err
    assert (shop.folder / "audit.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    rows = read_table(shop.folder / "audit.csv")
    assert tuple(rows[0]) == FINDINGS_HEADER
    late = {row["kind"]: row["finding"] for row in rows if row["product_id"] == "late"}
    assert late["photo_unreadable"] == "no such file"
    quoted = [row for row in rows if row["product_id"] == "'=1+1"]
    assert {"no_photo", "no_translation"} <= {row["kind"] for row in quoted}
    tags = Tags((shop.folder / "audit.html").read_text(encoding="utf-8"))
    assert tags.open == []
    assert tags.seen["img"] > 0
    assert all(address.startswith("data:image/jpeg;base64,") for address in tags.of("src"))


def test_json_has_every_finding_and_writes_nothing(shop: CliRunner) -> None:
    done = shop("audit", "--json")
    assert done.code == ExitCode.OK, done.err
    document = json.loads(done.out)
    assert document["n_products"] == 14
    assert [section["name"] for section in document["sections"]] == [
        "duplicates",
        "photo_and_title",
        "data",
        "photos",
    ]
    unreadable = [
        finding
        for finding in document["sections"][3]["findings"]
        if finding["kind"] == "photo_unreadable"
    ]
    assert [finding["products"][0]["id"] for finding in unreadable] == ["late"]
    assert document["sections"][1]["was_checked"] is False
    assert not list(shop.folder.glob("audit.*"))
    shop("audit", "--json", "--out", "deep/page.html")
    assert sorted(path.name for path in (shop.folder / "deep").iterdir()) == [
        "page.csv",
        "page.html",
    ]
    n_rows = sum(
        len(finding["products"]) or 1
        for section in document["sections"]
        for finding in section["findings"]
    )
    assert len(read_table(shop.folder / "deep" / "page.csv")) == n_rows


@pytest.mark.parametrize("out", ["audit.csv", "feed.csv/audit.html"])
def test_an_output_path_that_cannot_be_written_is_named(shop: CliRunner, out: str) -> None:
    before = (shop.folder / "feed.csv").read_bytes()
    done = shop("audit", "--out", out)
    assert done.code == ExitCode.USAGE
    assert done.err.splitlines()[-1].startswith("error: --out: expected")
    assert (shop.folder / "feed.csv").read_bytes() == before
    assert not (shop.folder / "audit.csv").exists()


def test_without_an_index_nothing_is_written(cli: CliRunner) -> None:
    done = cli("audit")
    assert done.code == ExitCode.FAILED
    assert "there is no index" in done.err
    assert not (cli.folder / "audit.html").exists()


def one_finding(*products: ProductSummary, n: int = 1) -> CatalogAudit:
    finding = Finding("same_title", products, "the same words in the title")
    return CatalogAudit("location", 9, (AuditSection("duplicates", (finding,) * n, note=EVIL),))


def test_texts_of_feeds_are_escaped_in_the_page() -> None:
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


def test_photos_behind_addresses_are_fetched_only_with_fetch() -> None:
    fetched: list[str] = []

    def fetch(address: str) -> bytes:
        fetched.append(address)
        raise PhotoFetchError(address, "gone")

    reader = PhotoReader(fetch=fetch)
    audit = one_finding(
        ProductSummary("1", "Mug", "https://shop.example/1.jpg"), ProductSummary("2")
    )
    html = render_page(audit, "t.csv", reader)
    assert fetched == []
    assert "not fetched</span>" in html
    assert "no photo</span>" in html
    assert "unreadable</span>" in render_page(audit, "t.csv", reader, fetch=True)
    assert fetched == ["https://shop.example/1.jpg"]


def test_many_findings_are_truncated_and_counted() -> None:
    products = [ProductSummary(str(n)) for n in range(MAX_PRODUCTS_SHOWN + 3)]
    html = render_page(one_finding(*products, n=MAX_FINDINGS_SHOWN + 70), "t.csv", PhotoReader())
    assert Tags(html).of("class").count("several wide") == MAX_FINDINGS_SHOWN
    assert f"The first {MAX_FINDINGS_SHOWN} are shown; all are in t.csv." in html
    assert f"({MAX_PRODUCTS_SHOWN + 3} products, the first {MAX_PRODUCTS_SHOWN} are shown)" in html


def test_rare_kinds_of_findings_are_all_on_the_page() -> None:
    many = (Finding("no_brand", (ProductSummary("1"),), ""),) * 500
    few = (Finding("price_zero", (ProductSummary("2"),), ""),) * 3
    counts = {
        group.kind.name: (group.count, len(group.findings))
        for group in select_findings(AuditSection("data", few + many))
    }
    assert counts == {"price_zero": (3, 3), "no_brand": (500, MAX_FINDINGS_SHOWN - 3)}


def test_a_row_of_the_table_names_the_other_products() -> None:
    products = tuple(ProductSummary(str(n)) for n in range(8))
    rows = list(iter_finding_rows(Finding("same_title", products, "the same words")))
    assert [row[0] for row in rows] == [str(n) for n in range(8)]
    assert rows[0][3] == "the same words as 1, 2, 3, 4, 5 and 2 more"
