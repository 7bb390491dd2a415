"""Titles and descriptions of one row, in the first language and in the others."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from core.product import Translation
from index.feeds.columns import ColumnPlan
from index.feeds.languages import language_code, language_of
from index.feeds.records import CellError
from index.feeds.texts import clean_line, clean_text, is_empty

_CLEAN = {"title": clean_line, "description": clean_text}
_PARTS = ("title", "description")


@dataclass(slots=True)
class Words:
    """The words of one row while it is read.

    Attributes:
        title: Title of no named language yet, or of `language`.
        description: Description likewise.
        language: Code of the first language; empty when unknown.
        others: Parts by language code, in the order in which the row has them.
    """

    title: str = ""
    description: str = ""
    language: str = ""
    others: dict[str, dict[str, str]] = field(default_factory=dict)

    def add(self, language: str, part: str, text: str) -> None:
        """Take a text in a named language; the first of each kind counts."""
        if text:
            self.others.setdefault(language, {}).setdefault(part, text)

    def settle(self) -> None:
        """Decide which language comes first.

        A plain title does. Without one it is the language of the row, then the first one that has
        a title. Words of the first language are no translation any more.
        """
        titled = [code for code, parts in self.others.items() if parts.get("title")]
        if not self.title and titled:
            self.language = self.language if self.language in titled else titled[0]
        if self.title and not self.language:
            same = [code for code in titled if self.others[code]["title"] == self.title]
            self.language = same[0] if same else language_of(self.title)
        own = self.others.pop(self.language, {}) if self.language else {}
        self.title = self.title or own.get("title", "")
        self.description = self.description or own.get("description", "")

    def translations(self) -> dict[str, Translation]:
        """Return the further languages."""
        return {
            code: Translation(parts.get("title", ""), parts.get("description", ""))
            for code, parts in self.others.items()
        }


def read_words(plan: ColumnPlan, cells: Mapping[str, object], language: str) -> Words:
    """Return all titles and descriptions of a row.

    Raises:
        CellError: A text is broken, or an object does not hold texts by language.
    """
    words = Words(language=language)
    for part in _PARTS:
        _read_plain(words, part, plan, cells)
    for each in plan.texts:
        value = cells.get(each.column)
        if not is_empty(value):
            words.add(each.language, each.part, _cleaned(each.part, value, each.column))
    for column in plan.fields.get("translations", ()):
        if not is_empty(cells.get(column)):
            _read_translations(words, cells[column], column)
    words.settle()
    return words


def _read_plain(words: Words, part: str, plan: ColumnPlan, cells: Mapping[str, object]) -> None:
    for column in plan.fields.get(part, ()):
        value = cells.get(column)
        if is_empty(value):
            continue
        tagged = list(_by_language(value, column))
        for code, text in tagged:
            words.add(code, part, _cleaned(part, text, column))
        if not tagged and not getattr(words, part):
            setattr(words, part, _cleaned(part, value, column))


def _by_language(value: object, column: str) -> Iterator[tuple[str, object]]:
    """Yield texts by language from {"en": ..., "ar": ...} and [{"language": ..., "value": ...}].

    Yields:
        Pairs of code and text; nothing when the value is no such object.

    Raises:
        CellError: A key of the object is no language.
    """
    if isinstance(value, list) and value and isinstance(value[0], dict) and "value" in value[0]:
        tag = next((key for key in ("language_tag", "language", "lang") if key in value[0]), "")
        value = {str(each.get(tag, "")): each.get("value") for each in reversed(value)}
        value = dict(reversed(value.items()))
    if isinstance(value, dict):
        for key, text in value.items():
            code = language_code(str(key))
            if not code:
                raise CellError(f'texts by language ("en", "ar") expected, got {key!r}', column)
            if not is_empty(text):
                yield code, text


def _read_translations(words: Words, value: object, column: str) -> None:
    """Take {"ar": {"title": ..., "description": ...}}, or {"ar": "title"}; also written as text.

    Raises:
        CellError: It is no such object, or a text in it is broken.
    """
    table = read_object(value, column)
    for key, parts in table.items():
        code = language_code(str(key))
        if not code:
            raise CellError(f'a language such as "ar" expected, got {key!r}', column)
        if isinstance(parts, dict):
            for part in _PARTS:
                if not is_empty(parts.get(part)):
                    words.add(code, part, _cleaned(part, parts[part], column))
        elif not is_empty(parts):
            words.add(code, "title", _cleaned("title", parts, column))


def read_object(value: object, column: str) -> dict[object, object]:
    """Return an object that came as one, as pairs (a Parquet map) or as JSON text.

    Raises:
        CellError: It is none of these.
    """
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError) as exc:
            raise CellError(f"a JSON object expected: {exc}"[:160], column) from exc
    if isinstance(value, list) and all(isinstance(p, tuple) and len(p) == 2 for p in value):
        value = dict(value)
    if not isinstance(value, dict):
        raise CellError(f"a JSON object expected, got {str(value)[:60]!r}", column)
    return value


def _cleaned(part: str, value: object, column: str) -> str:
    try:
        return _CLEAN[part](value)
    except CellError as exc:
        exc.column = column
        raise
