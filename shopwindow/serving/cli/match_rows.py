"""The rows of a sheet of matches: one for each photo and place."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from search.batch_matching import Match
from search.similarity_levels import in_words
from shopwindow.serving.cli.output import printable
from shopwindow.values.product import Product
from shopwindow.values.response import Hit

Cell: TypeAlias = str | float | int | None

NOTHING_FOUND = "no product with a photo passes the filters"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the sheet.

    Attributes:
        name: Its heading.
        width: In characters.
    """

    name: str
    width: int


COLUMNS = (
    Column("photo", 30),
    Column("place", 8),
    Column("product_id", 22),
    Column("title", 40),
    Column("title_ar", 34),
    Column("brand", 16),
    Column("price", 11),
    Column("currency", 11),
    Column("category", 28),
    Column("likeness", 11),
    Column("in_words", 14),
    Column("product_photo", 36),
    Column("problem", 36),
)


def rows_of(match: Match) -> Iterator[tuple[Cell, ...]]:
    """Yield the rows of one match, in the order of `COLUMNS`.

    Yields:
        One row for each hit; one with the problem where there is none.
    """
    photo = clean(match.photo)
    for place, hit in enumerate(match.hits, start=1):
        yield (photo, place, *_facts(hit), "")
    if not match.hits:
        yield (photo, *[None] * (len(COLUMNS) - 2), clean(match.problem or NOTHING_FOUND))


def clean(value: object) -> str:
    """Return a text of one line that every file format takes.

    File names may hold bytes that are no text, and titles control characters.
    """
    return printable(value).encode("utf-8", "backslashreplace").decode()


def _facts(hit: Hit) -> tuple[Cell, ...]:
    product = hit.product
    return (
        clean(product.id),
        clean(product.title or _title_ar(product)),
        clean(_title_ar(product)),
        clean(product.brand),
        product.price,
        clean(product.currency),
        clean(" > ".join(product.category)),
        round(hit.score, 3),
        in_words(hit.score),
        clean(product.image),
    )


def _title_ar(product: Product) -> str:
    if "ar" in product.translations:
        return product.translations["ar"].title
    return product.title if product.language == "ar" else ""
