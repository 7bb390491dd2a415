"""Typing errors: what is corrected, and what must never be."""

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


def nobody(_: str) -> bool:
    return False


@pytest.mark.parametrize(
    ("typed", "meant"),
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
def test_one_slip_is_forgiven(vocabulary: Vocabulary, typed: str, meant: str) -> None:
    assert correct_spelling(typed, vocabulary, nobody).text == meant


@pytest.mark.parametrize(
    "typed", ["robe", "dre", "n11", "DSL-N10", "dressing", "1234", "lemon", "kettle", "a"]
)
def test_what_is_or_may_be_a_word_stays(vocabulary: Vocabulary, typed: str) -> None:
    found = correct_spelling(typed, vocabulary, nobody)
    assert (found.text, found.changes) == (typed, ())


def test_words_that_somebody_knows_stay(vocabulary: Vocabulary) -> None:
    assert correct_spelling("grewn", vocabulary, lambda word: word == "grewn").changes == ()
    assert correct_spelling("grewn", vocabulary, nobody, frozenset({"grewn"})).changes == ()


def test_the_rest_of_the_text_stays_as_it_is(vocabulary: Vocabulary) -> None:
    found = correct_spelling("a Gren, dress: 12 cm", vocabulary, nobody)
    assert found.text == "a green, dress: 12 cm"
    assert found.changes == (("Gren", "green"),)


def test_the_frequent_word_is_preferred_among_equals() -> None:
    vocabulary = Vocabulary({"tables": 1, "cables": 9})
    assert vocabulary.find_nearest("xables") == "cables"
    assert vocabulary.find_nearest("tabels") == "tables"


def test_a_page_of_unknown_words_costs_no_more_than_a_query(vocabulary: Vocabulary) -> None:
    asked: list[str] = []

    def is_word(word: str) -> bool:
        asked.append(word)
        return False

    words = [f"sunglass{a}{b}" for a in "bcdfghjklm" for b in "bcdfghjkmn"]
    found = correct_spelling(" ".join(words), vocabulary, is_word)
    assert len(found.changes) == len(asked) == MAX_LOOKUPS
    assert found.text.split()[MAX_LOOKUPS:] == words[MAX_LOOKUPS:]
    again = correct_spelling(" ".join(["Gren", *words[:5], "Gren"] * 20), vocabulary, is_word)
    assert again.text.count("green") == 40


@pytest.mark.parametrize("long", ["greendress " * 181, "Gren " + "ﷺ" * 1900])
def test_a_text_that_would_outgrow_a_query_stays(vocabulary: Vocabulary, long: str) -> None:
    assert len(long) <= MAX_TEXT_CHARS
    assert len(map_words(long, lambda word: word.replace("greendress", "green dress"))) > 2000
    assert correct_spelling(long, vocabulary, nobody) == CorrectedText(long, ())
