"""Mapping of a feed's columns to the fields of a product."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from index.catalog.feed_mapping import FeedMapping
from index.catalog.header_vocabulary import (
    ATTRIBUTE_BY_COLUMN,
    ATTRIBUTE_PREFIX,
    FIELD_ALIASES,
    FIELD_BY_COLUMN,
    SINGLE_COLUMN_FIELDS,
    normalize_column_name,
)
from index.text.languages import split_language
from shopwindow.values.errors import FeedError

_SHOWN_COLUMNS = 30


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
    """

    fields: Mapping[str, tuple[str, ...]]
    localized: tuple[LocalizedColumn, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()

    def list_columns(self) -> tuple[str, ...]:
        """Return every column that is read, without duplicates."""
        names = [name for columns in self.fields.values() for name in columns]
        names += [localized.column for localized in self.localized]
        names += [column for _, column in self.attributes]
        return tuple(dict.fromkeys(names))

    def get_column(self, field: str) -> str:
        """Return the feed's name of a field's first column; the field's own name without one."""
        return next(iter(self.fields.get(field, ())), field)


def plan_columns(
    columns: Iterable[str], mapping: FeedMapping, format_columns: Mapping[str, tuple[str, ...]]
) -> ColumnPlan:
    """Decide which columns fill which field.

    The mapping file takes precedence over the format's own columns, and these over the known
    aliases. A column that the mapping names is used for nothing else.

    Args:
        columns: The feed's column names; duplicates are ignored.
        mapping: The shop's mapping.
        format_columns: Columns whose meaning the format defines, by field, most trusted first.

    Returns:
        The plan.
    """
    names = tuple(dict.fromkeys(columns))
    mapped = _resolve_mapped_columns(names, mapping)
    taken = {column for column in mapped.values() if column}
    unmapped = tuple(name for name in names if name not in taken)
    fields: dict[str, tuple[str, ...]] = {
        field: (mapped.get(name, name),) for field, name in mapping.columns.items() if name
    }
    by_alias = _match_aliases(unmapped)
    for field in ({**format_columns, **by_alias}).keys() - mapping.columns.keys():
        by_format = tuple(column for column in format_columns.get(field, ()) if column in unmapped)
        candidates = tuple(dict.fromkeys(by_format + by_alias.get(field, ())))
        fields[field] = candidates[:1] if field in SINGLE_COLUMN_FIELDS else candidates
    return ColumnPlan(
        fields,
        _plan_localized(unmapped, mapped, mapping),
        _plan_attributes(unmapped, mapped, mapping),
    )


def is_known_column(column: str, mapping: FeedMapping) -> bool:
    """Return whether a column would be read, by the mapping or by its name."""
    key = normalize_column_name(column)
    if (
        key in FIELD_BY_COLUMN
        or key in ATTRIBUTE_BY_COLUMN
        or ATTRIBUTE_PREFIX.match(column.strip())
    ):
        return True
    if split_language(column)[1]:
        return True
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
    duplicates = [name for name, count in Counter(columns).items() if count > 1 and name]
    used = set(plan_columns(columns, mapping, {}).list_columns())
    for name in duplicates:
        if name in used:
            raise FeedError(path, f"the column {name!r} appears more than once; rename one")


def _mapped_names(mapping: FeedMapping) -> list[str]:
    """Return every column name that the mapping uses; empty names switch a field off."""
    localized = [column for fields in mapping.translations.values() for column in fields.values()]
    return [*mapping.columns.values(), *localized, *mapping.attributes.values()]


def _resolve_mapped_columns(columns: tuple[str, ...], mapping: FeedMapping) -> dict[str, str]:
    """Return the feed's spelling of each column that the mapping names."""
    spelling = {normalize_column_name(name): name for name in reversed(columns)}
    return {
        name: name if name in columns else spelling.get(normalize_column_name(name), name)
        for name in _mapped_names(mapping)
    }


def _match_aliases(columns: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Return the columns with a known name by field, most trusted first, ties in feed order."""
    ranked: dict[str, list[tuple[int, str]]] = {}
    for column in columns:
        match = FIELD_BY_COLUMN.get(normalize_column_name(column))
        if match:
            field, rank = match
            ranked.setdefault(field, []).append((rank, column))
    return {
        field: tuple(column for _, column in sorted(pairs, key=lambda pair: pair[0]))
        for field, pairs in ranked.items()
    }


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
        base, language = split_language(name)
        field = FIELD_BY_COLUMN.get(normalize_column_name(base), ("", 0))[0] if language else ""
        if field in {"title", "description"} and (language, field) not in planned:
            planned.add((language, field))
            localized.append(LocalizedColumn(language, field, name))
    return tuple(localized)


def _plan_attributes(
    unmapped: tuple[str, ...], mapped: Mapping[str, str], mapping: FeedMapping
) -> tuple[tuple[str, str], ...]:
    columns = {name: mapped[column] for name, column in mapping.attributes.items() if column}
    for column in unmapped:
        alias = ATTRIBUTE_BY_COLUMN.get(normalize_column_name(column), "")
        prefix = ATTRIBUTE_PREFIX.match(column.strip())
        name = column.strip()[prefix.end() :].strip().casefold() if prefix else alias
        if name and name not in mapping.attributes:
            columns.setdefault(name, column)
    return tuple(columns.items())
