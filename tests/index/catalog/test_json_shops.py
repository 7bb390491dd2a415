"""Golden records of shop systems' APIs, of Algolia and of schema.org."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from index.catalog import read_products
from shopwindow.values import Product, Translation

DATA = Path(__file__).parent / "data" / "json"
SHIRT = {
    "title": "Linen shirt",
    "description": "Cool",
    "brand": "Noor",
    "category": ("Shirts",),
    "group_id": "77",
    "created_at": datetime(2024, 5, 1, tzinfo=UTC),
}
ABAYA = {
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
}
COAT = {
    "description": "Warm",
    "currency": "EUR",
    "brand": "Noor",
    "category": ("Clothing", "Coats"),
    "group_id": "C1",
    "popularity": 89.0,
}
GOLDEN = {
    "shopify.json": (
        "shopify-json",
        [
            Product(
                id="1", price=120.0, image="https://x.org/1.jpg",
                attributes={"size": "S", "color": "Red"}, **SHIRT,
            ),
            Product(
                id="2", price=130.0, image="https://x.org/2.jpg", in_stock=False,
                attributes={"size": "L", "color": "Red"}, **SHIRT,
            ),
            Product(
                id="4", title="Pan", price=19.0, brand="Noor", category=("Kitchen",),
                image="https://x.org/pan.jpg", group_id="79",
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
                group_id="gid://shopify/Product/5",
            )
        ],
    ),
    "woocommerce.json": (
        "woocommerce-json",
        [
            Product(
                id="1", title="Tee", price=20.0, brand="Sadu", category=("Tops",),
                attributes={"color": "Red, Blue"}, image="https://x.org/w.jpg", in_stock=False,
            ),
            Product(id="3", title="Cap", price=15.99, currency="EUR"),
        ],
    ),
    "salla.json": (
        "salla-json",
        [
            Product(
                id="100", price=250.0, in_stock=False, attributes={"size": "صغير"}, **ABAYA
            ),
            Product(id="101", price=320.0, attributes={"size": "كبير"}, **ABAYA),
            Product(
                id="13", title="عطر", price=90.0, currency="SAR", category=("عطور",),
                in_stock=False, language="ar",
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
            ),
            Product(
                id="v-1", title="قميص", translations={"en": Translation("Shirt")}, price=12.0,
                currency="SAR", attributes={"color": "أحمر"}, group_id="u-2", in_stock=False,
                language="ar",
            ),
        ],
    ),
    "algolia.ndjson": (
        "algolia",
        [
            Product(
                id="a-1", title="Cup", price=10.0, currency="AED", brand="Noor",
                category=("Home", "Cups"), image="https://x.org/1.jpg", in_stock=False,
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
                attributes={"size": "S"}, **COAT,
            ),
            Product(
                id="C1-L", title="Coat", price=41.0, image="https://x.org/2.jpg", in_stock=False,
                attributes={"size": "L", "weight": "2 kg"}, **COAT,
            ),
            Product(
                id="4006381333931", title="Schal", price=15.0, currency="EUR",
                image="https://x.org/3.jpg",
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
            id="CUP", title="Cup & saucer", price=9.5, currency="AED", brand="Noor", in_stock=False
        )
    ]
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
