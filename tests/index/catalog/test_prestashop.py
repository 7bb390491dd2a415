"""PrestaShop's tables: the back office's list, the import template, combinations."""

from pathlib import Path
from typing import Any

import pytest

from index.catalog import read_products
from index.catalog.exports.prestashop import choose_images
from shopwindow.values import Product
from shopwindow.values.errors import FeedError

LIST = (
    "Product ID;Image;Name;Reference;Category;Price (tax excl.);Price (tax incl.);Quantity;Status;"
    "Position\n"
    '7;https://x.org/7.jpg;"Oud ""noir""";OUD-7;Perfume;100,00;105,00;3;1;1\n'
    "8;https://x.org/8.jpg;Musk;OUD-7;Perfume;40;42;0;1;2\n"
    "9;;Old;X;Perfume;40;42;5;0;3\n"
)
HEADER = (
    "Product ID;Active (0/1);Name *;Categories (x,y,z...);Price tax excluded;Tax rules ID;"
    "Wholesale price;On sale (0/1);Discount amount;Discount percent;Discount from (yyyy-mm-dd);"
    "Discount to (yyyy-mm-dd);Reference #;Supplier reference #;Supplier;Manufacturer;EAN13;UPC;"
    "Ecotax;Width;Quantity;Visibility;Unit price;Summary;Description;Tags (x,y,z...);"
    "Available for order (0 = No, 1 = Yes);Product creation date;Image URLs (x,y,z...);"
    "Feature(Name:Value:Position);Condition;Out of stock action"
)
LAMP = (
    "1;1;Lamp;Home,Home/Living/Lamps;100;1;80;1;{amount};{percent};{start};{end};L-1;S-1;Acme;Noor;"
    "4006381333931;;0;12;{quantity};{visibility};5;Short;<p>Oak</p>;a,b;{order};2013-01-01;"
    "https://x.org/1.jpg,https://x.org/2.jpg;Composition:Oak, steel:1,Style:Plain:2;new;{action}\n"
)
EMPTY = dict.fromkeys(("amount", "percent", "start", "end", "visibility", "order", "action"), "")


def write(folder: Path, text: str) -> Path:
    (folder / "export.csv").write_text(text, encoding="utf-8")
    return folder / "export.csv"


def read_lamp(folder: Path, **cells: str) -> list[Product]:
    row = LAMP.format(**{**EMPTY, "quantity": "3", **cells})
    feed = read_products(write(folder, f"{HEADER}\n{row}"))
    assert feed.format == "prestashop"
    return list(feed)


def test_the_list_of_the_back_office(tmp_path: Path) -> None:
    feed = read_products(write(tmp_path, LIST), currency="EUR")
    assert feed.format == "prestashop"
    perfume: dict[str, Any] = {"currency": "EUR", "category": ("Perfume",)}
    assert list(feed) == [
        Product(
            id="7", title='Oud "noir"', price=105.0, image="https://x.org/7.jpg", sku="OUD-7",
            quantity=3, availability="in_stock", **perfume,
        ),
        Product(
            id="8", title="Musk", price=42.0, image="https://x.org/8.jpg", sku="OUD-7",
            quantity=0, availability="out_of_stock", in_stock=False, **perfume,
        ),
    ]  # fmt: skip
    assert [row.rejection.withdrawn for row in feed.iter_rows() if row.rejection] == [True]


def test_the_import_template(tmp_path: Path) -> None:
    (lamp,) = read_lamp(tmp_path)
    assert lamp.category == ("Living", "Lamps")
    assert (lamp.id, lamp.title, lamp.description) == ("1", "Lamp", "Oak")
    assert (lamp.price, lamp.brand, lamp.in_stock) == (100.0, "Noor", True)
    assert lamp.photos == ("https://x.org/1.jpg", "https://x.org/2.jpg")
    assert (lamp.sku, lamp.gtin, lamp.margin) == ("L-1", "4006381333931", 0.2)
    assert lamp.attributes["composition"] == "Oak, steel"
    assert lamp.attributes["style"] == "Plain"
    assert lamp.attributes["condition"] == "new"
    assert lamp.created_at is not None
    assert "ecotax" not in lamp.attributes


@pytest.mark.parametrize(
    ("cells", "price"),
    [
        ({"amount": "20"}, 80.0),
        ({"percent": "5.5"}, 94.5),
        ({"percent": "10", "start": "2013-06-01", "end": "2018-12-31"}, 100.0),
        ({"percent": "10", "start": "2013-06-01", "end": "2999-12-31"}, 90.0),
        ({"amount": "0", "percent": "0"}, 100.0),
        ({"amount": "200"}, 100.0),
    ],
    ids=str,
)
def test_discounts_within_their_dates(tmp_path: Path, cells: dict[str, str], price: float) -> None:
    assert [lamp.price for lamp in read_lamp(tmp_path, **cells)] == [price]


