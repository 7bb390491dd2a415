"""The file of rejected rows, corrected and read as a feed."""

import csv
import json
from pathlib import Path

import pytest

from index.catalog import REJECTS_HEADER, FeedMapping, Rejection, read_products
from shopwindow.values import Product

WAYS = [("utf-8", ","), ("utf-8", ";"), ("utf-16", ";"), ("utf-8-sig", "\t")]


def correct(path: Path, changes: dict[str, str], encoding: str, delimiter: str) -> Path:
    """Write a file of rejected rows as a spreadsheet would, with some cells replaced."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        header, *rows = csv.reader(stream)
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.writer(stream, delimiter=delimiter)
        writer.writerow(header)
        writer.writerows([changes.get(cell, cell) for cell in row] for row in rows)
    return path


@pytest.mark.parametrize(("encoding", "delimiter"), WAYS)
@pytest.mark.parametrize("feed_delimiter", [",", ";"])
def test_a_corrected_table_gives_the_products(
    tmp_path: Path, encoding: str, delimiter: str, feed_delimiter: str
) -> None:
    text = "sku,Titel,Price (SAR),line,neck,color,color\n"
    text += "A1,كوب,call us,first,V,red,blue\nA2,x,5,,,,\nA3,,7,,,,\n"
    path, rejects = tmp_path / "a.csv", tmp_path / "a.csv.rejects.csv"
    path.write_text(text.replace(",", feed_delimiter), encoding="cp1256")
    mapping = FeedMapping(
        columns={"title": "Titel"}, file={"encoding": "cp1256", "delimiter": feed_delimiter}
    )
    list(read_products(path, mapping=mapping, rejects=rejects))
    correct(rejects, {"call us": "12"}, encoding, delimiter)
    rows = list(read_products(rejects, mapping=mapping, currency="AED").iter_rows())
    assert rows[0].product == Product(
        id="A1",
        sku="A1",
        title="كوب",
        price=12.0,
        currency="SAR",
        language="ar",
        attributes={"color": "red, blue", "line": "first", "neck": "V"},
    )
    assert rows[1].rejection is not None
    assert rows[1].rejection.product_id == "A3"
    assert len(rows) == 2


def test_objects_are_corrected_as_json(tmp_path: Path) -> None:
    path, rejects = tmp_path / "a.jsonl", tmp_path / "r.csv"
    path.write_text('{"id": 1, "title": "", "attributes": {"fit": "slim"}}\n{"id": 2, "title":\n')
    list(read_products(path, rejects=rejects))
    with rejects.open(encoding="utf-8-sig", newline="") as stream:
        header, first, second = csv.reader(stream)
    assert tuple(header) == REJECTS_HEADER
    first[-1] = json.dumps({**json.loads(first[-1]), "title": "Mug"})
    with rejects.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, first, second])
    fixed, broken = read_products(rejects).iter_rows()
    assert fixed.product == Product(id="1", title="Mug", attributes={"fit": "slim"})
    assert broken.rejection is not None
    assert "`row` as JSON" in broken.rejection.reason


def test_formulas_come_back_as_they_were(tmp_path: Path) -> None:
    path, rejects = tmp_path / "a.csv", tmp_path / "r.csv"
    path.write_text("id,title,price,=neck\n=1,@home,x,V\n")
    list(read_products(path, rejects=rejects))
    correct(rejects, {"x": "5"}, "utf-8", ",")
    (product,) = read_products(rejects)
    assert (product.title, product.attributes) == ("@home", {"=neck": "V"})
    assert ",'=neck" in rejects.read_text("utf-8-sig")


def test_a_row_with_two_problems_is_written_once_and_late_ones_whole(tmp_path: Path) -> None:
    path, rejects = tmp_path / "a.csv", tmp_path / "r.csv"
    path.write_text("id,title,price,quantity\n1,x,bad,bad\n2,y,5,1\n")
    feed = read_products(path, rejects=rejects)
    list(feed)
    feed.append_rejections([Rejection(str(path), 3, "image", "gone", field="image")])
    with rejects.open(encoding="utf-8-sig", newline="") as stream:
        first, late = csv.DictReader(stream)
    assert (first["column"], first["reason"].count("imported without")) == ("price; quantity", 2)
    assert (late["id"], late["price"], late["line"]) == ("2", "5", "3")
    assert [product.id for product in read_products(rejects)] == ["1", "2"]
