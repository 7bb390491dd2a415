"""BigCommerce's exports of v2 and v3: variants, rules, photos, custom fields."""

from pathlib import Path
from typing import Any

import pytest

from index.catalog import ProductFeed, read_products
from index.catalog.exports.bigcommerce_cells import apply_rule, parse_options
from shopwindow.values import Product

V3 = (
    "Item,ID,Name,Type,SKU,Options,Inventory Tracking,Current Stock,Low Stock,Price,Cost Price,"
    "Retail Price,Sale Price,Brand ID,Channels,Categories,Description,Custom Fields,Product URL,"
    "UPC/EAN,Global Trade Number,Manufacturer Part Number,Is Visible,Product Condition,Sort Order,"
    "Variant Image URL,Internal Image URL (Export),Image URL (Import),Image is Thumbnail\n"
    "Product,10,Shirt,physical,SH,,variant,0,0,40,9,60,35,3,1,Shop/Women/Tops;Shop/Sale,<p>Soft</p>,"
    "Care=Hand wash;Origin=Oman,/shirt/,,,,TRUE,New,0,,,,\n"
    "Variant,11,,,SH-S,Type=Rectangle|Name=Size|Value=Small|Type=Swatch|Name=Colour|Value=Red[#f00],"
    ",3,,,,,,,,,,,,4006381333931,,,,,,,,,\n"
    "Variant,12,,,SH-L,Type=Rectangle|Name=Size|Value=Large,,0,,45,,,,,,,,,,,,,,,,"
    "https://x.org/large.jpg,,,\n"
    "Image,1,,,,,,,,,,,,,,,,,,,,,,,,,https://x.org/side.jpg,,FALSE\n"
    "Image,2,,,,,,,,,,,,,,,,,,,,,,,,,https://x.org/front.jpg,,TRUE\n"
    "Video,3,,,,,,,,,,,,,,,,,,,,,,,,,,,\n"
    "Product,20,Mug,physical,MG,,none,0,0,15,,0,,,1,23;24,,,https://x.org/mug,,,,TRUE,Used,0,,,"
    "https://x.org/mug.jpg,\n"
    "Image,4,,,,,,,,,,,,,,,,,,,,,,,,,,https://x.org/mug.jpg,\n"
    "Product,30,Old,physical,OLD,,variant,0,0,15,,,,,1,Shop,,,,,,,FALSE,New,0,,,,\n"
    "Variant,31,,,OLD-S,Type=Rectangle|Name=Size|Value=Small,,3,,,,,,,,,,,,,,,,,,,,,\n"
)
V2 = (
    "Item Type,Product ID,Product Name,Product Type,Product Code/SKU,Brand Name,Option Set,"
    "Product Description,Price,Retail Price,Sale Price,Allow Purchases?,Product Visible?,"
    "Track Inventory,Current Stock Level,Category,Product Image File - 1,"
    "Product Image Is Thumbnail - 1,Product Image Sort - 1,Product Image File - 2,"
    "Product Image Is Thumbnail - 2,Product Image Sort - 2,Product Image File - 3,"
    "Product Image Is Thumbnail - 3,Product Image Sort - 3,"
    "Product Condition,Product UPC/EAN,Product Custom Fields\n"
    'Product,10,Shirt,P,SH,Noor,Sizes,Soft,40,60,35,Y,Y,by option,9,"Category Name: Tops, '
    'Category Path: Shop/Women/Tops|Category Name: Sale, Category Path: Shop/Sale",'
    "https://x.org/a.jpg,N,2,https://x.org/b.jpg,Y,3,https://x.org/c.jpg,N,1,New,,Care=Hand wash\n"
    '  SKU,101,"[S]Size=Small,[CS]Colour=Red:#f00",,SH-S,,,,,,,,,,3,,,,,,,,,,,,,\n'
    '  SKU,102,"[S]Size=Large,[CS]Colour=Red:#f00",,SH-L,,,,,,,,,,0,,,,,,,,,,,,,\n'
    " Rule,1,,,SH-L,,,,[ADD]5,,,Y,Y,,,,https://x.org/rule.jpg,,,,,,,,,,,\n"
    "Product,20,Mug,P,MG,Noor,,,15,,,N,Y,none,0,Shop/Home,,,,,,,,,,Used,,\n"
    "Product,30,Old,P,OLD,Noor,,,15,,,Y,N,none,0,Shop/Home,,,,,,,,,,Used,,\n"
)
SHIRT: dict[str, Any] = {
    "title": "Shirt",
    "description": "Soft",
    "currency": "USD",
    "category": ("Shop", "Women", "Tops"),
    "group_id": "SH",
}


def read(folder: Path, text: str) -> ProductFeed:
    (folder / "export.csv").write_text(text, encoding="utf-8")
    feed = read_products(folder / "export.csv", currency="USD")
    assert feed.format == "bigcommerce"
    return feed


