"""The file of rejected rows, and rejections as values."""

import csv
import json
from pathlib import Path

import pytest

from index.catalog import REJECTS_HEADER, Rejection, read_products
from shopwindow.values.errors import FeedError


def test_rejections_are_written_as_they_occur(tmp_path: Path) -> None:
    path, rejects = tmp_path / "a.csv", tmp_path / "deep" / "rejects.csv"
    path.write_text("id,title,price\n＝1+1,,bad\n2,y,2\n3,z,bad\n4,z,4,5\n", encoding="utf-8")
    feed = read_products(path, rejects=rejects)
    assert not rejects.exists()
    for _ in range(2):
        rows = feed.iter_rows()
        assert next(rows).rejection is not None
        assert len(rejects.read_text(encoding="utf-8").splitlines()) == 2
        list(rows)
        with rejects.open(encoding="utf-8-sig", newline="") as stream:
            first, second, third = csv.DictReader(stream)
        assert list(first) == [*REJECTS_HEADER, "id", "title", "price"]
        assert (first["line"], first["column"], first["product_id"]) == ("2", "title", "'＝1+1")
        assert json.loads(first["row"]) == {"id": "＝1+1", "title": "", "price": "bad"}
        assert second["reason"].startswith("imported without price: a price such as")
        assert (third["line"], third["row"]) == ("5", "4,z,4,5")


def test_another_kind_of_file_is_never_overwritten(tmp_path: Path) -> None:
    path, other = tmp_path / "a.csv", tmp_path / "notes.txt"
    path.write_text("id,title\n1,x\n")
    other.write_text("mine")
    with pytest.raises(FeedError, match="is not a file of rejected rows"):
        list(read_products(path, rejects=other))
    with pytest.raises(FeedError, match="over the feed itself"):
        read_products(path, rejects=path)
    assert other.read_text() == "mine"


def test_an_earlier_file_is_deleted_when_nothing_is_rejected(tmp_path: Path) -> None:
    path, rejects = tmp_path / "a.csv", tmp_path / "rejects.csv"
    path.write_text("id,title\n,x\n")
    list(read_products(path, rejects=rejects))
    assert rejects.exists()
    path.write_text("id,title\n1,x\n")
    list(read_products(path, rejects=rejects))
    assert not rejects.exists()


def test_a_rejection_is_an_immutable_value() -> None:
    rejection = Rejection("a.csv", 2, "price", "bad")
    assert rejection == Rejection("a.csv", 2, "price", "bad", product_id="", raw="")
    with pytest.raises(AttributeError, match="line"):
        rejection.line = 3  # type: ignore[misc]
