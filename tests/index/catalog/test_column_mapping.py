"""Column mapping: known aliases, languages in names, attributes, the mapping file."""

import json
from pathlib import Path
from typing import Any

import pytest

from index.catalog import FeedMapping, ProductFeed, read_products
from index.catalog.header_vocabulary import ATTRIBUTE_ALIASES, FIELD_ALIASES, normalize_column_name
from shopwindow.values import Product, Translation


def write_and_read(folder: Path, text: str, **options: Any) -> ProductFeed:
    path = folder / ("a.jsonl" if text.startswith("{") else "a.csv")
    path.write_text(text, encoding="utf-8")
    return read_products(path, **options)


def read_one(folder: Path, text: str, **options: Any) -> Product:
    rows = list(write_and_read(folder, text, **options).iter_rows())
    assert [row.rejection for row in rows] == [None]
    product = rows[0].product
    assert product is not None
    return product


def test_no_alias_is_listed_for_two_fields() -> None:
    names = [
        normalize_column_name(alias)
        for _, aliases in (*FIELD_ALIASES, *ATTRIBUTE_ALIASES)
        for alias in aliases
    ]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", ["Product ID", "product_id", "PRODUCT-ID", "productId", "g:id"])
def test_case_and_punctuation_of_column_names_are_ignored(tmp_path: Path, name: str) -> None:
    assert read_one(tmp_path, f"{name},TITLE\n7,x\n").id == "7"


def test_every_alias_is_recognized(tmp_path: Path) -> None:
    aliases = dict(FIELD_ALIASES)
    for name in aliases["id"]:
        assert read_one(tmp_path, f"{name},title\n7,x\n").id == "7"
    for name in aliases["image"]:
        assert read_one(tmp_path, f"id,{name}\n7,x.jpg\n").image == str(tmp_path / "x.jpg")


def test_arabic_column_names_are_recognized(tmp_path: Path) -> None:
    product = read_one(
        tmp_path,
        "رمز المنتج,اسم المنتج,الوصف,السعر,العلامة التجارية,القسم,رابط الصورة,اللون,التوفر\n"
        "7,فستان أحمر,قطن,٩٩٫٥ ر.س,نور,ملابس > فساتين,https://x.org/7.jpg,أحمر,غير متوفر\n",
    )
    assert product == Product(
        id="7",
        title="فستان أحمر",
        description="قطن",
        price=99.5,
        currency="SAR",
        brand="نور",
        category=("ملابس", "فساتين"),
        attributes={"color": "أحمر"},
        image="https://x.org/7.jpg",
        in_stock=False,
        language="ar",
        sku="7",
        availability="out_of_stock",
    )


@pytest.mark.parametrize(
    "name", ["title_ar", "Title (ar)", "title[ar]", "title-AR", "title.ar", "name_arabic",
             "Product Name (Arabic)", "title_ar_AE", "title:ar", "العنوان عربي"],
)  # fmt: skip
def test_a_language_in_a_column_name_makes_a_translation(tmp_path: Path, name: str) -> None:
    product = read_one(tmp_path, f"id,title,{name}\n7,Dress,فستان\n")
    assert (product.title, product.language) == ("Dress", "")
    assert product.translations == {"ar": Translation("فستان")}


def test_without_a_plain_title_the_first_language_is_the_main_one(tmp_path: Path) -> None:
    text = "id,title_en,title_ar,description_ar,description_en\n"
    first = read_one(tmp_path, f"{text}7,Dress,فستان,قطن,Cotton\n")
    assert (first.title, first.description, first.language) == ("Dress", "Cotton", "en")
    assert first.translations == {"ar": Translation("فستان", "قطن")}
    second = read_one(tmp_path, f"{text}7,,فستان,قطن,Cotton\n")
    assert (second.title, second.description, second.language) == ("فستان", "قطن", "ar")
    assert second.translations == {"en": Translation("", "Cotton")}


def test_the_row_language_is_the_main_one_if_it_has_a_title(tmp_path: Path) -> None:
    product = read_one(tmp_path, "id,title_en,title_ar,lang\n7,Dress,فستان,ar-AE\n")
    assert (product.title, product.language) == ("فستان", "ar")
    assert product.translations == {"en": Translation("Dress")}


