"""Queries: text and photos to search for, filters, and how to rank."""

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
"""A photo: path, http(s) address, the bytes of a file, or a PIL image."""

Sort: TypeAlias = Literal["relevance", "price_asc", "price_desc", "newest", "popular"]
"""Sort orders of hits. All but the first put products that lack the value last."""

MAX_LIMIT = 500
MAX_QUERY_IMAGES = 10
MAX_TEXT_CHARS = 2000
MAX_NEGATIVE_EXAMPLES = 500
MAX_CURSOR_CHARS = 4_000_000
"""Maximum length of a cursor, which holds 4 bytes for each product already shown."""

WHOLE_TEXT = "*"
"""In `Query.verbatim`: the whole text is taken verbatim."""


Crop: TypeAlias = tuple[float, float, float, float]
"""Region of a photo: left, top, right and bottom as fractions of width and height, 0 to 1."""

_VALIDATOR = Validator(InvalidQueryError)
_NON_NEGATIVE = ("a number of zero or more", lambda n: n >= 0)
_ZERO_TO_ONE = ("a number from 0 to 1", lambda n: 0 <= n <= 1)
_EXPECTED_ATTRIBUTES = "one text or several by name"
_MERCHANT_REMEDY = "For the products of all merchants leave it out"


@dataclass(frozen=True, slots=True)
class QueryImage:
    """A query photo, or a region of one.

    Attributes:
        source: The photo.
        crop: The region to search with; None for the whole photo.
        weight: Weight among the photos of the query, greater than 0.

    Raises:
        InvalidQueryError: The source is not a photo, the crop is empty or outside the photo, or
            the weight is not above 0.
    """

    source: ImageSource
    crop: Crop | None = None
    weight: float = 1.0

    def __post_init__(self) -> None:
        """Validate source, crop and weight.

        Raises:
            InvalidQueryError: See the class.
        """
        _validate_source(self.source)
        if self.crop is not None:
            object.__setattr__(self, "crop", _validate_crop(self.crop))
        weight = _VALIDATOR.check_number("weight", self.weight, "a number above 0", lambda n: n > 0)
        object.__setattr__(self, "weight", weight)


def as_tuple(value: str | tuple[str, ...]) -> tuple[str, ...]:
    """Return the values of a filter that takes one value or several."""
    return (value,) if isinstance(value, str) else tuple(value)


