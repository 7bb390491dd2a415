"""Dates as people and spreadsheets write them, and the order of day and month in a column."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from index.catalog import read_products
from index.catalog.date_formats import DateOrder
from index.catalog.records import CellError
from index.catalog.timestamps import parse_datetime

DAY = datetime(2024, 5, 31, tzinfo=UTC)
EVENING = DAY + timedelta(hours=18)
DATES = (
    ("31/05/2024", DAY), ("05/31/2024 18:00", EVENING), ("5/31/24, 6:00 PM", EVENING),
    ("31.05.2024", DAY), ("31-05-2024", DAY), ("2024/5/31", DAY), ("٣١/٠٥/٢٠٢٤", DAY),
    ("31.5.24 18:00 Uhr", EVENING), ("31/05/2024 6:00 م", EVENING),
    ("05.06.2024", datetime(2024, 6, 5, tzinfo=UTC)),
    ("2024-5-31 18:00:00", EVENING), ("May 31, 2024", DAY), ("Friday, May 31, 2024", DAY),
    ("31 May 2024 at 6:00 pm", EVENING), ("31-May-24", DAY), ("2024-May-31", DAY),
    ("31. Mai 2024", DAY), ("31 mai 2024 à 18:00", EVENING),
    ("1er août 2024", datetime(2024, 8, 1, tzinfo=UTC)),
    ("٣١ مايو ٢٠٢٤", DAY), ("31 أيار 2024", DAY),
    ("15 كانون الثاني 2024", datetime(2024, 1, 15, tzinfo=UTC)),
    ("45443", DAY), ("45443.75", EVENING), (45443, DAY),
    ("12/12/2024", datetime(2024, 12, 12, tzinfo=UTC)),
    ("Fri, 31 May 2024 18:00:00 +0000", EVENING), ("Fri May 31 2024 22:00:00 GMT+0400", EVENING),
)  # fmt: skip


@pytest.mark.parametrize(("value", "expected"), DATES, ids=str)
def test_dates_as_people_write_them(value: object, expected: datetime) -> None:
    assert parse_datetime(value) == expected


@pytest.mark.parametrize(
    ("text", "hours"),
    [("2024-05-31 18:00:00 -0400", -4), ("2024-05-31 18:00 PDT", -7),
    ("31/05/2024 18:00 +03:00", 3)],
)  # fmt: skip
def test_a_zone_is_kept(text: str, hours: int) -> None:
    parsed = parse_datetime(text)
    assert (parsed.hour, parsed.tzinfo) == (18, timezone(timedelta(hours=hours)))


@pytest.mark.parametrize("text", ["١٤٤٥/١١/٢٣", "1445-11-23", "23/11/1445", "23 / 11 / 1445 هـ"])
def test_a_hijri_date_is_refused_with_the_reason(text: str) -> None:
    with pytest.raises(CellError, match="Hijri"):
        parse_datetime(text)


@pytest.mark.parametrize("text", ["05/06/2024", "5-6-24", "2024-05-31 18:00 IST", "31/13/2024"])
def test_a_date_with_two_meanings_is_refused(text: str) -> None:
    with pytest.raises(CellError, match="a date"):
        parse_datetime(text)
    assert parse_datetime("05/06/2024", DateOrder.DAY).month == 6
    assert parse_datetime("05/06/2024", DateOrder.MONTH).month == 5


def read_months(folder: Path, *dates: str) -> list[int | None]:
    path = folder / "a.csv"
    rows = "".join(f"{n},x,{date}\n" for n, date in enumerate(dates))
    path.write_text(f"id,title,created_at\n{rows}", encoding="utf-8")
    products = list(read_products(path))
    return [product.created_at.month if product.created_at else None for product in products]


def test_one_date_of_a_column_decides_for_all(tmp_path: Path) -> None:
    assert read_months(tmp_path, "05/06/2024", "", "31/05/2024") == [6, None, 5]
    assert read_months(tmp_path, "05/06/2024", "", "05/31/2024") == [5, None, 5]
    assert read_months(tmp_path, "05/06/2024", "05.06.2024") == [None, 6]


def test_a_column_with_both_orders_keeps_only_clear_dates(tmp_path: Path) -> None:
    assert read_months(tmp_path, "05/06/2024", "31/05/2024", "05/31/2024") == [None, 5, 5]


def test_a_date_of_zeros_is_none_without_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,title,created_at\n1,x,0000-00-00 00:00:00\n")
    (row,) = read_products(path).iter_rows()
    assert row.product
    assert row.product.created_at is None
    assert not row.warnings
