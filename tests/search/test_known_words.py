"""Correctly spelled words outside the catalogue: dictionaries, synonyms, the encoder."""

import pytest

from embed import FakeEncoder
from search.query.known_words import SpellingDictionary
from search.query.synonym_expansion import SynonymIndex


class WordEncoder(FakeEncoder):
    """An encoder that recognizes one word."""

    def is_known_word(self, word: str) -> bool:
        """Return whether it is that word."""
        return word == "chaussures"


@pytest.fixture(scope="module")
def dictionary() -> SpellingDictionary:
    return SpellingDictionary(
        FakeEncoder(), SynonymIndex([("thobe", "dishdasha"), ("دشداشة", "ثوب")])
    )


@pytest.mark.parametrize(
    "word",
    ["beads", "Kettle", "blown", "كراسي", "الكراسي", "قارورة", "dishdasha", "دشداشه", "Thobes"],
)
def test_correctly_spelled_words_are_recognized(dictionary: SpellingDictionary, word: str) -> None:
    assert dictionary.contains(word)


@pytest.mark.parametrize("word", ["sunglases", "tshrt", "فستن", "vinpositine", "chaussures"])
def test_misspelled_words_are_not_recognized(dictionary: SpellingDictionary, word: str) -> None:
    assert not dictionary.contains(word)


def test_an_encoder_may_recognize_more_words() -> None:
    assert SpellingDictionary(WordEncoder(), SynonymIndex(())).contains("Chaussures")
    assert not SpellingDictionary(WordEncoder(), SynonymIndex(())).contains("chausures")
