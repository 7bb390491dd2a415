"""Columns that the readers of exports derive and leave out: none is taken for another field."""

import pytest

from index.catalog.exports import EXPORT_FORMATS
from index.catalog.exports.export_header import ExportHeader
from index.catalog.exports.export_stock import ExportStock, read_stock
from index.catalog.exports.export_values import is_same_price, name_attribute
from index.catalog.header_matching import match_field, match_field_beside
from index.catalog.header_vocabulary import FIELD_KEYS


@pytest.mark.parametrize("name", EXPORT_FORMATS)
def test_derived_columns_have_no_other_field_s_name(name: str) -> None:
    export = EXPORT_FORMATS[name]
    columns = tuple(names[0] for names in export.names.values())
    adapter = export.open(ExportHeader(columns, export.names))
    fields = adapter.get_fields()
    assert set(fields) <= set(FIELD_KEYS)
    for column in adapter.derived_columns:
        match = match_field(column)
        if match is not None:
            assert column in fields[match.field]
        assert not match_field_beside(column)
    assert not set(adapter.not_read) & {name for names in fields.values() for name in names}


@pytest.mark.parametrize("name", EXPORT_FORMATS)
def test_every_export_fills_what_a_card_shows(name: str) -> None:
    export = EXPORT_FORMATS[name]
    columns = tuple(names[0] for names in export.names.values())
    filled = {field for field, names in export.open(ExportHeader(columns, export.names))
              .get_fields().items() if any(names)}  # fmt: skip
    assert {"id", "price", "image", "in_stock", "quantity", "gtin"} <= filled
    assert {"list_price", "sale_price"} & filled


@pytest.mark.parametrize(
    ("quantity", "settings", "stock"),
    [
        ("3", {}, ("3", "3")),
        ("0", {"takes_backorders": True}, ("backorder", "0")),
        ("3", {"takes_backorders": True}, ("3", "3")),
        ("", {"takes_backorders": True}, ("", "")),
        ("-1", {"status": "1", "takes_backorders": True}, ("backorder", "-1")),
        ("0", {"status": "0", "takes_backorders": True}, ("0", "0")),
        ("0", {"status": "1"}, ("1", "")),
        ("4", {"status": "0"}, ("0", "4")),
        ("0", {"is_counted": False}, (True, "")),
        ("0", {"is_counted": False, "status": "0"}, ("0", "")),
        ("غير محدود", {}, (True, "")),
        ("4", {"is_sold": False}, ("out of stock", "4")),
        ("0", {"is_sold": False, "is_counted": False}, ("out of stock", "")),
    ],
    ids=str,
)
def test_status_and_quantity_agree(
    quantity: str, settings: dict[str, object], stock: tuple[object, str]
) -> None:
    assert read_stock(quantity, **settings) == ExportStock(*stock)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [("40", "40.00", True), ("٣٩٩", "399", True), ("40", "41", False), ("x", "x", True),
     ("x", "40", False), (10, "10 AED", True)],
)  # fmt: skip
def test_prices_are_compared_as_amounts(one: object, other: object, is_same: bool) -> None:
    assert is_same_price(one, other) is is_same


@pytest.mark.parametrize(
    ("heading", "attribute"),
    [("Farbe", "color"), ("Größe", "size"), ("Taille", "size"), ("اللون", "color"),
     ("Neck", "neck")],
)  # fmt: skip
def test_options_have_one_name_in_all_languages(heading: str, attribute: str) -> None:
    assert name_attribute(heading) == attribute
