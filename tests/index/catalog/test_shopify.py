"""Shopify's product export: variants, photos, drafts."""

from pathlib import Path

from index.catalog import read_products
from shopwindow.values import Product

DATA = Path(__file__).parent / "data"
SHIRT = {
    "title": "Linen shirt",
    "description": "Cool & light.\nWashable",
    "currency": "AED",
    "brand": "Noor",
    "category": ("Apparel & Accessories", "Clothing", "Shirts"),
    "group_id": "linen-shirt",
}


def test_each_variant_becomes_a_product_grouped_by_handle() -> None:
    feed = read_products(DATA / "shopify.csv", currency="AED")
    assert feed.format == "shopify"
    assert list(feed) == [
        Product(
            id="LS-W-M",
            price=120.0,
            image="https://cdn.shopify.com/ls-1.jpg",
            attributes={"color": "White", "size": "M"},
            **SHIRT,  # type: ignore[arg-type]
        ),
        Product(
            id="LS-W-L",
            price=120.0,
            image="https://cdn.shopify.com/ls-1.jpg",
            attributes={"color": "White", "size": "L"},
            in_stock=False,
            **SHIRT,  # type: ignore[arg-type]
        ),
        Product(
            id="linen-shirt/Sand-M",
            price=130.0,
            image="https://cdn.shopify.com/ls-sand.jpg",
            attributes={"color": "Sand", "size": "M"},
            **SHIRT,  # type: ignore[arg-type]
        ),
        Product(
            id="gift-card",
            title="Gift card",
            price=50.0,
            currency="AED",
            brand="Noor",
            category=("Cards",),
            group_id="gift-card",
        ),
    ]


def test_hidden_products_are_rejected_with_their_line() -> None:
    rejections = [row.rejection for row in read_products(DATA / "shopify.csv").iter_rows()]
    assert [(r.line, r.column, r.reason, r.product_id) for r in rejections if r] == [
        (8, "Status", "the product's status is draft, not active", "OH-1"),
        (9, "Published", "the product is not published", "NH-S"),
        (10, "Published", "the product is not published", "NH-L"),
    ]


def test_the_column_names_since_2025_are_recognized(tmp_path: Path) -> None:
    path = tmp_path / "products.csv"
    path.write_text(
        "Title,URL handle,Description,Vendor,Type,Status,SKU,Option1 name,Option1 value,Price,"
        "Inventory quantity,Product image URL,Variant image URL\n"
        "Cap,cap,<b>Warm</b>,Noor,Hats,Active,C-S,Size,S,9.00,2,https://x.org/c.jpg,\n"
        ",cap,,,,,C-L,,L,11.00,0,,https://x.org/l.jpg\n",
        encoding="utf-8",
    )
    small, large = read_products(path)
    assert (small.id, small.description, small.price, small.in_stock) == ("C-S", "Warm", 9.0, True)
    assert small.attributes == {"size": "S"}
    assert small.image == "https://x.org/c.jpg"
    assert (large.id, large.title, large.price, large.in_stock) == ("C-L", "Cap", 11.0, False)
    assert (large.group_id, large.image) == ("cap", "https://x.org/l.jpg")


def test_a_mapping_overrides_the_format_columns(tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.toml"
    mapping.write_text('[columns]\nbrand = "Type"\n', encoding="utf-8")
    feed = read_products(DATA / "shopify.csv", mapping=mapping)
    assert [product.brand for product in feed] == ["Shirts", "Shirts", "Shirts", "Cards"]
