"""Counting the field values of named points, for facets over what a query found."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from index.store import Payload, Point

MAX_REMEMBERED = 200_000
"""Points whose rows are kept: about 40 MB. Beyond that the memory starts anew."""

Row: TypeAlias = tuple[tuple[str | int, ...], ...]
"""A point's values by field, in the order of the fields asked for."""

Fetch: TypeAlias = Callable[[Sequence[str], tuple[str, ...]], Mapping[str, Point]]
"""Returns the points that exist among some ids, with these payload fields."""


def values_of(payload: Mapping[str, Any], name: str) -> tuple[str | int, ...]:
    """Return the values of one field: none, one, or those of a list."""
    value = payload.get(name)
    if value is None:
        return ()
    return tuple(value) if isinstance(value, (list, tuple)) else (value,)


def tally(rows: Iterable[Row], fields: tuple[str, ...]) -> dict[str, dict[str | int, int]]:
    """Return how many of the rows have each value, by field; most frequent first.

    Equal counts stand in the order of their values; a row counts once for each of its values.
    """
    counts: dict[str, Counter[str | int]] = {name: Counter() for name in fields}
    for row, n_rows in Counter(rows).items():
        for name, values in zip(fields, row, strict=True):
            for value in set(values):
                counts[name][value] += n_rows
    return {name: _in_order(each) for name, each in counts.items()}


def tally_points(
    points: Iterable[Point], fields: tuple[str, ...]
) -> dict[str, dict[str | int, int]]:
    """Return the tally of points that were fetched with these fields."""
    return tally((row_of(point.payload, fields) for point in points), fields)


def row_of(payload: Payload, fields: tuple[str, ...]) -> Row:
    """Return a point's values by field."""
    return tuple(values_of(payload, name) for name in fields)


class RememberedRows:
    """Rows of points that were counted before, so that the engine is not asked for them again.

    Reading 200 payloads costs an embedded engine as much as finding them; popular products come
    back in query after query. Whoever writes a point must `forget` it.

    Args:
        fetch: Reads what is not remembered.
    """

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._fields: tuple[str, ...] = ()
        self._rows: dict[str, Row] = {}
        self._distinct: dict[Row, Row] = {}

    def tally(self, ids: Sequence[str], fields: tuple[str, ...]) -> dict[str, dict[str | int, int]]:
        """Return the tally of the points that exist among the ids."""
        if not set(fields) <= set(self._fields):
            self.forget_all()
            self._fields = tuple(dict.fromkeys((*self._fields, *fields)))
        if len(self._rows) + len(ids) > MAX_REMEMBERED:
            self.forget_all()
        missing = [each for each in ids if each not in self._rows]
        if missing:
            self._learn(missing)
        rows = [self._rows[each] for each in ids if each in self._rows]
        counts = tally(rows, self._fields)
        return {name: counts[name] for name in fields}

    def forget(self, ids: Iterable[str]) -> None:
        """Drop the rows of points that were written or deleted."""
        for each in ids:
            self._rows.pop(each, None)

    def forget_all(self) -> None:
        """Drop every row."""
        self._rows.clear()
        self._distinct.clear()

    def _learn(self, ids: Sequence[str]) -> None:
        for each, point in self._fetch(ids, self._fields).items():
            row = row_of(point.payload, self._fields)
            self._rows[each] = self._distinct.setdefault(row, row)


def _in_order(counts: Mapping[str | int, int]) -> dict[str | int, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], str(item[0]))))
