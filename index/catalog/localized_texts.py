"""Titles and descriptions of one row, in the first language and in the others."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from index.catalog.cell_objects import parse_object
from index.catalog.records import CellError
from index.catalog.row_cells import RowReader
from index.catalog.text_cleaning import clean_line, clean_text, is_empty
from index.text.languages import detect_language, to_language_code
from shopwindow.values.product import Translation

_CLEAN = {"title": clean_line, "description": clean_text}
_PARTS = ("title", "description")


@dataclass(slots=True)
class LocalizedTexts:
    """The words of one row while it is read.

    Attributes:
        title: Title of no named language yet, or of `language`.
        description: Description likewise.
        language: Code of the first language; empty when unknown.
        by_language: Parts by language code, in the order in which the row has them.
    """

    title: str = ""
    description: str = ""
    language: str = ""
    by_language: dict[str, dict[str, str]] = field(default_factory=dict)

    def add(self, language: str, part: str, text: str) -> None:
        """Take a text in a named language; the first of each kind counts."""
        if text:
            self.by_language.setdefault(language, {}).setdefault(part, text)

    def resolve_language(self) -> None:
        """Decide which language comes first.

        A plain title does. Without one it is the language of the row, then the first one that has
        a title. Words of the first language are no translation any more.
        """
        titled = [code for code, parts in self.by_language.items() if parts.get("title")]
        if not self.title and titled:
            self.language = self.language if self.language in titled else titled[0]
        if self.title and not self.language:
            same = [code for code in titled if self.by_language[code]["title"] == self.title]
            self.language = same[0] if same else detect_language(self.title)
        own = self.by_language.pop(self.language, {}) if self.language else {}
        self.title = self.title or own.get("title", "")
        self.description = self.description or own.get("description", "")

    def build_translations(self) -> dict[str, Translation]:
        """Return the further languages."""
        return {
            code: Translation(parts.get("title", ""), parts.get("description", ""))
            for code, parts in self.by_language.items()
        }


def read_texts(row: RowReader, language: str) -> LocalizedTexts:
    """Return all titles and descriptions of a row; what cannot be used is noted as lost."""
    words = LocalizedTexts(language=language)
    for part in _PARTS:
        _read_plain(words, part, row)
    for each in row.plan.localized:
        text = _cleaned(row, each.field, row.get_value(each.column), each.column)
        words.add(each.language, each.field, text)
    for column, value in row.get_values("translations"):
        _read_translations(words, row, value, column)
    words.resolve_language()
    return words


def _read_plain(words: LocalizedTexts, part: str, row: RowReader) -> None:
    for column, value in row.get_values(part):
        by_language = _by_language(value)
        if by_language is None:
            if not getattr(words, part):
                setattr(words, part, _cleaned(row, part, value, column))
            continue
        for key, text in by_language.items():
            code = to_language_code(str(key))
            if code:
                words.add(code, part, _cleaned(row, part, text, column))
            else:
                reason = f'texts by language ("en", "ar") expected, got {str(key)[:60]!r}'
                row.drop_value(part, column, reason)


def _by_language(value: object) -> Mapping[object, object] | None:
    """Return texts by language from {"en": ...} and [{"language": "en", "value": ...}].

    Returns:
        None when the value is neither.
    """
    if isinstance(value, dict):
        return value
    if not (isinstance(value, list) and value and isinstance(value[0], dict)):
        return None
    if "value" not in value[0]:
        return None
    tag = next((key for key in ("language_tag", "language", "lang") if key in value[0]), "")
    tagged = [each for each in value if isinstance(each, dict)]
    found = {str(each.get(tag, "")): each.get("value") for each in reversed(tagged)}
    return dict(reversed(found.items()))


def _read_translations(words: LocalizedTexts, row: RowReader, value: object, column: str) -> None:
    """Take {"ar": {"title": ..., "description": ...}}, or {"ar": "title"}; also written as text."""
    try:
        table = parse_object(value)
    except CellError as exc:
        row.drop_value("translations", column, exc.reason)
        return
    for key, parts in table.items():
        code = to_language_code(str(key))
        if not code:
            reason = f'a language such as "ar" expected, got {str(key)[:60]!r}'
            row.drop_value("translations", column, reason)
        elif isinstance(parts, dict):
            for part in _PARTS:
                words.add(code, part, _cleaned(row, part, parts.get(part), column))
        else:
            words.add(code, "title", _cleaned(row, "title", parts, column))


def _cleaned(row: RowReader, part: str, value: object, column: str) -> str:
    if is_empty(value):
        return ""
    try:
        return _CLEAN[part](value)
    except CellError as exc:
        row.drop_value(part, column, exc.reason)
        return ""
