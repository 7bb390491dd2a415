"""Google Merchant feeds: details of products, Atom, markup in texts, tables in all their forms."""

from pathlib import Path

import pytest

from index.catalog import read_products
from shopwindow.values import Product

RSS = '<rss xmlns:g="http://base.google.com/ns/1.0"><channel>{}</channel></rss>'
ATOM = (
    '\n<?xml version="1.0"?>\n<feed xmlns="http://www.w3.org/2005/Atom" '
    'xmlns:g="http://base.google.com/ns/1.0">{}</feed>'
)


def read_one(tmp_path: Path, text: str) -> Product:
    path = tmp_path / "feed.xml"
    path.write_text(text, encoding="utf-8")
    (product,) = read_products(path)
    return product


def format_detail(name: str, value: str) -> str:
    return (
        "<g:product_detail><g:section_name>General</g:section_name>"
        f"<g:attribute_name>{name}</g:attribute_name>"
        f"<g:attribute_value>{value}</g:attribute_value></g:product_detail>"
    )


def test_product_details_become_attributes(tmp_path: Path) -> None:
    item = (
        "<item><g:id>1</g:id><g:title>Pan</g:title><g:color>Red</g:color>"
        f"{format_detail('Handle', 'Oak')}{format_detail('Lid', 'Glass &amp; steel')}"
        f"{format_detail('Handle', 'Steel')}{format_detail('Empty', '')}"
        "<g:shipping><g:country>AE</g:country><g:price>9 AED</g:price></g:shipping></item>"
    )
    product = read_one(tmp_path, RSS.format(item))
    assert product.attributes == {"color": "Red", "handle": "Oak", "lid": "Glass & steel"}
    assert product.price is None


@pytest.mark.parametrize(
    ("element", "description"),
    [
        ("<summary>Hand made</summary>", "Hand made"),
        ('<content type="xhtml"><div>Hand <b>made</b>, <i>soft</i></div></content>',
         "Hand made, soft"),
        ("<g:description><p>Warm</p><p>Soft</p></g:description>", "Warm Soft"),
        ("<summary>Short</summary><g:description>Long</g:description>", "Long"),
    ],
)  # fmt: skip
def test_descriptions_are_read_from_atom_and_markup(
    tmp_path: Path, element: str, description: str
) -> None:
    entry = f"<entry><g:id>1</g:id><title>Rug</title>{element}</entry>"
    assert read_one(tmp_path, ATOM.format(entry)).description == description


def test_repeated_and_parted_columns_are_read(tmp_path: Path) -> None:
    detail = "product_detail(section_name:attribute_name:attribute_value)"
    path = tmp_path / "feed.tsv"
    path.write_text(
        f"id\ttitle\timage link\tadditional image link\tadditional image link\t{detail}\t"
        "shipping(country:price)\tprice\n"
        "1\tPan\thttps://x.org/1.jpg\thttps://x.org/2.jpg\thttps://x.org/3.jpg\t"
        "General:Handle:Oak,Use:Heat:30\\:90\tAE:10 AED\t45 AED\n"
        "2\tPot\t\thttps://x.org/5.jpg\thttps://x.org/6.jpg\t\t\t40 AED\n",
        encoding="utf-8",
    )
    feed = read_products(path)
    assert feed.format == "tsv"
    pan, pot = feed
    assert pan.attributes == {"handle": "Oak", "heat": "30:90"}
    assert (pan.image, pan.price) == ("https://x.org/1.jpg", 45.0)
    assert (pot.image, pot.attributes) == ("https://x.org/5.jpg", {})


def test_details_keep_commas_and_report_what_is_no_detail(tmp_path: Path) -> None:
    path = tmp_path / "feed.tsv"
    path.write_text(
        "id\ttitle\tproduct_detail\n"
        "1\tPan\tGeneral:Care:Wipe, then dry\n"
        "2\tPot\tGeneral:Parts:Pot\\, lid,Look:Colour:Red\n"
        "3\tLid\tGlass\n",
        encoding="utf-8",
    )
    pan, pot, lid = read_products(path).iter_rows()
    assert pan.product is not None
    assert pan.product.attributes == {"care": "Wipe, then dry"}
    assert pot.product is not None
    assert pot.product.attributes == {"parts": "Pot, lid", "color": "Red"}
    assert lid.product is not None
    assert (lid.product.attributes, len(lid.warnings)) == ({}, 1)


def test_arabic_column_names_are_read(tmp_path: Path) -> None:
    path = tmp_path / "feed.tsv"
    path.write_text(
        "المعرّف\tالعنوان\tالوصف\tرابط الصورة\tمدى التوفّر\tالسعر\tسعر التخفيض\tالعلامة التجارية\n"
        "5\tإبريق\tنحاس\thttps://x.org/5.jpg\tغير متوفر\t80 SAR\t70 SAR\tسدو\n",
        encoding="utf-8",
    )
    assert list(read_products(path)) == [
        Product(
            id="5",
            title="إبريق",
            description="نحاس",
            price=70.0,
            list_price=80.0,
            currency="SAR",
            brand="سدو",
            image="https://x.org/5.jpg",
            in_stock=False,
            availability="out_of_stock",
            language="ar",
        )
    ]
