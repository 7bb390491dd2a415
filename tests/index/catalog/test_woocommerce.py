"""WooCommerce's product CSV: variations, sales, stock, escapes, translated headings."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from index.catalog import read_products
from shopwindow.values import Product

HEADER = (
    "ID,Type,SKU,Name,Published,Visibility in catalog,Short description,Description,"
    "Date sale price starts,Date sale price ends,In stock?,Stock,Backorders allowed?,Sale price,"
    "Regular price,Categories,Images,Parent,Brands,Attribute 1 name,Attribute 1 value(s),"
    "Attribute 2 name,Attribute 2 value(s)\n"
)
MUG = (
    '7,variable,MUG,Mug,1,visible,,"Stone\\nware, \\""glazed\\""",,,1,,0,,,"Home, Home > Cups",'
    '"https://x.org/m1.jpg, https://x.org/m2.jpg",,Sadu,Colour,"Grey, Pink",Material,Clay\n'
)


def read_rows(tmp_path: Path, text: str, currency: str = "") -> dict[str, Product]:
    path = tmp_path / "export.csv"
    path.write_text(text, encoding="utf-8")
    feed = read_products(path, currency=currency)
    assert feed.format == "woocommerce"
    return {product.id: product for product in feed}


def test_a_variation_inherits_what_it_leaves_empty(tmp_path: Path) -> None:
    products = read_rows(
        tmp_path,
        HEADER
        + "8,variation,MUG-G,,1,visible,,,,,1,,0,,35,,,MUG,,Colour,Grey,,\n"
        + MUG
        + "9,variation,MUG-P,Pink mug,1,visible,,,,,0,,0,30,35,,https://x.org/p.jpg,id:7,,Colour,"
        "Pink,,\n",
        currency="AED",
    )
    assert list(products) == ["MUG-G", "MUG", "MUG-P"]
    assert products["MUG-G"] == Product(
        id="MUG-G",
        title="Mug",
        description='Stone\nware, "glazed"',
        price=35.0,
        currency="AED",
        brand="Sadu",
        category=("Home", "Cups"),
        attributes={"color": "Grey", "material": "Clay"},
        image="https://x.org/m1.jpg",
        images=("https://x.org/m2.jpg",),
        group_id="MUG",
        availability="in_stock",
        sku="MUG-G",
    )
    pink = products["MUG-P"]
    assert (pink.title, pink.price, pink.in_stock, pink.group_id) == (
        "Pink mug",
        30.0,
        False,
        "MUG",
    )
    assert (pink.photos, pink.list_price) == (("https://x.org/p.jpg",), 35.0)
    assert products["MUG"].attributes == {"color": "Grey, Pink", "material": "Clay"}


@pytest.mark.parametrize(
    ("starts", "ends", "price"),
    [
        ("", "2020-01-31", 20.0),
        ("2020-01-01", "", 15.0),
        ("2999-01-01", "", 20.0),
        ("", "2999-01-01", 15.0),
        ("2020-01-01", "2020-02-01", 20.0),
        ("", "", 15.0),
    ],
)
def test_a_sale_counts_only_within_its_dates(
    tmp_path: Path, starts: str, ends: str, price: float
) -> None:
    row = f"1,simple,S,Soap,1,visible,,,{starts},{ends},1,,0,15,20,,,,,,,,\n"
    assert read_rows(tmp_path, HEADER + row)["S"].price == price


@pytest.mark.parametrize(
    ("status", "stock", "backorders", "in_stock", "quantity"),
    [
        ("1", "", "0", True, None),
        ("1", "3", "0", True, 3),
        ("1", "0", "0", True, None),
        ("1", "0", "notify", False, 0),
        ("0", "4", "0", False, 4),
        ("backorder", "-2", "notify", False, 0),
        ("", "3", "0", True, 3),
        ("", "0", "0", False, 0),
        ("", "0", "notify", False, 0),
    ],
)
def test_stock_is_the_status_and_else_the_quantity(
    tmp_path: Path, status: str, stock: str, backorders: str, in_stock: bool, quantity: int | None
) -> None:
    row = f"1,simple,S,Soap,1,visible,,,,,{status},{stock},{backorders},,20,,,,,,,,\n"
    product = read_rows(tmp_path, HEADER + row)["S"]
    assert (product.in_stock, product.quantity) == (in_stock, quantity)
    assert (product.availability == "backorder") == (
        "backorder" in status or backorders == "notify"
    )