@dataclass(frozen=True, slots=True)
class Filters:
    """Conditions that every hit must meet; the engine applies them during retrieval.

    Attributes:
        category: A node of the category tree: its name ("Dresses"), or its path
            ("Clothing > Dresses"). Subcategories match too. Case-insensitive.
        brand: One brand, or several of which one must match. Case-insensitive.
        merchant_id: One merchant, or several; an empty id is refused because it is ambiguous: it
            could mean nobody's products, or everybody's.
        price_min: Lowest price, inclusive; products without a price are left out.
        price_max: Highest price, inclusive; products without a price are left out.
        currency: ISO code of `price_min` and `price_max`, and empty for the catalogue's base
            currency. Prices in other currencies are compared by the exchange rates.
        in_stock: True for products in stock, False for those out of stock, None for both.
        attributes: Values that must match: {"color": "red"}, or {"color": ("red", "blue")}.
        created_since: Only products that entered the catalogue at this time or later.
        group_id: Only the variants of one group; they are then not collapsed.

    Raises:
        InvalidQueryError: A price is negative or not a number, the price range is empty, a
            merchant id is empty, or a value is of the wrong type.
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
    currency: str = ""

    def __post_init__(self) -> None:
        """Validate each value and the price range; a list becomes a tuple.

        Raises:
            InvalidQueryError: See the class.
        """
        for name, value in _validate_filters(self).items():
            object.__setattr__(self, name, value)
        low, high = self.price_min, self.price_max
        if low is not None and high is not None and low > high:
            raise InvalidQueryError("price_max", f"at least price_min ({low:g})", high)


@dataclass(frozen=True, slots=True)
class Query:
    """One search: by text, by photos, by both, or by filters only (browsing).

    Attributes:
        text: Search text in any language that the encoder and the text analyzer support.
        image: A photo to find similar products to, or several photos of one item.
        filters: Conditions that every hit must meet.
        limit: Hits per page, 1 to 500.
        cursor: `next_cursor` of the previous page; empty for the first page.
        user_id: The visitor to personalize for; empty for none.
        collapse: Whether only the best variant of each group (equal `group_id`) is shown.
        verbatim: Words of the text, as typed, that are neither corrected nor interpreted;
            `(WHOLE_TEXT,)` for the whole text.
        facets: Fields to count values of; see `FACETS`.
        image_weight: Weight of the photos against the text, 0 to 1; None takes the setting.
        negative_examples: Product ids and photos that hits should not be similar to. The products
            themselves are left out; when browsing that is the only effect, as nothing is scored.
        sort: Order of the relevant products; of all that pass the filters when there is neither
            text nor photo.
        diversity: How strongly hits must differ from those ranked above them, 0 (not at all) to 1;
            None takes the setting.
        relax: Whether filters are dropped one by one when no product passes them all;
            `SearchResponse.relaxed` names those dropped. The merchant filter never is.

    Raises:
        InvalidQueryError: A number is out of range, a text too long or not valid Unicode, a name
            unknown, or a value is of the wrong type.
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
        """Validate each value; a list becomes a tuple.

        Raises:
            InvalidQueryError: See the class.
        """
        for name, value in _validate_query(self).items():
            object.__setattr__(self, name, value)
        if len(self.images) > MAX_QUERY_IMAGES:
            raise InvalidQueryError("image", f"at most {MAX_QUERY_IMAGES} photos", len(self.images))

    @property
    def images(self) -> tuple[QueryImage, ...]:
        """The photos to find similar products to, in the order given; empty without any."""
        if self.image is None:
            return ()
        images = self.image if isinstance(self.image, (list, tuple)) else (self.image,)
        return tuple(
            image if isinstance(image, QueryImage) else QueryImage(image) for image in images
        )


def _validate_source(source: object) -> None:
    """Check that a value can name or hold a photo; whether it does is seen when it is decoded.

    Raises:
        InvalidQueryError: It is of another type, or a path that no file system could have.
    """
    if isinstance(source, (bytes, Image.Image)):
        return
    expected = "a path, an http(s) address, the bytes of a file, or a PIL image"
    if not isinstance(source, (str, Path)):
        raise InvalidQueryError("image", expected, source)
    try:
        is_path = b"\0" not in os.fsencode(source)  # file names need not be valid Unicode
    except UnicodeEncodeError:
        is_path = False
    if not is_path:
        raise InvalidQueryError("image", expected, source)


def _validate_crop(crop: object) -> Crop:
    expected = "left, top, right, bottom as fractions from 0 to 1, left < right, top < bottom"
    if not isinstance(crop, (tuple, list)) or len(crop) != 4:
        raise InvalidQueryError("crop", expected, crop)
    left, top, right, bottom = (
        _VALIDATOR.check_number("crop", edge, expected, lambda n: 0 <= n <= 1) for edge in crop
    )
    if not (left < right and top < bottom):
        raise InvalidQueryError("crop", expected, crop)
    return left, top, right, bottom


def _validate_filters(filters: Filters) -> dict[str, object]:
    """Return the validated values by field name."""
    check = _VALIDATOR
    since, in_stock = filters.created_since, filters.in_stock
    return {
        "category": check.check_text("category", filters.category, MAX_TEXT_CHARS),
        "brand": _validate_text_or_texts("brand", filters.brand),
        "merchant_id": _validate_merchants(filters.merchant_id),
        "price_min": check.check_optional_number("price_min", filters.price_min, *_NON_NEGATIVE),
        "price_max": check.check_optional_number("price_max", filters.price_max, *_NON_NEGATIVE),
        "in_stock": in_stock if in_stock is None else check.check_bool("in_stock", in_stock),
        "attributes": _validate_attributes(filters.attributes),
        "created_since": since if since is None else check.check_datetime("created_since", since),
        "group_id": check.check_text("group_id", filters.group_id, MAX_TEXT_CHARS),
        "currency": _validate_currency(filters.currency) if filters.currency else "",
    }


