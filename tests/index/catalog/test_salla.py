"""Salla's product export: options, discounts, one header and two."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from index.catalog import FeedMapping, ProductFeed, read_products
from index.catalog.header_line import find_header
from shopwindow.values import Product

HEADER = (
    "No.,النوع ,أسم المنتج,تصنيف المنتج,صورة المنتج,نوع المنتج,سعر المنتج,الوصف,رمز المنتج sku,"
    "السعر المخفض,تاريخ بداية التخفيض,تاريخ نهاية التخفيض,الماركة,[1] الاسم,[1] النوع,[1] القيمة,"
    "[2] الاسم,[2] القيمة\n"
)
ABAYA = (
    '9,منتج,عباية,"عروض , ملابس > عبايات","https://x.org/a.jpg,https://x.org/b.jpg",منتج جاهز,300,'
    "ناعمة,AB,250,2020-01-01,,سدو,المقاس,نص,,اللون,\n"
)
OPTIONS = (
    ",خيار,,,,,300,,AB-S,,,,,المقاس,نص,صغير,اللون,أسود\n"
    ",خيار,,,,,320,,AB-L,,,,,المقاس,نص,كبير,اللون,أسود\n"
)
PERFUME = "10,منتج,عطر,عطور,,منتج جاهز,90,,PF,0,,,,,,,,\n"


def open_export(tmp_path: Path, text: str, mapping: FeedMapping | None = None) -> ProductFeed:
    path = tmp_path / "export.csv"
    path.write_text(text, encoding="utf-8")
    feed = read_products(path, mapping=mapping)
    assert feed.format == "salla"
    return feed


@pytest.mark.parametrize("groups", ["", "بيانات المنتج" + "," * 17 + "\n", "منتج,,,,,,سعر,,,,,,\n"])
@pytest.mark.parametrize("name", ["أسم المنتج", "اسم المنتج"])
def test_options_are_variants_of_the_product_above(tmp_path: Path, groups: str, name: str) -> None:
    header = HEADER.replace("أسم المنتج", name)
    feed = open_export(tmp_path, groups + header + ABAYA + OPTIONS + PERFUME)
    products = {product.id: product for product in feed}
    assert list(products) == ["AB", "AB-S", "AB-L", "PF"]
    assert products["AB-S"] == Product(
        id="AB-S",
        title="عباية",
        description="ناعمة",
        price=250.0,
        language="ar",
        brand="سدو",
        category=("ملابس", "عبايات"),
        attributes={"size": "صغير", "color": "أسود"},
        image="https://x.org/a.jpg",
        images=("https://x.org/b.jpg",),
        group_id="AB",
        list_price=300.0,
        sku="AB-S",
    )
    assert (products["AB"].price, products["AB"].group_id) == (250.0, "AB")
    assert products["AB-L"].price == 320.0
    assert (products["PF"].price, products["PF"].group_id) == (90.0, "")


def test_a_discount_ends_with_its_last_day(tmp_path: Path) -> None:
    ended = ABAYA.replace("2020-01-01,,", "2020-01-01,2020-02-01,")
    assert [p.price for p in open_export(tmp_path, HEADER + ended)] == [300.0]


def test_without_a_sku_in_each_row_the_numbers_are_the_ids(tmp_path: Path) -> None:
    text = HEADER + ABAYA + OPTIONS.replace("AB-S", "") + PERFUME
    ids = [(product.id, product.group_id) for product in open_export(tmp_path, text)]
    assert ids == [("9", "9"), ("9/صغير-أسود", "9"), ("9/كبير-أسود", "9"), ("10", "")]


def test_a_mapping_may_use_the_numbers_as_ids(tmp_path: Path) -> None:
    mapping = FeedMapping(columns={"id": "No."})
    feed = open_export(tmp_path, HEADER + ABAYA + OPTIONS, mapping)
    assert [product.id for product in feed] == ["9", "9/صغير-أسود", "9/كبير-أسود"]


def test_options_below_a_malformed_product_are_rejected(tmp_path: Path) -> None:
    malformed = ABAYA.replace("عباية", '"عباية" سوداء')
    rows = list(open_export(tmp_path, HEADER + PERFUME + malformed + OPTIONS).iter_rows())
    assert [row.product.id for row in rows if row.product] == ["PF"]
    assert sum(row.rejection is not None for row in rows) == 3


@pytest.mark.parametrize(
    ("cells", "is_above"),
    [
        (["بيانات المنتج", "", "", ""], True),
        (["Product", "", "", "Price", "", ""], True),
        (["# Required | An id", "# Optional | A sale", "Required. A title"], True),
        (["id", "title", "", "", "", "", ""], False),
        (["id", "", "title", "price"], False),
        (["id", "title"], False),
        (["", "", "", ""], True),
    ],
)
def test_titles_and_hints_stand_above_a_header(cells: list[str], is_above: bool) -> None:
    assert find_header([cells, ["id", "title", "price"]]) == int(is_above)


def test_the_hints_of_a_template_are_skipped(tmp_path: Path) -> None:
    path = tmp_path / "template.csv"
    path.write_text(
        '"# Required | An id, up to 100","# Required | A title","# Optional | Price"\n'
        "id,title,price\nT-1,Tray,12 AED\n",
        encoding="utf-8",
    )
    assert [(p.id, p.title, p.price) for p in read_products(path)] == [("T-1", "Tray", 12.0)]


def test_codes_costs_and_quantities(tmp_path: Path) -> None:
    header = (
        "No.,النوع ,أسم المنتج,صورة المنتج,سعر المنتج,رمز المنتج sku,سعر التكلفة,السعر المخفض,"
        "تاريخ نهاية التخفيض,الكمية المتوفرة,الباركود,MPN,GTIN,[1] الاسم,[1] القيمة\n"
    )
    dress = (
        "7,منتج,فستان,https://x.org/d.jpg,200,DR,100,150,2999-01-31,5,,M-1,4006381333931,المقاس,\n"
    )
    options = (
        ",خيار,,,٢٠٠٫٠,DR-S,,,,0,4006381333931,,,المقاس,صغير\n"
        ",خيار,,https://x.org/l.jpg,250,DR-L,,,,غير محدود,,M-2,,المقاس,كبير\n"
    )
    dress_row, small, large = open_export(tmp_path, header + dress + options)
    assert dress_row.gtin == "4006381333931"
    assert (dress_row.quantity, dress_row.mpn) == (5, "M-1")
    assert small == Product(
        id="DR-S", sku="DR-S", group_id="DR", title="فستان", price=150.0, list_price=200.0,
        sale_price=150.0, sale_end=datetime(2999, 1, 31, 23, 59, 59, 999_999, UTC), language="ar",
        image="https://x.org/d.jpg", gtin="4006381333931", quantity=0, in_stock=False,
        availability="out_of_stock", attributes={"size": "صغير"}, margin=0.333333,
    )  # fmt: skip
    assert (large.price, large.list_price, large.margin) == (250.0, None, None)
    assert (large.photos, large.mpn, large.gtin) == (("https://x.org/l.jpg",), "M-2", "")
    assert (large.in_stock, large.availability, large.quantity) == (True, "in_stock", None)


def test_a_currency_behind_the_heading_is_that_of_the_prices(tmp_path: Path) -> None:
    header = HEADER.replace("سعر المنتج", "سعر المنتج (ر.س)").replace("sku", "(SKU)")
    (perfume,) = open_export(tmp_path, header + PERFUME)
    assert (perfume.id, perfume.price, perfume.currency) == ("PF", 90.0, "SAR")
