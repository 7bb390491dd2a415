"""Normalization of Arabic spelling: diacritics, forms of alef, and the prefixed article.

The encoders and the text index normalize by the same rules.
"""

import re
import unicodedata

DIACRITICS = re.compile(r"[\u0610-\u061A\u064B-\u065F\u0670\u06D6-\u06ED\u0640]")
"""Vowel marks, Quranic signs, and the tatweel, which only stretches a word."""

ARTICLES = ("وال", "بال", "كال", "فال", "لل", "ال")
"""The article, alone and merged with a prefixed particle (and, with, like, so, for)."""

_LETTER_VARIANTS = str.maketrans("أإآٱى", "ااااي")
_MIN_LETTERS_AFTER_ARTICLE = 3


def strip_diacritics(text: str) -> str:
    """Return the text in NFKC and without diacritics and tatweel.

    NFKC also turns presentation forms and full-width letters into plain ones.
    """
    return DIACRITICS.sub("", unicodedata.normalize("NFKC", text))


def normalize_alef(text: str) -> str:
    """Return the text with every form of alef as bare alef, and alef maksura as yeh."""
    return text.translate(_LETTER_VARIANTS)


def strip_article(word: str) -> str:
    """Return a word without its article; unchanged when fewer than three letters would remain."""
    for article in ARTICLES:
        if word.startswith(article) and len(word) - len(article) >= _MIN_LETTERS_AFTER_ARTICLE:
            return word[len(article) :]
    return word
