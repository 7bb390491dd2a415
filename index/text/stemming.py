"""Stems of words, by the language that a text is in.

Latin letters lose their marks before the stemmer sees them, not after: only so "ayakkabi" and
"ayakkabı" have one stem whatever the stemmer does, and a shopper who types no marks finds what has
them. The endings that a stemmer knows only with their marks are put right before, by `_ENDINGS`.
"""

import re
from collections.abc import Callable
from functools import lru_cache

import Stemmer

from index.text.languages import to_language_code
from index.text.latin import strip_latin_diacritics
from shopwindow.values.arabic import normalize_alef, strip_article

_SNOWBALL = {
    "ca": "catalan",
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "nl": "dutch",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
}
"""Snowball's stemmer by language. Source: snowballstem.org."""

TURKISH = "tr"
STEMMER_LANGUAGES = frozenset({*_SNOWBALL, TURKISH})
"""Languages with a stemmer of their own; in all others Latin words are stemmed as English."""

_SAME = {"nb": "no", "nn": "no"}

_SCRIPTS = {
    "el": re.compile("[\u0370-\u03ff]"),
    "hy": re.compile("[\u0530-\u058f]"),
    "ru": re.compile("[\u0400-\u04ff]"),
}
"""Letters of the languages that are not written in Latin ones; other words in them are English."""

_ENDINGS = {
    "fr": (
        (re.compile(r"(?<=..)(o|u|it|er|ir)s$"), r"\1"),  # vélos, tissus, crédits, colliers
        (re.compile(r"(?<=..)e?es?$"), "e"),  # brodé, brodée, brodées
        (re.compile(r"(?<=..)eres?$"), "er"),  # léger, légère
    ),
    "pt": (
        (re.compile(r"(?<=.)(?:oes|aes|aos)$"), "ao"),  # botão, botões
        (re.compile(r"(?<=..)([ae])is$"), r"\1l"),  # papel, papéis
        (re.compile(r"(?<=..)ns$"), "m"),  # jardim, jardins
        (re.compile(r"(?<=..)eus$"), "eu"),  # chapéu, chapéus
    ),
    TURKISH: (
        (re.compile(r"(?<=...)l[ae]r[iu]?$"), ""),  # elbiseler, elbiseleri
        (re.compile(r"(?<=...[aeiou])s[iu]$"), ""),  # çantası
        (re.compile(r"(?<=...[^aeiou])[iu]$"), ""),  # ceketi; and kırmızı, in all its forms
        (re.compile(r"(?<=...)b$"), "p"),  # kitabı
        (re.compile(r"(?<=...)d$"), "t"),  # kanadı
        (re.compile(r"(?<=...)g$"), "k"),  # gömleği
    ),
}
"""Endings without marks, and what they become, by language. By the dictionaries of pyspellchecker
99.5 % of French words share the stem of their plural or feminine so (Snowball alone 97.0 %), of
Portuguese ones 96.3 % (90.7 %). Turkish has only these: Snowball's stemmer also takes the end off
words that have no suffix ("koltuk" is "kol", "çanta" is "ça") and their plurals keep theirs."""

_ARABIC = re.compile(r"[\u0600-\u06FF]")
_FEMININE = str.maketrans("ة", "ه")
_CACHED_WORDS = 50_000

_english = Stemmer.Stemmer("english", 0)
_arabic = Stemmer.Stemmer("arabic", 0)
_others = {code: Stemmer.Stemmer(name, 0) for code, name in _SNOWBALL.items()}


@lru_cache(maxsize=1024)
def get_stemmer_language(language: str) -> str:
    """Return the code of the stemmer for a language: "fr" for "fr", "fr-CA", "fr_fr", "French".

    Args:
        language: A language as feeds name it.

    Returns:
        A code of `STEMMER_LANGUAGES`; empty for English, for Arabic and for languages without a stemmer.
    """
    code = to_language_code(language)
    code = _SAME.get(code, code)
    return code if code in STEMMER_LANGUAGES else ""


def stem_word(word: str, language: str = "") -> str:
    """Return the stem of a word that is no number; words with equal stems find each other.

    Args:
        word: The word in small letters, digits as 0 to 9.
        language: A code that `get_stemmer_language` returns. Arabic words are stemmed as Arabic in
            any language.
    """
    if word.isascii() and not language:
        return str(_english.stemWord(word))
    if _ARABIC.search(word):
        bare = strip_article(normalize_alef(word))
        # Stemmed before the last letter is folded: the stemmer knows the feminine ending by its ة.
        return str(_arabic.stemWord(bare)).translate(_FEMININE)
    return _stemmer(word, language)(strip_latin_diacritics(word))


def _stemmer(word: str, language: str) -> Callable[[str], str]:
    script = _SCRIPTS.get(language)
    if not language or (script and not script.search(word)):
        return lambda bare: str(_english.stemWord(bare))
    return lambda bare: _stemmed(bare, language)


@lru_cache(maxsize=_CACHED_WORDS)
def _stemmed(word: str, language: str) -> str:
    for ending, instead in _ENDINGS.get(language, ()):
        word = ending.sub(instead, word)
    if language == TURKISH:
        return word
    # Some stemmers write marks themselves.
    return strip_latin_diacritics(str(_others[language].stemWord(word)))
