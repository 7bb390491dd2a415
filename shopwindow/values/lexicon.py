"""Words for colours, kinds and people in English and Arabic: for captions, and as synonyms."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

LEXICON_PATH = Path(__file__).with_name("lexicon.toml")


@cache
def read_lexicon() -> Mapping[str, Mapping[str, Sequence[str]]]:
    """Return the words of the lexicon; see the file for their layout."""
    with LEXICON_PATH.open("rb") as file:
        return tomllib.load(file)


@cache
def load_lexicon_synonyms() -> tuple[tuple[str, ...], ...]:
    """Return groups of words and phrases that mean the same, in any language and form."""
    groups = []
    for part, n_texts in (("colours", 3), ("kinds", 2), ("people", 3)):
        for name, entry in read_lexicon()[part].items():
            words = [name, *(word for text in entry[:n_texts] for word in text.split("|"))]
            groups.append(tuple(dict.fromkeys(words)))
    return tuple(groups)
