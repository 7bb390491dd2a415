"""Field values of points, kept at hand: reading payloads costs an engine more than searching."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from index.field_rows import FieldRow, FieldRows, to_field_row
from index.store.points import Condition, FieldValue, In, Point

MAX_CACHED_POINTS = 200_000
"""Points whose rows are kept: about 120 MB. Beyond that the memory starts anew."""

_READ_AHEAD = 50

FetchPoints: TypeAlias = Callable[[Sequence[str], tuple[str, ...]], Mapping[str, Point]]
"""Returns the points that exist among some ids, with these payload fields."""

ScrollPoints: TypeAlias = Callable[[str, int, tuple[str, ...]], tuple[Sequence[Point], str]]
"""Returns the next points after an id, with these payload fields, and where to go on."""


class PayloadCache:
    """Field values of points, kept at hand so that counting them needs no engine.

    Reading 200 payloads costs an embedded engine more than finding them. So what is written is
    kept, what was written in an earlier process is read ahead, and the rest is read when asked.

    Args:
        fields: The fields that are kept.
        fetch: Reads named points.
        scan: Reads ahead.
    """

    def __init__(self, fields: tuple[str, ...], fetch: FetchPoints, scan: ScrollPoints) -> None:
        self._fields = fields
        self._fetch = fetch
        self._scan = scan
        self._rows: dict[str, FieldRow] = {}
        self._distinct: dict[tuple[FieldValue, ...], tuple[FieldValue, ...]] = {}
        self._scanned_to: str | None = "" if fields else None

    def fetch_rows(self, ids: Sequence[str], fields: tuple[str, ...]) -> FieldRows:
        """Return the values of some fields of the points that exist among the ids."""
        if not set(fields) <= set(self._fields):
            return FieldRows.from_points(self._fetch(ids, fields).values(), fields)
        self._ensure(ids)
        columns = [self._fields.index(name) for name in fields]
        known = ((each, self._rows[each]) for each in ids if each in self._rows)
        return FieldRows(fields, {each: tuple(row[n] for n in columns) for each, row in known})

    def filter_ids(self, ids: Sequence[str], conditions: Sequence[In]) -> set[str]:
        """Return which points fulfil conditions on fields that are kept."""
        return self.fetch_rows(ids, tuple(each.field for each in conditions)).filter_ids(conditions)

    def covers(self, conditions: Sequence[Condition]) -> bool:
        """Return whether `passing` can tell."""
        return all(isinstance(c, In) and c.field in self._fields for c in conditions)

    def put(self, points: Sequence[Point]) -> None:
        """Take the values of points that were just written."""
        if len(self._rows) + len(points) > MAX_CACHED_POINTS:
            self._forget_all()
        self._learn(points)

    def invalidate(self, ids: Iterable[str]) -> None:
        """Drop the values of points that are deleted or about to be written."""
        for each in ids:
            self._rows.pop(each, None)

    @property
    def can_prefetch(self) -> bool:
        """Whether there are points to read before anyone asks, and room for them."""
        return self._scanned_to is not None and len(self._rows) + _READ_AHEAD <= MAX_CACHED_POINTS

    def prefetch(self) -> None:
        """Read a few points that were not asked for yet; takes about 1 ms."""
        begin, self._scanned_to = self._scanned_to, None
        if begin is not None:
            points, after = self._scan(begin, _READ_AHEAD, self._fields)
            self._learn(points)
            self._scanned_to = after or None

    def _ensure(self, ids: Sequence[str]) -> None:
        if len(self._rows) + len(ids) > MAX_CACHED_POINTS:
            self._forget_all()
        missing = [each for each in ids if each not in self._rows]
        if missing:
            self._learn(self._fetch(missing, self._fields).values())

    def _learn(self, points: Iterable[Point]) -> None:
        for point in points:
            row = to_field_row(point.payload, self._fields)
            # Equal values are one object: less to keep, and a pickle names it again by number.
            self._rows[point.id] = tuple(self._distinct.setdefault(each, each) for each in row)

    def _forget_all(self) -> None:
        self._rows.clear()
        self._distinct.clear()
        self._scanned_to = None
