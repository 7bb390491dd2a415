"""Which column of a feed fills which field of the product."""

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
    """A column with the title or the description in one named language."""

    language: str
    field: str
    column: str


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """The columns to read, settled once per header.

    Attributes:
        fields: Columns by field, the most trusted first; the first that is not empty counts.
        localized: Columns with words in a named language, in the order of the feed.
        attributes: Pairs of attribute and column.
    """

    fields: Mapping[str, tuple[str, ...]]
    localized: tuple[LocalizedColumn, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()

    def list_columns(self) -> tuple[str, ...]:
        """Return every column that is read, each once."""
        names = [name for columns in self.fields.values() for name in columns]
        names += [each.column for each in self.localized] + [
            column for _, column in self.attributes
        ]
        return tuple(dict.fromkeys(names))

    def get_column(self, field: str) -> str:
        """Return the feed's name of a field's column, or the field's when it has none."""
        return next(iter(self.fields.get(field, ())), field)


def plan_columns(
    columns: Iterable[str], mapping: FeedMapping, format_columns: Mapping[str, tuple[str, ...]]
) -> ColumnPlan:
    """Return which column fills which field.

    The mapping file goes before the format's own columns, and these before the usual names.
    A column that the mapping claims is used for nothing else.
    """
    named = tuple(dict.fromkeys(columns))
    claimed = _claimed(named, mapping)
    taken = {column for column in claimed.values() if column}
    free = tuple(name for name in named if name not in taken)
    fields: dict[str, tuple[str, ...]] = {
        field: (claimed.get(name, name),) for field, name in mapping.columns.items() if name
    }
    usual = _usual_fields(free)
    for field in ({**format_columns, **usual}).keys() - mapping.columns.keys():
        own = tuple(column for column in format_columns.get(field, ()) if column in free)
        found = tuple(dict.fromkeys(own + usual.get(field, ())))
        fields[field] = found[:1] if field in SINGLE_COLUMN_FIELDS else found
    return ColumnPlan(fields, _texts(free, claimed, mapping), _attributes(free, claimed, mapping))


def is_known_column(column: str, mapping: FeedMapping) -> bool:
    """Return whether a column would be read: by the mapping, or by its name."""
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
    """Check that the columns can make a product.

    Raises:
        FeedError: No column holds an id, or none holds a title or a photo.
    """
    fields = {field for field, names in plan.fields.items() if names}
    titles = fields & {"title", "image", "translations"}
    if "id" in fields and (titles or any(each.field == "title" for each in plan.localized)):
        return
    wanted = ("title", "image") if "id" in fields else ("id",)
    lacking = "a title or an image" if "id" in fields else "an id"
    known = "; ".join(
        f"{each.field}: {', '.join(each.aliases)}" for each in FIELD_ALIASES if each.field in wanted
    )
    found = ", ".join(columns[:_SHOWN_COLUMNS]) or "none"
    raise FeedError(
        path,
        f"no column holds {lacking}. Columns found: {found}. Names understood: {known}. Rename the "
        'column, or give a mapping file with [columns] and a line such as title = "Your column".',
    )


def check_mapped_columns(columns: tuple[str, ...], mapping: FeedMapping, path: Path) -> None:
    """Check a header for every column that the mapping names, and for names used twice.

    Raises:
        FeedError: The mapping names a column that is not there, or a name that is used is there
            more than once.
    """
    present = {normalize_column_name(name) for name in columns} | set(columns)
    for column in _mapped_names(mapping):
        if column and column not in present and normalize_column_name(column) not in present:
            found = ", ".join(columns[:_SHOWN_COLUMNS])
            raise FeedError(
                path, f"the mapping names the column {column!r}. Columns found: {found}"
            )
    twice = [name for name, times in Counter(columns).items() if times > 1 and name]
    used = set(plan_columns(columns, mapping, {}).list_columns())
    for name in twice:
        if name in used:
            raise FeedError(path, f"the column {name!r} is there more than once; rename one")


def _mapped_names(mapping: FeedMapping) -> list[str]:
    parts = [column for each in mapping.translations.values() for column in each.values()]
    return [*mapping.columns.values(), *parts, *mapping.attributes.values()]


def _claimed(columns: tuple[str, ...], mapping: FeedMapping) -> dict[str, str]:
    """Return the feed's spelling of each column that the mapping names."""
    spelling = {normalize_column_name(name): name for name in reversed(columns)}
    return {
        name: name if name in columns else spelling.get(normalize_column_name(name), name)
        for name in _mapped_names(mapping)
    }


def _usual_fields(columns: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    ranked: dict[str, list[tuple[int, str]]] = {}
    for column in columns:
        known = FIELD_BY_COLUMN.get(normalize_column_name(column))
        if known:
            ranked.setdefault(known[0], []).append((known[1], column))
    best = {field: sorted(each, key=lambda pair: pair[0]) for field, each in ranked.items()}
    return {field: tuple(column for _, column in each) for field, each in best.items()}


def _texts(
    free: tuple[str, ...], claimed: Mapping[str, str], mapping: FeedMapping
) -> tuple[LocalizedColumn, ...]:
    mapped = [
        LocalizedColumn(language, part, claimed[column])
        for language, parts in mapping.translations.items()
        for part, column in parts.items()
        if column
    ]
    done = {(each.language, each.field) for each in mapped}
    for column in free:
        base, language = split_language(column)
        part = FIELD_BY_COLUMN.get(normalize_column_name(base), ("", 0))[0] if language else ""
        if part in {"title", "description"} and (language, part) not in done:
            done.add((language, part))
            mapped.append(LocalizedColumn(language, part, column))
    return tuple(mapped)


def _attributes(
    free: tuple[str, ...], claimed: Mapping[str, str], mapping: FeedMapping
) -> tuple[tuple[str, str], ...]:
    found = {name: claimed[column] for name, column in mapping.attributes.items() if column}
    for column in free:
        known = ATTRIBUTE_BY_COLUMN.get(normalize_column_name(column), "")
        prefix = ATTRIBUTE_PREFIX.match(column.strip())
        name = column.strip()[prefix.end() :].strip().casefold() if prefix else known
        if name and name not in mapping.attributes:
            found.setdefault(name, column)
    return tuple(found.items())
