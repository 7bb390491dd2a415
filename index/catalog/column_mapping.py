"""Mapping of a feed's columns to the fields of a product."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from index.catalog.feed_mapping import ALL_UNKNOWN, FeedMapping
from index.catalog.header_matching import (
    PRICE_FIELDS,
    match_attribute,
    match_field,
    match_field_beside,
    match_language,
    strip_repeat,
)
from index.catalog.header_vocabulary import (
    FIELD_ALIASES,
    SINGLE_COLUMN_FIELDS,
    normalize_column_name,
)
from index.catalog.records import NO_FIELD, NOT_READ
from index.catalog.unused_columns import find_unused_reason
from shopwindow.values.errors import FeedError

MAX_INFERRED_COLUMNS = 200
"""Unknown columns that may become attributes, over all rows of a feed."""
_SHOWN_COLUMNS = 30
_REPEATABLE_FIELDS = frozenset({"image", "category", "subcategory", "attributes", "details"})
"""Fields whose column a feed may repeat: all are read, as Google's format has it."""


@dataclass(frozen=True, slots=True)
class LocalizedColumn:
    """A column that holds the title or the description in one language.

    Attributes:
        language: Language code.
        field: "title" or "description".
        column: The feed's own name of the column.
    """

    language: str
    field: str
    column: str


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """The columns to read, decided once per header.

    Attributes:
        fields: Columns by field, most trusted first; the first that is not empty counts.
        localized: Columns with texts in a named language, in the order of the feed.
        attributes: Pairs of attribute name and column.
        inferred: The same for columns of unknown names; of their values only those are used that
            look like attributes.
        ignored: Why a column is not read, for each that is not.
        currency: The currency that the price columns' names carry; empty for none.
    """

    fields: Mapping[str, tuple[str, ...]]
    localized: tuple[LocalizedColumn, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    inferred: tuple[tuple[str, str], ...] = ()
    ignored: Mapping[str, str] = field(default_factory=dict)
    currency: str = ""

    def list_columns(self) -> tuple[str, ...]:
        """Return every column that is read, without duplicates."""
        names = [name for columns in self.fields.values() for name in columns]
        names += [localized.column for localized in self.localized]
        names += [column for _, column in (*self.attributes, *self.inferred)]
        return tuple(dict.fromkeys(names))

    def get_column(self, field: str) -> str:
        """Return the feed's name of a field's first column; the field's own name without one."""
        return next(iter(self.fields.get(field, ())), field)


def plan_columns(
    columns: Iterable[str],
    mapping: FeedMapping,
    format_columns: Mapping[str, tuple[str, ...]],
    unfit: Mapping[str, str] | None = None,
) -> ColumnPlan:
    """Decide which columns fill which field, and account for every other one.

    The mapping file takes precedence over the format's own columns, and these over the known
    aliases. A column that the mapping names is used for nothing else. An unknown column becomes an
    attribute, unless its name says that it is the shop's own matter.

    Args:
        columns: The feed's column names; duplicates are ignored.
        mapping: The shop's mapping.
        format_columns: Columns whose meaning the format defines, by field, most trusted first.
        unfit: Why the values of a column are no attributes, by column.

    Returns:
        The plan.
    """
    names = tuple(dict.fromkeys(columns))
    mapped = _resolve_mapped_columns(names, mapping)
    of_format = set(format_columns.get(NO_FIELD, ()))
    not_read = set(format_columns.get(NOT_READ, ()))
    by_mapping = {column for column in mapped.values() if column}
    taken = by_mapping | of_format | not_read
    unmapped = tuple(name for name in names if name not in taken)
    fields: dict[str, tuple[str, ...]] = {
        key: tuple(mapped.get(name, name) for name in mapped_names)
        for key, mapped_names in mapping.list_columns().items()
        if mapped_names
    }
    by_alias = _match_aliases(unmapped)
    keys = {**format_columns, **by_alias}.keys() - {NO_FIELD, NOT_READ}
    for key in keys - mapping.columns.keys():
        named = format_columns.get(key, ())
        by_format = tuple(name for name in named if name in names and name not in by_mapping)
        candidates = tuple(dict.fromkeys(by_format + by_alias.get(key, ())))
        fields[key] = candidates[:1] if key in SINGLE_COLUMN_FIELDS else candidates
    for key, beside in _match_beside(unmapped).items():
        if not fields.get(key) and key not in mapping.columns:
            fields[key] = beside
    currency = _keep_one_currency(fields)
    plan = ColumnPlan(
        fields,
        _plan_localized(unmapped, mapped, mapping),
        _plan_attributes(unmapped, mapped, mapping),
        currency=currency,
    )
    unfit = {
        **(unfit or {}),
        **dict.fromkeys(of_format, "what it says of a product is in other columns"),
        **{name: find_unused_reason(name) or "no field of a product" for name in not_read},
    }
    return _account_for_rest(plan, names, mapping, unfit)


def _account_for_rest(
    plan: ColumnPlan, names: tuple[str, ...], mapping: FeedMapping, unfit: Mapping[str, str]
) -> ColumnPlan:
    """Return the plan with a use, or the reason for none, of every remaining column."""
    read = set(plan.list_columns())
    inferred: list[tuple[str, str]] = []
    ignored: dict[str, str] = {}
    for column in names:
        if column in read:
            continue
        name = " ".join(strip_repeat(column).split()).casefold()
        if reason := unfit.get(column, "") or _find_ignored_reason(column, name, mapping):
            ignored[column] = reason
        elif len(inferred) >= MAX_INFERRED_COLUMNS:
            ignored[column] = f"at most {MAX_INFERRED_COLUMNS} unknown columns become attributes"
        else:
            inferred.append((name, column))
    return replace(plan, inferred=tuple(inferred), ignored=ignored)


def _find_ignored_reason(column: str, name: str, mapping: FeedMapping) -> str:
    if match := match_field(column):
        if mapping.list_columns().get(match.field) == ():
            return f"the mapping switches {match.field} off"
        return f"{match.field} is read from another column"
    if match_language(column)[1]:
        return "another column holds the same text"
    if not (attribute := match_attribute(column)):
        attribute = name
        if reason := find_unused_reason(column):
            return reason
    is_off = {mapping.attributes.get(attribute), mapping.attributes.get(ALL_UNKNOWN)} & {""}
    return "switched off by the mapping" if is_off else ""


def _keep_one_currency(fields: dict[str, tuple[str, ...]]) -> str:
    """Drop price columns in a second currency: one without a currency in its name is preferred.

    Returns:
        The currency of the columns that remain; empty when no name carries one.
    """
    currencies: dict[str, str] = {}
    names = sorted(PRICE_FIELDS)
    for name in names:
        for column in fields.get(name, ()):
            match = match_field(column)
            currencies[column] = match.currency if match else ""
        plain = [column for column in fields.get(name, ()) if not currencies[column]]
        if plain:
            fields[name] = tuple(plain)
    kept = [column for name in names for column in fields.get(name, ())]
    currency = next((currencies[column] for column in kept if currencies[column]), "")
    for name in PRICE_FIELDS & fields.keys():
        fields[name] = tuple(c for c in fields[name] if currencies[c] in {"", currency})
    return currency


def is_known_column(column: str, mapping: FeedMapping) -> bool:
    """Return whether a column would be read, by the mapping or by its name."""
    if match_field(column) or match_attribute(column) or match_language(column)[1]:
        return True
    key = normalize_column_name(column)
    return any(
        column == name or key == normalize_column_name(name)
        for name in _mapped_names(mapping)
        if name
    )


def check_required_columns(plan: ColumnPlan, columns: tuple[str, ...], path: Path) -> None:
    """Check that a plan has the columns that every product needs.

    Raises:
        FeedError: No column holds an id, or none holds a title or a photo.
    """
    fields = {field for field, names in plan.fields.items() if names}
    has_title = any(localized.field == "title" for localized in plan.localized)
    if "id" in fields and (has_title or fields & {"title", "image", "translations"}):
        return
    missing_fields = ("title", "image") if "id" in fields else ("id",)
    missing = "a title or an image" if "id" in fields else "an id"
    aliases = "; ".join(
        f"{known.field}: {', '.join(known.aliases)}"
        for known in FIELD_ALIASES
        if known.field in missing_fields
    )
    found = ", ".join(columns[:_SHOWN_COLUMNS]) or "none"
    raise FeedError(
        path,
        f"no column holds {missing}. Columns found: {found}. Known names: {aliases}. Rename the "
        'column, or give a mapping file with [columns] and a line such as title = "Your column".',
    )


def check_mapped_columns(columns: tuple[str, ...], mapping: FeedMapping, path: Path) -> None:
    """Check that a header has every column that the mapping names, and no used column twice.

    Raises:
        FeedError: The mapping names a missing column, or a column that is read appears more than
            once.
    """
    present = {normalize_column_name(name) for name in columns} | set(columns)
    for column in _mapped_names(mapping):
        if column and column not in present and normalize_column_name(column) not in present:
            found = ", ".join(columns[:_SHOWN_COLUMNS])
            raise FeedError(
                path, f"the mapping names the column {column!r}. Columns found: {found}"
            )
    counts = Counter(strip_repeat(name) for name in columns)
    plan = plan_columns(columns, mapping, {})
    for field_name, names in plan.fields.items():
        for name in names:
            if counts[strip_repeat(name)] > 1 and field_name not in _REPEATABLE_FIELDS:
                raise FeedError(path, _format_repeat(name))
    for localized in plan.localized:
        if counts[strip_repeat(localized.column)] > 1:
            raise FeedError(path, _format_repeat(localized.column))


def _format_repeat(column: str) -> str:
    return f"the column {strip_repeat(column)!r} appears more than once; rename one"


def _mapped_names(mapping: FeedMapping) -> list[str]:
    """Return every column name that the mapping uses; empty names switch a field off."""
    columns = [name for names in mapping.list_columns().values() for name in names]
    localized = [column for fields in mapping.translations.values() for column in fields.values()]
    return [*columns, *localized, *mapping.attributes.values()]


def _resolve_mapped_columns(columns: tuple[str, ...], mapping: FeedMapping) -> dict[str, str]:
    """Return the feed's spelling of each column that the mapping names."""
    spelling = {normalize_column_name(name): name for name in reversed(columns)}
    return {
        name: name if name in columns else spelling.get(normalize_column_name(name), name)
        for name in _mapped_names(mapping)
    }


def _match_aliases(columns: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Return the columns with a known name by field, most trusted first, ties in feed order."""
    ranked: dict[str, list[tuple[bool, int, str]]] = {}
    for column in columns:
        if match := match_field(column):
            key = (not match.is_exact, match.rank, column)
            ranked.setdefault(match.field, []).append(key)
    return {
        name: tuple(column for _, _, column in sorted(keys, key=lambda key: key[:2]))
        for name, keys in ranked.items()
    }


def _match_beside(columns: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Return the columns that fill a second field by it, in feed order."""
    beside: dict[str, tuple[str, ...]] = {}
    for column in columns:
        if name := match_field_beside(column):
            beside[name] = (*beside.get(name, ()), column)
    return beside


def _plan_localized(
    unmapped: tuple[str, ...], mapped: Mapping[str, str], mapping: FeedMapping
) -> tuple[LocalizedColumn, ...]:
    localized = [
        LocalizedColumn(language, field, mapped[column])
        for language, fields in mapping.translations.items()
        for field, column in fields.items()
        if column
    ]
    planned = {(column.language, column.field) for column in localized}
    for name in unmapped:
        field, language = ("", "") if match_field(name) else match_language(name)
        if language and (language, field) not in planned:
            planned.add((language, field))
            localized.append(LocalizedColumn(language, field, name))
    return tuple(localized)


def _plan_attributes(
    unmapped: tuple[str, ...], mapped: Mapping[str, str], mapping: FeedMapping
) -> tuple[tuple[str, str], ...]:
    pairs = [(name, mapped[column]) for name, column in mapping.attributes.items() if column]
    for column in unmapped:
        name = match_attribute(column)
        if name and name not in mapping.attributes:
            pairs.append((name, column))
    return tuple(pairs)
