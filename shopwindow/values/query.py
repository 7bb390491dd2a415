"""What is asked of a search."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from PIL import Image

from shopwindow.values.errors import InvalidQueryError
from shopwindow.values.validation import MAX_ID_CHARS, Validator

ImageSource: TypeAlias = str | Path | bytes | Image.Image
"""A photo: path, http(s) address, the bytes of a file, or a PIL picture."""

Sort: TypeAlias = Literal["relevance", "price_asc", "price_desc", "newest", "popular"]
"""Orders of an answer. All but the first put products that lack the value last."""

MAX_LIMIT = 500
MAX_QUERY_IMAGES = 10
MAX_TEXT_CHARS = 2000
MAX_NEGATIVE_EXAMPLES = 500
MAX_CURSOR_CHARS = 4_000_000
"""Characters of a cursor: it names what was shown, 4 bytes for each product."""

WHOLE_TEXT = "*"
"""In `Query.verbatim`: the whole text."""


Crop: TypeAlias = tuple[float, float, float, float]
"""A part of a photo: left, top, right and bottom as shares of width and height, from 0 to 1."""

_CHECK = Validator(InvalidQueryError)
_PRICE = ("a number of zero or more", lambda n: n >= 0)
_SHARE = ("a number from 0 to 1", lambda n: 0 <= n <= 1)
_VALUES = "one text or several by name"
_ALL_MERCHANTS = "For the products of all merchants leave it out"


@dataclass(frozen=True, slots=True)
class QueryImage:
    """A photo of a query, or a part of one.

    Attributes:
        source: The photo.
        crop: The part that counts; None for the whole.
        weight: How much it counts among several photos, greater than 0.

    Raises:
        InvalidQueryError: The source is no photo, the crop is empty or outside the photo, or the
            weight is not above 0.
    """

    source: ImageSource
    crop: Crop | None = None
    weight: float = 1.0

    def __post_init__(self) -> None:
        """Check source, crop and weight.

        Raises:
            InvalidQueryError: See the class.
        """
        _check_source(self.source)
        if self.crop is not None:
            object.__setattr__(self, "crop", _checked_crop(self.crop))
        weight = _CHECK.check_number("weight", self.weight, "a number above 0", lambda n: n > 0)
        object.__setattr__(self, "weight", weight)


def as_tuple(value: str | tuple[str, ...]) -> tuple[str, ...]:
    """Return what a filter is given for: one value, or several."""
    return (value,) if isinstance(value, str) else tuple(value)


@dataclass(frozen=True, slots=True)
class Filters:
    """What every hit must fulfil; the engine applies them while it searches.

    Attributes:
        category: A node of the category tree: its name ("Dresses"), or its path
            ("Clothing > Dresses"). Everything below it counts. Case does not matter.
        brand: One brand, or several of which one must match. Case does not matter.
        merchant_id: One merchant, or several; an empty one is refused, as it would not mean what it
            seems to: nobody's products, or everybody's.
        price_min: Least price, inclusive; products without a price are left out.
        price_max: Greatest price, inclusive; products without a price are left out.
        in_stock: True for what can be bought now, False for what cannot, None for both.
        attributes: Values that must match: {"color": "red"}, or {"color": ("red", "blue")}.
        created_since: Products that entered the catalogue at this time or later.
        group_id: Only the variants of one thing; they are then not collapsed.

    Raises:
        InvalidQueryError: A price is negative or not a number, the range is empty, a merchant is
            empty, or a value is not what its field takes.
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
        """Check each value, and the range; a list becomes a tuple.

        Raises:
            InvalidQueryError: See the class.
        """
        for name, checked in _checked_filters(self).items():
            object.__setattr__(self, name, checked)
        low, high = self.price_min, self.price_max
        if low is not None and high is not None and low > high:
            raise InvalidQueryError("price_max", f"at least price_min ({low:g})", high)


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
        verbatim: Words of the text, as typed, that are not to be corrected or read as anything; all
            of it when (ALL,).
        facets: Fields to count values of; see `core.FACETS`.
        image_weight: How much the photos count against the text, 0 to 1; None as set.
        negative_examples: What hits should not be like: ids of products, and photos. The products themselves
            are left out; to browse, that is all, as nothing is compared.
        sort: The order of what is relevant; of everything that passes the filters when there is
            neither text nor photo.
        diversity: How far hits must differ from those before them, 0 (not at all) to 1; None as
            set.
        relax: Whether filters are given up, one after the other, when nothing passes them all:
            `SearchResponse.relaxed` says which. That of merchants never is.

    Raises:
        InvalidQueryError: A number is out of range, a text too long or not valid Unicode, a name
            unknown, or a value is not what its field takes.
    """

    text: str = ""
    image: ImageSource | QueryImage | Sequence[ImageSource | QueryImage] | None = None
    filters: Filters = field(default_factory=Filters)
    limit: int = 20
    cursor: str = ""
    user_id: str = ""
    collapse: bool = True
    verbatim: tuple[str, ...] = ()
    facets: tuple[str, ...] = ("category", "brand", "merchant_id")
    image_weight: float | None = None
    negative_examples: tuple[str | QueryImage, ...] = ()
    sort: Sort = "relevance"
    diversity: float | None = None
    relax: bool = True

    def __post_init__(self) -> None:
        """Check each value; a list becomes a tuple.

        Raises:
            InvalidQueryError: See the class.
        """
        for name, checked in _checked_query(self).items():
            object.__setattr__(self, name, checked)
        if len(self.images) > MAX_QUERY_IMAGES:
            raise InvalidQueryError("image", f"at most {MAX_QUERY_IMAGES} photos", len(self.images))

    @property
    def images(self) -> tuple[QueryImage, ...]:
        """The photos to look like."""
        image = self.image
        if image is None:
            return ()
        several = image if isinstance(image, (list, tuple)) else (image,)
        return tuple(each if isinstance(each, QueryImage) else QueryImage(each) for each in several)


def _check_source(source: object) -> None:
    """Refuse what is no photo, or a path that no system could have.

    Raises:
        InvalidQueryError: It is.
    """
    if isinstance(source, (bytes, Image.Image)):
        return
    expected = "a path, an http(s) address, the bytes of a file, or a PIL picture"
    if not isinstance(source, (str, Path)):
        raise InvalidQueryError("image", expected, source)
    try:
        is_path = b"\0" not in os.fsencode(source)  # names of files need not be valid Unicode
    except UnicodeEncodeError:
        is_path = False
    if not is_path:
        raise InvalidQueryError("image", expected, source)


def _checked_crop(crop: object) -> Crop:
    expected = "left, top, right, bottom as shares from 0 to 1, left < right, top < bottom"
    if not isinstance(crop, (tuple, list)) or len(crop) != 4:
        raise InvalidQueryError("crop", expected, crop)
    sides = [_CHECK.check_number("crop", side, expected, lambda n: 0 <= n <= 1) for side in crop]
    left, top, right, bottom = sides
    if not (left < right and top < bottom):
        raise InvalidQueryError("crop", expected, crop)
    return left, top, right, bottom


def _checked_filters(given: Filters) -> dict[str, object]:
    since, in_stock = given.created_since, given.in_stock
    return {
        "category": _CHECK.check_text("category", given.category, MAX_TEXT_CHARS),
        "brand": _one_or_several("brand", given.brand),
        "merchant_id": _merchants(given.merchant_id),
        "price_min": _CHECK.check_optional_number("price_min", given.price_min, *_PRICE),
        "price_max": _CHECK.check_optional_number("price_max", given.price_max, *_PRICE),
        "in_stock": in_stock if in_stock is None else _CHECK.check_bool("in_stock", in_stock),
        "attributes": _attributes(given.attributes),
        "created_since": since if since is None else _CHECK.check_datetime("created_since", since),
        "group_id": _CHECK.check_text("group_id", given.group_id, MAX_TEXT_CHARS),
    }


def _one_or_several(name: str, value: object) -> str | tuple[str, ...]:
    if isinstance(value, str):
        return _CHECK.check_text(name, value, MAX_TEXT_CHARS)
    return _CHECK.check_texts(name, value, MAX_TEXT_CHARS)


def _attributes(value: object) -> dict[str, str | tuple[str, ...]]:
    given = _CHECK.check_mapping("attributes", value, _VALUES)
    found = {name: _one_or_several("attributes", each) for name, each in given.items()}
    return {name: each for name, each in found.items() if each != ()}  # as for brands: any


def _merchants(value: object) -> str | tuple[str, ...]:
    checked = _one_or_several("merchant_id", value)
    if not all(each.strip() for each in as_tuple(checked)):
        raise InvalidQueryError("merchant_id", "ids that are not empty", value, _ALL_MERCHANTS)
    return checked


def _checked_query(given: Query) -> dict[str, object]:
    if not isinstance(given.filters, Filters):
        raise InvalidQueryError("filters", "core.Filters", given.filters)
    unknown = set(facets := _CHECK.check_texts("facets", given.facets)) - set(FACETS)
    if unknown:
        raise InvalidQueryError("facets", f"some of {', '.join(FACETS)}", sorted(unknown))
    return {
        "text": _CHECK.check_text("text", given.text, MAX_TEXT_CHARS),
        "limit": _CHECK.check_integer("limit", given.limit, f"1 to {MAX_LIMIT}", 1, MAX_LIMIT),
        "cursor": _CHECK.check_text("cursor", given.cursor, MAX_CURSOR_CHARS),
        "user_id": _CHECK.check_text("user_id", given.user_id, MAX_TEXT_CHARS),
        "collapse": _CHECK.check_bool("collapse", given.collapse),
        "verbatim": _CHECK.check_texts("verbatim", given.verbatim, MAX_TEXT_CHARS),
        "facets": facets,
        "image_weight": _CHECK.check_optional_number("image_weight", given.image_weight, *_SHARE),
        "negative_examples": _avoided(given.negative_examples),
        "sort": _CHECK.check_choice("sort", given.sort, SORTS),
        "diversity": _CHECK.check_optional_number("diversity", given.diversity, *_SHARE),
        "relax": _CHECK.check_bool("relax", given.relax),
    }


def _avoided(value: object) -> tuple[str | QueryImage, ...]:
    expected = "a tuple of product ids and photos"
    if not isinstance(value, (tuple, list)):
        raise InvalidQueryError("negative_examples", expected, value)
    if len(value) > MAX_NEGATIVE_EXAMPLES:
        raise InvalidQueryError("negative_examples", f"at most {MAX_NEGATIVE_EXAMPLES}", len(value))
    if not all(isinstance(each, (str, QueryImage)) for each in value):
        raise InvalidQueryError("negative_examples", expected, value)
    ids = [each for each in value if isinstance(each, str)]
    _CHECK.check_texts("negative_examples", ids, MAX_ID_CHARS, required=True)
    return tuple(value)


SORTS: tuple[str, ...] = get_args(Sort)

FACETS = ("category", "brand", "merchant_id", "in_stock", "price")
"""Fields whose values a page can count."""
