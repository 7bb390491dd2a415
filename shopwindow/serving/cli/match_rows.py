"""The rows of a sheet of matches: one for each photo and place."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from search.batch_matching import PhotoMatch
from search.match_confidence import label_confidence
from shopwindow.serving.cli.output import sanitize_line
from shopwindow.values.product import Product
from shopwindow.values.response import Hit

Cell: TypeAlias = str | float | int | None

NOTHING_FOUND = "no product with a photo passes the filters"


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """One column of the sheet.

    Attributes:
        name: Its heading.
        width: In characters.
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
    """Yield the rows of one match, in the order of `COLUMNS`.

    Yields:
        One row for each hit; one with the problem where there is none.
    """
    photo = sanitize_cell(match.photo)
    for place, hit in enumerate(match.hits, start=1):
        yield (photo, place, *_facts(hit), "")
    if not match.hits:
        yield (
            photo,
            *[None] * (len(SHEET_COLUMNS) - 2),
            sanitize_cell(match.problem or NOTHING_FOUND),
        )


def sanitize_cell(value: object) -> str:
    """Return a text of one line that every file format takes.

    File names may hold bytes that are no text, and titles control characters.
    """
    return sanitize_line(value).encode("utf-8", "backslashreplace").decode()


def _facts(hit: Hit) -> tuple[Cell, ...]:
    product = hit.product
    return (
        sanitize_cell(product.id),
        sanitize_cell(product.title or _title_ar(product)),
        sanitize_cell(_title_ar(product)),
        sanitize_cell(product.brand),
        product.price,
        sanitize_cell(product.currency),
        sanitize_cell(" > ".join(product.category)),
        round(hit.score, 3),
        label_confidence(hit.score),
        sanitize_cell(product.image),
    )


def _title_ar(product: Product) -> str:
    if "ar" in product.translations:
        return product.translations["ar"].title
    return product.title if product.language == "ar" else ""
