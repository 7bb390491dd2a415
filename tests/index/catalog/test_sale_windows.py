"""Sale prices that count only while the sale is on."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from index.catalog import read_products
from index.catalog.date_formats import DateOrder
from index.catalog.records import CellError
from index.catalog.sale_windows import parse_sale_window, split_sale_period

NOW = datetime(2024, 5, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "end", "is_active"),
    [("2024-05-01", "2024-06-01", True), ("2024-04-01", "2024-05-30", False),
     ("2024-06-01", "", False), ("", "2024-05-30", False), ("", "2024-05-31", True),
     ("", "2024-05-31 11:00", False), ("2024-05-01", None, True), ("", "", True),
     ("NULL", "0000-00-00", True), ("1/5/2024", "31/05/2024", True)],
)  # fmt: skip
def test_a_sale_is_on_between_its_dates(start: str, end: str | None, is_active: bool) -> None:
    assert parse_sale_window(start, end, DateOrder.DAY).is_on(NOW) is is_active


def test_a_sale_includes_the_whole_of_its_last_day() -> None:
    last = datetime(2020, 2, 1, 23, 59, 59, 999_999, tzinfo=UTC)
    assert parse_sale_window("2020-01-01", "2020-02-01").is_on(last)
    assert not parse_sale_window("2020-01-01", "2020-02-01").is_on(last + timedelta(microseconds=1))
    end = datetime(2020, 2, 1, 18, tzinfo=UTC)
    assert parse_sale_window("", "2020-02-01 18:00").is_on(end)
    assert not parse_sale_window("", "2020-02-01 18:00").is_on(end + timedelta(microseconds=1))
    assert parse_sale_window("", "").is_on(end)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [("2024-05-01T00:00+0400/2024-06-01T00:00+0400", "2024-05-01T00:00+0400",
    "2024-06-01T00:00+0400"),
     ("2017-12-01T0:00-23:59/2017-12-31T0:00-23:59", "2017-12-01T0:00-23:59",
     "2017-12-31T0:00-23:59"),
     ("2024-05-01 - 2024-06-01", "2024-05-01", "2024-06-01"), ("/2024-06-01", "", "2024-06-01"),
     ("01/05/2024 - 01/06/2024", "01/05/2024", "01/06/2024"), ("2024-05-01/", "2024-05-01", ""),
     ("2024-05-01", "2024-05-01", ""), ("2024-05-01 to 2024-06-01", "2024-05-01", "2024-06-01")],
)  # fmt: skip
def test_a_period_in_one_cell_is_split(text: str, start: str, end: str) -> None:
    assert split_sale_period(text) == (start, end)


def test_what_is_no_period_is_refused() -> None:
    with pytest.raises(CellError, match="a period such as"):
        split_sale_period("while stocks last")


SALES = (
    ("date_sale_price_starts,date_sale_price_ends", "2020-01-01,2020-02-01", 100, 0),
    ("date_sale_price_starts,date_sale_price_ends", "2020-01-01,", 80, 0),
    ("special_price_from_date,special_price_to_date", ",2020-02-01", 100, 0),
    ("special_price_from_date,special_price_to_date", "2999-01-01,", 100, 0),
    ("تاريخ بداية التخفيض,تاريخ نهاية التخفيض", ",", 80, 0),
    ("sale_price_effective_date,x", "2020-01-01/2020-02-01,", 100, 0),
    ("sale_price_effective_date,x", "while stocks last,", 80, 1),
)


@pytest.mark.parametrize(("columns", "dates", "price", "n_warnings"), SALES)
def test_a_sale_that_is_over_has_no_price(
    tmp_path: Path, columns: str, dates: str, price: float, n_warnings: int
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"id,title,price,sale_price,{columns}\n1,x,100,80,{dates}\n", encoding="utf-8")
    (row,) = read_products(path).iter_rows()
    assert row.product
    assert (row.product.price, len(row.warnings)) == (price, n_warnings)


@pytest.mark.parametrize("sale", ["0", "100", "120", "NULL", ""])
def test_a_sale_price_of_zero_or_not_below_the_price_is_none(tmp_path: Path, sale: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"id,title,price,sale_price\n1,x,100,{sale}\n")
    (product,) = read_products(path)
    assert product.price == 100
