"""Every format gives the same three products of one small shop."""

import gzip
import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from index.catalog import FEED_FORMATS, read_products
from index.catalog.exports import EXPORT_FORMATS
from index.catalog.json_feeds import JSON_FORMATS
from shopwindow.values import Product, Translation

DATA = Path(__file__).parent / "data"
DRESSES = ("Clothing", "Women", "Dresses")


def build_expected(folder: Path, language: str) -> list[Product]:
    return [
        Product(
            id="d-1",
            title="Red summer dress",
            description="Light cotton,\nfor hot days",
            translations={"ar": Translation("فستان صيفي أحمر")},
            price=1299.0,
            currency="AED",
            brand="Noor",
            category=DRESSES,
            attributes={"color": "red"},
            image=str(folder / "photos" / "d-1.jpg"),
            group_id="d",
            created_at=datetime(2024, 5, 31, tzinfo=UTC),
            language=language,
            availability="in_stock",
        ),
        Product(
            id="d-2",
            title="Blue summer dress",
            translations={"ar": Translation("فستان صيفي أزرق")},
            price=79.5,
            currency="AED",
            brand="Noor",
            category=DRESSES,
            attributes={"color": "blue"},
            image="https://cdn.example.com/d-2.jpg",
            group_id="d",
            in_stock=False,
            availability="out_of_stock",
            created_at=datetime(2024, 5, 31, 14, tzinfo=UTC),
            language=language,
        ),
        Product(
            id="m-1",
            title="Coffee cup",
            description="A cup",
            translations={"ar": Translation("فنجان قهوة")},
            price=99.5,
            currency="SAR",
            category=("Home", "Kitchen"),
            image="https://cdn.example.com/m-1.jpg",
            language=language,
            availability="in_stock",
        ),
    ]


FILES = [
    ("shop.csv", "csv"),
    ("shop_semicolon.csv", "csv"),
    ("google.tsv", "tsv"),
    ("shop.jsonl", "jsonl"),
    ("google.xml", "google-xml"),
    ("google_atom.xml", "google-xml"),
]
SAID_BESIDE: Mapping[str, tuple[dict[str, Any], ...]] = {
    "shop.csv": ({}, {}, {}),
    "shop_semicolon.csv": ({"sku": "d-1"}, {"sku": "d-2"}, {"sku": "m-1"}),
    "google.tsv": (
        {"list_price": 1500.0, "google_product_category": "2271"},
        {"google_product_category": "2271"},
        {"google_product_category": "Home > Kitchen"},
    ),
    "shop.jsonl": ({}, {"quantity": 0}, {"images": ("https://cdn.example.com/m-1b.jpg",)}),
    "google.xml": (
        {
            "url": "https://shop.example.com/d-1",
            "images": ("https://cdn.example.com/d-1b.jpg",),
            "list_price": 1500.0,
            "google_product_category": "2271",
        },
        {"google_product_category": "Clothing > Women > Dresses"},
        {},
    ),
    "google_atom.xml": (
        {"url": "https://shop.example.com/d-1", "availability": ""},
        {},
        {"availability": ""},
    ),
}
"""What only some files say of each product."""


@pytest.mark.parametrize(("name", "form"), FILES)
def test_every_format_gives_the_same_products(tmp_path: Path, name: str, form: str) -> None:
    path = Path(shutil.copy(DATA / name, tmp_path))
    feed = read_products(path, language="en")
    assert feed.format == form
    assert feed.path == path
    assert [row.rejection for row in feed.iter_rows() if row.rejection] == []
    expected = zip(build_expected(tmp_path, "en"), SAID_BESIDE[name], strict=True)
    assert list(feed) == [replace(product, **beside) for product, beside in expected]


