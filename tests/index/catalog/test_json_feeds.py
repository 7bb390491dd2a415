"""JSON in every layout, nested values, variants, and what a broken record costs."""

import gzip
import json
import time
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.catalog import read_products
from shopwindow.values import Product
from shopwindow.values.errors import FeedError

A, B = '{"id": 1, "title": "Cup"}', '{"id": 2, "title": "Pan"}'
PRETTY = "\n".join(json.dumps(json.loads(text), indent=2) for text in (A, B))
LAYOUTS = {
    "lines": f"{A}\n{B}\n",
    "lines with commas": f"{A},\n{B},\n",
    "one line": f"{A}{B}",
    "objects over several lines": PRETTY,
    "array": f"[{A}, {B}]",
    "array of lines": f"[\n{A},\n{B}\n]\n",
    "array without commas": f"[{A}\n{B}]",
    "byte order mark": f"\ufeff[{A},{B}]",
    "arrays line by line": f"[{A}]\n[{B}]\n",
    "array of arrays": f"[[{A}], [{B}]]",
    "products": f'{{"products": [{A}, {B}]}}',
    "items behind other keys": f'{{"code": 200, "type": "x", "items": [{A}, {B}], "next": null}}',
    "data in a response": f'{{"response": {{"status": "ok", "data": [{A}, {B}]}}}}',
    "value": f'{{"@odata.count": 2, "value": [{A}, {B}]}}',
    "pages": f'{{"data": [{A}], "page": 1}}\n{{"data": [{B}], "page": 2}}\n',
    "array of pages": f'[{{"hits": [{A}]}}, {{"hits": [{B}]}}]',
    "a list of an unknown name": f'{{"shop": "x", "my things": [{A}, {B}]}}',
    "one shop's name and list": f'{{"name": "Shop", "id": 9, "products": [{A}, {B}]}}',
    "an object by id": '{"1": {"title": "Cup", "sku": "c"}, "2": {"title": "Pan", "sku": "p"}}',
    "a list by id": f'{{"products": {{"a": {A[:-1]}, "price": 1}}, "b": {B[:-1]}, "sku": 1}}}}}}',
    "GraphQL": f'{{"data": {{"products": {{"edges": [{{"node": {A}}}, {{"node": {B}}}]}}}}}}',
    "Elasticsearch": "\n".join(
        f'{{"_id": "{n}", "_source": {{"title": "{title}"}}}}'
        for n, title in ((1, "Cup"), (2, "Pan"))
    ),
    "JSON:API": '{"data": [{"type": "p", "id": "1", "attributes": {"title": "Cup"}}, '
    '{"type": "p", "id": "2", "attributes": {"title": "Pan"}}]}',
}


def write(folder: Path, text: str, name: str = "a.json") -> Path:
    (folder / name).write_text(text, encoding="utf-8", newline="")
    return folder / name


def read_one(folder: Path, record: object) -> Product:
    (product,) = read_products(write(folder, json.dumps([record])))
    return product


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_every_layout_gives_the_same_products(tmp_path: Path, layout: str, ending: str) -> None:
    rows = list(read_products(write(tmp_path, LAYOUTS[layout].replace("\n", ending))).iter_rows())
    assert [(row.product.id, row.product.title) if row.product else row for row in rows] == [
        ("1", "Cup"),
        ("2", "Pan"),
    ]


def test_lines_are_numbered_in_any_layout(tmp_path: Path) -> None:
    text = "[\n  " + json.dumps(json.loads(A), indent=2) + f",\n\n{B}]"
    assert [row.line for row in read_products(write(tmp_path, text)).iter_rows()] == [2, 7]


