"""Titles and descriptions of one row, in the main language and in others."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from index.catalog.cell_objects import parse_object
from index.catalog.records import CellError
from index.catalog.row_cells import RowReader
from index.catalog.text_cleaning import clean_line, clean_text, is_empty
from index.text.languages import detect_language, to_language_code
from shopwindow.values import Translation

_CLEANERS = {"title": clean_line, "description": clean_text}
_FIELDS = ("title", "description")


@dataclass(slots=True)
class LocalizedTexts:
    """The titles and descriptions of one row while it is read.

    Attributes:
        title: Title without a named language, or in `language`.
        description: Description without a named language, or in `language`.
        language: Code of the main language; empty when unknown.
        by_language: Texts by language code and field, in the order of the row.
    """

    title: str = ""
    description: str = ""
    language: str = ""
    by_language: dict[str, dict[str, str]] = field(default_factory=dict)

    def add(self, language: str, field: str, text: str) -> None:
        """Add a text in a named language; the first one of each field counts."""
        if text:
            self.by_language.setdefault(language, {}).setdefault(field, text)

    def resolve_language(self) -> None:
        """Decide the main language, and move its texts out of the translations.

        A title without a named language is in the main one. Otherwise the row's language is, and
        then the first language that has a title.
        """
        titled = [code for code, texts in self.by_language.items() if texts.get("title")]
        if not self.title and titled:
            self.language = self.language if self.language in titled else titled[0]
        if self.title and not self.language:
            same = [code for code in titled if self.by_language[code]["title"] == self.title]
            self.language = same[0] if same else detect_language(self.title)
        main = self.by_language.pop(self.language, {}) if self.language else {}
        self.title = self.title or main.get("title", "")
        self.description = self.description or main.get("description", "")

    def build_translations(self) -> dict[str, Translation]:
        """Return the translations by language code."""
        return {
            code: Translation(texts.get("title", ""), texts.get("description", ""))
            for code, texts in self.by_language.items()
        }


def read_texts(row: RowReader, language: str) -> LocalizedTexts:
    """Return all titles and descriptions of a row; unusable values are dropped.

    Args:
        row: The row.
        language: Code of the row's own language; empty when unknown.
    """
    texts = LocalizedTexts(language=language)
    for field_name in _FIELDS:
        _read_field(texts, field_name, row)
    for localized in row.plan.localized:
        value = row.get_value(localized.column, localized.field)
        text = _clean(row, localized.field, value, localized.column)
        texts.add(localized.language, localized.field, text)
    for column, value in row.get_values("translations"):
        _read_translations(texts, row, value, column)
    texts.resolve_language()
    return texts


def _read_field(texts: LocalizedTexts, field_name: str, row: RowReader) -> None:
    """Read the columns of the title or the description: plain texts, or texts by language."""
    for column, value in row.get_values(field_name):
        by_language = _parse_by_language(value)
        if by_language is None:
            if not getattr(texts, field_name):
                setattr(texts, field_name, _clean(row, field_name, value, column))
            continue
        for key, text in by_language.items():
            code = to_language_code(str(key))
            if code:
                texts.add(code, field_name, _clean(row, field_name, text, column))
            else:
                reason = f'texts by language ("en", "ar") expected, got {str(key)[:60]!r}'
                row.drop_value(field_name, column, reason)


def _parse_by_language(value: object) -> Mapping[object, object] | None:
    """Parse texts by language: {"en": ...} or [{"language": "en", "value": ...}].

    Returns:
        Texts by language; None when the value has neither form.
    """
    if isinstance(value, dict):
        return value
    if not (isinstance(value, list) and value and isinstance(value[0], dict)):
        return None
    if "value" not in value[0]:
        return None
    tag = next((key for key in ("language_tag", "language", "lang") if key in value[0]), "")
    entries = [entry for entry in value if isinstance(entry, dict)]
    # Reversed twice: of several texts in one language the first counts, at its own place.
    by_language = {str(entry.get(tag, "")): entry.get("value") for entry in reversed(entries)}
    return dict(reversed(by_language.items()))


def _read_translations(texts: LocalizedTexts, row: RowReader, value: object, column: str) -> None:
    """Read {"ar": {"title": ..., "description": ...}} or {"ar": "title"}, as objects or JSON."""
    try:
        translations = parse_object(value)
    except CellError as exc:
        row.drop_value("translations", column, exc.reason)
        return
    for key, translation in translations.items():
        code = to_language_code(str(key))
        if not code:
            reason = f'a language such as "ar" expected, got {str(key)[:60]!r}'
            row.drop_value("translations", column, reason)
        elif isinstance(translation, dict):
            for name in _FIELDS:
                texts.add(code, name, _clean(row, name, translation.get(name), column))
        else:
            texts.add(code, "title", _clean(row, "title", translation, column))


def _clean(row: RowReader, field_name: str, value: object, column: str) -> str:
    if is_empty(value):
        return ""
    try:
        return _CLEANERS[field_name](value)
    except CellError as exc:
        row.drop_value(field_name, column, exc.reason)
        return ""
