"""Events: which fields they refuse, and that they are immutable."""

import math
import pickle
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import numpy as np
import pytest

from shopwindow.values import Event, Product
from shopwindow.values.errors import InvalidEventError, InvalidValueError
from shopwindow.values.event import check_user_id, fill_purchase_value

INVALID_FIELDS: dict[str, tuple[dict[str, Any], str]] = {
    "kind": ({"kind": "view"}, "kind: expected one of impression, click"),
    "surface": ({"surface": "shop"}, "surface: expected one of search"),
    "blank product": ({"product_id": " "}, "product_id: expected a text that is not empty"),
    "product no text": ({"product_id": 5}, "product_id: expected a text"),
    "long user": ({"user_id": "u" * 513}, "user_id: expected a text of at most 512"),
    "half a surrogate": ({"query_id": "\ud800"}, "query_id: .*valid Unicode"),
    "NUL": ({"user_id": "a\0b"}, "user_id: .*without NUL"),
    "no event id": ({"event_id": ""}, "event_id: expected a text that is not empty"),
    "position under 0": ({"position": -1}, "position: expected a position from 1"),
    "position true": ({"position": True}, "position: expected"),
    "position no whole": ({"position": 1.0}, "position: expected"),
    "position too great": ({"position": 10**10}, "position: expected"),
    "dwell below zero": ({"dwell_ms": -1}, "dwell_ms: expected whole milliseconds"),
    "dwell of parts": ({"dwell_ms": 1.5}, "dwell_ms: expected a whole number"),
    "propensity 0": ({"propensity": 0.0}, "propensity: expected a number over 0"),
    "propensity over 1": ({"propensity": 1.01}, "propensity: expected"),
    "propensity nan": ({"propensity": math.nan}, "propensity: expected"),
    "value under 0": ({"value": -0.01}, "value: expected a number of zero or more"),
    "value infinite": ({"value": math.inf}, "value: expected"),
    "value beyond floats": ({"value": 10**400}, "value: expected"),
    "features no mapping": ({"features": [1]}, "features: expected finite numbers by name"),
    "feature nan": ({"features": {"a": math.nan}}, "features: expected finite numbers"),
    "feature text": ({"features": {"a": "1"}}, "features: expected finite numbers"),
    "naive time": ({"time": datetime(2026, 1, 1)}, "time: expected a time with a zone"),
    "no time": ({"time": "2026-01-01"}, "time: expected a time with a zone"),
    "before the year 1": (
        {"time": datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=4)))}, "years 1 to 9999",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("values", "message"), INVALID_FIELDS.values(), ids=INVALID_FIELDS)
def test_an_invalid_field_is_refused_by_name(values: dict[str, Any], message: str) -> None:
    fields = {"kind": "click", "product_id": "sku-1"} | values
    with pytest.raises(InvalidEventError, match=message) as caught:
        Event(**fields)
    assert isinstance(caught.value, InvalidValueError)


def test_each_event_has_a_unique_id_and_the_time_of_its_creation() -> None:
    before = datetime.now(UTC)
    first, second = Event("click", "sku-1"), Event("click", "sku-1")
    assert first.event_id != second.event_id
    assert len(first.event_id) == 32
    assert before <= first.time <= second.time <= datetime.now(UTC)


def test_the_time_is_converted_to_utc() -> None:
    abu_dhabi = timezone(timedelta(hours=4))
    event = Event("purchase", "sku-1", time=datetime(2026, 3, 1, 2, 0, tzinfo=abu_dhabi))
    assert event.time.isoformat() == "2026-02-28T22:00:00+00:00"


def test_features_are_a_read_only_copy_of_plain_numbers() -> None:
    features = {"lexical": np.float32(0.5)}
    event = Event("impression", "sku-1", features=features)  # type: ignore[arg-type]
    features["lexical"] = np.float32(9)
    assert event.features == {"lexical": 0.5}
    assert type(event.features["lexical"]) is float
    with pytest.raises(TypeError, match="does not support item assignment"):
        event.features["lexical"] = 1.0  # type: ignore[index]


def test_an_event_survives_pickling() -> None:
    event = Event("like", "sku-1", features={"a": 1.5}, propensity=0.25, value=3.0, dwell_ms=0)
    assert pickle.loads(pickle.dumps(event)) == event


def test_only_purchases_of_priced_products_get_a_value() -> None:
    lamp = Product("sku-1", "Lamp", price=80.0, currency="AED")
    purchase = Event("purchase", "sku-1", user_id="u", position=3, features={"dense": 0.5})
    valued = fill_purchase_value(purchase, lamp)
    assert (valued.value, valued.currency) == (80.0, "AED")
    assert replace(valued, value=None, currency="") == purchase
    assert fill_purchase_value(purchase, Product("sku-1", "Lamp")) == purchase
    like = Event("like", "sku-1")
    assert fill_purchase_value(like, lamp) == like


def test_an_empty_user_id_is_refused() -> None:
    check_user_id("u")
    with pytest.raises(InvalidEventError, match="user_id: expected a text that is not empty"):
        check_user_id("")
