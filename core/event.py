"""What people were shown and what they did, as every part of Shopwindow sees it."""

import math
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from numbers import Real
from types import MappingProxyType
from typing import Literal, TypeAlias, get_args

from core.errors import InvalidEventError
from core.product import MAX_ID_CHARS, Product

EventKind: TypeAlias = Literal["impression", "click", "cart", "purchase", "like", "hide"]
Surface: TypeAlias = Literal["search", "similar", "feed", "store", "complements", "recent"]

EVENT_KINDS: tuple[str, ...] = get_args(EventKind)
SURFACES: tuple[str, ...] = get_args(Surface)
MAX_POSITION = 1_000_000_000

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
        query_id: `Page.query_id` of the answer it was shown in; empty when there was none.
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
        _check_names(self)
        _check_numbers(self)
        object.__setattr__(self, "features", MappingProxyType(_features(self.features)))
        object.__setattr__(self, "time", _in_utc(self.time))

    def __reduce__(self) -> tuple[object, ...]:
        """Return what pickle rebuilds the event from: a read-only mapping cannot be pickled."""
        values = [getattr(self, name) for name in self.__slots__]
        plain = [dict(v) if isinstance(v, MappingProxyType) else v for v in values]
        return (Event, tuple(plain))


def with_price(event: Event, product: Product) -> Event:
    """Return a purchase with what the product costs; any other event, or one unpriced, as it is.

    Args:
        event: What somebody did.
        product: With which product.
    """
    if event.kind != "purchase" or product.price is None:
        return event
    return replace(event, value=product.price, currency=product.currency)


def check_user(user_id: str) -> None:
    """Refuse an empty id, which would stand for everybody unknown.

    Raises:
        InvalidEventError: It is empty.
    """
    if not user_id:
        raise InvalidEventError("user_id", "a text that is not empty", user_id)


def _check_names(event: Event) -> None:
    if event.kind not in EVENT_KINDS:
        raise InvalidEventError("kind", f"one of {', '.join(EVENT_KINDS)}", event.kind)
    if event.surface not in SURFACES:
        raise InvalidEventError("surface", f"one of {', '.join(SURFACES)}", event.surface)
    for name in _TEXTS:
        text = getattr(event, name)
        if text == "":
            continue
        if not isinstance(text, str) or len(text) > MAX_ID_CHARS or not _is_storable(text):
            expected = f"a text of at most {MAX_ID_CHARS} characters, in valid Unicode, without NUL"
            raise InvalidEventError(name, expected, text)
    for name in ("product_id", "event_id"):
        if not getattr(event, name).strip():
            raise InvalidEventError(name, "a text that is not empty", getattr(event, name))


def _check_numbers(event: Event) -> None:
    place, share, value = event.position, event.propensity, event.value
    if isinstance(place, bool) or not isinstance(place, int) or not 0 <= place <= MAX_POSITION:
        raise InvalidEventError("position", "a place from 1, or 0 when it is unknown", place)
    if share is not None and not (_is_number(share) and 0 < share <= 1):
        raise InvalidEventError("propensity", "a number over 0, at most 1, or None", share)
    if value is not None and not (_is_number(value) and value >= 0):
        raise InvalidEventError("value", "a number of zero or more, or None", value)


def _features(features: Mapping[str, float]) -> dict[str, float]:
    if not isinstance(features, Mapping):
        raise InvalidEventError("features", "numbers by name", features)
    for name, number in features.items():
        if not (isinstance(name, str) and _is_storable(name) and _is_number(number)):
            raise InvalidEventError("features", "finite numbers by name", {name: number})
    return {name: float(number) for name, number in features.items()}


def _in_utc(time: datetime) -> datetime:
    if not isinstance(time, datetime) or time.tzinfo is None:
        raise InvalidEventError("time", "a time with a zone", time)
    try:
        return time.astimezone(UTC)
    except OverflowError as exc:
        raise InvalidEventError("time", "a time of the years 1 to 9999 in UTC", time) from exc


def _is_number(number: object) -> bool:
    if type(number) is float:  # nearly always; asking for `Real` takes ten times as long
        return math.isfinite(number)
    if isinstance(number, bool) or not isinstance(number, Real):
        return False
    try:
        return math.isfinite(number)
    except OverflowError:  # a whole number beyond the range of floats
        return False


def _is_storable(text: str) -> bool:
    if text.isascii():
        return "\0" not in text
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:  # half of a surrogate pair
        return False
    return "\0" not in text
