"""What is asked of a search."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from PIL import Image

from core.errors import InvalidQueryError

ImageSource: TypeAlias = str | Path | bytes | Image.Image
"""A photo: path, http(s) address, the bytes of a file, or a PIL picture."""

Sort: TypeAlias = Literal["relevance", "price_low", "price_high", "newest", "popular"]
"""Orders of an answer. All but the first put products that lack the value last."""

MAX_LIMIT = 500
MAX_PHOTOS = 10
MAX_TEXT_CHARS = 2000

ALL = "*"
"""In `Query.literal`: the whole text."""


Crop: TypeAlias = tuple[float, float, float, float]
"""A part of a photo: left, top, right and bottom as shares of width and height, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo of a query, or a part of one.

    Attributes:
        source: The photo.
        crop: The part that counts; None for the whole.
        weight: How much it counts among several photos, greater than 0.

    Raises:
        InvalidQueryError: The crop is empty or outside the photo, or the weight is not above 0.
    """

    source: ImageSource
    crop: Crop | None = None
    weight: float = 1.0

    def __post_init__(self) -> None:
        """Check crop and weight.

        Raises:
            InvalidQueryError: See the class.
        """
        if self.crop is not None and not _is_crop(self.crop):
            expected = "left, top, right, bottom as shares from 0 to 1, left < right, top < bottom"
            raise InvalidQueryError("crop", expected, self.crop)
        if not (math.isfinite(self.weight) and self.weight > 0):
            raise InvalidQueryError("weight", "a number above 0", self.weight)


def several(value: str | tuple[str, ...]) -> tuple[str, ...]:
    """Return what a filter is given for: one value, or several."""
    return (value,) if isinstance(value, str) else tuple(value)


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
        image: A photo to look like, or several of one thing.
        filters: What every hit must fulfil.
        limit: Hits on one page, 1 to 500.
        cursor: `next_cursor` of the page before; empty for the first page.
        user_id: The visitor, for a personal order.
        collapse: Whether of the variants of one thing (equal `group_id`) only the best is shown.
        literal: Words of the text, as typed, that are not to be corrected or read as anything; all
            of it when (ALL,).
        facets: Fields to count values of; see `core.FACETS`.
        photo_share: How much the photos count against the text, 0 to 1; None as set.
        avoid: What hits should not be like: ids of products, and photos. The products themselves
            are left out; to browse, that is all, as nothing is compared.
        sort: The order of what is relevant; of everything that passes the filters when there is
            neither text nor photo.
        diversity: How far hits must differ from those before them, 0 (not at all) to 1; None as
            set.
        relax: Whether filters are given up, one after the other, when nothing passes them all:
            `Page.relaxed` says which. That of merchants never is.

    Raises:
        InvalidQueryError: A number is out of range, the text too long, or a name unknown.
    """

    text: str = ""
    image: ImageSource | Photo | Sequence[ImageSource | Photo] | None = None
    filters: Filters = field(default_factory=Filters)
    limit: int = 20
    cursor: str = ""
    user_id: str = ""
    collapse: bool = True
    literal: tuple[str, ...] = ()
    facets: tuple[str, ...] = ("category", "brand", "merchant_id")
    photo_share: float | None = None
    avoid: tuple[str | Photo, ...] = ()
    sort: Sort = "relevance"
    diversity: float | None = None
    relax: bool = True

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
        if self.sort not in SORTS:
            raise InvalidQueryError("sort", f"one of {', '.join(SORTS)}", self.sort)
        for name in ("photo_share", "diversity"):
            share = getattr(self, name)
            if share is not None and not 0 <= share <= 1:
                raise InvalidQueryError(name, "a number from 0 to 1", share)
        if len(self.photos) > MAX_PHOTOS:
            raise InvalidQueryError("image", f"at most {MAX_PHOTOS} photos", len(self.photos))
        if isinstance(self.avoid, str) or not all(
            isinstance(each, (str, Photo)) for each in self.avoid
        ):
            raise InvalidQueryError("avoid", "a tuple of product ids and photos", self.avoid)

    @property
    def photos(self) -> tuple[Photo, ...]:
        """The photos to look like."""
        image = self.image
        if image is None:
            return ()
        several = image if isinstance(image, (list, tuple)) else (image,)
        return tuple(each if isinstance(each, Photo) else Photo(each) for each in several)


def _is_crop(crop: Crop) -> bool:
    if len(crop) != 4:
        return False
    left, top, right, bottom = crop
    return 0 <= left < right <= 1 and 0 <= top < bottom <= 1


SORTS: tuple[str, ...] = get_args(Sort)

FACETS = ("category", "brand", "merchant_id", "in_stock", "price")
"""Fields whose values a page can count."""
