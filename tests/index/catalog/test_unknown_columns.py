"""Columns of unknown names: attributes, unless the name or the values say otherwise."""

import json
from pathlib import Path
from typing import Any

import pytest

from index.catalog import FeedMapping, read_products
from index.catalog.column_mapping import plan_columns
from index.catalog.inferred_values import MAX_INFERRED_ATTRIBUTES
from index.catalog.unused_columns import find_unused_reason


def read_attributes(folder: Path, text: str, **options: Any) -> dict[str, str]:
    path = folder / ("a.jsonl" if text.startswith("{") else "a.csv")
    path.write_text(text, encoding="utf-8")
    product = next(iter(read_products(path, **options)))
    return dict(product.attributes)


def test_unknown_columns_become_attributes(tmp_path: Path) -> None:
    text = "id,title,Heel_Height,طول الكم,pieces\n1,x,5 cm,قصير,12\n"
    expected = {"heel_height": "5 cm", "طول الكم": "قصير", "pieces": "12"}
    assert read_attributes(tmp_path, text) == expected


@pytest.mark.parametrize(
    "name",
    ["gtin", "Supplier SKU", "wc_post_id", "URL key", "swatch_image", "updated_at", "tax_class",
     "سعر التكلفة", "cost_price", "SEO Title", "meta_keywords", "Is featured?", "Tags",
     "sort order",
     "Attribute 1 visible", "shippingWeight", "minimum stock", "internal notes", "النوع", ""],
)  # fmt: skip
def test_the_shops_own_matters_are_no_attributes(tmp_path: Path, name: str) -> None:
    assert find_unused_reason(name)
    assert read_attributes(tmp_path, f"id,title,{name}\n1,x,summer\n") == {}


@pytest.mark.parametrize(
    "name",
    ["Weight (kg)", "collar type", "fragrance notes", "Battery life", "country_of_origin", "الضمان",
     "energy rating", "handle material", "screen time", "care instructions", "عدد القطع"],
)  # fmt: skip
def test_names_of_properties_are_attributes(name: str) -> None:
    assert not find_unused_reason(name)


@pytest.mark.parametrize(
    "value",
    ["x" * 81, "<b>soft</b>", "https://x.org/a", "info@x.org", "cut.pdf", "6291000000017",
     "2024-05-31",
     "true", "0", "نعم", "{a: 1}", "0f8fad5b-d9cb-469f-a165-70867728950e"],
)  # fmt: skip
def test_values_that_are_no_attributes_are_left_out(tmp_path: Path, value: str) -> None:
    assert read_attributes(tmp_path, f"id,title,fit guide\n1,x,{value}\n") == {}


def test_a_named_attribute_takes_any_value(tmp_path: Path) -> None:
    assert read_attributes(tmp_path, "id,title,attr_washable\n1,x,yes\n") == {"washable": "yes"}
    mapping = FeedMapping(attributes={"tags": "Tags", "neck": ""})
    text = "id,title,Tags,neck,hem\n1,x,summer,round,short\n"
    expected = {"tags": "summer", "hem": "short"}
    assert read_attributes(tmp_path, text, mapping=mapping) == expected
    off = FeedMapping(attributes={"*": ""})
    assert read_attributes(tmp_path, text, mapping=off) == {}


def test_a_different_code_in_every_row_is_no_attribute(tmp_path: Path) -> None:
    codes = "".join(f"{n},x,R{n:03},S{n % 9}\n" for n in range(30))
    assert read_attributes(tmp_path, f"id,title,ref,shelf\n{codes}") == {"shelf": "S0"}
    few = "".join(f"{n},x,R{n:03}\n" for n in range(19))
    assert read_attributes(tmp_path, f"id,title,ref\n{few}") == {"ref": "R000"}


def test_unknown_columns_have_a_limit_of_their_own(tmp_path: Path) -> None:
    names = [f"feature{n}" for n in range(MAX_INFERRED_ATTRIBUTES + 5)]
    text = ",".join(["id", "title", "color", *names]) + "\n1,x,red" + ",soft" * len(names)
    attributes = read_attributes(tmp_path, text)
    assert len(attributes) == MAX_INFERRED_ATTRIBUTES + 1
    assert attributes["color"] == "red"


def test_unknown_names_of_later_objects_are_read(tmp_path: Path) -> None:
    rows = [{"id": n, "title": "x"} for n in range(60)] + [{"id": 60, "title": "x", "neck": "V"}]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    *_, last = read_products(tmp_path / "a.jsonl")
    assert last.attributes == {"neck": "V"}


def test_every_column_is_accounted_for() -> None:
    columns = ("id", "sku", "title", "title_ar", "Title (ar)", "color", "heel", "uuid", "price", "")
    plan = plan_columns(columns, FeedMapping(columns={"price": ""}), {})
    assert set(plan.list_columns()) | plan.ignored.keys() == set(columns)
    assert plan.inferred == (("heel", "heel"),)
    assert plan.ignored == {
        "Title (ar)": "another column holds the same text",
        "uuid": "an id or a code",
        "price": "the mapping switches price off",
        "": "a column without a name",
    }


def test_a_field_may_have_several_columns_in_a_mapping(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text('[columns]\ntitle = ["Kurz", "Lang"]\n')
    (tmp_path / "a.csv").write_text("id,Lang,Kurz\n1,long,\n2,long,short\n")
    feed = read_products(tmp_path / "a.csv", mapping=tmp_path / "m.toml")
    assert [product.title for product in feed] == ["long", "short"]
