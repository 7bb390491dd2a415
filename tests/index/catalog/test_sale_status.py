"""Products that are not for sale: drafts, archived, unpublished, disabled, private, deleted."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from index.catalog import FeedMapping, read_products

NOT_FOR_SALE = (
    ("status", "draft"), ("Status", "ARCHIVED"), ("product_status", "unpublished"),
    ("status", "inactive"), ("status", "Disabled"), ("status", "private"),
    ("status", "0"), ("status", "pending"), ("status", "not published"), ("status", "trash"),
    ("published", "FALSE"), ("Published", "-1"), ("published", "0"), ("is_published", "no"),
    ("Published on online store", "false"), ("active", "0.0"), ("Active (0/1)", "0"),
    ("enabled", "No"), ("product_online", "2"), ("visible", "off"), ("visibility", "hidden"),
    ("Visibility in catalog", "Hidden"), ("visibility", "private"), ("is_deleted", "true"),
    ("deleted_at", "2024-05-31 10:00:00"), ("archived", "yes"), ("is_draft", "1"),
    ("منشور", "لا"), ("الحالة", "مسودة"), ("حالة المنتج", "غير منشور"), ("مخفي", "نعم"),
)  # fmt: skip
FOR_SALE = (
    ("status", "active"), ("status", ""), ("status", "new"), ("status", "1"),
    ("status", "sold out"),
    ("published", "TRUE"), ("published", "1"), ("published", ""), ("active", "yes"),
    ("product_online", "1"), ("visibility", "Not Visible Individually"), ("visibility", "1"),
    ("visibility", "2"), ("visibility", "visible"), ("is_deleted", "false"), ("deleted_at", ""),
    ("deleted_at", "0"), ("draft", "no"), ("published_at", "2024-05-31"), ("منشور", "نعم"),
)  # fmt: skip


def read_one(folder: Path, column: str, value: str) -> object:
    path = folder / "a.csv"
    path.write_text(f"id,title,{column}\n1,x,{value}\n", encoding="utf-8")
    (row,) = read_products(path).iter_rows()
    return row.product or row.rejection


@pytest.mark.parametrize(("column", "value"), NOT_FOR_SALE)
def test_a_hidden_product_is_withdrawn(tmp_path: Path, column: str, value: str) -> None:
    rejection = read_one(tmp_path, column, value)
    assert getattr(rejection, "withdrawn", False)
    assert (getattr(rejection, "column", ""), getattr(rejection, "product_id", "")) == (column, "1")


@pytest.mark.parametrize(("column", "value"), FOR_SALE)
def test_other_statuses_are_for_sale(tmp_path: Path, column: str, value: str) -> None:
    assert getattr(read_one(tmp_path, column, value), "title", "") == "x"


def test_boolean_flags_in_json_and_parquet(tmp_path: Path) -> None:
    rows = [
        {"id": "1", "title": "x", "published": False, "deleted": None},
        {"id": "2", "title": "x", "published": True, "deleted": None},
        {"id": "3", "title": "x", "published": True, "deleted": True},
        {"id": "4", "title": "x", "published": None, "deleted": False},
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet")
    for name in ("a.jsonl", "a.parquet"):
        product_ids = [
            row.product and row.product.id for row in read_products(tmp_path / name).iter_rows()
        ]
        assert product_ids == [None, "2", None, "4"]


def test_a_mapping_can_set_or_switch_off_the_status_column(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,title,status,Zustand\n1,x,draft,\n2,x,,archived\n")
    mapping = FeedMapping(columns={"status": "Zustand"})
    first, second = read_products(tmp_path / "a.csv", mapping=mapping).iter_rows()
    assert first.product is not None
    assert second.rejection is not None
    assert second.rejection.withdrawn
    (tmp_path / "b.csv").write_text("id,title,status\n1,x,draft\n")
    (row,) = read_products(
        tmp_path / "b.csv", mapping=FeedMapping(columns={"status": ""})
    ).iter_rows()
    assert row.product is not None


def test_a_shopify_status_applies_to_all_variants(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Status\n"
        "cap,Cap,Size,S,C-S,unlisted\ncap,,,M,C-M,\nmug,Mug,Title,Default Title,M-1,active\n"
    )
    rows = list(read_products(path).iter_rows())
    assert [bool(row.product) for row in rows] == [False, False, True]
    assert [row.rejection.product_id for row in rows if row.rejection] == ["C-S", "C-M"]


def test_variants_without_their_first_row_are_rejected(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Image Src,Status\n"
        'cap,"Cap" red,Size,S,C-S,,draft\ncap,,,M,C-M,https://x.org/m.jpg,\n'
        "mug,Mug,Title,Default Title,M-1,,active\n"
    )
    rows = list(read_products(path).iter_rows())
    assert [row.product and row.product.id for row in rows] == [None, None, "M-1"]
    assert rows[1].rejection is not None
    assert "title and status are not known" in rows[1].rejection.reason
    assert rows[1].rejection.product_id == ""