def _validate_currency(value: object) -> str:
    code = _VALIDATOR.check_text("currency", value, MAX_TEXT_CHARS).strip().upper()
    if code and not (len(code) == 3 and code.isascii() and code.isalpha()):
        raise InvalidQueryError("currency", "an ISO 4217 code such as AED", value)
    return code


def _validate_text_or_texts(name: str, value: object) -> str | tuple[str, ...]:
    if isinstance(value, str):
        return _VALIDATOR.check_text(name, value, MAX_TEXT_CHARS)
    return _VALIDATOR.check_texts(name, value, MAX_TEXT_CHARS)


def _validate_attributes(value: object) -> dict[str, str | tuple[str, ...]]:
    attributes = {
        name: _validate_text_or_texts("attributes", texts)
        for name, texts in _VALIDATOR.check_mapping(
            "attributes", value, _EXPECTED_ATTRIBUTES
        ).items()
    }
    # An empty tuple matches any value, as it does for brands.
    return {name: texts for name, texts in attributes.items() if texts != ()}


def _validate_merchants(value: object) -> str | tuple[str, ...]:
    merchants = _validate_text_or_texts("merchant_id", value)
    if not all(merchant.strip() for merchant in as_tuple(merchants)):
        raise InvalidQueryError("merchant_id", "ids that are not empty", value, _MERCHANT_REMEDY)
    return merchants


def _validate_query(query: Query) -> dict[str, object]:
    """Return the validated values by field name; `Query.images` validates the photos.

    Raises:
        InvalidQueryError: See `Query`.
    """
    check = _VALIDATOR
    if not isinstance(query.filters, Filters):
        raise InvalidQueryError("filters", "a Filters value", query.filters)
    unknown = set(facets := check.check_texts("facets", query.facets)) - set(FACETS)
    if unknown:
        raise InvalidQueryError("facets", f"some of {', '.join(FACETS)}", sorted(unknown))
    return {
        "text": check.check_text("text", query.text, MAX_TEXT_CHARS),
        "limit": check.check_integer("limit", query.limit, f"1 to {MAX_LIMIT}", 1, MAX_LIMIT),
        "cursor": check.check_text("cursor", query.cursor, MAX_CURSOR_CHARS),
        "user_id": check.check_text("user_id", query.user_id, MAX_TEXT_CHARS),
        "collapse": check.check_bool("collapse", query.collapse),
        "verbatim": check.check_texts("verbatim", query.verbatim, MAX_TEXT_CHARS),
        "facets": facets,
        "image_weight": check.check_optional_number(
            "image_weight", query.image_weight, *_ZERO_TO_ONE
        ),
        "negative_examples": _validate_negative_examples(query.negative_examples),
        "sort": check.check_choice("sort", query.sort, SORTS),
        "diversity": check.check_optional_number("diversity", query.diversity, *_ZERO_TO_ONE),
        "relax": check.check_bool("relax", query.relax),
    }


def _validate_negative_examples(value: object) -> tuple[str | QueryImage, ...]:
    expected = "a tuple of product ids and photos"
    if not isinstance(value, (tuple, list)):
        raise InvalidQueryError("negative_examples", expected, value)
    if len(value) > MAX_NEGATIVE_EXAMPLES:
        raise InvalidQueryError("negative_examples", f"at most {MAX_NEGATIVE_EXAMPLES}", len(value))
    if not all(isinstance(example, (str, QueryImage)) for example in value):
        raise InvalidQueryError("negative_examples", expected, value)
    product_ids = [example for example in value if isinstance(example, str)]
    _VALIDATOR.check_texts("negative_examples", product_ids, MAX_ID_CHARS, required=True)
    return tuple(value)


SORTS: tuple[str, ...] = get_args(Sort)

FACETS = ("category", "brand", "merchant_id", "in_stock", "price")
"""Fields whose values a response can count."""
