"""Arabic spelling: what is written in several ways, and what stands before a word without a blank.

The encoders' words and the index's words are folded by the same rules.
"""

import re
import unicodedata

DIACRITICS = re.compile(r"[\u0610-\u061A\u064B-\u065F\u0670\u06D6-\u06ED\u0640]")
"""Vowel and Koran signs, and the tatweel that only stretches a word."""

ARTICLES = ("وال", "بال", "كال", "فال", "لل", "ال")
"""The article, and how it merges with the words before it: and, with, like, so, for."""

_LETTERS = str.maketrans("أإآٱى", "ااااي")
_MIN_LETTERS_AFTER_ARTICLE = 3


def strip_diacritics(text: str) -> str:
    """Return the text in plain letters, without the signs above and below them.

    NFKC also turns presentation forms and full-width letters into plain ones.
    """
    return DIACRITICS.sub("", unicodedata.normalize("NFKC", text))


def normalize_alef(text: str) -> str:
    """Return the text with every form of alef as the bare one, and the dotless yeh as yeh."""
    return text.translate(_LETTERS)


def strip_article(word: str) -> str:
    """Return a word without the article, when enough letters are left to be a word."""
    for article in ARTICLES:
        if word.startswith(article) and len(word) - len(article) >= _MIN_LETTERS_AFTER_ARTICLE:
            return word[len(article) :]
    return word
