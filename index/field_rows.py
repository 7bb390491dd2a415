"""Payload field values of points, filtered and counted without asking the store again."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TypeAlias

from index.store.points import FieldValue, In, Payload, Point

FieldRow: TypeAlias = tuple[tuple[FieldValue, ...], ...]
"""A point's distinct values of each field, in the order of the requested fields."""


@dataclass(frozen=True, slots=True)
class FieldRows:
    """The values of some payload fields of some points.

    Attributes:
        fields: Names of the fields.
        by_id: The values by point id; points that do not exist are missing.
    """

    fields: tuple[str, ...]
    by_id: Mapping[str, FieldRow] = field(default_factory=dict)

    @classmethod
    def from_points(cls, points: Iterable[Point], fields: tuple[str, ...]) -> "FieldRows":
        """Return the rows of points that were fetched with these fields."""
        return cls(fields, {point.id: to_field_row(point.payload, fields) for point in points})

    def first_values(self, name: str) -> dict[str, FieldValue]:
        """Return the first value of a field by point id; points without a value are left out."""
        column = self.fields.index(name)
        return {point_id: row[column][0] for point_id, row in self.by_id.items() if row[column]}

    def filter_ids(self, conditions: Sequence[In]) -> set[str]:
        """Return the ids of the points that fulfil all conditions."""
        passing = set(self.by_id)
        for condition in conditions:
            column, values = self.fields.index(condition.field), frozenset(condition.values)
            passing.intersection_update(
                point_id
                for point_id, row in self.by_id.items()
                if not values.isdisjoint(row[column])
            )
        return passing

    def count_values(self, ids: Sequence[str], name: str) -> dict[FieldValue, int]:
        """Count how many of some points have each value of a field.

        Args:
            ids: Point ids to count; unknown ids are ignored.
            name: The field.

        Returns:
            Counts by value, most frequent first; equal counts in the order of the values.
        """
        column = self.fields.index(name)
        values = (self.by_id[point_id][column] for point_id in ids if point_id in self.by_id)
        counts = Counter(chain.from_iterable(values))
        return dict(sorted(counts.items(), key=lambda item: (-item[1], str(item[0]))))

    def merge(self, others: "FieldRows") -> "FieldRows":
        """Return these rows and those of other points, which must have the same fields."""
        return FieldRows(self.fields, {**self.by_id, **others.by_id})


def get_values(payload: Payload, name: str) -> tuple[FieldValue, ...]:
    """Return the distinct values of one payload field: none, one, or those of a list.

    Args:
        payload: The payload.
        name: Name of the field, or the path to a nested one, as "product.id".
    """
    value = payload.get(name)
    if value is None and "." in name:
        parent, _, child = name.partition(".")
        value = payload.get(parent, {}).get(child)
    if value is None:
        return ()
    return tuple(dict.fromkeys(value)) if isinstance(value, (list, tuple)) else (value,)


def to_field_row(payload: Payload, fields: tuple[str, ...]) -> FieldRow:
    """Return the row of a point from its payload."""
    return tuple(get_values(payload, name) for name in fields)
