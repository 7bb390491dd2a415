"""Golden records of shop systems' APIs, of Algolia and of schema.org."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from index.catalog import read_products
from shopwindow.values import Product, Translation

DATA = Path(__file__).parent / "data" / "json"
SHIRT: dict[str, Any] = {
    "title": "Linen shirt",
    "description": "Cool",
    "brand": "Noor",
    "category": ("Shirts",),
    "group_id": "77",
    "created_at": datetime(2024, 5, 1, tzinfo=UTC),
}
ABAYA: dict[str, Any] = {
    "title": "عباية",
    "description": "ناعمة",
    "translations": {"en": Translation("Abaya")},
    "currency": "SAR",
    "brand": "سدو",
    "category": ("ملابس", "عبايات"),
    "image": "https://x.org/a.jpg",
    "group_id": "11",
    "language": "ar",
    "popularity": 12.0,
    "images": ("https://x.org/b.jpg",),
    "url": "https://s.sa/p11",
    "rating": 4.5,
    "rating_count": 3,
}
COAT: dict[str, Any] = {
    "description": "Warm",
    "currency": "EUR",
    "brand": "Noor",
    "category": ("Clothing", "Coats"),
    "group_id": "C1",
    "popularity": 89.0,
    "rating": 4.4,
    "rating_count": 89,
}
GOLDEN = {
    "shopify.json": (
        "shopify-json",
        [
            Product(
                id="1", price=120.0, list_price=150.0, sku="LS", availability="in_stock",
                image="https://x.org/1.jpg", images=("https://x.org/2.jpg",),
                attributes={"size": "S", "color": "Red"}, **SHIRT,
            ),
            Product(
                id="2", price=130.0, image="https://x.org/2.jpg", in_stock=False, sku="LL",
                availability="out_of_stock",
                attributes={"size": "L", "color": "Red"}, **SHIRT,
            ),
            Product(
                id="4", title="Pan", price=19.0, brand="Noor", category=("Kitchen",),
                image="https://x.org/pan.jpg", group_id="79", availability="in_stock",
            ),
        ],
    ),
    "shopify_graphql.json": (
        "shopify-json",
        [
            Product(
                id="gid://shopify/ProductVariant/6", title="Scarf", description="Silk",
                price=60.0, currency="KWD", brand="Noor", category=("Scarves",),
                image="https://x.org/s.jpg", attributes={"color": "Blue"}, in_stock=False,
                group_id="gid://shopify/Product/5", availability="out_of_stock",
            )
        ],
    ),
    "woocommerce.json": (
        "woocommerce-json",
        [
            Product(
                id="1", title="Tee", price=20.0, brand="Sadu", category=("Tops",),
                attributes={"color": "Red, Blue"}, image="https://x.org/w.jpg", in_stock=False,
                availability="out_of_stock", url="https://w.org/tee",
            ),
            Product(
                id="3", title="Cap", price=15.99, currency="EUR", list_price=19.99,
                availability="in_stock", url="https://w.org/cap",
            ),
        ],
    ),
    "salla.json": (
        "salla-json",
        [
            Product(
                id="100", price=250.0, list_price=300.0, in_stock=False, quantity=0, sku="AB-S",
                availability="out_of_stock", attributes={"size": "صغير"}, **ABAYA
            ),
            Product(
                id="101", price=320.0, quantity=4, sku="AB-L", availability="in_stock",
                attributes={"size": "كبير"}, **ABAYA
            ),
            Product(
                id="13", title="عطر", price=90.0, currency="SAR", category=("عطور",),
                in_stock=False, language="ar", availability="out_of_stock", quantity=3,
            ),
        ],
    ),
    "zid.json": (
        "zid-json",
        [
            Product(
                id="u-1", title="كوب", description="طين",
                translations={"en": Translation("Cup", "Clay")}, price=40.0, currency="SAR",
                category=("منزل",), image="https://x.org/f.jpg", language="ar", popularity=2.0,
                list_price=50.0, sku="Z1", availability="in_stock", url="https://z.sa/u-1",
                rating=4.0, rating_count=2,
            ),
            Product(
                id="v-1", title="قميص", translations={"en": Translation("Shirt")}, price=12.0,
                currency="SAR", attributes={"color": "أحمر"}, group_id="u-2", in_stock=False,
                language="ar", sku="S-R", quantity=0, availability="out_of_stock",
            ),
        ],
    ),
    "algolia.ndjson": (
        "algolia",
        [
            Product(
                id="a-1", title="Cup", price=10.0, currency="AED", brand="Noor",
                category=("Home", "Cups"), image="https://x.org/1.jpg", in_stock=False,
                availability="out_of_stock",
            ),
            Product(
                id="a-2", title="Top", price=5.5, category=("Men", "Tops"),
                image="https://x.org/2.jpg",
            ),
        ],
    ),
    "schema_org.json": (
        "schema-org",
        [
            Product(
                id="C1-S", title="Coat, small", price=39.99, image="https://x.org/1.jpg",
                list_price=49.99, sku="C1-S", availability="in_stock", attributes={"size": "S"},
                **COAT,
            ),
            Product(
                id="C1-L", title="Coat", price=41.0, image="https://x.org/2.jpg", in_stock=False,
                attributes={"size": "L", "weight": "2 kg"}, sku="C1-L",
                availability="out_of_stock", **COAT,
            ),
            Product(
                id="4006381333931", title="Schal", price=15.0, currency="EUR",
                image="https://x.org/3.jpg", images=("https://x.org/4.jpg",), gtin="4006381333931",
            ),
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", GOLDEN)
def test_records_of_known_systems(name: str) -> None:
    feed = read_products(DATA / name)
    form, products = GOLDEN[name]
    assert feed.format == form
    assert list(feed) == products
    assert [row.warnings for row in feed.iter_rows() if row.warnings] == []


@pytest.mark.parametrize(
    ("name", "ids"), [("shopify.json", ["3"]), ("salla.json", ["12"]), ("zid.json", ["u-3"])]
)
def test_products_that_are_not_for_sale_are_withdrawn(name: str, ids: list[str]) -> None:
    rejections = [row.rejection for row in read_products(DATA / name).iter_rows() if row.rejection]
    assert [rejection.product_id for rejection in rejections] == ids
    assert all(rejection.withdrawn for rejection in rejections)


@pytest.mark.parametrize("name", GOLDEN)
def test_every_key_has_a_use(name: str) -> None:
    feed = read_products(DATA / name)
    columns = [use.column for use in feed.describe_columns()]
    assert set(feed.plan_columns().list_columns()) <= set(columns)
    assert all(use.use for use in feed.describe_columns())
    assert "[columns]" in feed.format_mapping()


def test_what_an_adapter_reads_is_not_read_again_by_its_name() -> None:
    uses = {use.column: use.use for use in read_products(DATA / "salla.json").describe_columns()}
    assert uses["skus"] == uses["urls"] == uses["type"] == "ignored"
    assert uses["title"] == "field title"


PAGE = """<!doctype html>
<html><head><title>Cup</title>
<script type="application/ld+json">
{"@context": "https://schema.org", "@type": "Organization", "@id": "#shop", "name": "Shop"}
</script>
<script type="application/ld+json">{"@type": "Product", oops}</script>
<script data-x='1' type='application/ld+json' id="p"><!--
{"@type": "Product", "sku": "CUP", "name": "Cup &amp; saucer", "brand": {"@id": "#noor"},
 "offers": {"@type": "Offer", "price": "9.50", "priceCurrency": "AED",
            "availability": "https://schema.org/SoldOut"}}
