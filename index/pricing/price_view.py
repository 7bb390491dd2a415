"""What the prices of a catalogue are worth at one moment, in one currency."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from index.field_rows import FieldRows
from index.pricing.price_range import PriceRange, ProductCondition
from index.store.points import AnyOf, Condition, In, IsEmpty, OrderBy, Point, Range

PRICE = "price"
"""Payload field of the price outside of a sale with a window, in the product's own currency."""

CURRENCY = "currency"
SALE_PRICE = "sale_price"
SALE_START = "sale_start"
SALE_END = "sale_end"
"""Payload fields of a sale with a window: seconds since 1970, inclusive, open sides far away."""

OPEN_START, OPEN_END = 0.0, 1e11
PRICE_FIELDS = (PRICE, CURRENCY, SALE_PRICE, SALE_START, SALE_END)

_MARGIN = 1e-9
"""Share of a price that is far above rounding errors and far below the least step of prices."""

_NOTHING = In(CURRENCY, ("none",))
"""No product has it: codes are upper case."""

GetFactor = Callable[[str, str], float | None]
"""Returns what one unit of a currency is worth in another; None without a rate."""


class PricePart(NamedTuple):
    """Products whose price is in one stored field and one currency.

    Attributes:
        conditions: What tells these products from all others.
        field: The payload field with the price.
        factor: What one unit of that field is worth in the base currency.
    """

    conditions: tuple[Condition, ...]
    field: str
    factor: float


