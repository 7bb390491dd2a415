"""The small TOML file by which a shop says which of its columns means what.

    [columns]
    title = "Produktname"
    price = ""                      # empty: take no column for the price
    [columns.translations.ar]
    title = "Titel arabisch"
    [attributes]
    color = "Farbe"
    [defaults]
    currency = "AED"
    merchant_id = "m1"
    language = "en"
    image_root = "/srv/photos"      # photos are looked for here, not beside the feed
    [file]
    format = "csv"
    encoding = "cp1256"
    delimiter = ";"

Every table and every key may be left out.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from index.catalog.header_vocabulary import FIELD_KEYS
from index.text.languages import to_language_code
from shopwindow.values.errors import FeedError

_TABLES = ("columns", "attributes", "defaults", "file")
_DEFAULTS = ("currency", "merchant_id", "language", "image_root")
_FILE = ("format", "encoding", "delimiter")
_PARTS = ("title", "description")
_COLUMNS = tuple(name for name in FIELD_KEYS if name != "translations")


@dataclass(frozen=True, slots=True)
class FeedMapping:
    """Which columns of a feed mean what, and what holds where a row says nothing.

    Attributes:
        columns: Column names by field ("title"); an empty name takes no column for that field.
        translations: Column names by language code and part ("title", "description").
        attributes: Column names by the attribute's name.
        defaults: `currency`, `merchant_id`, `language` for rows without; `image_root`, the folder
            that relative photos start from and may not leave, instead of the feed's own.
        file: `format`, `encoding` and `delimiter`, where they are not to be found out.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    translations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    file: Mapping[str, str] = field(default_factory=dict)


def load_mapping(path: Path | str) -> FeedMapping:
    """Return what a mapping file says.

    Raises:
        FeedError: The file cannot be read, is not TOML, or has a key that means nothing.
    """
    try:
        data = tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as exc:
        raise FeedError(path, f"the mapping file cannot be read: {exc}") from exc
    except tomllib.TOMLDecodeError as exc:
        raise FeedError(path, f"the mapping file is not TOML: {exc}") from exc
    _refuse_unknown(path, "", data, _TABLES)
    columns = dict(_table(path, data, "columns"))
    translations = _translations(path, columns.pop("translations", {}))
    return FeedMapping(
        columns=_texts(path, "columns", columns, _COLUMNS),
        translations=translations,
        attributes=_texts(path, "attributes", _table(path, data, "attributes"), None),
        defaults=_texts(path, "defaults", _table(path, data, "defaults"), _DEFAULTS),
        file=_texts(path, "file", _table(path, data, "file"), _FILE),
    )


def check_mapping(mapping: FeedMapping, path: Path | str) -> FeedMapping:
    """Return the mapping when all its keys mean something.

    Raises:
        FeedError: A key means nothing, or a value is not a text.
    """
    _texts(path, "columns", mapping.columns, _COLUMNS)
    _translations(path, mapping.translations)
    _texts(path, "attributes", mapping.attributes, None)
    _texts(path, "defaults", mapping.defaults, _DEFAULTS)
    _texts(path, "file", mapping.file, _FILE)
    return mapping


def _table(path: Path | str, data: Mapping[str, object], name: str) -> Mapping[str, object]:
    table = data.get(name, {})
    if not isinstance(table, Mapping):
        raise FeedError(path, f"mapping: [{name}] must be a table of names, got {table!r}")
    return table


def _texts(
    path: Path | str, name: str, table: Mapping[str, object], known: tuple[str, ...] | None
) -> dict[str, str]:
    if known is not None:
        _refuse_unknown(path, name, table, known)
    for key, value in table.items():
        if not isinstance(value, str):
            raise FeedError(path, f"mapping: [{name}] {key} must be a text, got {value!r}")
    return {key: str(value) for key, value in table.items()}


def _translations(path: Path | str, table: object) -> dict[str, dict[str, str]]:
    if not isinstance(table, Mapping):
        raise FeedError(path, "mapping: [columns.translations] must hold one table per language")
    found: dict[str, dict[str, str]] = {}
    for language, parts in table.items():
        name = f"columns.translations.{language}"
        if not to_language_code(str(language)):
            raise FeedError(path, f"mapping: [{name}] is not a language code such as ar")
        if not isinstance(parts, Mapping):
            raise FeedError(path, f"mapping: [{name}] must be a table with title, description")
        found[to_language_code(str(language))] = _texts(path, name, parts, _PARTS)
    return found


def _refuse_unknown(
    path: Path | str, table: str, keys: Iterable[str], known: tuple[str, ...]
) -> None:
    unknown = sorted(set(keys) - set(known))
    if unknown:
        where = f"[{table}] " if table else ""
        raise FeedError(
            path, f"mapping: {where}does not know {', '.join(unknown)}; known: {', '.join(known)}"
        )
