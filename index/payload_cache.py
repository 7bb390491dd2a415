"""An in-memory cache of payload fields: reading payloads costs an engine more than searching."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from index.field_rows import FieldRow, FieldRows, get_values, to_field_row
from index.store.points import Condition, FieldValue, In, Point, PointId, PointUpdate

MAX_CACHED_POINTS = 200_000
"""Greatest number of cached points, about 120 MB; the cache is cleared when it would exceed it."""

_PREFETCH_SIZE = 50

FetchPoints: TypeAlias = Callable[[Sequence[PointId], tuple[str, ...]], Mapping[PointId, Point]]
"""Fetches the points that exist among some ids, with the given payload fields."""

ScrollPoints: TypeAlias = Callable[[str, int, tuple[str, ...]], tuple[Sequence[Point], str]]
"""Fetches the next points after an id with some payload fields, and returns where to go on."""


class PayloadCache:
    """Cached payload fields of points, so that counting their values needs no engine.

    Reading 200 payloads costs an embedded engine more than finding the points. So written points
    are cached, points of earlier processes are prefetched, and all others are read on demand.

    Args:
        fields: The payload fields to cache.
        fetch: Reads points by id.
        scan: Reads points in the order of their ids, for prefetching.
    """

    def __init__(self, fields: tuple[str, ...], fetch: FetchPoints, scan: ScrollPoints) -> None:
        self._fields = fields
        self._fetch = fetch
        self._scan = scan
        self._rows: dict[PointId, FieldRow] = {}
        self._interned: dict[tuple[FieldValue, ...], tuple[FieldValue, ...]] = {}
        self._prefetched_to: str | None = "" if fields else None

    def fetch_rows(self, ids: Sequence[PointId], fields: tuple[str, ...]) -> FieldRows:
        """Return the values of some fields of the points that exist among the ids."""
        if not set(fields) <= set(self._fields):
            return FieldRows.from_points(self._fetch(ids, fields).values(), fields)
        self._load_missing(ids)
        columns = [self._fields.index(name) for name in fields]
        cached = ((point_id, self._rows[point_id]) for point_id in ids if point_id in self._rows)
        return FieldRows(
            fields,
            {point_id: tuple(row[column] for column in columns) for point_id, row in cached},
        )

    def filter_ids(self, ids: Sequence[PointId], conditions: Sequence[In]) -> set[PointId]:
        """Return which points fulfil conditions on cached fields; see `covers`."""
        fields = tuple(condition.field for condition in conditions)
        passing = self.fetch_rows(ids, fields).filter_ids(conditions)
        return {point_id for point_id in ids if point_id in passing}

    def covers(self, conditions: Sequence[Condition]) -> bool:
        """Return whether `filter_ids` can evaluate these conditions."""
        return all(
            isinstance(condition, In) and condition.field in self._fields
            for condition in conditions
        )

    def put(self, points: Sequence[Point]) -> None:
        """Cache the values of points that were just written."""
        if len(self._rows) + len(points) > MAX_CACHED_POINTS:
            self._clear()
        self._store_rows(points)

    def invalidate(self, ids: Iterable[PointId]) -> None:
        """Drop points that are deleted or about to be written."""
        for point_id in ids:
            self._rows.pop(point_id, None)

    def take(self, ids: Iterable[PointId]) -> dict[PointId, FieldRow]:
        """Drop points that are about to be changed.

        Returns:
            The rows of those that were cached, by point id.
        """
        rows = ((point_id, self._rows.pop(point_id, None)) for point_id in ids)
        return {point_id: row for point_id, row in rows if row is not None}

    def put_changed(self, rows: Mapping[PointId, FieldRow], updates: Sequence[PointUpdate]) -> None:
        """Cache rows that `take` returned, with the changes that were written since.

        Reading them again would cost the next search more than the update cost.
        """
        columns = {name: column for column, name in enumerate(self._fields)}
        changed = {point_id: list(row) for point_id, row in rows.items()}
        for update in updates:
            row = changed.get(update.id, [])
            for name in columns.keys() & update.changes.keys() if row else ():
                row[columns[name]] = self._intern(get_values(update.changes, name))
        self._rows.update((point_id, tuple(row)) for point_id, row in changed.items())

    @property
    def can_prefetch(self) -> bool:
        """Whether there are points left to prefetch, and room for them."""
        return (
            self._prefetched_to is not None
            and len(self._rows) + _PREFETCH_SIZE <= MAX_CACHED_POINTS
        )

    def prefetch(self) -> None:
        """Read the next few points into the cache; takes about 1 ms."""
        start, self._prefetched_to = self._prefetched_to, None
        if start is not None:
            points, after = self._scan(start, _PREFETCH_SIZE, self._fields)
            self._store_rows(points)
            self._prefetched_to = after or None

    def _load_missing(self, ids: Sequence[PointId]) -> None:
        if len(self._rows) + len(ids) > MAX_CACHED_POINTS:
            self._clear()
        missing = [point_id for point_id in ids if point_id not in self._rows]
        if missing:
            self._store_rows(self._fetch(missing, self._fields).values())

    def _store_rows(self, points: Iterable[Point]) -> None:
        for point in points:
            row = to_field_row(point.payload, self._fields)
            # Equal values share one object: it takes memory once, and a pickle stores it once.
            self._rows[point.id] = tuple(map(self._intern, row))

    def _intern(self, values: tuple[FieldValue, ...]) -> tuple[FieldValue, ...]:
        return self._interned.setdefault(values, values)

    def _clear(self) -> None:
        self._rows.clear()
        self._interned.clear()
        self._prefetched_to = None
