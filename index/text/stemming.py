"""Stemming of words by the language of their text.

Latin letters lose their diacritics before stemming, not after: only then do "ayakkabi" and
"ayakkabı" get the same stem whatever the stemmer does, and shoppers who type no diacritics find
words that have them. Endings that a stemmer knows only with diacritics are rewritten before, by
`_ENDINGS`.
"""

import re
from collections.abc import Callable
from functools import lru_cache

import Stemmer

from index.text.languages import to_language_code
from index.text.latin import strip_latin_diacritics
from shopwindow.values import normalize_alef, strip_article

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
"""Snowball stemmer by language code. Source: snowballstem.org."""

TURKISH = "tr"
STEMMER_LANGUAGES = frozenset({*_SNOWBALL, TURKISH})
"""Languages with their own stemmer; in all others Latin words are stemmed as English."""

_ALIASES = {"nb": "no", "nn": "no"}

_SCRIPTS = {
    "el": re.compile("[\u0370-\u03ff]"),
    "hy": re.compile("[\u0530-\u058f]"),
    "ru": re.compile("[\u0400-\u04ff]"),
}
"""Letters of languages in other scripts; their words in Latin script are stemmed as English."""

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
"""Endings without diacritics and their replacements, by language. By the dictionaries of
pyspellchecker, 99.5 % of French words then share the stem of their plural or feminine form
(Snowball alone: 97.0 %), and 96.3 % of Portuguese words (90.7 %). Turkish uses only these rules:
Snowball's stemmer also cuts words without a suffix ("koltuk" to "kol", "çanta" to "ça") and leaves
the endings of their plurals."""

_ARABIC = re.compile(r"[\u0600-\u06FF]")
_FEMININE = str.maketrans("ة", "ه")
_CACHED_WORDS = 50_000

_english_stemmer = Stemmer.Stemmer("english", 0)
_arabic_stemmer = Stemmer.Stemmer("arabic", 0)
_snowball_stemmers = {code: Stemmer.Stemmer(name, 0) for code, name in _SNOWBALL.items()}


@lru_cache(maxsize=1024)
def get_stemmer_language(language: str) -> str:
    """Return the stemmer code of a language: "fr" for "fr", "fr-CA", "fr_fr" and "French".

    Args:
        language: A language as feeds name it.

    Returns:
        A code of `STEMMER_LANGUAGES`; empty for English, Arabic, and languages without a stemmer.
    """
    code = to_language_code(language)
    code = _ALIASES.get(code, code)
    return code if code in STEMMER_LANGUAGES else ""


def stem_word(word: str, language: str = "") -> str:
    """Return the stem of a word that is not a number; words with equal stems match.

    Args:
        word: The word in lower case, with ASCII digits.
        language: A code of `get_stemmer_language`. Arabic words are stemmed as Arabic in any
            language.
    """
    if word.isascii() and not language:
        return str(_english_stemmer.stemWord(word))
    if _ARABIC.search(word):
        without_article = strip_article(normalize_alef(word))
        # Fold the ة only after stemming: the stemmer recognizes the feminine ending by it.
        return str(_arabic_stemmer.stemWord(without_article)).translate(_FEMININE)
    return _select_stemmer(word, language)(strip_latin_diacritics(word))


def _select_stemmer(word: str, language: str) -> Callable[[str], str]:
    script = _SCRIPTS.get(language)
    if not language or (script and not script.search(word)):
        return lambda bare: str(_english_stemmer.stemWord(bare))
    return lambda bare: _stem_latin(bare, language)


@lru_cache(maxsize=_CACHED_WORDS)
def _stem_latin(word: str, language: str) -> str:
    for ending, replacement in _ENDINGS.get(language, ()):
        word = ending.sub(replacement, word)
    if language == TURKISH:
        return word
    # Some stemmers add diacritics themselves.
    return strip_latin_diacritics(str(_snowball_stemmers[language].stemWord(word)))
