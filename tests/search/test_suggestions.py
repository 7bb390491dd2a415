"""Autocomplete: the last word is completed, in both scripts; the words before it stay."""

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


def make_snapshot(
    words: Mapping[str, int] = WORDS,
    brands: Mapping[str, int] = BRANDS,
    categories: Mapping[str, int] = CATEGORIES,
) -> CatalogSnapshot:
    entities = EntityIndex(brands, categories, {"color=red": 12}, SynonymIndex(()))
    return CatalogSnapshot(Vocabulary(words), entities, BaselineSample())


@pytest.fixture
def suggester() -> Suggester:
    return make_snapshot().suggester


def suggest(suggester: Suggester, text: str, limit: int = 8) -> list[tuple[str, str]]:
    return [(suggestion.kind, suggestion.text) for suggestion in suggester.suggest(text, limit)]


def test_categories_and_brands_come_before_words_by_product_count(
    suggester: Suggester,
) -> None:
    assert suggest(suggester, "Dr") == [
        ("category", "Dresses"), ("word", "dress"), ("word", "drinking"),
    ]  # fmt: skip
    assert suggest(suggester, "vel") == [("brand", "Velmara"), ("word", "velvet")]


def test_earlier_words_stay_as_typed(suggester: Suggester) -> None:
    first, second, _ = suggester.suggest("Long  RED dr")
    assert first == Suggestion("Long RED Dresses", "category", "Dresses", "Long RED", 6)
    assert second == Suggestion("Long RED dress", "word", "dress", "Long RED", 30)


@pytest.mark.parametrize(
    ("text", "expected"),
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
def test_a_name_matches_from_any_of_its_words(
    suggester: Suggester, text: str, expected: list[tuple[str, str]]
) -> None:
    assert suggest(suggester, text) == expected


@pytest.mark.parametrize("text", ["حقي", "حقيبَ", "الحقي"])
def test_arabic_words_are_completed_in_any_spelling(suggester: Suggester, text: str) -> None:
    assert suggest(suggester, text) == [("word", "حقيبة")]


def test_forms_of_arabic_letters_do_not_matter(suggester: Suggester) -> None:
    assert suggest(suggester, "احم") == suggest(suggester, "أحم") == [("word", "أحمر")]
    assert suggest(suggester, "فنج") == [("brand", "دار فنجان")]


def test_a_complete_word_is_not_suggested(suggester: Suggester) -> None:
    assert ("word", "dress") not in suggest(suggester, "dress")
    assert ("word", "dresses") not in suggest(suggester, "dress")  # the category says it


@pytest.mark.parametrize("text", ["", "   ", "zzz", "\u064b", "!!"])
def test_text_without_completion_has_no_suggestions(suggester: Suggester, text: str) -> None:
    assert suggester.suggest(text) == ()


def test_a_name_that_matches_by_several_words_comes_once() -> None:
    brands = {"Pro Prose Prow": 5, "Prim": 3}
    suggester = make_snapshot(words={}, brands=brands, categories={}).suggester
    assert suggest(suggester, "pr") == [("brand", "Pro Prose Prow"), ("brand", "Prim")]


def test_the_limit_is_respected_and_validated(suggester: Suggester) -> None:
    assert suggest(suggester, "dr", limit=2) == [("category", "Dresses"), ("word", "dress")]
    for limit in (0, 51):
        with pytest.raises(InvalidQueryError, match="1 to 50"):
            suggester.suggest("dr", limit)


def test_precomputed_completions_equal_a_full_scan() -> None:
    counts = {f"w{number:04}": number % 97 for number in range(3000)}
    suggester = make_snapshot(words=counts, brands={}, categories={}).suggester
    for text in ("w", "w0", "w00", "w012"):
        matching = [word for word in counts if fold(word).startswith(text)]
        matching.sort(key=lambda word: (-counts[word], word))
        assert [text for _, text in suggest(suggester, text)] == matching[:8]


def test_suggestions_include_new_products(encoder: FakeEncoder) -> None:
    with ProductIndex.open(":memory:", encoder) as index:
        index.add([Product("1", "Red mug", brand="Nuqta", category=("Home", "Mugs"))])
        service = SearchService(index)
        assert [suggestion.text for suggestion in service.suggest("nu")] == ["Nuqta"]
        assert [suggestion.text for suggestion in service.suggest("red mu", limit=1)] == [
            "red Mugs"
        ]
        index.add([Product("2", "Blue jug", brand="Tinwa")])
        deadline_s = time.monotonic() + 10
        while not service.suggest("tin") and time.monotonic() < deadline_s:
            time.sleep(0.01)  # the snapshot is refreshed in the background
        assert [suggestion.text for suggestion in service.suggest("tin")] == ["Tinwa"]
