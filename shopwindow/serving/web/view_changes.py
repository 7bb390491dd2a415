"""Small changes of a view, before it is answered anew."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from shopwindow.serving.web.view_model import View
from shopwindow.serving.web.view_queries import parse_number, set_price_range
from shopwindow.values import Filters
from shopwindow.values.errors import InvalidQueryError

_SIDES = ("left", "top", "right", "bottom")


def update_choices(view: View, **choices: Any) -> View:
    """Return the view with some of its choices changed."""
    return replace(view, choices=replace(view.choices, **choices))


def toggle_price_range(filters: Filters, values: Mapping[str, Any]) -> Filters:
    """Return the filters with a range of prices put on, or taken off if it was on.

    Args:
        filters: The filters so far.
        values: "low" and "high"; empty for an open end.

    Raises:
        InvalidQueryError: They are not numbers, or the range is empty.
    """
    ends = {"price_min": values.get("low"), "price_max": values.get("high")}
    after = set_price_range(filters, ends)
    return set_price_range(filters, {}) if after == filters else after


def crop_photo(view: View, values: Mapping[str, Any]) -> View:
    """Return the view with another part of one of its photos.

    Args:
        view: The view.
        values: "value" is the photo's number, from 0; "left", "top", "right" and "bottom" are
            shares of the upright photo, and none for the whole.

    Raises:
        InvalidQueryError: There is no such photo, or the part is empty or outside of it.
    """
    place = _place(view, str(values.get("value", "")))
    left, top, right, bottom = (parse_number(side, values) for side in _SIDES)
    if left is None or top is None or right is None or bottom is None:
        crop = None
    else:
        crop = (left, top, right, bottom)
    photo = replace(view.photos[place], crop=crop)
    return replace(view, photos=(*view.photos[:place], photo, *view.photos[place + 1 :]))


def remove_photo(view: View, value: str) -> View:
    """Return the view without one of its photos.

    Args:
        view: The view.
        value: The photo's number, from 0.

    Raises:
        InvalidQueryError: There is no such photo.
    """
    place = _place(view, value)
    return replace(view, photos=view.photos[:place] + view.photos[place + 1 :])


def _place(view: View, value: str) -> int:
    numbers = [str(number) for number in range(len(view.photos))]
    if value not in numbers:
        expected = f"a photo's number, below {len(view.photos)}"
        raise InvalidQueryError("photo", expected, value)
    return numbers.index(value)
