"""Photos that cannot be opened are reported under the feed's own column, counted by reason."""

from pathlib import Path

import pytest

from embed import FakeEncoder
from index import ProductIndex, read_products


@pytest.fixture
def index() -> ProductIndex:
    return ProductIndex.open(":memory:", encoder=FakeEncoder())


def test_photos_are_grouped_by_reason_under_the_feeds_own_column(
    index: ProductIndex, tmp_path: Path
) -> None:
    feed = tmp_path / "feed.csv"
    rows = [f"{number},Dress {number},p/it's {number}.jpg" for number in range(30)]
    rows += [f"m{number},Dress,mist-{number}.txt" for number in range(3)]
    feed.write_text("\n".join(["SKU,Titel,Bild", *rows]), encoding="utf-8")
    for number in range(3):
        (tmp_path / f"mist-{number}.txt").write_text("<html>not found</html>")
    mapping = tmp_path / "mapping.toml"
    mapping.write_text('[columns]\ntitle = "Titel"\nimage = "Bild"\n', encoding="utf-8")
    report = index.add(read_products(feed, mapping=mapping))
    assert (report.added, report.warnings_by_field["image"]) == (33, 33)
    groups = report.warning_groups.list_largest(10)
    assert [(group.n_rows, group.first.column) for group in groups] == [(30, "Bild"), (3, "Bild")]
    assert groups[0].first.reason.startswith("no such file (photo ")
    assert groups[1].first.reason.startswith("a web page, not a photo (photo ")


def test_the_column_is_the_one_that_was_used(index: ProductIndex, tmp_path: Path) -> None:
    feed = tmp_path / "feed.csv"
    feed.write_text(
        "id,title,image_link,photo\n1,Dress,,missing.jpg\n2,Dress,ftp://x.org/1.jpg,missing.jpg\n"
        "3,Dress,missing.jpg,other.jpg\n",
        encoding="utf-8",
    )
    report = index.add(read_products(feed))
    found = [(warning.line, warning.column) for warning in report.indexing_issues]
    assert found == [(2, "photo"), (3, "photo"), (4, "image_link"), (4, "photo")]
