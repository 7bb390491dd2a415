"""The rows of a sheet of matches: one for each photo and rank."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from search import PhotoMatch, label_confidence
from shopwindow.serving.cli.output import sanitize_line
from shopwindow.values import Hit, Product

Cell: TypeAlias = str | float | int | None

NO_MATCH = "no product with a photo passes the filters"


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """One column of the sheet.

    Attributes:
        name: Name and heading.
        width: Width in characters.
    """

    name: str
    width: int


SHEET_COLUMNS = (
    SheetColumn("photo", 30),
    SheetColumn("rank", 8),
    SheetColumn("product_id", 22),
    SheetColumn("title", 40),
    SheetColumn("title_ar", 34),
    SheetColumn("brand", 16),
    SheetColumn("price", 11),
    SheetColumn("currency", 11),
    SheetColumn("category", 28),
    SheetColumn("similarity", 11),
    SheetColumn("confidence", 14),
    SheetColumn("product_image", 36),
    SheetColumn("error", 36),
)


def build_rows(match: PhotoMatch) -> Iterator[tuple[Cell, ...]]:
    """Yield the rows of one match, with cells in the order of `SHEET_COLUMNS`.

    Yields:
        One row for each hit, best first; without hits one row with the error.
    """
    photo = sanitize_cell(match.photo)
    for rank, hit in enumerate(match.hits, start=1):
        yield (photo, rank, *_build_hit_cells(hit), "")
    if not match.hits:
        empty = [None] * (len(SHEET_COLUMNS) - 2)
        yield (photo, *empty, sanitize_cell(match.problem or NO_MATCH))


def sanitize_cell(value: object) -> str:
    """Return a value as one line of text that every file format can hold.

    File names may hold bytes that are not text, and titles control characters.
    """
    return sanitize_line(value).encode("utf-8", "backslashreplace").decode()


def _build_hit_cells(hit: Hit) -> tuple[Cell, ...]:
    product = hit.product
    return (
        sanitize_cell(product.id),
        sanitize_cell(product.title or _get_arabic_title(product)),
        sanitize_cell(_get_arabic_title(product)),
        sanitize_cell(product.brand),
        product.price,
        sanitize_cell(product.currency),
        sanitize_cell(" > ".join(product.category)),
        round(hit.score, 3),
        label_confidence(hit.score),
        sanitize_cell(hit.shown_image),
    )


def _get_arabic_title(product: Product) -> str:
    if "ar" in product.translations:
        return product.translations["ar"].title
    return product.title if product.language == "ar" else ""