def test_variants_of_v3(tmp_path: Path) -> None:
    fields = {"care": "Hand wash", "origin": "Oman", "condition": "New"}
    feed = read(tmp_path, V3)
    assert list(feed) == [
        Product(
            id="SH-S", price=35.0, list_price=40.0, margin=0.742857, sku="SH-S",
            image="https://x.org/front.jpg", images=("https://x.org/side.jpg",), quantity=3,
            availability="in_stock", gtin="4006381333931",
            attributes={"size": "Small", "color": "Red", **fields}, **SHIRT,
        ),
        Product(
            id="SH-L", price=45.0, image="https://x.org/large.jpg", in_stock=False, quantity=0,
            availability="out_of_stock", attributes={"size": "Large", **fields}, sku="SH-L",
            **SHIRT,
        ),
        Product(
            id="MG", title="Mug", price=15.0, currency="USD", image="https://x.org/mug.jpg",
            attributes={"condition": "Used"}, sku="MG", availability="in_stock",
            url="https://x.org/mug",
        ),
    ]  # fmt: skip
    assert not any(row.warnings for row in feed.iter_rows())
    withdrawn = [row.rejection for row in feed.iter_rows() if row.rejection]
    assert [(r.product_id, r.withdrawn) for r in withdrawn] == [("OLD-S", True)]


def test_skus_and_rules_of_v2(tmp_path: Path) -> None:
    fields = {"care": "Hand wash", "condition": "New"}
    feed = read(tmp_path, V2)
    assert list(feed) == [
        Product(
            id="SH-S", price=35.0, list_price=40.0, brand="Noor", sku="SH-S",
            image="https://x.org/b.jpg", images=("https://x.org/c.jpg", "https://x.org/a.jpg"),
            quantity=3, availability="in_stock",
            attributes={"size": "Small", "color": "Red", **fields}, **SHIRT,
        ),
        Product(
            id="SH-L", price=45.0, brand="Noor", image="https://x.org/rule.jpg", in_stock=False,
            quantity=0, availability="out_of_stock", sku="SH-L",
            attributes={"size": "Large", "color": "Red", **fields}, **SHIRT,
        ),
        Product(
            id="MG", title="Mug", price=15.0, currency="USD", brand="Noor", sku="MG",
            category=("Shop", "Home"), attributes={"condition": "Used"}, in_stock=False,
            availability="out_of_stock",
        ),
    ]  # fmt: skip
    assert [row.rejection.product_id for row in feed.iter_rows() if row.rejection] == ["OLD"]


@pytest.mark.parametrize(
    ("removed", "ids"),
    [
        (",SH-S,Type", [("11", "10"), ("12", "10"), ("20", "")]),
        ("physical,MG,", [("11", "10"), ("12", "10"), ("20", "")]),
        ("physical,SH,", [("SH-S", "10"), ("SH-L", "10"), ("MG", "")]),
    ],
)
def test_without_a_sku_in_each_row_the_numbers_are_the_ids(
    tmp_path: Path, removed: str, ids: list[tuple[str, str]]
) -> None:
    text = V3.replace(removed, removed.replace("SH-S", "").replace("MG", "").replace("SH,", ","))
    assert [(product.id, product.group_id) for product in read(tmp_path, text)] == ids


def test_variants_below_a_malformed_product_are_rejected(tmp_path: Path) -> None:
    text = V3.replace("Product,10,Shirt", 'Product,10,"Shirt" x')
    rows = list(read(tmp_path, text).iter_rows())
    assert [row.product.id for row in rows if row.product] == ["MG"]


@pytest.mark.parametrize(("cost", "margin"), [("0", None), ("0.00", None), ("9", 0.742857)])
def test_a_cost_of_zero_is_not_known(tmp_path: Path, cost: str, margin: float | None) -> None:
    small, *_ = read(tmp_path, V3.replace("0,0,40,9,60", f"0,0,40,{cost},60"))
    assert small.margin == margin


@pytest.mark.parametrize("text", [V2, V3])
def test_every_column_is_accounted_for(tmp_path: Path, text: str) -> None:
    feed = read(tmp_path, text)
    uses = {use.column: use for use in feed.describe_columns()}
    assert set(text.partition("\n")[0].split(",")) <= uses.keys()
    assert all(use.is_sure for use in uses.values())
    assert feed.format_mapping().startswith("# What each column is read as")


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("[S]Size=Small,[CS]Colour=Red:#f00", [("Size", "Small"), ("Colour", "Red")]),
        ("[S]Size=M[S]Fit=Slim, long", [("Size", "M"), ("Fit", "Slim, long")]),
        ("[RB]Side=Left", [("Side", "Left")]),
        ("Type=Rectangle|Name=Size|Value=S", [("Size", "S")]),
        ("Type=Dropdown|Name=A|Value=1Type=Dropdown|Name=B|Value=2", [("A", "1"), ("B", "2")]),
        ("Type=Swatch|Name=Colour|Value=Red[#FF0000]", [("Colour", "Red")]),
        ("", []),
    ],
)
def test_options_of_either_version(text: str, options: list[tuple[str, str]]) -> None:
    assert parse_options(text) == options


@pytest.mark.parametrize(
    ("rule", "price"),
    [("[ADD]5", "45"), ("[REMOVE]5", "35"), ("[FIXED]20", "20"), ("22.50", "22.50"), ("", "40"),
     ("[ADD]10%", "44"), ("[ODD]x", "40")],
)  # fmt: skip
def test_rules_change_the_price(rule: str, price: str) -> None:
    assert float(apply_rule("40", rule)) == float(price)