def test_parquet_gives_the_same_products(tmp_path: Path) -> None:
    times = [datetime(2024, 5, 31), datetime(2024, 5, 31, 14), None]
    table = pa.table(
        {
            "item_id": ["d-1", "d-2", "m-1"],
            "title": [
                {"en": "Red summer dress", "ar": "فستان صيفي أحمر"},
                {"en": "Blue summer dress", "ar": "فستان صيفي أزرق"},
                {"en": "Coffee cup", "ar": "فنجان قهوة"},
            ],
            "description": ["Light cotton,\nfor hot days", None, "A cup"],
            "price": [1299.0, 79.5, 99.5],
            "currency": pa.array(["AED", "AED", "SAR"]).dictionary_encode(),
            "brand": ["Noor", "Noor", None],
            "category": [list(DRESSES), list(DRESSES), ["Home", "Kitchen"]],
            "image": [
                "photos/d-1.jpg",
                "https://cdn.example.com/d-2.jpg",
                "https://cdn.example.com/m-1.jpg",
            ],
            "attributes": pa.array(
                [[("color", "red")], [("color", "blue")], []], pa.map_(pa.string(), pa.string())
            ),
            "in_stock": [True, False, True],
            "group_id": ["d", "d", None],
            "created_at": pa.array(times, pa.timestamp("ns")),
            "vector": [[0.1, 0.2]] * 3,
        }
    )
    pq.write_table(table, tmp_path / "shop.parquet")
    feed = read_products(tmp_path / "shop.parquet")
    assert feed.format == "parquet"
    assert list(feed) == build_expected(tmp_path, "en")


@pytest.mark.parametrize(
    "encoding", ["utf-8-sig", "utf-16", "utf-16-le-bom", "utf-32", "cp1256", "utf-16-le"]
)
@pytest.mark.parametrize("is_gzipped", [False, True])
def test_encodings_and_gzip_do_not_change_the_products(
    tmp_path: Path, encoding: str, is_gzipped: bool
) -> None:
    text = (DATA / "shop.csv").read_text(encoding="utf-8").replace("٩٩٫٥٠ ر.س", "99.50 SAR")
    data = ("\ufeff" + text).encode("utf-16-le") if "bom" in encoding else text.encode(encoding)
    path = tmp_path / ("shop.csv.gz" if is_gzipped else "shop.csv")
    path.write_bytes(gzip.compress(data) if is_gzipped else data)
    option = encoding if encoding in {"cp1256", "utf-16-le"} else ""
    feed = read_products(path, language="en", encoding=option)
    assert list(feed) == build_expected(tmp_path, "en")


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_endings_do_not_change_products_or_line_numbers(tmp_path: Path, ending: str) -> None:
    text = (DATA / "shop.csv").read_text(encoding="utf-8")
    (tmp_path / "shop.csv").write_bytes(text.replace("\n", ending).encode())
    feed = read_products(tmp_path / "shop.csv", language="en")
    assert [row.line for row in feed.iter_rows()] == [2, 4, 5]
    assert list(feed) == build_expected(tmp_path, "en")


def test_the_content_overrides_the_suffix(tmp_path: Path) -> None:
    for name, form in FILES:
        path = Path(shutil.copy(DATA / name, tmp_path / f"{Path(name).stem}.txt"))
        assert read_products(path).format == form


def test_every_format_can_be_given_by_name(tmp_path: Path) -> None:
    for name, form in FILES:
        path = Path(shutil.copy(DATA / name, tmp_path / name))
        assert len(list(read_products(path, format=form))) == 3
    tried = {form for _, form in FILES}
    assert tried | {"parquet", "html", *EXPORT_FORMATS, *JSON_FORMATS} == set(FEED_FORMATS)


def test_products_survive_a_round_trip_through_json_lines(tmp_path: Path) -> None:
    shutil.copy(DATA / "shop.csv", tmp_path)
    products = list(read_products(tmp_path / "shop.csv", language="en"))
    lines = [
        json.dumps(
            {
                "id": product.id,
                "title": product.title,
                "description": product.description,
                "translations": {k: {"title": v.title} for k, v in product.translations.items()},
                "price": product.price,
                "currency": product.currency,
                "brand": product.brand,
                "category": product.category,
                "attributes": dict(product.attributes),
                "image": product.image,
                "group_id": product.group_id,
                "in_stock": product.in_stock,
                "created_at": product.created_at.isoformat() if product.created_at else None,
                "language": product.language,
            }
        )
        for product in products
    ]
    (tmp_path / "copy.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert list(read_products(tmp_path / "copy.jsonl")) == products
