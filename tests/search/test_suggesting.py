"""Suggestions while typing: the begun word goes on, in both scripts, the words before it stay."""

import time
from collections.abc import Mapping

import pytest

from embed import FakeEncoder
from index import ProductIndex
from index.text.analyzer import fold
from search import SearchService
from search.catalog_snapshot import CatalogSnapshot
from search.query.entities import EntityIndex
from search.query.synonym_expansion import SynonymIndex
from search.query.vocabulary import Vocabulary
from search.retrieval.similarity_baseline import BaselineSample
from search.suggestions import Suggester, Suggestion
from shopwindow.values import Product
from shopwindow.values.errors import InvalidQueryError

WORDS = {
    "dress": 30, "dresses": 9, "drinking": 4, "red": 12, "coffee": 5, "pot": 5, "pots": 7,
    "velmara": 11, "velvet": 3, "حقيبة": 6, "حقيبه": 1, "أحمر": 7, "إبريق": 2, "2": 9,
}  # fmt: skip
BRANDS = {"Velmara": 11, "Kasra Loom": 7, "دار فنجان": 4}
CATEGORIES = {"Fashion > Dresses": 6, "Home > Coffee Pots": 3, "Home > Plants & Pots": 2}


def known(
    words: Mapping[str, int] = WORDS,
    brands: Mapping[str, int] = BRANDS,
    categories: Mapping[str, int] = CATEGORIES,
) -> CatalogSnapshot:
    terms = EntityIndex(brands, categories, {"color=red": 12}, SynonymIndex(()))
    return CatalogSnapshot(Vocabulary(words), terms, BaselineSample())


@pytest.fixture
def suggestions() -> Suggester:
    return known().suggester


def told(suggestions: Suggester, begun: str, limit: int = 8) -> list[tuple[str, str]]:
    return [(each.kind, each.text) for each in suggestions.suggest(begun, limit)]


def test_categories_and_brands_come_first_then_words_of_most_products(
    suggestions: Suggester,
) -> None:
    assert told(suggestions, "Dr") == [
        ("category", "Dresses"), ("word", "dress"), ("word", "drinking"),
    ]  # fmt: skip
    assert told(suggestions, "vel") == [("brand", "Velmara"), ("word", "velvet")]


def test_the_words_before_stay_as_they_were_typed(suggestions: Suggester) -> None:
    first, second, _ = suggestions.suggest("Long  RED dr")
    assert first == Suggestion("Long RED Dresses", "category", "Dresses", "Long RED", 6)
    assert second == Suggestion("Long RED dress", "word", "dress", "Long RED", 30)


@pytest.mark.parametrize(
    ("begun", "found"),
    [
        ("loo", [("brand", "Kasra Loom")]),
        ("coffee po", [("category", "Coffee Pots"), ("word", "coffee pots"),
                       ("word", "coffee pot")]),
        ("coffee ", [("category", "Coffee Pots")]),
        ("red ", []),
        ("plants & p", [("category", "Plants & Pots"), ("word", "plants & pots"),
                        ("word", "plants & pot")]),
    ],
)  # fmt: skip
def test_any_word_of_a_name_and_several_of_them(
    suggestions: Suggester, begun: str, found: list[tuple[str, str]]
) -> None:
    assert told(suggestions, begun) == found


@pytest.mark.parametrize("begun", ["حقي", "حقيبَ", "الحقي"])
def test_arabic_words_go_on_however_they_are_written(suggestions: Suggester, begun: str) -> None:
    assert told(suggestions, begun) == [("word", "حقيبة")]


def test_forms_of_letters_do_not_matter(suggestions: Suggester) -> None:
    assert told(suggestions, "احم") == told(suggestions, "أحم") == [("word", "أحمر")]
    assert told(suggestions, "فنج") == [("brand", "دار فنجان")]


def test_a_word_that_is_whole_is_not_suggested(suggestions: Suggester) -> None:
    assert ("word", "dress") not in told(suggestions, "dress")
    assert ("word", "dresses") not in told(suggestions, "dress")  # the category says it


@pytest.mark.parametrize("begun", ["", "   ", "zzz", "\u064b", "!!"])
def test_nothing_goes_on(suggestions: Suggester, begun: str) -> None:
    assert suggestions.suggest(begun) == ()


def test_a_name_that_several_of_its_words_fit_comes_once() -> None:
    brands = {"Pro Prose Prow": 5, "Prim": 3}
    suggestions = known(words={}, brands=brands, categories={}).suggester
    assert told(suggestions, "pr") == [("brand", "Pro Prose Prow"), ("brand", "Prim")]


def test_the_limit(suggestions: Suggester) -> None:
    assert told(suggestions, "dr", limit=2) == [("category", "Dresses"), ("word", "dress")]
    for limit in (0, 51):
        with pytest.raises(InvalidQueryError, match="1 to 50"):
            suggestions.suggest("dr", limit)


def test_what_is_ready_is_what_a_look_through_all_finds() -> None:
    counts = {f"w{number:04}": number % 97 for number in range(3000)}
    suggestions = known(words=counts, brands={}, categories={}).suggester
    for begun in ("w", "w0", "w00", "w012"):
        fitting = [word for word in counts if fold(word).startswith(begun)]
        fitting.sort(key=lambda word: (-counts[word], word))
        assert [text for _, text in told(suggestions, begun)] == fitting[:8]


def test_the_service_knows_new_products(encoder: FakeEncoder) -> None:
    with ProductIndex.open(":memory:", encoder) as index:
        index.add([Product("1", "Red mug", brand="Nuqta", category=("Home", "Mugs"))])
        service = SearchService(index)
        assert [each.text for each in service.suggest("nu")] == ["Nuqta"]
        assert [each.text for each in service.suggest("red mu", limit=1)] == ["red Mugs"]
        index.add([Product("2", "Blue jug", brand="Tinwa")])
        until = time.monotonic() + 10
        while not service.suggest("tin") and time.monotonic() < until:
            time.sleep(0.01)  # the catalogue is read again beside the callers
        assert [each.text for each in service.suggest("tin")] == ["Tinwa"]
