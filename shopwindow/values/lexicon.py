"""English and Arabic words for colours, product types and audiences: for captions and synonyms."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

LEXICON_PATH = Path(__file__).with_name("lexicon.toml")


@cache
def read_lexicon() -> Mapping[str, Mapping[str, Sequence[str]]]:
    """Return the lexicon by table ("colours", "kinds", "people"); the file explains its layout."""
    with LEXICON_PATH.open("rb") as file:
        return tomllib.load(file)


@cache
def load_lexicon_synonyms() -> tuple[tuple[str, ...], ...]:
    """Return the lexicon's entries as synonym groups, across languages and grammatical genders."""
    groups = []
    for table, n_texts in (("colours", 3), ("kinds", 2), ("people", 3)):
        for name, entry in read_lexicon()[table].items():
            words = [name, *(word for text in entry[:n_texts] for word in text.split("|"))]
            groups.append(tuple(dict.fromkeys(words)))
    return tuple(groups)
