"""Words that are right without the catalogue: dictionaries, synonyms, the encoder."""

import pytest

from embed import FakeEncoder
from search.query.known_words import KnownWords
from search.query.synonym_expansion import Synonyms


class Linguist(FakeEncoder):
    """An encoder that knows one word."""

    def knows_word(self, word: str) -> bool:
        """Return whether it is that one."""
        return word == "chaussures"


@pytest.fixture(scope="module")
def words() -> KnownWords:
    return KnownWords(FakeEncoder(), Synonyms([("thobe", "dishdasha"), ("دشداشة", "ثوب")]))


@pytest.mark.parametrize(
    "word",
    ["beads", "Kettle", "blown", "كراسي", "الكراسي", "قارورة", "dishdasha", "دشداشه", "Thobes"],
)
def test_words(words: KnownWords, word: str) -> None:
    assert words.has(word)


@pytest.mark.parametrize("word", ["sunglases", "tshrt", "فستن", "vinpositine", "chaussures"])
def test_no_words(words: KnownWords, word: str) -> None:
    assert not words.has(word)


def test_an_encoder_may_know_more() -> None:
    assert KnownWords(Linguist(), Synonyms(())).has("Chaussures")
    assert not KnownWords(Linguist(), Synonyms(())).has("chausures")
