"""The TOML file in which a shop maps its feed's columns to product fields.

    [columns]
    title = "Produktname"
    price = ""                      # empty: use no column for the price
    image = ["Bild", "Bild 2"]      # the first that is not empty counts
    [columns.translations.ar]
    title = "Titel arabisch"
    [attributes]
    color = "Farbe"
    heel_height = ""                # not an attribute
    "*" = ""                        # no unknown column is an attribute
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

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, ValidationError
from pydantic_core import PydanticKnownError

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

ALL_UNKNOWN = "*"
"""The name that stands for all columns of unknown names in `[attributes]`; it can be empty only."""
_COLUMN_KEYS = tuple(name for name in FIELD_KEYS if name != "translations")


def _make_error(problems: Sequence[Problem]) -> FeedMappingError:
    return FeedMappingError(str(problem) for problem in problems)


def _read_language(text: str) -> str:
    code = to_language_code(text)
    if not code:
        raise InvalidValueError("", "a language code such as ar", text)
    return code


def _read_names(value: object) -> str | tuple[str, ...]:
    """Return one column name, or several.

    A union of types would report two problems for one wrong value.

    Raises:
        PydanticKnownError: It is neither.
    """
    if isinstance(value, str):
        return value
    names = tuple(value) if isinstance(value, (list, tuple)) else (value,)
    if not all(isinstance(name, str) for name in names):
        raise PydanticKnownError("string_type")
    return names


_Language: TypeAlias = Annotated[str, AfterValidator(_read_language)]
_ColumnKey: TypeAlias = Annotated[str, restrict_keys(_COLUMN_KEYS)]
_ColumnNames: TypeAlias = Annotated[str | Sequence[str], PlainValidator(_read_names)]
_TranslatedKey: TypeAlias = Annotated[str, restrict_keys(("title", "description"))]
_DefaultKey: TypeAlias = Annotated[
    str, restrict_keys(("currency", "merchant_id", "language", "image_root"))
]
_FileKey: TypeAlias = Annotated[str, restrict_keys(("format", "encoding", "delimiter"))]


@checked_dataclass(_make_error)
class FeedMapping:
    """Maps a feed's columns to product fields, with defaults for rows without a value.

    Attributes:
        columns: Column names by field ("title"), one or several of which the first that is not
            empty counts; an empty name uses no column for that field.
        translations: Column names by language code and field ("title", "description").
        attributes: Column names by attribute name; an empty name uses no column for it, and "*"
            with an empty name none of unknown names.
        defaults: `currency`, `merchant_id`, `language` for rows without; `image_root`, the folder
            that photo paths are relative to and must stay in, instead of the feed's folder.
        file: `format`, `encoding` and `delimiter`, where they should not be detected.

    Raises:
        FeedMappingError: A key is unknown, or a value is not a text; the error has every problem.
    """

    columns: Mapping[_ColumnKey, _ColumnNames] = field(default_factory=dict)
    translations: Mapping[_Language, Mapping[_TranslatedKey, str]] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[_DefaultKey, str] = field(default_factory=dict)
    file: Mapping[_FileKey, str] = field(default_factory=dict)

    def list_columns(self) -> dict[str, tuple[str, ...]]:
        """Return the column names by field, most trusted first; none where a field is off."""
        return {
            name: tuple(filter(None, [columns] if isinstance(columns, str) else columns))
            for name, columns in self.columns.items()
        }


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)


class ColumnsTable(_Table):
    """The table `[columns]`: columns by field, and one table per language."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[_ColumnKey, _ColumnNames]

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
