"""A mapping file to start from, written from what was recognized in a feed."""

import json
from collections.abc import Collection, Iterable, Mapping

from index.catalog.column_mapping import ColumnPlan
from index.catalog.header_vocabulary import FIELD_KEYS


def format_mapping(
    plan: ColumnPlan,
    defaults: Mapping[str, str] | None = None,
    file: Mapping[str, str] | None = None,
    format_columns: Collection[str] = (),
) -> str:
    """Return a mapping file in TOML that reads a feed as the plan does.

    Columns that were recognized by a guess stand in it as comments, to be confirmed or changed.

    Args:
        plan: The columns as they are read.
        defaults: Values for rows without one.
        file: Format, encoding and delimiter, where they were given.
        format_columns: Columns that the format itself provides; they are left out.
    """
    lines = [
        "# What each column is read as. Lines that begin with # are guesses or notes.",
        "[columns]",
    ]
    for field, names in sorted(plan.fields.items(), key=lambda item: FIELD_KEYS.index(item[0])):
        if names and field != "translations" and not set(names) & set(format_columns):
            value = _quote(names[0]) if len(names) == 1 else f"[{', '.join(map(_quote, names))}]"
            lines.append(f"{field} = {value}")
    lines += _format_translations(plan)
    lines += ["", "[attributes]"]
    is_plain = len(dict(plan.attributes)) == len(plan.attributes)
    mark = "" if is_plain else "# "
    lines += [f"{mark}{_quote(name)} = {_quote(column)}" for name, column in plan.attributes]
    if plan.inferred:
        lines.append('# Unknown columns are attributes by a guess; `"name" = ""` leaves one out:')
    lines += [f"# {_quote(name)} = {_quote(column)}" for name, column in plan.inferred]
    lines += _format_table("defaults", (defaults or {}).items())
    lines += _format_table("file", (file or {}).items())
    if plan.ignored:
        lines += ["", "# Not read:"]
    lines += [f"# {_quote(column)}: {reason}" for column, reason in plan.ignored.items()]
    return "\n".join(lines) + "\n"


def _format_translations(plan: ColumnPlan) -> list[str]:
    """Return a table per language, as comments where the order of the feed would be lost."""
    by_language: dict[str, list[tuple[str, str]]] = {}
    for localized in plan.localized:
        pair = (localized.field, localized.column)
        by_language.setdefault(localized.language, []).append(pair)
    grouped = [pair for pairs in by_language.values() for pair in pairs]
    is_ordered = grouped == [(column.field, column.column) for column in plan.localized]
    mark = "" if is_ordered else "# "
    lines = []
    for language, pairs in by_language.items():
        lines += ["", f"{mark}[columns.translations.{language}]"]
        lines += [f"{mark}{field} = {_quote(column)}" for field, column in pairs]
    return lines


def _format_table(name: str, values: Iterable[tuple[str, str]]) -> list[str]:
    filled = [f"{key} = {_quote(value)}" for key, value in values if value]
    return ["", f"[{name}]", *filled] if filled else []


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