@pytest.mark.parametrize(
    ("cells", "in_stock", "availability"),
    [
        ({"quantity": "0"}, False, "out_of_stock"),
        ({"quantity": "0", "action": "1"}, False, "backorder"),
        ({"quantity": "2", "action": "1"}, True, "in_stock"),
        ({"quantity": "2", "order": "0"}, False, "out_of_stock"),
    ],
    ids=str,
)
def test_stock(tmp_path: Path, cells: dict[str, str], in_stock: bool, availability: str) -> None:
    (lamp,) = read_lamp(tmp_path, **cells)
    assert (lamp.in_stock, lamp.availability) == (in_stock, availability)
    assert lamp.quantity == int(cells["quantity"])


def test_a_cost_without_tax_is_not_compared_with_a_price_with_tax(tmp_path: Path) -> None:
    text = (
        "Product ID;Name;Reference;Price (tax excl.);Price (tax incl.);Wholesale price;Quantity;"
        "Status\n1;Lamp;L;100;120;60;1;1\n2;Rug;R;100;;60;1;1\n"
    )
    lamp, rug = read_products(write(tmp_path, text))
    assert (lamp.price, lamp.margin, rug.price, rug.margin) == (120.0, None, 100.0, 0.4)


def test_what_is_shown_nowhere_is_withdrawn(tmp_path: Path) -> None:
    assert read_lamp(tmp_path, visibility="none") == []
    assert len(read_lamp(tmp_path, visibility="both")) == 1


def test_combinations_below_their_product(tmp_path: Path) -> None:
    text = (
        "Product ID*;Name;Active (0/1);Categories;Price tax excluded;Discount percent;Reference;"
        "EAN13;Quantity;Image URLs (x,y,z...);Feature(Name:Value:Position);"
        "Attribute (Name:Type:Position)*;Value (Value:Position)*;Impact on price;Wholesale price\n"
        "5;;;;;;SH-R-S;;0;;;Color:color:0, Size:select:1;Red:0, S:1;2.5;0\n"
        "5;Shirt;1;Tops;20;10;SH;4006381333931;9;https://x.org/s.jpg,https://x.org/t.jpg;Neck:V:1;;;"
        ";9\n"
        "5;;;;;;SH-B-S;;4;https://x.org/b.jpg;;Color:color:0, Size:select:1;Blue:0, S:1;;4.5\n"
        "6;Draft;0;Tops;20;;DR;;9;;;;;;\n"
        "6;;;;;;DR-S;;4;;;Size:select:1;S:1;;\n"
    )
    feed = read_products(write(tmp_path, text))
    red, blue = feed
    assert (red.id, red.title, red.price, red.group_id) == ("5/Red-S", "Shirt", 20.25, "5")
    assert (red.list_price, red.sku, red.gtin, red.margin) == (22.5, "SH-R-S", "", 0.555556)
    assert red.images == ("https://x.org/t.jpg",)
    assert red.attributes == {"color": "Red", "size": "S", "neck": "V"}
    assert (red.in_stock, red.image) == (False, "https://x.org/s.jpg")
    assert (blue.id, blue.price, blue.photos) == ("5/Blue-S", 18.0, ("https://x.org/b.jpg",))
    assert (blue.list_price, blue.margin, blue.quantity) == (20.0, 0.75, 4)
    assert [r.rejection.product_id for r in feed.iter_rows() if r.rejection] == ["6/S"]


@pytest.mark.parametrize(
    ("places", "chosen"),
    [("2", "b"), ("3, 1", "ca"), ("", "abc"), ("0", "abc"), ("4", "abc"), ("2,9", "b"),
     ("9" * 5000, "abc")],
)  # fmt: skip
def test_a_combination_shows_the_photos_that_it_names(places: str, chosen: str) -> None:
    assert "".join(choose_images(["a", "b", "c"], places)) == chosen


def test_without_numbers_the_references_are_the_ids(tmp_path: Path) -> None:
    text = LIST.replace("\n8;", "\n;").replace("Musk;OUD-7", "Musk;OUD-8")
    assert [product.id for product in read_products(write(tmp_path, text))] == ["OUD-7", "OUD-8"]


def test_french_headings(tmp_path: Path) -> None:
    text = (
        "ID;Image;Nom;Référence;Catégorie;Prix (HT);Prix (TTC);Quantité;État\n"
        "7;https://x.org/7.jpg;Oud;R;Parfums;100;120;0;1\n"
    )
    (product,) = read_products(write(tmp_path, text))
    assert (product.title, product.price, product.in_stock) == ("Oud", 120.0, False)


def test_combinations_alone_are_refused(tmp_path: Path) -> None:
    text = (
        "Product ID*;Attribute (Name:Type:Position)*;Value (Value:Position)*;Reference;Quantity\n"
        "1;Color:color:0;Red:0;R;3\n"
    )
    with pytest.raises(FeedError, match=r"table of combinations.*columns of both"):
        read_products(write(tmp_path, text))
