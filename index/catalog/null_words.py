"""Words that mean "no value": what databases, programs and people write into empty cells."""

_DATABASE_WORDS = (
    "null", "(null)", "<null>", "[null]", "\\n", "#n/a", "#na", "#ref!", "#value!", "#name?",
    "#null!", "#div/0!", "#num!", "#error!",
)  # fmt: skip
_PLAIN_WORDS = (
    "nan", "n/a", "n.a.", "n.a", "na", "none", "nil", "undefined", "-", "--", "---", "–", "—",
    "<na>", "nat", "not specified", "not set", "k.a.", "k. a.", "keine", "aucun", "aucune", "yok",
    "غير محدد", "غير محددة", "لا يوجد", "لا توجد", "لايوجد", "لا شيء", "بدون", "غير معروف",
)  # fmt: skip


def _spell(words: tuple[str, ...]) -> frozenset[str]:
    """Return the words in lower case, in capitals, and with a capital."""
    return frozenset(
        form for word in words for form in (word, word.upper(), word.capitalize(), word.title())
    )


_NEVER_TEXT = _spell(_DATABASE_WORDS) | {"-", "--", "---", "–", "—"}
_NULL_WORDS = _spell((*_DATABASE_WORDS, *_PLAIN_WORDS)) | {"NaN", "NaT", "<NA>"}
_DATE_FIELDS = frozenset({"created_at", "sale_dates", "sale_start", "sale_end", "withdrawn"})
# "None" and "Nan" may be titles, "لا يوجد" in a column of stock means that there is none left.
_WORDS_BY_FIELD = {
    "title": _NEVER_TEXT,
    "in_stock": _NULL_WORDS - {"لا يوجد", "لا توجد", "لايوجد", "yok", "Yok", "YOK"},
    "image": _NULL_WORDS | {"no_selection", "0"},
    **dict.fromkeys(_DATE_FIELDS, _NULL_WORDS | {"0"}),
    # An id is required, so that its parser refuses such words.
    "id": frozenset(),
}
_NULL_IDS = frozenset(form for form in _NEVER_TEXT if not form.isalpha()) | {
    "NULL", "None", "nan", "NaN", "NAN", "NaT", "N/A", "n/a", "<NA>",
}  # fmt: skip
_SPACES = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())
NULL_FIRST_CHARS = frozenset(word[0] for word in _NULL_WORDS) | frozenset("0" + _SPACES)
"""First characters of what `is_null` finds in text."""

MAX_NULL_CHARS = max(map(len, _NULL_WORDS))


def is_null(field: str, value: object) -> bool:
    """Return whether a cell holds no value for a field: nothing, or a word that says so.

    The field decides, since a word can be one field's value and another's gap. A title may be
    "None"; as a brand or a price it is none.
    """
    if isinstance(value, str):
        if not value or value.isspace():
            return True
        if value[0] == "0" and field in _DATE_FIELDS and _is_zero_date(value):
            return True
        return len(value) <= MAX_NULL_CHARS and value.strip() in _WORDS_BY_FIELD.get(
            field, _NULL_WORDS
        )
    return value is None or (isinstance(value, (list, tuple, dict, bytes)) and not value)


def is_null_id(text: str) -> bool:
    """Return whether an id is a word that databases, pandas and spreadsheets write for none.

    People's words are not among them: a shop may have a product "none" or "na".
    """
    return text in _NULL_IDS


def _is_zero_date(text: str) -> bool:
    """Return whether a date has only zeros, as MySQL writes an unknown one."""
    return text.startswith("0000") or text.startswith("00/00")
