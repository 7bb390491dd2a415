"""Shopify's product export: variants, photos, drafts."""

from pathlib import Path
from typing import Any

from index.catalog import read_products
from shopwindow.values import Product

DATA = Path(__file__).parent / "data"
SHIRT: dict[str, Any] = {
    "title": "Linen shirt",
    "description": "Cool & light.\nWashable",
    "currency": "AED",
    "brand": "Noor",
    "category": ("Apparel & Accessories", "Clothing", "Shirts"),
    "group_id": "linen-shirt",
}
PHOTOS: dict[str, Any] = {
    "image": "https://cdn.shopify.com/ls-1.jpg",
    "images": ("https://cdn.shopify.com/ls-2.jpg", "https://cdn.shopify.com/ls-3.jpg"),
}


def test_each_variant_becomes_a_product_grouped_by_handle() -> None:
    feed = read_products(DATA / "shopify.csv", currency="AED")
    assert feed.format == "shopify"
    assert list(feed) == [
        Product(
            id="LS-W-M",
            price=120.0,
            attributes={"color": "White", "size": "M"},
            sku="LS-W-M",
            availability="in_stock",
            quantity=4,
            **PHOTOS,
            **SHIRT,
        ),
        Product(
            id="LS-W-L",
            price=120.0,
            attributes={"color": "White", "size": "L"},
            in_stock=False,
            sku="LS-W-L",
            availability="out_of_stock",
            quantity=0,
            **PHOTOS,
            **SHIRT,
        ),
        Product(
            id="linen-shirt/Sand-M",
            price=130.0,
            image="https://cdn.shopify.com/ls-sand.jpg",
            attributes={"color": "Sand", "size": "M"},
            in_stock=False,
            availability="backorder",
            quantity=0,
            **SHIRT,
        ),
        Product(
            id="gift-card",
            title="Gift card",
            price=50.0,
            currency="AED",
            brand="Noor",
            category=("Cards",),
            group_id="gift-card",
            availability="in_stock",
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


def _write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "export.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_variants_are_joined_by_handle_wherever_their_rows_stand(tmp_path: Path) -> None:
    path = _write(
        tmp_path,
        "Handle,Title,Type,Published,Option1 Name,Option1 Value,Variant SKU,Variant Price,"
        "Image Src,Image Position,Status\n"
        "rug,,,,,Large,RUG-L,300,,,\n"
        "lamp,Lamp,Lighting,TRUE,Colour,Brass,LAMP-B,80,,,active\n"
        "rug,Rug,Textiles,TRUE,Size,Small,RUG-S,200,https://x.org/r1.jpg,1,active\n"
        "lamp,,,,,,,,https://x.org/l2.jpg,2,\n"
        "lamp,,,,,Steel,LAMP-S,85,https://x.org/l1.jpg,1,\n",
    )
    products = {product.id: product for product in read_products(path)}
    assert list(products) == ["RUG-L", "LAMP-B", "RUG-S", "LAMP-S"]
    large, steel = products["RUG-L"], products["LAMP-S"]
    assert (large.title, large.category, large.group_id) == ("Rug", ("Textiles",), "rug")
    assert large.attributes == {"size": "Large"}
    assert large.image == "https://x.org/r1.jpg"
    assert (steel.title, steel.price, steel.attributes) == ("Lamp", 85.0, {"color": "Steel"})
    assert (
        products["LAMP-B"].photos
        == steel.photos
        == (
            "https://x.org/l1.jpg",
            "https://x.org/l2.jpg",
        )
    )


def test_a_sku_of_two_products_keeps_both(tmp_path: Path) -> None:
    path = _write(
        tmp_path,
        "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price\n"
        "mug,Mug,Title,Default Title,M-1,20\n"
        "mug-copy,Mug copy,Title,Default Title,M-1,22\n"
        "jug,Jug,Title,Default Title,J-1,30\n",
    )
    prices = {product.id: product.price for product in read_products(path)}
    assert prices == {"mug/M-1": 20.0, "mug-copy/M-1": 22.0, "J-1": 30.0}


def test_metafields_and_googles_attributes_become_attributes(tmp_path: Path) -> None:
    path = _write(
        tmp_path,
        "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,"
        "Google Shopping / Gender,Google Shopping / Custom Label 0,Cost per item,"
        "Sleeve type (product.metafields.custom.sleeve),Care (product.metafields.custom.care),"
        "Colour (product.metafields.shopify.color-pattern)\n"
        "kaftan,Kaftan,Colour,Teal,K-T,90,female,x,12,Bell,gid://shopify/Metaobject/1,green\n"
        "kaftan,,,Rose,K-R,90,,,,,,\n",
    )
    teal, rose = read_products(path)
    assert teal.attributes == {"color": "Teal", "gender": "female", "sleeve type": "Bell"}
    assert rose.attributes == {"color": "Rose", "gender": "female", "sleeve type": "Bell"}


def test_the_locations_of_an_inventory_export_are_one_product(tmp_path: Path) -> None:
    path = _write(
        tmp_path,
        "Handle,Title,Option1 Name,Option1 Value,SKU,Location,Available (not editable)\n"
        "vase,Vase,Size,S,V-S,Dubai,0\n"
        "vase,Vase,Size,S,V-S,Muscat,4\n"
        "vase,Vase,Size,S,V-S,Riyadh,2\n"
        "vase,Vase,Size,S,V-S,Doha,-1\n"
        "vase,Vase,Size,L,V-L,Dubai,0\n"
        "vase,Vase,Size,L,V-L,Muscat,not stocked\n",
    )
    rows = list(read_products(path).iter_rows())
    assert [row.rejection for row in rows] == [None, None]
    assert [(r.product.id, r.product.in_stock, r.product.quantity) for r in rows if r.product] == [
        ("V-S", True, 6),
        ("V-L", False, 0),
    ]


def test_variants_are_rejected_when_their_products_row_is_malformed(tmp_path: Path) -> None:
    path = _write(
        tmp_path,
        "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Status\n"
        "bed,,,Queen,BED-Q,900,\n"
        'bed,"Bed" oak,Size,King,BED-K,990,draft\n'
        "sofa,Sofa,Size,Two,SOFA-2,700,active\n",
    )
    rows = list(read_products(path).iter_rows())
    assert [row.product.id for row in rows if row.product] == ["SOFA-2"]
    assert [row.rejection.reason[:30] for row in rows if row.rejection] == [
        "the first row of this product ",
        "broken quotes: ',' expected af",
    ]


def test_the_fields_of_variants_are_their_own(tmp_path: Path) -> None:
    path = _write(
        tmp_path,
        "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Tracker,"
        "Variant Inventory Qty,Variant Inventory Policy,Variant Price,Variant Compare At Price,"
        "Variant Barcode,Cost per item,Variant Image,Image Src,Image Position,"
        "Google Shopping / Google Product Category,Google Shopping / MPN,"
        "Product rating (product.metafields.reviews.rating),"
        "Product rating count (product.metafields.reviews.rating_count),"
        "Fit (variant.metafields.custom.fit),Fabric (product.metafields.custom.fabric),"
        "Length (product.metafields.custom.length)\n"
        "abaya,Abaya,Size,S,A-S,shopify,3,deny,80,100,4006381333931,40,,https://x.org/2.jpg,2,"
        'Apparel > Dresses,M-7,"{""scale_min"":""1.0"",""scale_max"":""5.0"",""value"":""4.5""}",'
        '12,Slim,"[""Linen"",""Silk""]","{""value"":1.4,""unit"":""M""}"\n'
        "abaya,,,M,,shopify,0,continue,90,,,,https://x.org/m.jpg,https://x.org/1.jpg,1,,,,,,,\n"
        "abaya,,,L,A-L,,,deny,,,,,,,,,,,,Loose,,\n",
    )
    small, medium, large = read_products(path)
    shared: dict[str, Any] = {
        "title": "Abaya", "group_id": "abaya", "google_product_category": "Apparel > Dresses",
        "category": ("Apparel", "Dresses"), "mpn": "M-7", "rating": 4.5, "rating_count": 12,
        "popularity": 12.0,
    }  # fmt: skip
    assert small == Product(
        id="A-S", sku="A-S", price=80.0, list_price=100.0, gtin="4006381333931", margin=0.5,
        quantity=3, availability="in_stock", image="https://x.org/1.jpg", images=("https://x.org/2.jpg",),
        attributes={"size": "S", "fit": "Slim", "material": "Linen, Silk", "length": "1.4 m"},
        **shared,
    )  # fmt: skip
    assert medium == Product(
        id="abaya/M", price=90.0, quantity=0, availability="backorder", in_stock=False,
        image="https://x.org/m.jpg",
        attributes={"size": "M", "material": "Linen, Silk", "length": "1.4 m"},
        **shared,
    )  # fmt: skip
    assert (large.sku, large.price, large.list_price, large.margin) == ("A-L", 80.0, 100.0, 0.5)
    assert (large.gtin, large.quantity, large.in_stock) == ("", None, True)
    assert large.photos == small.photos
    assert large.attributes["fit"] == "Loose"
