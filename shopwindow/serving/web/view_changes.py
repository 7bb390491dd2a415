"""Small changes of a view, before its results are fetched again."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from shopwindow.serving.web.view_model import View
from shopwindow.serving.web.view_queries import parse_number, set_price_range
from shopwindow.values import Filters
from shopwindow.values.errors import InvalidQueryError

_SIDES = ("left", "top", "right", "bottom")


def update_choices(view: View, **choices: Any) -> View:
    """Return the view with some fields of its `ResultChoices` changed."""
    return replace(view, choices=replace(view.choices, **choices))


def toggle_price_range(filters: Filters, values: Mapping[str, Any]) -> Filters:
    """Return the filters with a price range set, or removed if it was set.

    Args:
        filters: The filters so far.
        values: "low" and "high"; empty for an open end.

    Raises:
        InvalidQueryError: They are not numbers, or the range is empty.
    """
    ends = {"price_min": values.get("low"), "price_max": values.get("high")}
    changed = set_price_range(filters, ends)
    return set_price_range(filters, {}) if changed == filters else changed


def crop_photo(view: View, values: Mapping[str, Any]) -> View:
    """Return the view with another crop of one of its photos.

    Args:
        view: The view.
        values: "value" is the photo's number, from 0; "left", "top", "right" and "bottom" are
            fractions of the upright photo, and missing for the whole photo.

    Raises:
        InvalidQueryError: There is no such photo, or the crop is empty or outside of it.
    """
    index = _find_photo(view, str(values.get("value", "")))
    left, top, right, bottom = (parse_number(side, values) for side in _SIDES)
    if left is None or top is None or right is None or bottom is None:
        crop = None
    else:
        crop = (left, top, right, bottom)
    photo = replace(view.photos[index], crop=crop)
    return replace(view, photos=(*view.photos[:index], photo, *view.photos[index + 1 :]))


def remove_photo(view: View, value: str) -> View:
    """Return the view without one of its photos.

    Args:
        view: The view.
        value: The photo's number, from 0.

    Raises:
        InvalidQueryError: There is no such photo.
    """
    index = _find_photo(view, value)
    return replace(view, photos=view.photos[:index] + view.photos[index + 1 :])


def _find_photo(view: View, value: str) -> int:
    numbers = [str(number) for number in range(len(view.photos))]
    if value not in numbers:
        expected = f"a photo's number, below {len(view.photos)}"
        raise InvalidQueryError("photo", expected, value)
    return numbers.index(value)
