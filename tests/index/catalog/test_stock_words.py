"""Words, states and quantities of availability, in five languages."""

from pathlib import Path

import pytest

from index.catalog import read_products
from index.catalog.records import CellError
from index.catalog.stock_status import parse_in_stock

IN_STOCK = (
    "https://schema.org/InStock", "schema:InStock", "LimitedAvailability", "OnlineOnly",
    "متوفر في المخزون", "متوفّرة حالياً", "متاح حاليا", "متوفر (5)", "٥ قطع", "متبقي 3 قطع فقط",
    "10+", "> 10", "5 in stock", "In Stock (5)", "Only 2 left", "100+ in stock", "Auf Lager",
    "sofort lieferbar", "Verfügbar", "En stock", "Disponible", "Stokta var", "WAHR", "VRAI",
    "In stock (5 pcs)", "5 pcs in stock", "متوفر 5 قطع", "Auf Lager: 12 Stück", "3 units available",
)  # fmt: skip
OUT_OF_STOCK = (
    "https://schema.org/SoldOut", "OutOfStock", "غير متوفر حالياً", "غير متوفّر", "نفذت الكمية",
    "نفدت الكميه!", "نفد من المخزون", "In Stock (0)", "In stock (0 pcs)", "0 left",
    "Out of stock (5)", "Ausverkauft",
    "Nicht verfügbar", "Épuisé", "Rupture de stock", "Tükendi", "STOKTA YOK", "mark_as_sold",
    "currently unavailable", "https://schema.org/PreOrder", "Available on backorder", "FALSCH",
)  # fmt: skip


@pytest.mark.parametrize("text", IN_STOCK)
def test_words_for_in_stock(text: str) -> None:
    assert parse_in_stock(text) is True


@pytest.mark.parametrize("text", OUT_OF_STOCK)
def test_words_for_out_of_stock(text: str) -> None:
    assert parse_in_stock(text) is False


@pytest.mark.parametrize("text", ["pending", "5 days", "10-20", "< 5", "x" * 100, "in 3 weeks"])
def test_unclear_words_are_refused(text: str) -> None:
    with pytest.raises(CellError, match="in stock"):
        parse_in_stock(text)


@pytest.mark.parametrize(
    ("text", "state"),
    [("PreOrder", "preorder"), ("طلب مسبق", "preorder"), ("vorbestellbar", "preorder"),
     ("on backorder", "backorder"), ("sur commande", "backorder"), ("In Stock", "in_stock"),
     ("made to order", "backorder"), ("0", "out_of_stock"), ("", "")],
)  # fmt: skip
def test_orders_in_advance_are_kept_as_a_state(tmp_path: Path, text: str, state: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"id,title,availability\n1,x,{text}\n", encoding="utf-8")
    (product,) = read_products(path)
    assert product.availability == state
