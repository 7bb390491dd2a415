"""Counting the field values of named points, for facets over what a query found."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, TypeAlias

from index.points import AnyOf, Condition, Payload, Point, Value

MAX_REMEMBERED = 200_000
"""Points whose rows are kept: about 120 MB. Beyond that the memory starts anew."""

_READ_AHEAD = 50

Row: TypeAlias = tuple[tuple[Value, ...], ...]
"""A point's values by field, each once, in the order of the fields asked for."""

Fetch: TypeAlias = Callable[[Sequence[str], tuple[str, ...]], Mapping[str, Point]]
"""Returns the points that exist among some ids, with these payload fields."""

Scan: TypeAlias = Callable[[str, int, tuple[str, ...]], tuple[Sequence[Point], str]]
"""Returns the next points after an id, with these payload fields, and where to go on."""


def values_of(payload: Mapping[str, Any], name: str) -> tuple[Value, ...]:
    """Return the values of one field: none, one, or those of a list."""
    value = payload.get(name)
    if value is None:
        return ()
    return tuple(dict.fromkeys(value)) if isinstance(value, (list, tuple)) else (value,)


def tally(rows: Sequence[Row], fields: tuple[str, ...]) -> dict[str, dict[Value, int]]:
    """Return how many of the rows have each value, by field; most frequent first.

    Equal counts stand in the order of their values.
    """
    counts = {
        name: Counter(chain.from_iterable(row[column] for row in rows))
        for column, name in enumerate(fields)
    }
    return {name: _in_order(each) for name, each in counts.items()}


def tally_points(points: Iterable[Point], fields: tuple[str, ...]) -> dict[str, dict[Value, int]]:
    """Return the tally of points that were fetched with these fields."""
    return tally([row_of(point.payload, fields) for point in points], fields)


def first_values(points: Sequence[Point], fields: tuple[str, ...]) -> dict[str, dict[str, Value]]:
    """Return by field the first value by point id; points without one are left out."""
    rows = {point.id: row_of(point.payload, fields) for point in points}
    return {name: _firsts(rows, column) for column, name in enumerate(fields)}


def _firsts(rows: Mapping[str, Row], column: int) -> dict[str, Value]:
    return {each: row[column][0] for each, row in rows.items() if row[column]}


def row_of(payload: Payload, fields: tuple[str, ...]) -> Row:
    """Return a point's values by field."""
    return tuple(values_of(payload, name) for name in fields)


class RememberedRows:
    """Field values of points, kept at hand so that counting them needs no engine.

    Reading 200 payloads costs an embedded engine more than finding them. So what is written is
    kept, what was written in an earlier process is read ahead, and the rest is read when asked.

    Args:
        fields: The fields that are kept.
        fetch: Reads named points.
        scan: Reads ahead.
    """

    def __init__(self, fields: tuple[str, ...], fetch: Fetch, scan: Scan) -> None:
        self._fields = fields
        self._fetch = fetch
        self._scan = scan
        self._rows: dict[str, Row] = {}
        self._distinct: dict[Row, Row] = {}
        self._scanned_to: str | None = "" if fields else None

    def tally(self, ids: Sequence[str], fields: tuple[str, ...]) -> dict[str, dict[Value, int]]:
        """Return the tally of the points that exist among the ids."""
        if not set(fields) <= set(self._fields):
            return tally_points(self._fetch(ids, fields).values(), fields)
        self._ensure(ids)
        rows = [self._rows[each] for each in ids if each in self._rows]
        counts = tally(rows, self._fields)
        return {name: counts[name] for name in fields}

    def values(self, ids: Sequence[str], fields: tuple[str, ...]) -> dict[str, dict[str, Value]]:
        """Return by field the first value by point id; points without one are left out."""
        if not set(fields) <= set(self._fields):
            return first_values(list(self._fetch(ids, fields).values()), fields)
        self._ensure(ids)
        rows = {each: self._rows[each] for each in ids if each in self._rows}
        return {name: _firsts(rows, self._fields.index(name)) for name in fields}

    def passing(self, ids: Sequence[str], conditions: Sequence[AnyOf]) -> set[str]:
        """Return which points fulfil conditions on fields that are kept."""
        self._ensure(ids)
        wanted = [(self._fields.index(each.field), frozenset(each.values)) for each in conditions]
        known = ((each, self._rows[each]) for each in ids if each in self._rows)
        return {
            each
            for each, row in known
            if all(not values.isdisjoint(row[column]) for column, values in wanted)
        }

    def keeps(self, conditions: Sequence[Condition]) -> bool:
        """Return whether `passing` can tell."""
        return all(isinstance(c, AnyOf) and c.field in self._fields for c in conditions)

    def keep(self, points: Sequence[Point]) -> None:
        """Take the values of points that were just written."""
        if len(self._rows) + len(points) > MAX_REMEMBERED:
            self._forget_all()
        self._learn(points)

    def forget(self, ids: Iterable[str]) -> None:
        """Drop the values of points that are deleted or about to be written."""
        for each in ids:
            self._rows.pop(each, None)

    @property
    def may_read_ahead(self) -> bool:
        """Whether there are points to read before anyone asks, and room for them."""
        return self._scanned_to is not None and len(self._rows) + _READ_AHEAD <= MAX_REMEMBERED

    def read_ahead(self) -> None:
        """Read a few points that were not asked for yet; takes about 1 ms."""
        begin, self._scanned_to = self._scanned_to, None
        if begin is not None:
            points, after = self._scan(begin, _READ_AHEAD, self._fields)
            self._learn(points)
            self._scanned_to = after or None

    def _ensure(self, ids: Sequence[str]) -> None:
        if len(self._rows) + len(ids) > MAX_REMEMBERED:
            self._forget_all()
        missing = [each for each in ids if each not in self._rows]
        if missing:
            self._learn(self._fetch(missing, self._fields).values())

    def _learn(self, points: Iterable[Point]) -> None:
        for point in points:
            row = row_of(point.payload, self._fields)
            self._rows[point.id] = self._distinct.setdefault(row, row)

    def _forget_all(self) -> None:
        self._rows.clear()
        self._distinct.clear()
        self._scanned_to = None


def _in_order(counts: Mapping[Value, int]) -> dict[Value, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], str(item[0]))))
