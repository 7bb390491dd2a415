"""What is asked of a search, and what comes back."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from PIL import Image

from core.errors import InvalidQueryError
from core.product import Product

ImageSource: TypeAlias = str | Path | bytes | Image.Image
"""A photo: path, http(s) address, the bytes of a file, or a PIL picture."""

MAX_LIMIT = 500
MAX_TEXT_CHARS = 2000

ALL = "*"
"""In `Query.literal`: the whole text."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What every hit must fulfil; the engine applies them while it searches.

    Attributes:
        category: A node of the category tree: its name ("Dresses"), or its path
            ("Clothing > Dresses"). Everything below it counts. Case does not matter.
        brand: One brand, or several of which one must match. Case does not matter.
        merchant_id: One merchant, or several.
        price_min: Least price, inclusive; products without a price are left out.
        price_max: Greatest price, inclusive; products without a price are left out.
        in_stock: True for what can be bought now, False for what cannot, None for both.
        attributes: Values that must match: {"color": "red"}, or {"color": ("red", "blue")}.
        created_since: Products that entered the catalogue at this time or later.
        group_id: Only the variants of one thing; they are then not collapsed.

    Raises:
        InvalidQueryError: A price is negative or not a number, or the range is empty.
    """

    category: str = ""
    brand: str | tuple[str, ...] = ()
    merchant_id: str | tuple[str, ...] = ()
    price_min: float | None = None
    price_max: float | None = None
    in_stock: bool | None = None
    attributes: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    created_since: datetime | None = None
    group_id: str = ""

    def __post_init__(self) -> None:
        """Check the ranges.

        Raises:
            InvalidQueryError: See the class.
        """
        for name in ("price_min", "price_max"):
            price = getattr(self, name)
            if price is not None and not (math.isfinite(price) and price >= 0):
                raise InvalidQueryError(name, "a number of zero or more", price)
        low, high = self.price_min, self.price_max
        if low is not None and high is not None and low > high:
            raise InvalidQueryError("price_max", f"at least price_min ({low})", high)
        if self.created_since is not None and self.created_since.tzinfo is None:
            raise InvalidQueryError("created_since", "a time with a zone", self.created_since)


@dataclass(frozen=True, slots=True)
class Query:
    """One search: words, a photo, both, or only filters (to browse).

    Attributes:
        text: Words in any language the encoder and the analyser read.
        image: A photo to look like.
        filters: What every hit must fulfil.
        limit: Hits on one page, 1 to 500.
        cursor: `next_cursor` of the page before; empty for the first page.
        user_id: The visitor, for a personal order.
        collapse: Whether of the variants of one thing (equal `group_id`) only the best is shown.
        literal: Words of the text, as typed, that are not to be corrected or read as anything; all
            of it when (ALL,).
        facets: Fields to count values of; see `core.FACETS`.

    Raises:
        InvalidQueryError: limit out of range, text too long, or an unknown facet.
    """

    text: str = ""
    image: ImageSource | None = None
    filters: Filters = field(default_factory=Filters)
    limit: int = 20
    cursor: str = ""
    user_id: str = ""
    collapse: bool = True
    literal: tuple[str, ...] = ()
    facets: tuple[str, ...] = ("category", "brand", "merchant_id")

    def __post_init__(self) -> None:
        """Check the limits.

        Raises:
            InvalidQueryError: See the class.
        """
        if isinstance(self.limit, bool) or not isinstance(self.limit, int):
            raise InvalidQueryError("limit", "a whole number", self.limit)
        if not 1 <= self.limit <= MAX_LIMIT:
            raise InvalidQueryError("limit", f"1 to {MAX_LIMIT}", self.limit)
        if len(self.text) > MAX_TEXT_CHARS:
            raise InvalidQueryError("text", f"at most {MAX_TEXT_CHARS} characters", self.text)
        unknown = set(self.facets) - set(FACETS)
        if unknown:
            raise InvalidQueryError("facets", f"some of {', '.join(FACETS)}", sorted(unknown))


FACETS = ("category", "brand", "merchant_id", "in_stock")
"""Fields whose values a page can count."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Something that was read out of a query's words, to show and to take back.

    Attributes:
        kind: "spelling", "price", "without", "brand", "category", or an attribute's name.
        typed: The words, as typed. Given to `Query.literal`, they are searched for as they are.
        value: What they were taken for.
        is_filter: Whether every hit fulfils it; otherwise it only moves hits up or down. A price
            that no product has is read and shown, but given up as a filter.
    """

    kind: str
    typed: str
    value: str
    is_filter: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """One product of an answer, with the reason for its place.

    Attributes:
        product: The product as it was indexed.
        score: Higher is better; comparable within one answer.
        parts: What each leg added, by name; they add up to `score`.
        matched_words: Words of the query (as typed) that stand in the product's own words.
        n_variants: Candidates of its group that it stands for, itself included.
    """

    product: Product
    score: float
    parts: Mapping[str, float]
    matched_words: tuple[str, ...] = ()
    n_variants: int = 1


@dataclass(frozen=True, slots=True)
class Page:
    """One page of an answer.

    Attributes:
        hits: Best first; equal scores stand in a fixed order.
        query_id: Names this answer in events.
        next_cursor: Give it to the next `Query`; empty on the last page.
        facets: For each asked field, counts by value, most frequent first.
        facets_over: What the counts are over: "catalogue" (all products that pass the filters)
            or "candidates" (those that the query retrieved).
        took_ms: Milliseconds spent in each step.
        readings: What was read out of the query's words.
    """

    hits: tuple[Hit, ...]
    query_id: str
    next_cursor: str = ""
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    facets_over: str = "catalogue"
    took_ms: Mapping[str, float] = field(default_factory=dict)
    readings: tuple[Reading, ...] = ()
