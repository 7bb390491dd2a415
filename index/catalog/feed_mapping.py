"""The TOML file in which a shop maps its feed's columns to product fields.

    [columns]
    title = "Produktname"
    price = ""                      # empty: use no column for the price
    [columns.translations.ar]
    title = "Titel arabisch"
    [attributes]
    color = "Farbe"
    [defaults]
    currency = "AED"
    merchant_id = "m1"
    language = "en"
    image_root = "/srv/photos"      # base folder of photo paths, instead of the feed's folder
    [file]
    format = "csv"
    encoding = "cp1256"
    delimiter = ";"

Every table and every key is optional.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from index.catalog.header_vocabulary import FIELD_KEYS
from index.text.languages import to_language_code
from shopwindow.values.errors import FeedError

_TABLE_KEYS = ("columns", "attributes", "defaults", "file")
_DEFAULT_KEYS = ("currency", "merchant_id", "language", "image_root")
_FILE_KEYS = ("format", "encoding", "delimiter")
_TRANSLATED_FIELDS = ("title", "description")
_COLUMN_KEYS = tuple(name for name in FIELD_KEYS if name != "translations")


@dataclass(frozen=True, slots=True)
class FeedMapping:
    """Maps a feed's columns to product fields, with defaults for rows without a value.

    Attributes:
        columns: Column names by field ("title"); an empty name uses no column for that field.
        translations: Column names by language code and field ("title", "description").
        attributes: Column names by attribute name.
        defaults: `currency`, `merchant_id`, `language` for rows without; `image_root`, the folder
            that photo paths are relative to and must stay in, instead of the feed's folder.
        file: `format`, `encoding` and `delimiter`, where they should not be detected.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    translations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    file: Mapping[str, str] = field(default_factory=dict)


def load_mapping(path: Path | str) -> FeedMapping:
    """Read a mapping file.

    Returns:
        The mapping, validated.

    Raises:
        FeedError: The file cannot be read, is not TOML, or has an unknown key.
    """
    try:
        data = tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as exc:
        raise FeedError(path, f"the mapping file cannot be read: {exc}") from exc
    except tomllib.TOMLDecodeError as exc:
        raise FeedError(path, f"the mapping file is not TOML: {exc}") from exc
    _check_keys(path, "", data, _TABLE_KEYS)
    columns = dict(_get_table(path, data, "columns"))
    translations = _validate_translations(path, columns.pop("translations", {}))
    return FeedMapping(
        columns=_validate_texts(path, "columns", columns, _COLUMN_KEYS),
        translations=translations,
        attributes=_validate_texts(path, "attributes", _get_table(path, data, "attributes"), None),
        defaults=_validate_texts(
            path, "defaults", _get_table(path, data, "defaults"), _DEFAULT_KEYS
        ),
        file=_validate_texts(path, "file", _get_table(path, data, "file"), _FILE_KEYS),
    )


def check_mapping(mapping: FeedMapping, path: Path | str) -> FeedMapping:
    """Validate a mapping that was built in Python.

    Returns:
        The same mapping.

    Raises:
        FeedError: A key is unknown, or a value is not a text.
    """
    _validate_texts(path, "columns", mapping.columns, _COLUMN_KEYS)
    _validate_translations(path, mapping.translations)
    _validate_texts(path, "attributes", mapping.attributes, None)
    _validate_texts(path, "defaults", mapping.defaults, _DEFAULT_KEYS)
    _validate_texts(path, "file", mapping.file, _FILE_KEYS)
    return mapping


def _get_table(path: Path | str, data: Mapping[str, object], name: str) -> Mapping[str, object]:
    table = data.get(name, {})
    if not isinstance(table, Mapping):
        raise FeedError(path, f"mapping: [{name}] must be a table of names, got {table!r}")
    return table


def _validate_texts(
    path: Path | str, name: str, table: Mapping[str, object], known_keys: tuple[str, ...] | None
) -> dict[str, str]:
    if known_keys is not None:
        _check_keys(path, name, table, known_keys)
    for key, value in table.items():
        if not isinstance(value, str):
            raise FeedError(path, f"mapping: [{name}] {key} must be a text, got {value!r}")
    return {key: str(value) for key, value in table.items()}


def _validate_translations(path: Path | str, table: object) -> dict[str, dict[str, str]]:
    if not isinstance(table, Mapping):
        raise FeedError(path, "mapping: [columns.translations] must hold one table per language")
    translations: dict[str, dict[str, str]] = {}
    for language, columns in table.items():
        name = f"columns.translations.{language}"
        code = to_language_code(str(language))
        if not code:
            raise FeedError(path, f"mapping: [{name}] is not a language code such as ar")
        if not isinstance(columns, Mapping):
            raise FeedError(path, f"mapping: [{name}] must be a table with title, description")
        translations[code] = _validate_texts(path, name, columns, _TRANSLATED_FIELDS)
    return translations


def _check_keys(
    path: Path | str, table: str, keys: Iterable[str], known_keys: tuple[str, ...]
) -> None:
    unknown = sorted(set(keys) - set(known_keys))
    if unknown:
        where = f"[{table}] " if table else ""
        raise FeedError(
            path,
            f"mapping: {where}does not know {', '.join(unknown)}; known: {', '.join(known_keys)}",
        )
