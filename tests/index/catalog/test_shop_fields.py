"""Fields that shops have beside title and price: margins, codes, ratings."""

from pathlib import Path

import pytest

from index.catalog import read_products


@pytest.mark.parametrize(
    ("cells", "margin"),
    [("0.35,", 0.35), ("35 %,", 0.35), ("-5%,", -0.05), ("101 %,", None),
     ("100 %,", 1.0), ("1,", 1.0), ("1.01,", 0.0101), (",60", 0.4),
     (",0", None),
     (",120", -0.2), ("0.1,60", 0.1), (",60 USD", None)],
)  # fmt: skip
def test_a_margin_is_a_share_or_what_the_cost_leaves(
    tmp_path: Path, cells: str, margin: float | None
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"id,title,price,margin,cost\n1,Mug,100 AED,{cells}\n")
    (product,) = read_products(path)
    assert product.margin == margin


@pytest.mark.parametrize(
    ("cells", "price", "list_price"),
    [("50,40,", 40.0, 50.0), ("50,50,", 50.0, None), ("50,60,", 50.0, None), ("50,0,", 50.0, None),
     ("50,,70", 50.0, 70.0), ("50,,50", 50.0, None), (",40,70", 40.0, 70.0), (",,70", 70.0, None)],
)  # fmt: skip
def test_a_list_price_is_a_higher_one(
    tmp_path: Path, cells: str, price: float, list_price: float | None
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"id,title,price,sale_price,msrp\n1,Mug,{cells}\n")
    (product,) = read_products(path)
    assert (product.price, product.list_price) == (price, list_price)


@pytest.mark.parametrize(
    ("cell", "gtin"),
    [("4006381333931", "4006381333931"), ("4006381333932", ""), ("96385074", "96385074"),
     ("036000291452", "036000291452"), ("36000291452", "036000291452"),
     ("0-306-40615-2", "0306406152"),
     ("٤٠٠٦٣٨١٣٣٣٩٣١", "4006381333931"), ("0000000000000", ""), ("n/a", ""), ("12345", "")],
)  # fmt: skip
def test_a_gtin_has_a_right_check_digit(tmp_path: Path, cell: str, gtin: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"id,title,barcode\n1,Mug,{cell}\n", encoding="utf-8")
    (product,) = read_products(path)
    assert product.gtin == gtin


@pytest.mark.parametrize(
    ("cell", "rating"),
    [("4.5", 4.5), ("4,5", 4.5), ("4.5/5", 4.5), ("9 of 10", 4.5), ("90 %", 4.5), ("٤٫٥ نجوم", 4.5),
     ("5.1", None), ("11/10", None), ("good", None)],
)  # fmt: skip
def test_ratings_are_read_on_a_scale_of_five(
    tmp_path: Path, cell: str, rating: float | None
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f'id,title,rating\n1,Mug,"{cell}"\n', encoding="utf-8")
    (product,) = read_products(path)
    assert product.rating == rating