def test_a_draft_goes_with_its_variations(tmp_path: Path) -> None:
    draft = MUG.replace("Mug,1,visible", "Mug,-1,visible")
    hidden = MUG.replace("7,variable,MUG,Mug,1,visible", "8,variable,CUP,Cup,1,hidden")
    found = read_rows(
        tmp_path,
        f"{HEADER}{draft}{hidden}"
        "9,variation,MUG-G,,1,visible,,,,,1,,0,,35,,,id:7,,Colour,Grey,,\n"
        "10,variation,CUP-G,,1,visible,,,,,1,,0,,35,,,CUP,,Colour,Grey,,\n"
        "11,simple,PAN,Pan,1,search,,,,,1,,0,,35,,,,,,,,\n",
    )
    assert list(found) == ["PAN"]


def test_all_ids_are_numbers_when_one_row_has_no_sku(tmp_path: Path) -> None:
    text = HEADER + MUG + "8,variation,,,1,visible,,,,,1,,0,,35,,,MUG,,Colour,Grey,,\n"
    products = read_rows(tmp_path, text)
    assert [(p.id, p.group_id) for p in products.values()] == [("7", "7"), ("8", "7")]


@pytest.mark.parametrize(
    "header",
    [
        "ID;Typ;Artikelnummer;Name;Veröffentlicht;Beschreibung;Angebotspreis;Regulärer Preis;"
        "Kategorien;Bilder;Vorrätig?;Attribut 1 Name;Attribut 1 Wert(e)",
        "ID;Type;UGS;Nom;Publié;Description;Tarif promo;Tarif régulier;Catégories;Images;"
        "En stock ?;Nom de l’attribut 1;Valeur(s) de l’attribut 1",
        "المُعرّف;النوع;رمز المنتج (SKU);الاسم;منشور;الوصف;سعر البيع;السعر الافتراضي;التصنيفات;"
        "الصور;في المخزون؟;اسم السمة 1;قيمة (قيم) السمة 1",
    ],
)
def test_translated_headings_are_recognized(tmp_path: Path, header: str) -> None:
    row = "3;simple;T-1;Tray;1;Oak;40;50;Home > Trays;https://x.org/t.jpg;0;Farbe;Brown\n"
    assert read_rows(tmp_path, f"{header}\n{row}")["T-1"] == Product(
        id="T-1",
        title="Tray",
        description="Oak",
        price=40.0,
        category=("Home", "Trays"),
        attributes={"color": "Brown"},
        image="https://x.org/t.jpg",
        in_stock=False,
        list_price=50.0,
        availability="out_of_stock",
        sku="T-1",
    )


def test_an_escaped_comma_does_not_separate(tmp_path: Path) -> None:
    row = '1,simple,S,Soap,1,visible,,,,,1,,0,,20,"Bath\\, body > Soap",,,,Scent,"Rose\\, oud",,\n'
    product = read_rows(tmp_path, HEADER + row)["S"]
    assert (product.category, product.attributes) == (
        ("Bath, body", "Soap"),
        {"scent": "Rose, oud"},
    )


def test_codes_costs_and_ratings(tmp_path: Path) -> None:
    header = (
        'ID,Type,SKU,"GTIN, UPC, EAN, or ISBN",Name,Published,Date sale price ends,In stock?,Stock,'
        "Backorders allowed?,Sale price,Regular price,Images,Parent,External URL,Cost of goods,"
        "Meta: _mpn,Meta: total_sales,Meta: _wc_average_rating,Meta: _wc_review_count,"
        "Meta: fabric,Meta: _edit_lock,Meta: seo_title\n"
    )
    products = read_rows(
        tmp_path,
        header
        + '1,variable,BAG,4006381333931,Bag,1,,1,6,notify,,,"https://x.org/1.jpg, '
        + 'https://x.org/2.jpg",,https://x.org/bag,20,M-1,40,4.5,12,Felt,x,y\n'
        + "2,variation,BAG-R,,,1,2999-01-31,1,parent,parent,30,40,,BAG,,,,,,,,,\n"
        + "3,variation,BAG-B,,,1,,1,,0,,40,https://x.org/b.jpg,BAG,,10,,,,,,,\n",
    )
    red, blue = products["BAG-R"], products["BAG-B"]
    assert red == Product(
        id="BAG-R", title="Bag", price=30.0, list_price=40.0, sale_price=30.0,
        sale_end=datetime(2999, 1, 31, 23, 59, 59, 999_999, UTC), sku="BAG-R",
        group_id="BAG", image="https://x.org/1.jpg", images=("https://x.org/2.jpg",),
        url="https://x.org/bag", margin=0.333333, quantity=6, availability="in_stock", rating=4.5,
        rating_count=12, popularity=40.0, attributes={"material": "Felt"},
    )  # fmt: skip
    assert (blue.photos, blue.margin, blue.quantity) == (("https://x.org/b.jpg",), 0.75, None)
    parent = products["BAG"]
    assert (parent.gtin, parent.mpn, parent.popularity) == ("4006381333931", "M-1", 40.0)