def test_a_plain_title_is_not_repeated_as_a_translation(tmp_path: Path) -> None:
    product = read_one(tmp_path, "id,title,title_en,title_ar\n7,Dress,Dress,فستان\n")
    assert (product.language, list(product.translations)) == ("en", ["ar"])


@pytest.mark.parametrize(
    ("title", "default", "language"),
    [("فستان Zara", "", "ar"), ("Zara فستان black", "", ""), ("فستان", "fa", "fa"), ("x", "", "")],
)
def test_the_language_of_a_title_is_detected(
    tmp_path: Path, title: str, default: str, language: str
) -> None:
    assert read_one(tmp_path, f"id,title\n7,{title}\n", language=default).language == language


def test_attributes_come_from_columns_prefixes_and_objects(tmp_path: Path) -> None:
    product = read_one(
        tmp_path,
        "id,title,Colour,attr_Heel height,attribute:Neck,attributes,unknown,size\n"
        '7,x,red,4 cm,V,"{""fit"": ""slim"", ""washable"": true, ""sizes"": [1, 2], ""n"": null}"'
        ",y,\n",
    )
    assert product.attributes == {
        "color": "red",
        "heel height": "4 cm",
        "neck": "V",
        "fit": "slim",
        "washable": "true",
        "sizes": "1, 2",
    }


def test_only_the_first_hundred_attributes_are_read(tmp_path: Path) -> None:
    row = {"id": "7", "title": "x", "attributes": {str(n): "y" for n in range(5_000)}}
    (feed_row,) = write_and_read(tmp_path, json.dumps(row)).iter_rows()
    assert feed_row.product is not None
    assert list(feed_row.product.attributes) == [str(n) for n in range(100)]
    (warning,) = feed_row.warnings
    assert warning.reason == "at most 100 attributes expected"


def test_a_preorder_is_out_of_stock_and_keeps_its_availability(tmp_path: Path) -> None:
    product = read_one(tmp_path, "id,title,availability\n7,x,Pre-order\n")
    assert (product.in_stock, product.availability, product.attributes) == (False, "preorder", {})


def test_an_empty_column_falls_back_to_the_next_except_for_ids(tmp_path: Path) -> None:
    text = "sku,id,title,name,google_product_category,product_type\nS1,1,,Cup,2271,\nS2,,x,,,Mugs\n"
    first, second = write_and_read(tmp_path, text).iter_rows()
    assert first.product is not None
    assert (first.product.id, first.product.title, first.product.category) == ("1", "Cup", ())
    assert second.rejection is not None
    assert second.rejection.column == "id"


def test_all_rows_of_a_feed_use_the_same_id_column(tmp_path: Path) -> None:
    text = '{"id": 1, "title": "x"}\n{"sku": 2, "title": "y"}\n{"id": 3, "new": 1, "title": "z"}\n'
    assert [row.product is not None for row in write_and_read(tmp_path, text).iter_rows()] == [
        True,
        False,
        True,
    ]


def test_the_lower_of_price_and_sale_price_counts(tmp_path: Path) -> None:
    text = "id,title,price,sale_price\n1,x,10 AED,8 AED\n2,x,10,0\n3,x,10,12\n4,x,,8\n5,x,10,\n"
    prices = [product.price for product in write_and_read(tmp_path, text)]
    assert prices == [8.0, 10.0, 10.0, 8.0, 10.0]


def test_the_currency_comes_from_price_then_column_then_default(tmp_path: Path) -> None:
    text = "id,title,price,currency\n1,x,5 €,sar\n2,x,5,sar\n3,x,5,\n"
    currencies = [product.currency for product in write_and_read(tmp_path, text, currency="aed")]
    assert currencies == ["EUR", "SAR", "AED"]


MAPPING = """
[columns]
id = "Artikel"
title = "Produktname"
price = ""
[columns.translations.ar]
title = "Arabisch"
[attributes]
color = "Farbe"
[defaults]
currency = "AED"
merchant_id = "m1"
language = "de"
image_root = "photos"
[file]
delimiter = "|"
"""
TABLE = "Artikel|id|Produktname|Arabisch|Farbe|price|image\nA1|1|Kleid, rot|فستان|rot|5|a.jpg\n"