@dataclass(frozen=True, slots=True)
class PriceView:
    """What the prices of a catalogue are worth at one moment.

    A product without a currency counts as one in the base currency, and one in a currency without
    a rate as one without a price. Where no product has a currency, prices are bare numbers, in
    whatever currency a range is.

    Attributes:
        base: ISO code of the currency that prices are compared in; empty if no product has one.
        currencies: Number of products by currency; empty for those that name none.
        has_sales: Whether any product has a sale with a window.
        now_s: Seconds since 1970.
        get_factor: Knows the exchange rates.
    """

    base: str = ""
    currencies: Mapping[str, int] = field(default_factory=dict)
    has_sales: bool = False
    now_s: float = 0.0
    get_factor: GetFactor = lambda source, target: 1.0 if source == target else None

    @property
    def is_plain(self) -> bool:
        """Whether the stored prices can be compared as they are."""
        return not self.has_sales and not (self.currencies.keys() - {"", self.base})

    def resolve(self, conditions: Iterable[ProductCondition]) -> tuple[Condition, ...]:
        """Return conditions as a store knows them."""
        return tuple(
            self._resolve_range(condition) if isinstance(condition, PriceRange) else condition
            for condition in conditions
        )

    def list_parts(self) -> list[PricePart]:
        """Return the parts of the catalogue that have comparable prices, each product in one."""
        codes = [(code, factor) for code in sorted(self.currencies)
                 if (factor := self._to_base(code)) is not None]  # fmt: skip
        return [
            PricePart((*self._is_in(code), *timing), name, factor)
            for code, factor in codes
            for timing, name in self._list_timings()
        ]

    def list_unknown(self) -> tuple[str, ...]:
        """Return the catalogue's currencies without a rate, sorted."""
        return tuple(sorted(code for code in self.currencies if self._to_base(code) is None))

    def browse(
        self,
        scroll_ordered: Callable[[OrderBy, Sequence[Condition], int], list[Point]],
        order: OrderBy,
        conditions: Sequence[Condition],
        limit: int,
    ) -> list[Point]:
        """Return the first points of an order by price, with prices in the base currency.

        Args:
            scroll_ordered: Returns the first points of an order by a stored field.
            order: By `PRICE`; `start_from` is in the base currency.
            conditions: What the points must fulfil.
            limit: Greatest number of points returned.
        """
        if self.is_plain:
            return scroll_ordered(order, conditions, limit)
        points: list[Point] = []
        for part in self.list_parts():
            start = order.start_from
            if start is not None:  # a little before it: a division may round past the start
                start = start / part.factor * (1 + (_MARGIN if order.descending else -_MARGIN))
            found = scroll_ordered(
                OrderBy(part.field, order.descending, start), (*conditions, *part.conditions), limit
            )
            points += [_state_price(point, part) for point in found]
        sign = -1.0 if order.descending else 1.0
        ranked = sorted(points, key=lambda point: (sign * point.payload[PRICE], point.id))
        if order.start_from is not None:
            first = sign * order.start_from
            ranked = [point for point in ranked if sign * point.payload[PRICE] >= first]
        return ranked[:limit]

    def match_missing(self) -> tuple[Condition, ...]:
        """Return the conditions of the products without a comparable price."""
        if self.is_plain:
            return (IsEmpty(PRICE),)
        unknown = self.list_unknown()
        alternatives: list[tuple[In | Range | IsEmpty, ...]] = [
            (IsEmpty(PRICE), *timing) for timing, name in self._list_timings() if name == PRICE
        ]
        if unknown:
            alternatives.append((In(CURRENCY, unknown),))
        return (AnyOf(tuple(alternatives)),)

    def read_prices(self, rows: FieldRows) -> dict[str, float]:
        """Return prices in the base currency by product id; those without one are left out.

        Args:
            rows: Rows with `PRICE_FIELDS`.
        """
        if self.is_plain:
            return {p: float(price) for p, price in rows.first_values(PRICE).items()}
        columns = [rows.fields.index(name) for name in PRICE_FIELDS]
        prices: dict[str, float] = {}
        for product_id, row in rows.by_id.items():
            price, code, sale, start, end = (row[column][:1] for column in columns)
            factor = self._to_base(str(code[0]) if code else "")
            if sale and float(start[0]) <= self.now_s <= float(end[0]):
                price = sale
            if price and factor is not None:
                prices[product_id] = float(price[0]) * factor
        return prices

    def _resolve_range(self, wanted: PriceRange) -> Condition:
        currency = (wanted.currency or self.base) if self.base else ""
        if self.is_plain and currency == self.base:
            return Range(PRICE, wanted.low, wanted.high)
        alternatives: list[tuple[In | Range | IsEmpty, ...]] = []
        for code in sorted(self.currencies):
            factor = self.get_factor(currency, code or self.base)
            if factor is None:
                continue
            low, high = (
                None if bound is None else bound * factor for bound in (wanted.low, wanted.high)
            )
            alternatives += [
                (*self._is_in(code), *timing, Range(name, low, high))
                for timing, name in self._list_timings()
            ]
        if not alternatives:
            return _NOTHING
        if len(alternatives) == 1 and len(alternatives[0]) == 1:
            return alternatives[0][0]
        return AnyOf(tuple(alternatives))

    def _is_in(self, code: str) -> tuple[In | IsEmpty, ...]:
        if len(self.currencies) == 1:
            return ()
        return (In(CURRENCY, (code,)),) if code else (IsEmpty(CURRENCY),)

    def _list_timings(self) -> Iterator[tuple[tuple[Range | IsEmpty, ...], str]]:
        """Yield the states of sales, each with the field that has the price then."""
        if not self.has_sales:
            yield (), PRICE
            return
        yield (IsEmpty(SALE_PRICE),), PRICE
        yield (Range(SALE_START, low=math.nextafter(self.now_s, math.inf)),), PRICE
        yield (Range(SALE_END, high=math.nextafter(self.now_s, -math.inf)),), PRICE
        yield (Range(SALE_START, high=self.now_s), Range(SALE_END, low=self.now_s)), SALE_PRICE

    def _to_base(self, code: str) -> float | None:
        return self.get_factor(code, self.base) if code else 1.0


def _state_price(point: Point, part: PricePart) -> Point:
    """Return a point whose payload has its price in the base currency."""
    price = float(point.payload[part.field]) * part.factor
    return replace(point, payload={**point.payload, PRICE: price})
