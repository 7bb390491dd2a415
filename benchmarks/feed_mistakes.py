"""A feed with twenty typical mistakes: what each costs, and what the report says of it.

`python -m benchmarks.feed_mistakes --data FOLDER` takes 600 products with photos of the research
data, spoils a few rows in each of twenty ways that shops' exports are spoiled, indexes the feed in
one go with the compact encoder, and compares every product with what it should be. `--keep FOLDER`
leaves the feed there, to be tried by hand.
"""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.datasets import DATA, DataFolder, Row, sample_rows
from benchmarks.results_file import SEED, write_result
from embed import load_encoder
from index import ProductIndex, read_products
from shopwindow.values import Product

SET = "fashion_small"
N_PRODUCTS = 600
N_SPOILED = 5
"""Rows that each mistake is made in."""

HEADER = (
    "sku", "اسم المنتج", "Description", "السعر (ر.س)", "سعر التخفيض", "القسم", "Image URL", "Brand",
    "Stock", "date_added", "barcode", "Status", "Heel height",
)  # fmt: skip
Cells = dict[str, str]


@dataclass(frozen=True, slots=True)
class Mistake:
    """One way to spoil a row.

    Attributes:
        name: What a merchandiser would call it.
        spoil: Changes the cells of a row.
        expected: The fields of the product that must come of it; None if the row is rejected.
        issue: A part of the reason that the report must give; empty for none.
    """

    name: str
    spoil: Callable[[Cells], None]
    expected: dict[str, Any] | None
    issue: str = ""


def _set(column: str, value: str) -> Callable[[Cells], None]:
    def spoil(cells: Cells) -> None:
        cells[column] = value

    return spoil


def _drop_title_and_photo(cells: Cells) -> None:
    cells["اسم المنتج"] = cells["Image URL"] = ""


def _list_photos(cells: Cells) -> None:
    cells["Image URL"] += ", https://cdn.example.com/second.jpg"


