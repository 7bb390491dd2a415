"""Spelling correction: what is corrected, and what must never be."""

import pytest

from index.text.analyzer import map_words
from search.query.spelling import MAX_LOOKUPS, CorrectedText, correct_spelling
from search.query.vocabulary import Vocabulary
from shopwindow.values.query import MAX_TEXT_CHARS

WORDS = {
    "sunglasses": 20, "glasses": 5, "dress": 30, "dresses": 9, "green": 8, "rose": 4, "linen": 3,
    "cotton": 9, "t": 9, "shirt": 9, "tshirt": 9, "فستان": 7, "حقيبة": 6, "n10": 1, "handbag": 2,
}  # fmt: skip


@pytest.fixture
def vocabulary() -> Vocabulary:
    return Vocabulary(WORDS)


def is_never_word(_: str) -> bool:
    return False


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("sunglases", "sunglasses"),
        ("snuglasess", "sunglasses"),
        ("gren", "green"),
        ("geren", "green"),
        ("coton", "cotton"),
        ("tshrt", "tshirt"),
        ("فستن", "فستان"),
        ("حقيبه", "حقيبه"),
        ("الفستن", "فستان"),
    ],
)
def test_one_typing_error_is_corrected(vocabulary: Vocabulary, typed: str, expected: str) -> None:
    assert correct_spelling(typed, vocabulary, is_never_word).text == expected


@pytest.mark.parametrize(
    "typed", ["robe", "dre", "n11", "DSL-N10", "dressing", "1234", "lemon", "kettle", "a"]
)
def test_words_and_possible_words_stay(vocabulary: Vocabulary, typed: str) -> None:
    corrected = correct_spelling(typed, vocabulary, is_never_word)
    assert (corrected.text, corrected.changes) == (typed, ())


def test_known_and_verbatim_words_stay(vocabulary: Vocabulary) -> None:
    assert correct_spelling("grewn", vocabulary, lambda word: word == "grewn").changes == ()
    assert correct_spelling("grewn", vocabulary, is_never_word, frozenset({"grewn"})).changes == ()


def test_the_rest_of_the_text_stays_as_it_is(vocabulary: Vocabulary) -> None:
    corrected = correct_spelling("a Gren, dress: 12 cm", vocabulary, is_never_word)
    assert corrected.text == "a green, dress: 12 cm"
    assert corrected.changes == (("Gren", "green"),)


def test_the_more_frequent_word_wins_a_tie() -> None:
    vocabulary = Vocabulary({"tables": 1, "cables": 9})
    assert vocabulary.find_nearest("xables") == "cables"
    assert vocabulary.find_nearest("tabels") == "tables"


def test_the_number_of_lookups_is_limited(vocabulary: Vocabulary) -> None:
    looked_up: list[str] = []

    def is_word(word: str) -> bool:
        looked_up.append(word)
        return False

    words = [f"sunglass{a}{b}" for a in "bcdfghjklm" for b in "bcdfghjkmn"]
    corrected = correct_spelling(" ".join(words), vocabulary, is_word)
    assert len(corrected.changes) == len(looked_up) == MAX_LOOKUPS
    assert corrected.text.split()[MAX_LOOKUPS:] == words[MAX_LOOKUPS:]
    repeated = correct_spelling(" ".join(["Gren", *words[:5], "Gren"] * 20), vocabulary, is_word)
    assert repeated.text.count("green") == 40


@pytest.mark.parametrize("long", ["greendress " * 181, "Gren " + "ﷺ" * 1900])
def test_a_text_that_would_exceed_the_length_limit_stays(vocabulary: Vocabulary, long: str) -> None:
    assert len(long) <= MAX_TEXT_CHARS
    assert len(map_words(long, lambda word: word.replace("greendress", "green dress"))) > 2000
    assert correct_spelling(long, vocabulary, is_never_word) == CorrectedText(long, ())
