"""WooCommerce's product CSV: variations, sales, stock, escapes, translated headings."""

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
        group_id="MUG",
        availability="in_stock",
    )
    pink = products["MUG-P"]
    assert (pink.title, pink.price, pink.in_stock, pink.group_id) == (
        "Pink mug",
        30.0,
        False,
        "MUG",
    )
    assert pink.image == "https://x.org/p.jpg"
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
    ("status", "stock", "backorders", "in_stock"),
    [
        ("1", "", "0", True),
        ("0", "4", "0", False),
        ("backorder", "", "notify", False),
        ("", "3", "0", True),
        ("", "0", "0", False),
        ("", "0", "notify", False),
    ],
)
def test_stock_is_the_status_and_else_the_quantity(
    tmp_path: Path, status: str, stock: str, backorders: str, in_stock: bool
) -> None:
    row = f"1,simple,S,Soap,1,visible,,,,,{status},{stock},{backorders},,20,,,,,,,,\n"
    product = read_rows(tmp_path, HEADER + row)["S"]
    assert product.in_stock is in_stock
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
    row = "3;simple;T-1;Tray;1;Oak;40;50;Home > Trays;https://x.org/t.jpg;0;Colour;Brown\n"
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
    )


def test_an_escaped_comma_does_not_separate(tmp_path: Path) -> None:
    row = '1,simple,S,Soap,1,visible,,,,,1,,0,,20,"Bath\\, body > Soap",,,,Scent,"Rose\\, oud",,\n'
    product = read_rows(tmp_path, HEADER + row)["S"]
    assert (product.category, product.attributes) == (
        ("Bath, body", "Soap"),
        {"scent": "Rose, oud"},
    )
