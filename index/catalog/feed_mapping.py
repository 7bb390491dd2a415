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

from collections.abc import Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from index.catalog.header_vocabulary import FIELD_KEYS
from index.text.languages import to_language_code
from shopwindow.values.config import (
    Problem,
    checked_dataclass,
    list_problems,
    read_toml,
    restrict_keys,
)
from shopwindow.values.errors import FeedMappingError, InvalidValueError

_COLUMN_KEYS = tuple(name for name in FIELD_KEYS if name != "translations")


def _make_error(problems: Sequence[Problem]) -> FeedMappingError:
    return FeedMappingError(str(problem) for problem in problems)


def _read_language(text: str) -> str:
    code = to_language_code(text)
    if not code:
        raise InvalidValueError("", "a language code such as ar", text)
    return code


_Language: TypeAlias = Annotated[str, AfterValidator(_read_language)]
_ColumnKey: TypeAlias = Annotated[str, restrict_keys(_COLUMN_KEYS)]
_TranslatedKey: TypeAlias = Annotated[str, restrict_keys(("title", "description"))]
_DefaultKey: TypeAlias = Annotated[
    str, restrict_keys(("currency", "merchant_id", "language", "image_root"))
]
_FileKey: TypeAlias = Annotated[str, restrict_keys(("format", "encoding", "delimiter"))]


@checked_dataclass(_make_error)
class FeedMapping:
    """Maps a feed's columns to product fields, with defaults for rows without a value.

    Attributes:
        columns: Column names by field ("title"); an empty name uses no column for that field.
        translations: Column names by language code and field ("title", "description").
        attributes: Column names by attribute name.
        defaults: `currency`, `merchant_id`, `language` for rows without; `image_root`, the folder
            that photo paths are relative to and must stay in, instead of the feed's folder.
        file: `format`, `encoding` and `delimiter`, where they should not be detected.

    Raises:
        FeedMappingError: A key is unknown, or a value is not a text; the error has every problem.
    """

    columns: Mapping[_ColumnKey, str] = field(default_factory=dict)
    translations: Mapping[_Language, Mapping[_TranslatedKey, str]] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[_DefaultKey, str] = field(default_factory=dict)
    file: Mapping[_FileKey, str] = field(default_factory=dict)


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)


class ColumnsTable(_Table):
    """The table `[columns]`: columns by field, and one table per language."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[_ColumnKey, str]

    translations: Mapping[_Language, Mapping[_TranslatedKey, str]] = Field(
        {}, description="Columns by language code and field."
    )


class MappingFile(_Table):
    """A mapping file; the docstring of this module shows one."""

    columns: ColumnsTable = Field(ColumnsTable(), description="Columns by field.")
    attributes: Mapping[str, str] = Field({}, description="Columns by attribute.")
    defaults: Mapping[_DefaultKey, str] = Field({}, description="Values for rows without one.")
    file: Mapping[_FileKey, str] = Field({}, description="Format, encoding and delimiter.")


def load_mapping(path: Path | str) -> FeedMapping:
    """Read a mapping file.

    Returns:
        The mapping, validated.

    Raises:
        FeedMappingError: The file cannot be read, is not TOML, or has unknown keys or values that
            are no texts; the error has every problem of the file.
    """
    tables = read_toml(Path(path), lambda reason: FeedMappingError([reason], path))
    try:
        file = MappingFile.model_validate(tables)
    except ValidationError as exc:
        problems = list_problems(exc, MappingFile)
        raise FeedMappingError(map(str, problems), path) from exc
    return FeedMapping(
        columns=file.columns.model_extra or {},
        translations=file.columns.translations,
        attributes=file.attributes,
        defaults=file.defaults,
        file=file.file,
    )