MISTAKES = (
    Mistake("price 'call us'", _set("السعر (ر.س)", "call us"), {"price": None}, "price"),
    Mistake("European price", _set("السعر (ر.س)", "1.299,90"), {"price": 1299.9}),
    Mistake("Arabic digits", _set("السعر (ر.س)", "١٢٩٫٥٠"), {"price": 129.5}),
    Mistake("currency in words", _set("السعر (ر.س)", "25 دينار كويتي"),
            {"price": 25.0, "currency": "KWD"}),
    Mistake("sale above the price", _set("سعر التخفيض", "99999"), {"sale_price": None}),
    Mistake("sale price", _set("سعر التخفيض", "10"), {"price": 10.0}),
    Mistake("stock in Arabic", _set("Stock", "غير متوفر"), {"in_stock": False}),
    Mistake("stock with a count", _set("Stock", "In stock (5 pcs)"), {"in_stock": True}),
    Mistake("pre-order", _set("Stock", "طلب مسبق"), {"availability": "preorder"}),
    Mistake("stock nobody knows", _set("Stock", "ask Ahmed"), {"in_stock": True}, "in stock"),
    Mistake("brand 'N/A'", _set("Brand", "N/A"), {"brand": ""}),
    Mistake("HTML in a text", _set("Description", "<p>Soft &amp; <b>light</b></p>"),
            {"description": "Soft & light"}),
    Mistake("a quote inside a text", _set("Description", '15" wide; "new"'),
            {"description": '15" wide; "new"'}),
    Mistake("a barcode with a wrong digit", _set("barcode", "4006381333932"), {"gtin": ""},
            "check digit"),
    Mistake("a barcode in Excel's form", _set("barcode", '="04006381333931"'),
            {"gtin": "04006381333931"}),
    Mistake("no photo there", _set("Image URL", "photos/lost.jpg"), {"brand": "Noor"}, "lost.jpg"),
    Mistake("several photos in a cell", _list_photos,
            {"images": ("https://cdn.example.com/second.jpg",)}),
    Mistake("a draft", _set("Status", "مسودة"), None, "status"),
    Mistake("an id that Excel rounded", _set("sku", "6.29E+12"), None, "spreadsheet rounded it"),
    Mistake("neither title nor photo", _drop_title_and_photo, None, "a title or an image"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SpoiledFeed:
    """A feed, and which mistake each of its rows has.

    Attributes:
        path: The feed.
        mistakes: The mistake by the id that the row had before; rows without one are missing.
        ids: All ids before.
    """

    path: Path
    mistakes: dict[str, Mistake]
    ids: tuple[str, ...]


def write_feed(rows: Sequence[Row], folder: Path) -> SpoiledFeed:
    """Return a written feed: a banner, `sep=;`, headings in two languages, spoiled rows."""
    (folder / "photos").mkdir(parents=True, exist_ok=True)
    lines = ["sep=;", "منتجات المتجر - تصدير" + ";" * (len(HEADER) - 1), _join(HEADER)]
    mistakes: dict[str, Mistake] = {}
    for number, row in enumerate(rows):
        photo = f"photos/{row.id}.jpg"
        (folder / photo).write_bytes(row.image)
        cells = dict(zip(HEADER, (
            f"SKU-{row.id}", row.title, row.description, f"{50 + number % 90}", "",
            row.category, photo, "Noor", "متوفر", f"{1 + number % 28:02}/07/2026", "", "active",
            "5 cm" if number % 7 == 0 else "",
        ), strict=True))  # fmt: skip
        if number < len(MISTAKES) * N_SPOILED:
            mistake = MISTAKES[number % len(MISTAKES)]
            mistakes[cells["sku"]] = mistake
            mistake.spoil(cells)
        lines.append(_join([cells[name] for name in HEADER]))
    path = folder / "feed.csv"
    path.write_text("\r\n".join(lines) + "\r\n", encoding="utf-8-sig")
    return SpoiledFeed(path, mistakes, tuple(f"SKU-{row.id}" for row in rows))


def _join(cells: Sequence[str]) -> str:
    return ";".join('"' + cell.replace('"', '""') + '"' for cell in cells)


def compare(feed: SpoiledFeed, index: ProductIndex, reasons: str) -> dict[str, Any]:
    """Return how many products, fields and reports are as they should be, and which are not."""
    found = {product.id: product for product in index.get(feed.ids)}
    wrong: list[str] = []
    n_fields = 0
    for product_id in feed.ids:
        mistake = feed.mistakes.get(product_id)
        expected = {"brand": "Noor"} if mistake is None else mistake.expected
        if (expected is None) != (product_id not in found):
            wrong.append(f"{product_id}: {mistake.name if mistake else 'a good row'}")
            continue
        n_fields += len(expected or ())
        wrong += _list_wrong_fields(found.get(product_id), expected or {}, mistake)
    unreported = [m.name for m in MISTAKES if m.issue and m.issue not in reasons]
    return {
        "rows": len(feed.ids),
        "mistakes": len(MISTAKES),
        "spoiled_rows": len(feed.mistakes),
        "products": len(found),
        "fields_checked": n_fields,
        "wrong": wrong,
        "mistakes_not_reported": unreported,
    }


def _list_wrong_fields(
    product: Product | None, expected: dict[str, Any], mistake: Mistake | None
) -> list[str]:
    return [
        f"{product.id}: {name} is {getattr(product, name)!r} ({mistake.name if mistake else ''})"
        for name, value in expected.items()
        if product is not None and getattr(product, name) != value
    ]


def main(
    data: DataFolder = DATA,
    keep: Annotated[Path | None, typer.Option(help="Leave the feed in this folder.")] = None,
) -> None:
    """Make the feed, index it, compare, write `results/feed_mistakes.json`."""
    with tempfile.TemporaryDirectory() as folder:
        place = keep or Path(folder)
        feed = write_feed(sample_rows(data, SET, N_PRODUCTS, SEED), place)
        with ProductIndex.open(Path(folder) / "index", load_encoder("compact")) as index:
            report = index.add(read_products(feed.path))
            groups = (report.rejection_groups, report.warning_groups, report.withdrawal_groups)
            shown = [group for found in groups for group in found.list_largest(100)]
            reasons = " ".join(f"{group.first.column} {group.first.reason}" for group in shown)
            numbers = compare(feed, index, reasons)
    numbers["lines_of_report"] = len(shown)
    print(numbers)
    write_result(
        "feed_mistakes", numbers, command="python -m benchmarks.feed_mistakes --data FOLDER"
    )


if __name__ == "__main__":
    typer.run(main)