BROKEN = {
    "a comma is missing": ('[{0},\n{{"id": 3 "title": "x"}},\n{1}]', 2, "Expecting ',' delimiter"),
    "in one line": ('[{0},{{"id": 3 "title": "x"}},{1}]', 1, "Expecting ',' delimiter"),
    "a quote in a text": ('{0}\n{{"id": 3, "title": "5" screen"}}\n{1}\n', 2, "delimiter"),
    "a brace is missing": ('[\n{0},\n{{"id": 3, "title": "x",\n{1}\n]', 3, "not JSON"),
    "deep in a product": (
        '[\n {0},\n {{\n  "id": 3,\n  "images": [\n   {{"src": "a"}}\n   {{"src" "b"}}\n  ]\n }},\n'
        " {1}\n]",
        3,
        "not JSON",
    ),
    "a number": ("[{0}, 3, {1}]", 1, "an object {...} expected"),
    "a word": ("[{0}, oops, {1}]", 1, "not JSON"),
    "a remark": ("{0}\n# more to come, soon\n{1}\n", 2, "not JSON"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_record_costs_itself_alone(tmp_path: Path, case: str) -> None:
    text, line, reason = BROKEN[case]
    rows = list(read_products(write(tmp_path, text.format(A, B))).iter_rows())
    assert [row.product.id for row in rows if row.product] == ["1", "2"]
    (rejection,) = [row.rejection for row in rows if row.rejection]
    assert (rejection.line, reason in rejection.reason) == (line, True), rejection.reason
    assert not rejection.is_fatal


def test_quotes_of_two_broken_records_do_not_hide_those_between(tmp_path: Path) -> None:
    broken = '{"id": 3, "title": "x""}'
    rows = read_products(write(tmp_path, f"{A}\n{broken}\n{B}\n{broken}\n")).iter_rows()
    assert [row.product.id if row.product else "" for row in rows] == ["1", "", "2", ""]


@pytest.mark.parametrize(
    "text",
    [f"[{A},{B}", f"[{A},{B},", f'{{"data": [{A},{B}', f'{{"data": [{A},{B}]', f"{A}\n{B}\n{{"],
)
def test_a_truncated_file_is_incomplete(tmp_path: Path, text: str) -> None:
    *products, last = read_products(write(tmp_path, text)).iter_rows()
    assert [row.product.id for row in products if row.product] == ["1", "2"]
    assert last.rejection is not None
    assert last.rejection.is_fatal


def test_truncated_gzip_yields_what_came_before(tmp_path: Path) -> None:
    rows = [{"id": n, "title": f"{n * 7919 % 1009}"} for n in range(20_000)]
    data = gzip.compress("\n".join(map(json.dumps, rows)).encode())
    (tmp_path / "a.jsonl.gz").write_bytes(data[: len(data) // 2])
    *products, last = read_products(tmp_path / "a.jsonl.gz").iter_rows()
    assert len(products) > 5_000
    assert last.rejection is not None
    assert last.rejection.is_fatal


def test_a_page_without_products_is_named(tmp_path: Path) -> None:
    text = f'{{"data": [{A}, {B}]}}\n{{"message": "too many requests"}}\n'
    *_, last = read_products(write(tmp_path, text)).iter_rows()
    assert last.rejection is not None
    assert "a list of products under 'data' expected" in last.rejection.reason


@pytest.mark.parametrize("rest", ['"page" }', '"page", "x": }', "7: 8}", '"a": ]}'])
def test_broken_names_beside_the_list_cost_nothing_of_it(tmp_path: Path, rest: str) -> None:
    rows = list(read_products(write(tmp_path, f'{{"data": [{A}, {B}], {rest}')).iter_rows())
    assert [row.product.id for row in rows if row.product] == ["1", "2"]


def test_a_large_array_is_read_in_bounded_memory(tmp_path: Path) -> None:
    rows = [{"id": n, "title": "x", "description": "x" * 8_000} for n in range(2_000)]
    feed = read_products(write(tmp_path, json.dumps({"products": rows})))
    tracemalloc.start()
    assert sum(1 for _ in feed) == 2_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000


def test_an_oversized_record_costs_little_and_itself_alone(tmp_path: Path) -> None:
    text = f'[\n{A},\n{{"id": 3, "title": "{"x" * 4_100_000}"}},\n{B}\n]'
    rows = list(read_products(write(tmp_path, text)).iter_rows())
    assert [row.product.id if row.product else "" for row in rows] == ["1", "", "2"]
    assert "4,000,000 characters at most" in str(rows[1].rejection)


def test_many_broken_records_take_linear_time(tmp_path: Path) -> None:
    path = write(tmp_path, f"[{A},\n" + '{"id": [}\n' * 5_000 + f"{B}]")
    began = time.process_time()
    assert len(list(read_products(path).iter_rows())) == 5_002
    assert time.process_time() - began < 3


PRICES = [
    ({"amount": 10.5, "currency": "AED"}, 10.5, "AED"),
    ({"value": "10.5", "currency_code": "AED"}, 10.5, "AED"),
    ({"AED": 10.5, "USD": 3}, 10.5, "AED"),
    ([{"amount": "10.5", "currency": {"code": "AED"}}], 10.5, "AED"),
    ({"centAmount": 1050, "currencyCode": "AED", "fractionDigits": 2}, 10.5, "AED"),
    ({"amount_minor": 10500, "currency": "KWD"}, 10.5, "KWD"),
    ({"minVariantPrice": {"amount": "10.5", "currencyCode": "AED"}}, 10.5, "AED"),
    ({"amount": "AED 10.50", "currency": "AED"}, 10.5, "AED"),
    ({"raw": 10.5, "formatted": "10.5"}, 10.5, ""),
]


@pytest.mark.parametrize(("price", "amount", "currency"), PRICES, ids=str)
def test_nested_prices(tmp_path: Path, price: object, amount: float, currency: str) -> None:
    product = read_one(tmp_path, {"id": 1, "title": "x", "price": price})
    assert (product.price, product.currency) == (amount, currency)


@pytest.mark.parametrize(
    ("record", "amount"),
    [
        ({"price_cents": 1299}, 12.99),
        ({"priceInCents": 1299}, 12.99),
        ({"price_minor": 12990, "currency": "KWD"}, 12.99),
        ({"price": 5, "price_cents": 1299}, 5.0),
        ({"pricing": {"price": 20, "sale_price": 15}}, 15.0),
        ({"pricing": {"price": 20}, "price": 7}, 7.0),
        ({"price": {"regular": 20, "sale": 15, "currency": "AED"}}, 15.0),
        ({"price": {"original": {"amount": 20}, "current": {"amount": 25}}}, 20.0),
        ({"price": {"$numberDecimal": "9.5"}}, 9.5),
    ],
    ids=str,
)
def test_prices_of_other_keys(tmp_path: Path, record: dict[str, object], amount: float) -> None:
    assert read_one(tmp_path, {"id": 1, "title": "x", **record}).price == amount


CATEGORIES = [
    (["Home", "Cups"], ("Home", "Cups")),
    ([{"name": "Home"}, {"name": "Cups"}], ("Home", "Cups")),
    ([{"name": "Cups", "parent": {"name": "Home"}}], ("Home", "Cups")),
    ([{"name": "Cups", "parent": "Home"}], ("Home", "Cups")),
    ([{"id": 2, "name": "Cups", "parent_id": 1}, {"id": 1, "name": "Home"}], ("Home", "Cups")),
    ([{"path": "Home > Cups"}, {"path": "Sale"}], ("Home", "Cups")),
    ({"breadcrumbs": [{"name": "Home"}, {"name": "Cups"}]}, ("Home", "Cups")),
    (["Sale", "Home > Cups"], ("Home", "Cups")),
    ({"lvl0": "Home", "lvl1": "Home > Cups"}, ("Home", "Cups")),
    ({"id": 3, "name": {"ar": "أكواب"}}, ("أكواب",)),
    (
        {"id": 3, "name": "Cups", "items": [{"name": "Small"}], "parent": {"name": "Home"}},
        ("Home", "Cups"),
    ),
    ("Home > Cups", ("Home", "Cups")),
    (["/Home/Cups/", "/Home/"], ("Home", "Cups")),
    ([23, 24], ()),
    (["23"], ()),
]


@pytest.mark.parametrize(("value", "path"), CATEGORIES, ids=str)
def test_nested_categories(tmp_path: Path, value: object, path: tuple[str, ...]) -> None:
    assert read_one(tmp_path, {"id": 1, "title": "x", "categories": value}).category == path


PHOTO = "https://x.org/1.jpg"
PHOTOS = [
    [PHOTO, "https://x.org/2.jpg"],
    [{"src": PHOTO}, {"src": "https://x.org/2.jpg"}],
    [{"url": "https://x.org/2.jpg"}, {"url": PHOTO, "is_main": True}],
    [{"image": {"original": PHOTO, "thumbnail": "https://x.org/t.jpg"}}],
    {"large": PHOTO, "small": "https://x.org/t.jpg"},
    {"edges": [{"node": {"originalSrc": PHOTO}}]},
    f"{PHOTO};https://x.org/2.jpg",
    [None, {}, {"alt": "x"}, {"href": PHOTO}],
]


@pytest.mark.parametrize("value", PHOTOS, ids=str)
def test_nested_photos(tmp_path: Path, value: object) -> None:
    assert read_one(tmp_path, {"id": 1, "title": "x", "images": value}).image == PHOTO


ATTRIBUTES = [
    {"attributes": [{"name": "Colour", "value": "Red"}, {"name": "Neck", "value": ["V", "U"]}]},
    {"specs": [{"key": "Colour", "value": "Red"}, {"label": "Neck", "values": ["V", "U"]}]},
    {"attributes": {"Colour": {"label": "Red"}, "neck": ["V", "U"]}},
    {"attributes": [{"Colour": "Red"}, {"Neck": ["V", "U"]}]},
    {"attributes": ["Colour: Red", "Neck: V, U"]},
    {"color": {"id": 7, "name": "Red"}, "neck": [{"value": "V"}, {"value": "U"}]},
]


@pytest.mark.parametrize("record", ATTRIBUTES, ids=str)
def test_nested_attributes(tmp_path: Path, record: dict[str, object]) -> None:
    product = read_one(tmp_path, {"id": 1, "title": "x", **record})
    assert product.attributes == {"color": "Red", "neck": "V, U"}


def test_names_of_brands_and_sellers(tmp_path: Path) -> None:
    record = {"id": 1, "title": {"rendered": "<b>Cup</b>"}, "brand": {"id": 7, "name": "Noor"}}
    product = read_one(tmp_path, {**record, "seller": {"name": "Souq"}, "parent_id": 0})
    assert (product.title, product.brand, product.merchant_id, product.group_id) == (
        "Cup",
        "Noor",
        "Souq",
        "",
    )


def test_variants_inherit_and_count_their_own_stock(tmp_path: Path) -> None:
    record = {
        "id": 1,
        "title": "Shirt",
        "in_stock": True,
        "price": 10,
        "sale_price": 8,
        "images": [{"src": PHOTO}],
        "options": ["Size"],
        "specs": [{"name": "Fabric", "value": "Linen"}],
        "variants": [
            {"sku": "s", "options": ["S"], "quantity": 0, "price": "10.00"},
            {"id": "v2", "size": "L", "price": 12, "image": "https://x.org/2.jpg"},
            {"attributes": {"size": "XL"}, "title": "Shirt XL"},
        ],
    }
    small, large, largest = read_products(write(tmp_path, json.dumps([record])))
    assert small == Product(
        id="s",
        title="Shirt",
        price=8.0,
        image=PHOTO,
        group_id="1",
        in_stock=False,
        attributes={"material": "Linen", "size": "S"},
        sku="s",
        list_price=10.0,
        availability="out_of_stock",
        quantity=0,
    )
    assert (large.id, large.price, large.image, large.in_stock) == (
        "v2",
        12.0,
        "https://x.org/2.jpg",
        True,
    )
    assert (largest.id, largest.title, largest.group_id) == ("1/XL", "Shirt XL", "1")


def test_codes_and_pieces_of_a_product_are_not_those_of_its_variants(tmp_path: Path) -> None:
    record = {
        "id": 1, "title": "Shirt", "sku": "SH", "gtin": "4006381333931", "mpn": "M", "quantity": 7,
        "price": 10, "list_price": 15, "url": "https://x.org/shirt",
        "variants": [{"id": 2, "size": "S"}, {"id": 3, "sku": "SH-L", "quantity": 2, "price": 12}],
    }  # fmt: skip
    small, large = read_products(write(tmp_path, json.dumps([record])))
    assert small == Product(
        id="2", title="Shirt", price=10.0, list_price=15.0, url="https://x.org/shirt", group_id="1",
        availability="in_stock", attributes={"size": "S"},
    )  # fmt: skip
    assert (large.sku, large.quantity, large.gtin, large.list_price) == ("SH-L", 2, "", None)


def test_translations_by_name_and_fields_among_attributes(tmp_path: Path) -> None:
    record = {
        "sku": "a",
        "translations": {"en": {"name": "Cup"}, "ar": {"name": "كوب"}},
        "inventory_level": 0,
        "custom_attributes": [
            {"attribute_code": "description", "value": "<p>Oak</p>"},
            {"attribute_code": "color", "value": "Red"},
        ],
    }
    product = read_one(tmp_path, record)
    assert (product.title, product.translations["ar"].title) == ("Cup", "كوب")
    assert (product.description, product.attributes) == ("Oak", {"color": "Red"})
    assert not product.in_stock


def test_a_variant_goes_with_its_product(tmp_path: Path) -> None:
    record = {"id": 1, "title": "x", "status": "draft", "variants": [{"id": 2, "status": "active"}]}
    (row,) = read_products(write(tmp_path, json.dumps([record]))).iter_rows()
    assert row.rejection is not None
    assert (row.rejection.withdrawn, row.rejection.product_id) == (True, "2")


def test_a_file_without_objects_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match=r"not JSON Lines.*or an array of objects; line 1"):
        read_products(write(tmp_path, "[1, 2]"))


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["name", "value", "id", "url", "amount", "currency", "node", "edges",
                             "parent", "lvl0", "$oid", "AED", "@type", "Product"]),
            inner, max_size=3,
        )
    ),
    max_leaves=8,
)  # fmt: skip
KEYS = st.sampled_from(
    ["price", "brand", "categories", "images", "attributes", "variants", "options", "specs",
     "offers", "hasVariant", "skus", "prices", "rating", "translations", "@graph", "objectID",
     "parent_id", "in_stock", "price_cents"]
)  # fmt: skip


@settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)
@given(
    record=st.dictionaries(KEYS, JSON_VALUES, max_size=5),
    form=st.sampled_from(
        [
            "json",
            "shopify-json",
            "woocommerce-json",
            "salla-json",
            "zid-json",
            "schema-org",
            "algolia",
        ]
    ),
)
def test_any_values_give_products_or_rejections(
    tmp_path: Path, record: dict[str, object], form: str
) -> None:
    good = {"@type": "Product", "sku": "ok", "id": "ok", "title": "x", "name": "x"}
    path = write(tmp_path, json.dumps(good) + "\n" + json.dumps({**record, "id": 2, "name": "y"}))
    rows = list(read_products(path, format=form).iter_rows())
    assert all(row.product or row.rejection for row in rows)