--></script>
<script type="application/ld+json">[{"@type": "Brand", "@id": "#noor", "name": "Noor"}]</script>
<script>var data = {"@type": "Product", "sku": "NO"};</script>
</head></html>
"""


def test_products_in_the_scripts_of_a_web_page(tmp_path: Path) -> None:
    (tmp_path / "cup.html").write_text(PAGE, encoding="utf-8")
    feed = read_products(tmp_path / "cup.html")
    assert feed.format == "html"
    assert list(feed) == [
        Product(
            id="CUP", title="Cup & saucer", price=9.5, currency="AED", brand="Noor", sku="CUP",
            in_stock=False, availability="out_of_stock",
        )
    ]  # fmt: skip
    rejections = [row.rejection for row in feed.iter_rows() if row.rejection]
    assert [(r.line, r.reason[:11]) for r in rejections] == [(6, "not JSON-LD")]


def test_an_offer_that_can_be_bought_comes_first(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(
        """{"@type": "Product", "sku": "1", "name": "Cup", "offers": {"@type": "AggregateOffer",
        "priceCurrency": "AED", "offers": [{"price": 5, "availability": "OutOfStock"},
        {"price": 7, "availability": "InStock"}]}}""",
        encoding="utf-8",
    )
    (cup,) = read_products(tmp_path / "a.json")
    assert (cup.price, cup.currency, cup.in_stock) == (7.0, "AED", True)


SHOPIFY = {
    "id": 5, "title": "Cap", "handle": "cap", "vendor": "Noor", "onlineStoreUrl": "https://s.org/cap",
    "images": [{"id": 1, "src": "https://x.org/1.jpg"}, {"id": 2, "src": "https://x.org/2.jpg"},
               {"src": "https://x.org/3.jpg"}],
    "variants": [
        {"id": 6, "price": "10", "sku": "C-R", "barcode": "4006381333931", "image_id": 2,
         "featured_image": None, "inventory_management": "shopify", "inventory_quantity": 0,
         "inventory_policy": "continue",
         "inventoryItem": {"tracked": True, "unitCost": {"amount": "4", "currencyCode": "AED"}}},
        {"id": 7, "price": "12", "inventoryItem": {"tracked": False}, "inventoryQuantity": 0},
    ],
}  # fmt: skip
WOO = {
    "id": 5, "name": "Cap", "permalink": "https://w.org/cap", "sku": "CAP", "stock_status":
    "onbackorder", "stock_quantity": -2, "regular_price": "20", "sale_price": "15", "price": "15",
    "date_on_sale_from": "2020-01-01T00:00:00", "date_on_sale_to": "2999-01-31T23:59:59",
    "global_unique_id": "4006381333931", "average_rating": "0.00", "rating_count": 0,
    "cost_of_goods_sold": {"values": [{"defined_value": 5}], "total_value": 5},
    "images": [{"src": "https://x.org/1.jpg"}, {"src": "https://x.org/2.jpg"}],
}  # fmt: skip
SCHEMA = {
    "@type": "Product", "sku": "CAP", "mpn": "M-1", "name": "Cap", "url": "https://w.org/cap",
    "aggregateRating": {"ratingValue": 9, "bestRating": 10, "ratingCount": 4},
    "image": ["https://x.org/1.jpg", "https://x.org/2.jpg"],
    "offers": {"price": 5, "priceCurrency": "AED", "availability": "https://schema.org/BackOrder",
               "gtin13": "4006381333931", "url": "https://w.org/cap?v=1",
               "inventoryLevel": {"@type": "QuantitativeValue", "value": 0}},
}  # fmt: skip
PLAIN = {
    "id": 5, "title": "Cap", "url": {"href": "https://w.org/cap"}, "gtin": ["4006381333931"],
    "pricing": {"price": 8, "list_price": {"amount": 10, "currency": "AED"}, "cost": 4,
                "currency": "AED"},
    "inventory": {"status": "in_stock", "quantity": 3},
    "images": [{"src": "https://x.org/1.jpg"}], "image": {"url": "https://x.org/0.jpg"},
    "google_product_category": {"id": 188, "full_path": "Apparel > Hats"},
    "rating": {"average": 0, "count": 0},
}  # fmt: skip
FULL: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {
    "shopify": (
        SHOPIFY,
        [
            {"gtin": "4006381333931", "sku": "C-R", "photos": ("https://x.org/2.jpg",),
             "availability": "backorder", "in_stock": False, "quantity": 0, "margin": 0.6,
             "url": "https://s.org/cap"},
            {"gtin": "", "sku": "", "image": "https://x.org/1.jpg",
             "images": ("https://x.org/2.jpg", "https://x.org/3.jpg"),
             "availability": "in_stock", "quantity": None, "margin": None},
        ],
    ),
    "woocommerce": (
        WOO,
        [
            {"sku": "CAP", "gtin": "4006381333931", "availability": "backorder", "in_stock": False,
             "quantity": 0, "price": 15.0, "list_price": 20.0, "sale_price": 15.0,
             "sale_end": datetime(2999, 1, 31, 23, 59, 59, tzinfo=UTC), "rating": None,
             "rating_count": 0, "margin": 0.666667, "images": ("https://x.org/2.jpg",)},
        ],
    ),
    "schema.org": (
        SCHEMA,
        [
            {"sku": "CAP", "mpn": "M-1", "gtin": "4006381333931", "url": "https://w.org/cap",
             "rating": 4.5, "rating_count": 4, "availability": "backorder", "quantity": 0,
             "images": ("https://x.org/2.jpg",), "in_stock": False},
        ],
    ),
    "plain": (
        PLAIN,
        [
            {"url": "https://w.org/cap", "gtin": "4006381333931", "price": 8.0, "currency": "AED",
             "list_price": 10.0, "margin": 0.5, "availability": "in_stock", "quantity": 3,
             "photos": ("https://x.org/0.jpg", "https://x.org/1.jpg"), "rating": None,
             "google_product_category": "Apparel > Hats", "category": ("Apparel", "Hats")},
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FULL)
def test_codes_prices_photos_and_stock(tmp_path: Path, name: str) -> None:
    record, expected = FULL[name]
    (tmp_path / "a.json").write_text(json.dumps([record]), encoding="utf-8")
    rows = list(read_products(tmp_path / "a.json").iter_rows())
    found = [
        {key: getattr(row.product, key) for key in fields}
        for row, fields in zip(rows, expected, strict=True)
    ]
    assert found == expected
    assert not any(row.warnings for row in rows)
