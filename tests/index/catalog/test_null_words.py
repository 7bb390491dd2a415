"""Cells that say "no value" in words, and cells that a spreadsheet damaged."""

from pathlib import Path

import pytest

from index.catalog import FeedRow, read_products
from index.catalog.text_cleaning import clean_line, clean_text

COLUMNS = (
    "id,title,description,price,brand,category,image,stock,created_at,color,group_id,popularity"
)


def read_row(folder: Path, text: str) -> FeedRow:
    path = folder / "a.csv"
    path.write_text(text, encoding="utf-8")
    (row,) = read_products(path).iter_rows()
    return row


@pytest.mark.parametrize(
    "word",
    ["NULL", "\\N", "nan", "NaN", "N/A", "#N/A", "-", "none", "None", "null", "غير محدد", " - "],
)
def test_a_word_for_no_value_is_an_empty_cell(tmp_path: Path, word: str) -> None:
    row = read_row(tmp_path, f"{COLUMNS}\n1,Mug,{','.join([word] * 10)}\n")
    product = row.product
    assert product
    assert not row.warnings
    texts = (product.description, product.brand, product.category, product.image, product.group_id)
    assert not any(texts)
    assert (product.price, product.created_at, product.popularity) == (None, None, None)
    assert product.in_stock
    assert not product.attributes


@pytest.mark.parametrize("title", ["None", "Nan", "N.A.", "بدون"])
def test_a_title_may_be_such_a_word(tmp_path: Path, title: str) -> None:
    row = read_row(tmp_path, f"id,title\n1,{title}\n")
    assert row.product
    assert row.product.title == title


def test_none_left_is_out_of_stock(tmp_path: Path) -> None:
    row = read_row(tmp_path, "id,title,stock\n1,x,لا يوجد\n")
    assert row.product
    assert not row.product.in_stock


@pytest.mark.parametrize(
    ("cell", "product_id"),
    [('"=""00123"""', "00123"), ("'00124", "00124"), ("00125", "00125"), ("123.0", "123"),
     ("none", "none"), ("na", "na"), ("1.50", "1.50"), ("6E12", "6E12")],
)  # fmt: skip
def test_an_id_is_read_as_the_shop_wrote_it(tmp_path: Path, cell: str, product_id: str) -> None:
    row = read_row(tmp_path, f"id,title\n{cell},x\n")
    assert row.product
    assert row.product.id == product_id


@pytest.mark.parametrize(
    ("cell", "reason"),
    [("6.29E+12", "format the column as text"), ("6,29E+12", "digits are lost"),
     ("#N/A", "no value"), ("#REF!", "no value"), ("NULL", "no value"), ("\\N", "no value")],
)  # fmt: skip
def test_a_damaged_id_rejects_the_row_with_advice(tmp_path: Path, cell: str, reason: str) -> None:
    row = read_row(tmp_path, f'id,title\n"{cell}",x\n')
    assert row.rejection
    assert row.rejection.column == "id"
    assert reason in row.rejection.reason


def test_quoting_formulas_are_undone_in_every_field(tmp_path: Path) -> None:
    row = read_row(tmp_path, 'id,title,price,color\n1,"=""Mug""","=""12.50""","=""010"""\n')
    assert row.product
    assert (row.product.title, row.product.price) == ("Mug", 12.5)
    assert dict(row.product.attributes) == {"color": "010"}


def test_an_apostrophe_before_a_word_stays(tmp_path: Path) -> None:
    row = read_row(tmp_path, "id,title\n1,'Tis the season\n")
    assert row.product
    assert row.product.title == "'Tis the season"


def test_literal_escapes_in_texts_are_undone() -> None:
    assert clean_text(r"Soft\nand \"warm\"\r\nlining") == 'Soft\nand "warm"\nlining'
    assert clean_line(r"Soft\nand") == "Soft and"
    assert clean_text(r"C:\new\red") == r"C:\new\red"
