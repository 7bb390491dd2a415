"""What people were shown and what they did, as every part of Shopwindow sees it."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Literal, TypeAlias, get_args

from shopwindow.values.errors import InvalidEventError
from shopwindow.values.product import Product
from shopwindow.values.validation import MAX_ID_CHARS, Validator, are_plain_strings

EventKind: TypeAlias = Literal["impression", "click", "cart", "purchase", "like", "hide"]
Surface: TypeAlias = Literal["search", "similar", "feed", "store", "complements", "recent"]

EVENT_KINDS: tuple[str, ...] = get_args(EventKind)
SURFACES: tuple[str, ...] = get_args(Surface)
MAX_POSITION = 1_000_000_000
_PLACE = "a place from 1, or 0 when it is unknown"

_CHECK = Validator(InvalidEventError)
_PROBABILITY = "a number over 0, at most 1, or None"
_WORTH = "a number of zero or more, or None"
_REQUIRED = ("product_id", "event_id")
_TEXTS = (
    "product_id", "event_id", "user_id", "session_id", "query_id", "ranker", "ranker_version",
    "currency",
)  # fmt: skip


def _new_id() -> str:
    return uuid.uuid4().hex


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to one product: it was shown, clicked, bought, ...

    Attributes:
        kind: "impression" (shown), "click" (its page was opened), "cart", "purchase", "like" or
            "hide".
        product_id: The product's id in the catalogue.
        user_id: The visitor; empty when unknown.
        session_id: The visit; empty when unknown.
        query_id: `SearchResponse.query_id` of the answer it was shown in; empty when there was none.
        surface: Where: "search", "similar", "feed", "store" (a merchant's own page) or
            "complements" (what goes with a product) or "recent" (what was seen last).
        position: Its place in the answer, from 1, counted on over the answer's pages; 0 when
            unknown.
        propensity: Probability with which it was put at this place, over 0 to 1; None when
            unknown, or when nothing was left to chance.
        ranker: Name of what put it there.
        ranker_version: Version of the ranker; equal versions order alike.
        features: What the ranker saw of it, by name.
        value: What it was worth (the price paid), in `currency`, zero or more; None when unknown.
        currency: ISO 4217 code ("AED"); empty when unknown.
        time: When, with a time zone; kept in UTC.
        event_id: Names the event; a second one of the same name is the same event, sent again.

    Raises:
        InvalidEventError: A field has no sense; the error names it.
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
    time: datetime = field(default_factory=_now)
    event_id: str = field(default_factory=_new_id)

    def __post_init__(self) -> None:
        """Check the fields, freeze the features and put the time into UTC.

        Raises:
            InvalidEventError: See the class.
        """
        for name, checked in (*_texts(self), *_numbers(self)):
            object.__setattr__(self, name, checked)
        object.__setattr__(self, "features", MappingProxyType(_features(self.features)))
        object.__setattr__(self, "time", _CHECK.check_datetime("time", self.time).astimezone(UTC))

    def __reduce__(self) -> tuple[object, ...]:
        """Return what pickle rebuilds the event from: a read-only mapping cannot be pickled."""
        values = [getattr(self, name) for name in self.__slots__]
        plain = [dict(v) if isinstance(v, MappingProxyType) else v for v in values]
        return (Event, tuple(plain))


def fill_purchase_value(event: Event, product: Product) -> Event:
    """Return a purchase with what the product costs; any other event, or one unpriced, as it is.

    Args:
        event: What somebody did.
        product: With which product.
    """
    if event.kind != "purchase" or product.price is None:
        return event
    return replace(event, value=product.price, currency=product.currency)


def check_user_id(user_id: object) -> None:
    """Refuse what is no id, and an empty one, which would stand for everybody unknown.

    Raises:
        InvalidEventError: It is.
    """
    _CHECK.check_text("user_id", user_id, MAX_ID_CHARS, required=True)


def _texts(given: Event) -> Iterator[tuple[str, str]]:
    """Yield the checked texts that differ from those given, by name."""
    _CHECK.check_choice("kind", given.kind, EVENT_KINDS)
    _CHECK.check_choice("surface", given.surface, SURFACES)
    texts = [getattr(given, name) for name in _TEXTS]
    if (
        are_plain_strings(texts, MAX_ID_CHARS)
        and given.product_id.strip()
        and given.event_id.strip()
    ):
        return
    for name, text in zip(_TEXTS, texts, strict=True):
        yield name, _CHECK.check_text(name, text, MAX_ID_CHARS, required=name in _REQUIRED)


def _numbers(given: Event) -> Iterator[tuple[str, float | None]]:
    yield "position", _CHECK.check_integer("position", given.position, _PLACE, 0, MAX_POSITION)
    share = _CHECK.check_optional_number(
        "propensity", given.propensity, _PROBABILITY, _is_probability
    )
    yield "propensity", share
    yield "value", _CHECK.check_optional_number("value", given.value, _WORTH, lambda n: n >= 0)


def _is_probability(number: float) -> bool:
    return 0 < number <= 1


def _features(given: object) -> dict[str, float]:
    expected = "finite numbers by name"
    numbers = _CHECK.check_mapping("features", given, expected)
    return {name: _CHECK.check_number("features", each, expected) for name, each in numbers.items()}
