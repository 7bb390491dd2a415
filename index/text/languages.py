"""Language codes, language suffixes of column names, and detection of Arabic text."""

import re

_CODES = (
    "ab aa af ak sq am ar an hy as av ae ay az bm ba eu be bn bi bs br bg my ca ch ce ny zh cu cv "
    "kw co cr hr cs da dv nl dz en eo et ee fo fj fi fr fy ff gd gl lg ka de el kl gn gu ht ha he "
    "hz hi ho hu is io ig id ia ie iu ik ga it ja jv kn kr ks kk km ki rw ky kv kg ko kj ku lo la "
    "lv li ln lt lu lb mk mg ms ml mt gv mi mr mh mn na nv nd nr ng ne no nb nn oc oj or om os pi "
    "ps fa pl pt pa qu ro rm rn ru se sm sg sa sc sr sn sd si sk sl so st es su sw ss sv tl ty tg "
    "ta tt te th bo ti to ts tn tr tk tw ug uk ur uz ve vi vo wa cy wo xh yi yo za zu"
)
LANGUAGE_CODES = frozenset(_CODES.split())
"""Source: ISO 639-1."""

LANGUAGE_NAMES = {
    "arabic": "ar",
    "english": "en",
    "french": "fr",
    "german": "de",
    "spanish": "es",
    "italian": "it",
    "turkish": "tr",
    "persian": "fa",
    "urdu": "ur",
    "hindi": "hi",
    "عربي": "ar",
    "عربية": "ar",
    "إنجليزي": "en",
    "انجليزي": "en",
    "إنجليزية": "en",
    "انجليزية": "en",
}
"""Languages by name. Arabic names are also recognized behind "ال" (the) and "بال" (in)."""

_ARABIC_PREFIXES = ("بال", "ال")
_FIRST_WORD = re.compile(r"^([^\W\d_]{2,12})[ _.:-]+(?=\S)")
_REGION_SUFFIX = re.compile(r"[_-][a-z]{2}$", re.ASCII)
_LAST_WORD = re.compile(r"[^\W\d_]{2,12}$")
_SEPARATORS = " \t\n\r\f\v_-.:(["
_MAX_NAME_CHARS = 200
"""Longer column names are not searched for a language."""

_ARABIC_LETTER = re.compile(
    r"[\u0620-\u064a\u0671-\u06d3\u0750-\u077f\u08a0-\u08c7\ufb50-\ufdfb\ufe70-\ufefc]"
)
"""Letters of the Arabic script. Source: Unicode blocks Arabic, its supplements and forms."""


def to_language_code(text: str) -> str:
    """Return the two-letter code of "en", "en-US", "EN_us" or "English"; empty when unknown."""
    word = text.strip().casefold()
    if word in LANGUAGE_NAMES:
        return LANGUAGE_NAMES[word]
    for prefix in _ARABIC_PREFIXES:
        if word.startswith(prefix):
            return LANGUAGE_NAMES.get(word.removeprefix(prefix), "")
    head = re.split(r"[_-]", word, maxsplit=1)[0]
    return head if head in LANGUAGE_CODES else ""


def split_language(column: str) -> tuple[str, str]:
    """Split a column name with a language: `title_ar`, `title (ar)`, `title_ar_AE`, `name_arabic`.

    The suffixes are tried from the end, so that a name of a thousand spaces or underscores takes
    no longer than any other.

    Returns:
        The name without the language, and the language code; the unchanged name and "" without one.
    """
    name = column.strip().casefold()
    if len(name) > _MAX_NAME_CHARS:
        return column, ""
    name = name.removesuffix(")").removesuffix("]")
    for candidate in (_REGION_SUFFIX.sub("", name), name):
        word = _LAST_WORD.search(candidate[-12:])
        base = candidate[: len(candidate) - len(word[0])] if word else ""
        code = to_language_code(word[0]) if word and base[-1:] in _SEPARATORS else ""
        if code and base.rstrip(_SEPARATORS):
            return base.rstrip(_SEPARATORS), code
    return column, ""


def split_leading_language(column: str) -> tuple[str, str]:
    """Split a column name that begins with a language: `Arabic title`, `ar_title`, `en-name`.

    Of the codes only `ar` and `en` count here: `it_title`, `no_name` begin with words.

    Returns:
        The name without the language, and the language code; the unchanged name and "" without one.
    """
    name = column.strip().casefold()
    found = _FIRST_WORD.match(name[:_MAX_NAME_CHARS])
    word = found[1] if found else ""
    if found is None or not (word in {"ar", "en"} or word in LANGUAGE_NAMES):
        return column, ""
    return name[found.end() :], to_language_code(word)


def detect_language(text: str) -> str:
    """Return "ar" when most letters are Arabic, otherwise "": other scripts are ambiguous."""
    if text.isascii():
        return ""
    return "ar" if len(_ARABIC_LETTER.findall(text)) * 2 > sum(map(str.isalpha, text)) else ""
