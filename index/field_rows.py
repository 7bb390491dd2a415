"""Field values of named points, and what can be told from them without asking the store again."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TypeAlias

from index.store.points import FieldValue, In, Payload, Point

FieldRow: TypeAlias = tuple[tuple[FieldValue, ...], ...]
"""A point's values by field, each once, in the order of the fields asked for."""


@dataclass(frozen=True, slots=True)
class FieldRows:
    """Values of some fields of some points.

    Attributes:
        fields: The fields.
        by_id: Their values by point id; points that do not exist are missing.
    """

    fields: tuple[str, ...]
    by_id: Mapping[str, FieldRow] = field(default_factory=dict)

    @classmethod
    def from_points(cls, points: Iterable[Point], fields: tuple[str, ...]) -> "FieldRows":
        """Return the rows of points that were fetched with these fields."""
        return cls(fields, {point.id: to_field_row(point.payload, fields) for point in points})

    def first_values(self, name: str) -> dict[str, FieldValue]:
        """Return the first value of a field by point id; points without one are left out."""
        column = self.fields.index(name)
        return {each: row[column][0] for each, row in self.by_id.items() if row[column]}

    def filter_ids(self, conditions: Sequence[In]) -> set[str]:
        """Return the points that fulfil all conditions."""
        left = set(self.by_id)
        for condition in conditions:
            column, values = self.fields.index(condition.field), frozenset(condition.values)
            having = (e for e, row in self.by_id.items() if not values.isdisjoint(row[column]))
            left.intersection_update(having)
        return left

    def count_values(self, ids: Sequence[str], name: str) -> dict[FieldValue, int]:
        """Count the points that have each value of a field.

        Args:
            ids: The points that count; unknown ones do not.
            name: The field.

        Returns:
            Counts by value, most frequent first; equal counts in the order of the values.
        """
        column = self.fields.index(name)
        rows = (self.by_id[each][column] for each in ids if each in self.by_id)
        counts = Counter(chain.from_iterable(rows))
        return dict(sorted(counts.items(), key=lambda item: (-item[1], str(item[0]))))

    def merge(self, others: "FieldRows") -> "FieldRows":
        """Return these rows and those of other points, with the same fields."""
        return FieldRows(self.fields, {**self.by_id, **others.by_id})


def get_values(payload: Payload, name: str) -> tuple[FieldValue, ...]:
    """Return the values of one field: none, one, or those of a list."""
    value = payload.get(name)
    if value is None:
        return ()
    return tuple(dict.fromkeys(value)) if isinstance(value, (list, tuple)) else (value,)


def to_field_row(payload: Payload, fields: tuple[str, ...]) -> FieldRow:
    """Return a point's values by field."""
    return tuple(get_values(payload, name) for name in fields)
