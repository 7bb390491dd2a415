"""Folding of words, so that spellings of one word are equal: case, diacritics, Arabic letters."""

import unicodedata

ASCII_DIGITS = {ord(d): str(i % 10) for i, d in enumerate("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹")}
"""Translates Arabic and Persian digits."""

_LETTERS = str.maketrans({"ى": "ي", "ی": "ي", "ة": "ه", "ک": "ك", "ـ": "", "ı": "i", "’": "'"})
"""Letters that shops write for one another, the tatweel, and the curly apostrophe."""


def fold_spelling(text: str) -> str:
    """Return a text in lower case, without diacritics, with one spelling of alef, yeh and teh.

    "Épuisé" is "epuise", "متوفّرة" is "متوفره", "أردني" is "اردني".
    For fixed vocabularies; `analyzer.fold` is for search terms.
    """
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFD", text)
    letters = "".join(ch for ch in decomposed if not unicodedata.combining(ch))
    return letters.casefold().translate(_LETTERS)
