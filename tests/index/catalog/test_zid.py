"""Zid's product table: two languages, options, unlimited quantities, Arabic headings."""

from pathlib import Path
from typing import Any

import pytest

from index.catalog import ProductFeed, read_products
from shopwindow.values import Product, Translation

ENGLISH = (
    "id,parent_id,sku,name_ar,name_en,description_ar,price,sale_price,quantity,is_infinite,"
    "categories,images,is_published,is_draft,option1_name,option1_value,keywords\n"
)
ARABIC = (
    "معرف المنتج,معرف المنتج الأب,رمز التخزين,اسم المنتج بالعربية,اسم المنتج بالانجليزية,"
    "الوصف,السعر,السعر المخفض,الكمية,كمية غير محدودة,التصنيفات,الصور,منشور,مسودة,اسم الخيار 1,"
    "قيمة الخيار 1,كلمات مفتاحية\n"
)
ROWS = (
    '1,,SH,قميص,Shirt,قطن,100,80,5,0,"عروض,ملابس > قمصان",'
    '"https://x.org/1.jpg,https://x.org/2.jpg",1,0,المقاس,,x\n'
    "2,1,SH-S,,,,100.00,,0,0,,,1,0,المقاس,صغير,\n"
    "3,1,SH-L,,,,120,,4,0,,https://x.org/l.jpg,1,0,المقاس,كبير,\n"
    "4,,CUP,كوب,Cup,,30,0,0,1,منزل,,1,0,,,\n"
    "5,,OLD,قديم,Old,,30,0,9,0,منزل,,0,0,,,\n"
    "6,,NEW,جديد,New,,30,0,9,0,منزل,,1,1,اللون,,\n"
    "7,6,NEW-R,,,,30,0,9,0,,,1,0,اللون,أحمر,\n"
)
SHIRT: dict[str, Any] = {
    "title": "قميص",
    "description": "قطن",
    "translations": {"en": Translation("Shirt")},
    "category": ("ملابس", "قمصان"),
    "group_id": "SH",
    "language": "ar",
}


def read(folder: Path, text: str) -> ProductFeed:
    (folder / "export.csv").write_text(text, encoding="utf-8")
    feed = read_products(folder / "export.csv", language="ar")
    assert feed.format == "zid"
    return feed


@pytest.mark.parametrize("header", [ENGLISH, ARABIC])
def test_variants_inherit_from_the_product_that_they_name(tmp_path: Path, header: str) -> None:
    feed = read(tmp_path, header + ROWS)
    assert list(feed) == [
        Product(
            id="SH-S", price=80.0, list_price=100.0, in_stock=False, availability="out_of_stock",
            quantity=0, image="https://x.org/1.jpg", images=("https://x.org/2.jpg",),
            attributes={"size": "صغير"}, sku="SH-S", **SHIRT,
        ),
        Product(
            id="SH-L", price=120.0, image="https://x.org/l.jpg", attributes={"size": "كبير"},
            quantity=4, availability="in_stock", sku="SH-L", **SHIRT,
        ),
        Product(
            id="CUP", title="كوب", translations={"en": Translation("Cup")}, price=30.0,
            category=("منزل",), language="ar", sku="CUP", availability="in_stock",
        ),
    ]  # fmt: skip
    rejections = [row.rejection for row in feed.iter_rows() if row.rejection]
    assert [(r.product_id, r.withdrawn) for r in rejections] == [("OLD", True), ("NEW-R", True)]


def test_rows_without_a_name_are_variants_of_the_product_above(tmp_path: Path) -> None:
    rows = ROWS.replace("2,1,SH-S", "2,,SH-S").replace("3,1,SH-L", "3,,SH-L")
    assert [product.id for product in read(tmp_path, ENGLISH + rows)] == ["SH-S", "SH-L", "CUP"]


def test_a_parent_may_stand_below_and_be_named_by_its_sku(tmp_path: Path) -> None:
    first, *rest = ROWS.replace("2,1,", "2,SH,").replace("3,1,", "3,SH,").splitlines(keepends=True)
    products = list(read(tmp_path, ENGLISH + "".join([*rest, first])))
    assert [product.id for product in products] == ["SH-S", "SH-L", "CUP"]
    assert products[0].title == "قميص"


def test_without_a_sku_in_each_row_the_numbers_are_the_ids(tmp_path: Path) -> None:
    products = read(tmp_path, ENGLISH + ROWS.replace("SH-S", ""))
    assert [(product.id, product.group_id) for product in products] == [
        ("2", "1"),
        ("3", "1"),
        ("4", ""),
    ]


def test_a_table_without_variants_is_read_as_any_other(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("sku,name_ar,name_en,price,is_published\n1,كوب,Cup,5,1\n", encoding="utf-8")
    feed = read_products(path)
    assert (feed.format, [product.id for product in feed]) == ("csv", ["1"])


def test_codes_costs_and_addresses(tmp_path: Path) -> None:
    header = ENGLISH.replace("keywords\n", "cost,barcode,html_url,rating\n")
    rows = (
        "1,,SH,قميص,Shirt,قطن,100,80,5,0,,,1,0,المقاس,,40,4006381333931,https://z.sa/1,4.5\n"
        "2,1,SH-S,,,,100,,0,0,,,1,0,المقاس,صغير,,,,\n"
        "3,1,SH-L,,,,160,,7,1,,,1,0,المقاس,كبير,40,4006381333931,,\n"
    )
    small, large = read(tmp_path, header + rows)
    assert (small.margin, small.gtin, small.url, small.rating) == (0.5, "", "https://z.sa/1", 4.5)
    assert (large.margin, large.gtin, large.quantity) == (0.75, "4006381333931", None)
