"""Column names as exports and people write them, and the lines around a header."""

from pathlib import Path
from typing import Any

import pytest

from index.catalog import read_products
from index.catalog.header_line import find_header, sniff_delimiter
from index.catalog.header_matching import match_attribute, match_field, match_language
from shopwindow.values import Product, Translation
from shopwindow.values.errors import FeedError


def read_one(folder: Path, text: str, **options: Any) -> Product:
    (folder / "a.csv").write_text(text, encoding="utf-8")
    rows = list(read_products(folder / "a.csv", **options).iter_rows())
    assert [row.rejection for row in rows] == [None]
    assert rows[0].product is not None
    return rows[0].product


@pytest.mark.parametrize(
    ("name", "field", "currency"),
    [
        ("Price (SAR)", "price", "SAR"), ("Price ($)", "price", "USD"),
        ("price_aed", "price", "AED"),
        ("Price in KWD", "price", "KWD"), ("السعر (ر.س)", "price", "SAR"),
        ("السعر بالريال السعودي", "price", "SAR"),
        ("Sale price [EUR incl. VAT]", "sale_price", "EUR"),
        ("Price (incl. VAT)", "price", ""), ("SKU [id]", "id", ""), ("Name[number]", "title", ""),
        ("Title *", "title", ""), ("أسم المنتج", "title", ""), ("إسم المنتج", "title", ""),
        ("اســم المنتج", "title", ""), ("المعرّف", "id", ""), ("الكميه", "in_stock", ""),
        ("الصوره", "image", ""), ("السعر بعد الخصم", "sale_price", ""),
    ],
)  # fmt: skip
def test_names_are_matched_without_units_types_and_forms(
    name: str, field: str, currency: str
) -> None:
    match = match_field(name)
    assert match is not None
    assert (match.field, match.currency) == (field, currency)


@pytest.mark.parametrize(
    "name", ["Price (old)", "Title (AED)", "Name (internal)", "price per kilo"]
)
def test_words_that_change_the_meaning_are_kept(name: str) -> None:
    assert match_field(name) is None


def test_a_type_in_brackets_is_no_language() -> None:
    assert match_language("name [id]") == ("", "")
    assert match_language("name [ar]") == ("title", "ar")


@pytest.mark.parametrize(
    ("name", "language"), [("Arabic title", "ar"), ("en_name", "en"), ("الاسم بالانجليزي", "en")]
)
def test_a_language_may_stand_in_front_or_in_arabic(name: str, language: str) -> None:
    assert match_language(name) == ("title", language)
    assert match_language("it title") == ("", "")


def test_attributes_are_matched_in_arabic_and_with_suffixes() -> None:
    assert match_attribute("لون") == "color"
    assert match_attribute("Color [list]") == "color"


def test_the_currency_of_a_header_is_that_of_its_rows(tmp_path: Path) -> None:
    product = read_one(tmp_path, "id,title,السعر (ر.س)\n1,x,25\n", currency="AED")
    assert (product.price, product.currency) == (25.0, "SAR")
    product = read_one(tmp_path, "id,title,Price (SAR),currency\n1,x,25,KWD\n")
    assert (product.price, product.currency) == (25.0, "KWD")


def test_prices_of_a_second_currency_are_not_mixed_in(tmp_path: Path) -> None:
    product = read_one(tmp_path, "id,title,Price (SAR),Price (USD),sale price usd\n1,x,,7,5\n")
    assert (product.price, product.currency) == (None, "SAR")
    product = read_one(tmp_path, "id,title,price_usd,price\n1,x,7,25\n", currency="SAR")
    assert (product.price, product.currency) == (25.0, "SAR")


@pytest.mark.parametrize(
    "above",
    ['"sep=;"\n', "sep=;\n", "Products of 2024\n", "\n\nصادر من المتجر;;\n\n",
     '"# Required | An id";"# Required | A name";"# Optional"\n', "\ufeff"],
)  # fmt: skip
def test_lines_above_the_header_are_skipped(tmp_path: Path, above: str) -> None:
    product = read_one(tmp_path, f"{above}sku;name;price\nA1;Mug, blue;12,50\n")
    assert (product.id, product.title, product.price) == ("A1", "Mug, blue", 12.5)


def test_a_header_of_two_columns_is_no_banner(tmp_path: Path) -> None:
    assert read_one(tmp_path, "sku,title,note\nid,name,price\n").id == "id"
    assert find_header([["Code", "Namen"], ["id", "title"], ["a", "b"]]) == 1
    assert find_header([["id", "title"], ["id", "title"]]) == 0
    assert find_header([["Artikel", "Titel", "Preis"], ["id", "title", "price"]]) == 0
    assert sniff_delimiter("id;title\n1;a,b,c,d,e\n") == ";"


def test_repeated_columns_are_all_read_where_a_field_takes_several(tmp_path: Path) -> None:
    product = read_one(
        tmp_path,
        "id,title,additional_image_link,additional_image_link,product_detail(a:b:c),product_detail,"
        "color,color,neck,neck\n"
        "1,x,,https://x.org/2.jpg,Size:Heel:5 cm,Care:Wash:cold,red,blue,round,\n",
    )
    assert product.image == "https://x.org/2.jpg"
    assert product.attributes == {
        "color": "red, blue",
        "heel": "5 cm",
        "wash": "cold",
        "neck": "round",
    }


@pytest.mark.parametrize("name", ["price", "id", "title_ar", "availability"])
def test_a_repeated_column_of_one_value_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(FeedError, match=f"'{name}' appears more than once"):
        read_one(tmp_path, f"id,title,{name},{name}\n1,x,2,3\n")


def test_a_subcategory_is_the_last_part_of_the_path(tmp_path: Path) -> None:
    text = "id,title,القسم الرئيسي,القسم الفرعي\n1,x,المنزل,أكواب\n"
    assert read_one(tmp_path, text).category == ("المنزل", "أكواب")
    assert read_one(tmp_path, "id,title,category,subcategory\n1,x,A > B,B\n").category == ("A", "B")
    assert read_one(tmp_path, "id,title,category,subcategory\n1,x,A,\n").category == ("A",)


def test_a_title_without_a_suffix_is_not_a_translation(tmp_path: Path) -> None:
    product = read_one(tmp_path, "id,اسم المنتج,الاسم بالانجليزي\n1,كوب,Mug\n")
    assert (product.title, product.translations) == ("كوب", {"en": Translation("Mug")})
