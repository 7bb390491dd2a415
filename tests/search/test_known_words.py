"""Words that are right without the catalogue: dictionaries, synonyms, the encoder."""

import pytest

from embed import FakeEncoder
from search.query.known_words import SpellingDictionary
from search.query.synonym_expansion import SynonymIndex


class Linguist(FakeEncoder):
    """An encoder that knows one word."""

    def is_known_word(self, word: str) -> bool:
        """Return whether it is that one."""
        return word == "chaussures"


@pytest.fixture(scope="module")
def words() -> SpellingDictionary:
    return SpellingDictionary(
        FakeEncoder(), SynonymIndex([("thobe", "dishdasha"), ("دشداشة", "ثوب")])
    )


@pytest.mark.parametrize(
    "word",
    ["beads", "Kettle", "blown", "كراسي", "الكراسي", "قارورة", "dishdasha", "دشداشه", "Thobes"],
)
def test_words(words: SpellingDictionary, word: str) -> None:
    assert words.contains(word)


@pytest.mark.parametrize("word", ["sunglases", "tshrt", "فستن", "vinpositine", "chaussures"])
def test_no_words(words: SpellingDictionary, word: str) -> None:
    assert not words.contains(word)


def test_an_encoder_may_know_more() -> None:
    assert SpellingDictionary(Linguist(), SynonymIndex(())).contains("Chaussures")
    assert not SpellingDictionary(Linguist(), SynonymIndex(())).contains("chausures")
