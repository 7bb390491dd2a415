"""Events: what visitors were shown and how they interacted with it."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Literal, TypeAlias, get_args

from shopwindow.values.errors import InvalidEventError
from shopwindow.values.product import Product
from shopwindow.values.validation import MAX_ID_CHARS, Validator, are_plain_strings

EventKind: TypeAlias = Literal["impression", "click", "cart", "purchase", "like", "hide", "return"]
Surface: TypeAlias = Literal["search", "similar", "feed", "store", "complements", "recent"]

EVENT_KINDS: tuple[str, ...] = get_args(EventKind)
NEGATIVE_KINDS = frozenset({"hide", "return"})
"""Kinds of interactions that speak against a product."""

SURFACES: tuple[str, ...] = get_args(Surface)
MAX_POSITION = 1_000_000_000
MAX_DWELL_MS = 10**12
_EXPECTED_POSITION = "a position from 1, or 0 when it is unknown"

_VALIDATOR = Validator(InvalidEventError)
_EXPECTED_PROPENSITY = "a number over 0, at most 1, or None"
_EXPECTED_VALUE = "a number of zero or more, or None"
_REQUIRED_FIELDS = ("product_id", "event_id")
_TEXT_FIELDS = (
    "product_id", "event_id", "user_id", "session_id", "query_id", "ranker", "ranker_version",
    "currency",
)  # fmt: skip


def _generate_id() -> str:
    return uuid.uuid4().hex


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Event:
    """One impression of, or interaction with, one product.

    Attributes:
        kind: "impression" (shown), "click" (its page was opened), "cart", "purchase", "like",
            "hide" or "return" (what was bought came back).
        product_id: The product's id in the catalogue.
        user_id: The visitor; empty when unknown.
        session_id: The visit; empty when unknown.
        query_id: `SearchResponse.query_id` of the response that showed it; empty when there was
            none.
        surface: Where it happened: "search", "similar", "feed" (recommendations), "store" (a
            merchant's own page), "complements" (complementary products) or "recent" (recently
            viewed).
        position: Rank in the response, from 1, counted across its pages; 0 when unknown.
        propensity: Probability, over 0 to 1, with which the product was put at this position; None
            when unknown, or when the ranking was deterministic.
        ranker: Name of the ranker that placed it.
        ranker_version: Version of the ranker; equal versions rank alike.
        features: Feature values that the ranker saw, by name.
        value: Monetary value (the price paid; of a return, what was refunded), in `currency`, zero
            or more; None when unknown.
        currency: ISO 4217 code ("AED"); empty when unknown.
        time: When it happened, with a time zone; stored in UTC.
        event_id: Unique id; a second event with the same id is a duplicate of the first.
        dwell_ms: Milliseconds for which the product was looked at, zero or more; None when unknown.

    Raises:
        InvalidEventError: A field is invalid; the error names it.
    """

    kind: EventKind
    product_id: str
    user_id: str = ""
    session_id: str = ""
    query_id: str = ""
    surface: Surface = "search"
    position: int = 0
    propensity: float | None = None
    ranker: str = ""
    ranker_version: str = ""
    features: Mapping[str, float] = field(default_factory=dict)
    value: float | None = None
    currency: str = ""
    time: datetime = field(default_factory=_utc_now)
    event_id: str = field(default_factory=_generate_id)
    dwell_ms: int | None = None

    def __post_init__(self) -> None:
        """Validate the fields, freeze the features and convert the time to UTC.

        Raises:
            InvalidEventError: See the class.
        """
        for name, value in (*_validate_texts(self), *_validate_numbers(self)):
            object.__setattr__(self, name, value)
        object.__setattr__(self, "features", MappingProxyType(_validate_features(self.features)))
        object.__setattr__(
            self, "time", _VALIDATOR.check_datetime("time", self.time).astimezone(UTC)
        )

    def __reduce__(self) -> tuple[object, ...]:
        """Return how to unpickle the event: read-only mappings are pickled as dictionaries."""
        values = [getattr(self, name) for name in self.__slots__]
        plain_values = [dict(v) if isinstance(v, MappingProxyType) else v for v in values]
        return (Event, tuple(plain_values))


def fill_purchase_value(event: Event, product: Product) -> Event:
    """Return a purchase with the product's price as its value; other events unchanged.

    Args:
        event: The event; a purchase is unchanged too if the product has no price.
        product: The product of the event.
    """
    if event.kind != "purchase" or product.price is None:
        return event
    return replace(event, value=product.price, currency=product.currency)


def check_user_id(user_id: object) -> None:
    """Check that a user id identifies one visitor; an empty one would mean every unknown visitor.

    Raises:
        InvalidEventError: It is not a string, is empty, or is too long.
    """
    _VALIDATOR.check_text("user_id", user_id, MAX_ID_CHARS, required=True)


def _validate_texts(event: Event) -> Iterator[tuple[str, str]]:
    """Yield the validated texts by field name; nothing when all are plain strings already."""
    _VALIDATOR.check_choice("kind", event.kind, EVENT_KINDS)
    _VALIDATOR.check_choice("surface", event.surface, SURFACES)
    texts = [getattr(event, name) for name in _TEXT_FIELDS]
    if (
        are_plain_strings(texts, MAX_ID_CHARS)
        and event.product_id.strip()
        and event.event_id.strip()
    ):
        return
    for name, text in zip(_TEXT_FIELDS, texts, strict=True):
        yield (
            name,
            _VALIDATOR.check_text(name, text, MAX_ID_CHARS, required=name in _REQUIRED_FIELDS),
        )


def _validate_numbers(event: Event) -> Iterator[tuple[str, float | None]]:
    """Yield the validated numbers by field name."""
    position = _VALIDATOR.check_integer(
        "position", event.position, _EXPECTED_POSITION, 0, MAX_POSITION
    )
    yield "position", position
    propensity = _VALIDATOR.check_optional_number(
        "propensity", event.propensity, _EXPECTED_PROPENSITY, _is_probability
    )
    yield "propensity", propensity
    value = _VALIDATOR.check_optional_number(
        "value", event.value, _EXPECTED_VALUE, lambda n: n >= 0
    )
    yield "value", value
    if event.dwell_ms is not None:
        expected = "whole milliseconds of zero or more, or None"
        dwell_ms = _VALIDATOR.check_integer("dwell_ms", event.dwell_ms, expected, 0, MAX_DWELL_MS)
        yield "dwell_ms", dwell_ms


def _is_probability(number: float) -> bool:
    return 0 < number <= 1


def _validate_features(value: object) -> dict[str, float]:
    expected = "finite numbers by name"
    features = _VALIDATOR.check_mapping("features", value, expected)
    return {
        name: _VALIDATOR.check_number("features", number, expected)
        for name, number in features.items()
    }