def test_a_mapping_file_overrides_the_known_names(tmp_path: Path) -> None:
    (tmp_path / "mapping.toml").write_text(MAPPING, encoding="utf-8")
    product = read_one(tmp_path, TABLE, mapping=tmp_path / "mapping.toml")
    assert product == Product(
        id="A1",
        title="Kleid, rot",
        translations={"ar": Translation("فستان")},
        currency="AED",
        merchant_id="m1",
        language="de",
        attributes={"color": "rot"},
        image=str(tmp_path / "photos" / "a.jpg"),
    )


def test_arguments_override_the_mapping_file(tmp_path: Path) -> None:
    (tmp_path / "mapping.toml").write_text(MAPPING, encoding="utf-8")
    product = read_one(
        tmp_path, TABLE, mapping=str(tmp_path / "mapping.toml"), currency="SAR", merchant_id="m2"
    )
    assert (product.currency, product.merchant_id, product.language) == ("SAR", "m2", "de")


def test_a_mapping_can_be_built_in_python(tmp_path: Path) -> None:
    mapping = FeedMapping(columns={"title": "produkt NAME"}, file={"encoding": "cp1252"})
    (tmp_path / "a.csv").write_bytes("id,Produkt-Name\n1,Café\n".encode("cp1252"))
    (product,) = read_products(tmp_path / "a.csv", mapping=mapping)
    assert product.title == "Café"


def test_image_root_sets_the_folder_that_photos_must_stay_in(tmp_path: Path) -> None:
    (tmp_path / "feeds").mkdir()
    mapping = FeedMapping(defaults={"image_root": str(tmp_path)})
    text = f"id,image\n1,photos/a.jpg\n2,{tmp_path}/b.jpg\n3,../c.jpg\n"
    rows = list(write_and_read(tmp_path / "feeds", text, mapping=mapping).iter_rows())
    assert [row.product.image for row in rows if row.product] == [
        str(tmp_path / "photos" / "a.jpg"),
        str(tmp_path / "b.jpg"),
    ]
    assert rows[2].rejection is not None


def test_mapped_names_apply_to_json_objects(tmp_path: Path) -> None:
    mapping = FeedMapping(columns={"title": "nom", "image": "foto"})
    assert read_one(tmp_path, '{"id": 1, "nom": "Robe"}', mapping=mapping).title == "Robe"


def test_the_separator_line_of_excel_is_recognized(tmp_path: Path) -> None:
    product = read_one(tmp_path, "sep=;\nid;title\n1;a,b\n")
    assert product.title == "a,b"


def test_empty_rows_and_trailing_delimiters_are_skipped(tmp_path: Path) -> None:
    rows = list(write_and_read(tmp_path, "\n\nid,title,\n\n1,x,,,\n,,\n\n2,y,\n").iter_rows())
    assert [(row.line, row.product.id if row.product else "") for row in rows] == [
        (5, "1"),
        (8, "2"),
    ]


def test_a_header_alone_gives_no_products(tmp_path: Path) -> None:
    assert list(write_and_read(tmp_path, "id,title\n")) == []


def test_delimiters_in_quotes_are_not_detected(tmp_path: Path) -> None:
    assert read_one(tmp_path, '"a,b,c,d";id;title\n;1;x\n').id == "1"


def test_columns_of_later_rows_are_read_but_do_not_change_the_id(tmp_path: Path) -> None:
    rows = [{"id": n, "title": "x"} for n in range(60)]
    later_rows = [{"sku": "S1", "title": "y"}, {"id": "last", "title": "z", "colour": "red"}]
    text = "\n".join(json.dumps(row) for row in [*rows, *later_rows])
    *_, without_id, last = write_and_read(tmp_path, text).iter_rows()
    assert without_id.rejection is not None
    assert "an id expected" in without_id.rejection.reason
    assert last.product is not None
    assert last.product.attributes == {"color": "red"}
