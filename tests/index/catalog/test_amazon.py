"""Amazon's listing reports and inventory file templates."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from index.catalog import ProductFeed, read_products
from index.catalog.exports.amazon_values import read_time
from shopwindow.values import Product
from shopwindow.values.errors import FeedError

HEADER = (
    "item-name\titem-description\tlisting-id\tseller-sku\tprice\tquantity\topen-date\timage-url\t"
    "item-is-marketplace\tproduct-id-type\titem-note\titem-condition\tasin1\tproduct-id\t"
    "fulfillment-channel\tstatus\n"
)
ROWS = (
    'Screen 5" wide\t"Bright" and flat\t0101A\tSC-5\t99.50\t3\t2013-05-13 08:12:12 PDT\t\ty\t1\t\t'
    "11\tB000000001\tB000000001\tDEFAULT\tActive\n"
    "Café cup\t\t0102A\tCUP\t9\t\t2013-05-13 08:12:12 PST\thttps://x.org/c.jpg\ty\t4\t\t3\t"
    "B000000002\t4006381333931\tAMAZON_EU\tActive\n"
    "Old\t\t0103A\tOLD\t9\t0\t\t\ty\t1\t\t11\tB3\tB3\tDEFAULT\tInactive\n"
    "Half\t\t0104A\tHALF\t9\t1\t\t\ty\t1\t\t11\tB4\tB4\tDEFAULT\tIncomplete\n"
    "Gone\t\t0105A\tGONE\t9\t0\t\t\ty\t1\t\t11\tB5\tB5\tDEFAULT\tInactive (Out of Stock)\n"
)
JAPANESE = (
    "商品名\t出品ID\t出品者SKU\t価格\t数量\t出品日\t商品IDタイプ\tコンディション\t商品ID\tステータス\n"
    '花瓶 "大"\t0101A\tKABIN\t1200\t3\t2020/01/02 03:04:05 JST\t1\t11\tB0\t出品中\n'
    "皿\t0102A\tSARA\t900\t3\t2020/01/02 03:04:05 JST\t1\t11\tB1\t停止中\n"
)


def read(folder: Path, data: bytes | str, form: str) -> ProductFeed:
    data = data.encode() if isinstance(data, str) else data
    (folder / "report.txt").write_bytes(data)
    feed = read_products(folder / "report.txt", currency="USD")
    assert feed.format == form
    return feed


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-8-sig", "utf-16"])
def test_quotes_are_text_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    feed = read(tmp_path, (HEADER + ROWS).encode(encoding), "amazon-listings")
    assert list(feed) == [
        Product(
            id="SC-5",
            title='Screen 5" wide',
            description='"Bright" and flat',
            price=99.5,
            currency="USD",
            attributes={"condition": "new"},
            created_at=datetime(2013, 5, 13, 15, 12, 12, tzinfo=UTC),
            sku="SC-5",
            quantity=3,
            availability="in_stock",
        ),
        Product(
            id="CUP",
            title="Café cup",
            price=9.0,
            currency="USD",
            image="https://x.org/c.jpg",
            attributes={"condition": "used"},
            created_at=datetime(2013, 5, 13, 16, 12, 12, tzinfo=UTC),
            sku="CUP",
            gtin="4006381333931",
        ),
        Product(
            id="GONE",
            title="Gone",
            price=9.0,
            currency="USD",
            in_stock=False,
            attributes={"condition": "new"},
            sku="GONE",
            quantity=0,
            availability="out_of_stock",
        ),
    ]
    rejections = [row.rejection for row in feed.iter_rows() if row.rejection]
    assert [(r.product_id, r.withdrawn) for r in rejections] == [("OLD", True), ("HALF", True)]


@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
def test_japanese_reports(tmp_path: Path, encoding: str) -> None:
    feed = read(tmp_path, JAPANESE.encode(encoding), "amazon-listings")
    (vase,) = feed
    assert (vase.id, vase.title, vase.price) == ("KABIN", '花瓶 "大"', 1200.0)
    assert vase.created_at == datetime(2020, 1, 1, 18, 4, 5, tzinfo=UTC)


def test_an_open_quote_swallows_no_rows(tmp_path: Path) -> None:
    text = HEADER + ROWS.replace("Café cup", '"Café cup')
    assert len(list(read(tmp_path, text, "amazon-listings").iter_rows())) == 5


def test_other_tables_in_other_encodings_are_still_refused(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_bytes("id\ttitle\n1\tCafé\n".encode("cp1252"))
    with pytest.raises(FeedError, match="the feed is not UTF-8"):
        read_products(tmp_path / "a.tsv")


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2013-05-13 08:12:12 PDT", "2013-05-13T08:12:12-07:00"),
        ("2013-05-13 08:12:12 BST", "2013-05-13T08:12:12+01:00"),
        ("2013-05-13 08:12:12 XYZ", "2013-05-13 08:12:12 XYZ"),
        ("2013-05-13", "2013-05-13"),
    ],
)
def test_times_in_the_seller_s_zone(text: str, time: str) -> None:
    assert read_time(text) == time


TEMPLATE = (
    "TemplateType=fptcustom\tVersion=2023.1\tTemplateSignature=x\tOffer\t\t\tImages\t\tVariation\n"
    "Product Type\tSeller SKU\tProduct Name\tBrand Name\tStandard Price\tQuantity\tMain Image URL\t"
    "Parentage\tParent SKU\tColor\tSize\tDescription\tKey Product Features\tUpdate Delete\n"
    "feed_product_type\titem_sku\titem_name\tbrand_name\tstandard_price\tquantity\tmain_image_url\t"
    "parent_child\tparent_sku\tcolor_name\tsize_name\tproduct_description\tbullet_point1\t"
    "update_delete\n"
    'shirt\tSH\tShirt 5"\tNoor\t\t\thttps://x.org/p.jpg\tParent\t\t\t\tSoft\tCotton\tUpdate\n'
    "shirt\tSH-R\t\t\t20\t3\t\tChild\tSH\tRed\tM\t\t\t\n"
    "shirt\tSH-B\tBlue shirt\t\t21\t0\thttps://x.org/b.jpg\tChild\tSH\tBlue\tM\t\t\t\n"
    "coffee_cup\tCUP\tCup\tNoor\t5\t1\t\t\t\t\t\t\t\t\n"
    "coffee_cup\tOLD\tOld\tNoor\t5\t1\t\t\t\t\t\t\t\tDelete\n"
)


def test_the_inventory_file_template(tmp_path: Path) -> None:
    feed = read(tmp_path, TEMPLATE, "amazon-template")
    red, blue, cup = feed
    assert red == Product(
        id="SH-R",
        title='Shirt 5"',
        description="Soft\nCotton",
        price=20.0,
        currency="USD",
        brand="Noor",
        category=("Shirt",),
        image="https://x.org/p.jpg",
        attributes={"color": "Red", "size": "M"},
        group_id="SH",
        sku="SH-R",
        quantity=3,
        availability="in_stock",
    )
    assert (blue.title, blue.image, blue.in_stock) == ("Blue shirt", "https://x.org/b.jpg", False)
    assert (cup.category, cup.group_id) == (("Coffee cup",), "")
    assert [row.rejection.product_id for row in feed.iter_rows() if row.rejection] == ["OLD"]


@pytest.mark.parametrize(
    ("theme", "attributes"),
    [
        ("SizeColor", {"material": "Cotton", "pattern": "Plain", "gender": "unisex"}),
        ("Size", {"material": "Cotton", "pattern": "Plain", "gender": "unisex", "color": "Any"}),
        ("", {"material": "Cotton", "pattern": "Plain", "gender": "unisex"}),
    ],
)
def test_children_inherit_what_they_do_not_differ_in(
    tmp_path: Path, theme: str, attributes: dict[str, str]
) -> None:
    text = (
        "item_sku\titem_name\tstandard_price\tparent_child\tparent_sku\tvariation_theme\t"
        "color_name\tsize_name\tfabric_type\tpattern_name\ttarget_gender\n"
        f"SH\tShirt\t\tParent\t\t{theme}\tAny\tAny\tCotton\tPlain\tunisex\n"
        "SH-M\t\t20\tChild\tSH\t\t\t\t\t\t\n"
    )
    (shirt,) = read(tmp_path, text, "amazon-template")
    assert shirt.attributes == attributes


def test_the_template_s_photos_codes_and_sales(tmp_path: Path) -> None:
    text = (
        "item_sku\titem_name\texternal_product_id\texternal_product_id_type\tpart_number\t"
        "standard_price\tlist_price\tsale_price\tsale_from_date\tsale_end_date\tquantity\t"
        "main_image_url\tother_image_url1\tother_image_url2\tparent_child\tparent_sku\tsize_name\n"
        "SH\tShirt\t\t\tP-1\t\t\t\t\t\t\thttps://x.org/1.jpg\thttps://x.org/2.jpg\t\tParent\t\t\n"
        "SH-M\t\t4006381333931\tEAN\tP-2\t20\t30\t15\t2020-01-01\t2999-01-31\t0\t\t\t\tChild\tSH\tM\n"
        "SH-L\t\t\t\t\t20\t30\t\t\t\t4\thttps://x.org/l.jpg\t\thttps://x.org/m.jpg\tChild\tSH\tL\n"
    )
    medium, large = read(tmp_path, text, "amazon-template")
    assert medium == Product(
        id="SH-M", sku="SH-M", group_id="SH", title="Shirt", price=15.0, currency="USD",
        list_price=20.0, sale_price=15.0, sale_start=datetime(2020, 1, 1, tzinfo=UTC),
        sale_end=datetime(2999, 1, 31, 23, 59, 59, 999_999, UTC), gtin="4006381333931", mpn="P-2",
        image="https://x.org/1.jpg", images=("https://x.org/2.jpg",), quantity=0, in_stock=False,
        availability="out_of_stock", attributes={"size": "M"},
    )  # fmt: skip
    assert (large.price, large.list_price, large.mpn) == (20.0, 30.0, "")
    assert large.photos == ("https://x.org/l.jpg", "https://x.org/m.jpg")
