"""What a feed's columns are used for, for whoever checks it before indexing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.catalog.column_mapping import ColumnPlan
from index.catalog.header_matching import match_field, strip_repeat
from index.catalog.header_vocabulary import normalize_column_name
from index.catalog.inferred_values import find_unfit_reason
from index.catalog.records import as_json
from index.catalog.text_cleaning import is_empty

N_SAMPLES = 3
_MAX_SAMPLE_CHARS = 40
_AMBIGUOUS_NAMES = frozenset(
    normalize_column_name(name)
    for name in (
        "type", "code", "amount", "state", "details", "active", "available", "parent",
        "published_at",
        "unit_price", "department", "thumbnail", "المنتج", "الرمز", "الكود", "سعر البيع", "الحالة",
    )
)  # fmt: skip
"""Known names that other shops use for something else."""


@dataclass(frozen=True, slots=True)
class ColumnUse:
    """What one column is used for.

    Attributes:
        column: The feed's own name of the column.
        use: "field title", "field id and sku", "title in ar", "attribute color" or "ignored".
        note: Why it is ignored, or what should be checked; empty for nothing.
        is_sure: Whether the name alone tells the use.
        samples: The first three different values.
    """

    column: str
    use: str
    note: str = ""
    is_sure: bool = True
    samples: tuple[str, ...] = ()


def describe_columns(
    columns: Sequence[str], plan: ColumnPlan, rows: Sequence[Mapping[str, object]]
) -> tuple[ColumnUse, ...]:
    """Return the use of each column, in the order of the feed.

    Args:
        columns: The feed's columns.
        plan: The plan that reads them.
        rows: The first rows.
    """
    uses: dict[str, tuple[str, str, bool]] = {}
    for field, names in plan.fields.items():
        for place, name in enumerate(names):
            former = f"{uses[name][0]} and " if name in uses else "field "
            uses[name] = (f"{former}{field}", *_check_field(field, name, place))
    for localized in plan.localized:
        uses[localized.column] = (f"{localized.field} in {localized.language}", "", True)
    for name, column in plan.attributes:
        uses[column] = (f"attribute {name}", "", True)
    values = {column: [row[column] for row in rows if not is_empty(row.get(column))]
              for column in columns}  # fmt: skip
    for name, column in plan.inferred:
        uses[column] = _check_inferred(name, values[column])
    for column, reason in plan.ignored.items():
        uses[column] = ("ignored", reason, True)
    return tuple(
        ColumnUse(strip_repeat(column), *uses[column], _pick_samples(values[column]))
        for column in dict.fromkeys(columns)
        if column in uses
    )


def _check_field(field: str, column: str, place: int) -> tuple[str, bool]:
    notes = [f"where the column before it is empty ({place + 1})"] if place else []
    match = match_field(column)
    is_guess = match is not None and match.field == field and not match.is_exact
    if match and match.currency:
        notes.append(f"currency {match.currency}")
    is_ambiguous = normalize_column_name(column) in _AMBIGUOUS_NAMES
    return "; ".join(notes), not (is_guess or is_ambiguous)


def _check_inferred(name: str, values: Sequence[object]) -> tuple[str, str, bool]:
    reasons = Counter(find_unfit_reason(_format(value)) for value in values)
    n_fit = reasons.pop("", 0)
    if not values:
        return f"attribute {name}", "empty in the first rows", False
    note = ", ".join(f"{reason} ({count})" for reason, count in reasons.most_common(2))
    if not n_fit:
        return "ignored", f"values are no attributes: {note}", False
    return f"attribute {name}", f"left out: {note}" if note else "", False


def _pick_samples(values: Sequence[object]) -> tuple[str, ...]:
    texts = dict.fromkeys(" ".join(_format(value).split())[:_MAX_SAMPLE_CHARS] for value in values)
    return tuple(texts)[:N_SAMPLES]


def _format(value: object) -> str:
    return value if isinstance(value, str) else as_json(value)
