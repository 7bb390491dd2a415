"""Multilingual catalogues: a query of unknown language matches the words of each."""

import time

import numpy as np
import pytest

from embed import FakeEncoder
from index import ProductIndex
from index.text.analyzer import analyze
from index.text.bm25 import build_query_vector
from search import SearchService
from search.catalog_snapshot import CatalogSnapshot
from search.query.known_words import SpellingDictionary
from search.query.query_interpreter import QueryInterpreter
from search.query.synonym_expansion import SynonymIndex
from search.query.vocabulary import Vocabulary
from shopwindow.values import Product, Query, SearchResponse, Translation
from tests.conftest import WHOLE

PRODUCTS = [
    Product(
        "shoe",
        "Chaussures d'été légères",
        "Des chevaux brodés.",
        translations={
            "ar": Translation("أحذية صيفية خفيفة"),
            "en": Translation("Light summer shoes", "Embroidered horses."),
        },
        language="fr",
    ),
    Product(
        "coat",
        "Manteau d'hiver bleu",
        translations={"ar": Translation("معطف شتوي أزرق"), "en": Translation("Blue winter coat")},
        brand="L'Atelier",
        language="fr-FR",
    ),
    Product("chair", "Grüne Stühle", "Wie ein Stuhl.", language="de"),
    Product("bag", "Kırmızı çanta", "Deri çantalar.", language="tr"),
    Product("mug", "Red mug", translations={"ar": Translation("كوب أحمر")}, language="en"),
]


@pytest.fixture
def index(encoder: FakeEncoder) -> ProductIndex:
    index = ProductIndex.open(":memory:", encoder)
    index.add(PRODUCTS)
    return index


@pytest.fixture
def service(index: ProductIndex) -> SearchService:
    return SearchService(index, WHOLE, synonyms=[("mantel", "fauteuils", "kırmızı")])


def get_lexical(page: SearchResponse) -> dict[str, float]:
    """Return the lexical contributions by product id."""
    return {
        hit.product.id: hit.contributions["lexical"]
        for hit in page.hits
        if "lexical" in hit.contributions
    }


@pytest.mark.parametrize(
    ("text", "product_id", "matched"),
    [
        ("chaussure léger", "shoe", ("chaussure", "léger")),
        ("chaussure leger ete", "shoe", ("chaussure", "leger", "ete")),
        ("cheval brodee", "shoe", ("cheval", "brodee")),
        ("l’été", "shoe", ("été",)),
        ("summer shoe", "shoe", ("summer", "shoe")),
        ("horse", "shoe", ("horse",)),
        ("الحذاء الصيفي", "shoe", ("الصيفي",)),
        ("manteaux bleues", "coat", ("manteaux", "bleues")),
        ("grune stuhle", "chair", ("grune", "stuhle")),
        ("gruener stuhl", "chair", ("gruener", "stuhl")),
        ("KIRMIZI ÇANTALAR", "bag", ("KIRMIZI", "ÇANTALAR")),
        ("kirmizi canta", "bag", ("kirmizi", "canta")),
        ("red mugs", "mug", ("red", "mugs")),
    ],
)
def test_each_language_matches_its_own_words(
    service: SearchService, text: str, product_id: str, matched: tuple[str, ...]
) -> None:
    page = service.search(Query(text=text))
    assert set(get_lexical(page)) == {product_id}
    (hit,) = (hit for hit in page.hits if hit.product.id == product_id)
    assert hit.matched_words == matched


@pytest.mark.parametrize("word", ["schuhes", "stühlen", "stuhls", "chaussure", "cheval", "canta"])
def test_correctly_spelled_words_are_not_corrected(service: SearchService, word: str) -> None:
    page = service.search(Query(text=word))
    assert [
        interpretation
        for interpretation in page.interpretations
        if interpretation.kind == "spelling"
    ] == []


def test_typing_errors_are_corrected_to_catalog_words(service: SearchService) -> None:
    page = service.search(Query(text="chausures"))
    assert [interpretation.value for interpretation in page.interpretations] == ["chaussures"]
    assert page.hits[0].product.id == "shoe"


def test_dictionaries_of_the_catalog_languages_are_used() -> None:
    dictionary = SpellingDictionary(FakeEncoder(), SynonymIndex(()))
    assert dictionary.contains("Trottinettes", ("fr", "tr"))
    assert dictionary.contains("echarpes", ("fr",))
    assert not dictionary.contains("trottinettes", ("de",))
    assert not dictionary.contains("trotinettes", ("fr",))


def test_synonyms_match_the_stems_of_the_language(service: SearchService) -> None:
    assert set(get_lexical(service.search(Query(text="mantel")))) == {"bag"}


def test_excluded_words_are_matched_in_their_language(service: SearchService) -> None:
    page = service.search(Query(text="deri -çantalar", limit=10))
    assert "bag" not in {hit.product.id for hit in page.hits}
    assert len(page.hits) == len(PRODUCTS) - 1


def test_a_brand_with_an_elided_article_is_still_an_entity(service: SearchService) -> None:
    page = service.search(Query(text="l'atelier"))
    assert page.hits[0].product.id == "coat"
    assert [interpretation.kind for interpretation in page.interpretations] == ["brand"]


def test_a_word_counts_once_whatever_languages_it_has_stems_in(encoder: FakeEncoder) -> None:
    """The brand stems differently in French; a product in both languages has it under one stem."""
    translations = {"en": Translation("Nike cap")}
    index = ProductIndex.open(":memory:", encoder)
    index.add(
        [
            Product("both", "Casquette Nike", translations=translations, language="fr"),
            Product("english", "Nike cap", translations={"ar": Translation("قبعة Nike")}),
            *(Product(f"{n}", f"Casquette {n}", language="fr") for n in range(8)),
        ]
    )
    interpreter = QueryInterpreter(index, ())
    interpreted = interpreter.interpret(Query(text="nike"))
    assert len(interpreted.sparse_vector.indices) == 2
    assert set(interpreted.sparse_vector.values) == {1.0}
    assert interpreted.coverage == 1.0
    scores = get_lexical(SearchService(index, synonyms=()).search(Query(text="nike")))
    assert set(scores) == {"both", "english"}
    assert scores["both"] == pytest.approx(scores["english"], rel=0.1)


def test_english_and_arabic_catalogs_search_the_same_terms_as_before(
    encoder: FakeEncoder,
) -> None:
    index = ProductIndex.open(":memory:", encoder)
    index.add(
        [PRODUCTS[-1], Product("2", "Chaussures rouges"), Product("3", "أكواب", language="ar")]
    )
    interpreter = QueryInterpreter(index, ())
    assert interpreter.get_snapshot().languages == ()
    for text in ("red mugs", "l'été chaussure", "الأكواب الحمراء 256GB t-shirt red red"):
        interpreted = interpreter.interpret(Query(text=text, verbatim=("chaussure",)))
        expected = build_query_vector(token.term_id for token in analyze(text))
        np.testing.assert_array_equal(interpreted.sparse_vector.indices, expected.indices)
        np.testing.assert_array_equal(interpreted.sparse_vector.values, expected.values)


def test_languages_follow_the_products(index: ProductIndex) -> None:
    service = SearchService(index, synonyms=())
    assert wait_for_languages(service, index) == ("de", "fr", "tr")
    index.delete(["chair", "bag"])
    assert wait_for_languages(service, index) == ("fr",)
    index.delete(["shoe", "coat"])
    assert wait_for_languages(service, index) == ()
    index.add([Product("new", "Scarpe", language="it-IT")])
    assert wait_for_languages(service, index) == ("it",)


def wait_for_languages(service: SearchService, index: ProductIndex) -> tuple[str, ...]:
    """Return the languages that the service knows, once its snapshot is refreshed."""
    for _ in range(200):
        if service._searcher.interpreter.get_snapshot().languages == index.list_languages():
            break
        time.sleep(0.01)
    return service._searcher.interpreter.get_snapshot().languages


def test_a_vocabulary_contains_words_by_the_stems_of_its_languages() -> None:
    counts = {"stuhl": 1, "chevaux": 2}
    assert not Vocabulary(counts).contains("cheval")
    vocabulary = Vocabulary(counts, ("fr", "de"))
    assert vocabulary.contains("cheval")
    assert vocabulary.contains("stühlen")
    assert not vocabulary.contains("stühlen fenster")
    assert "cheval" in vocabulary.expand_stem("chevaux")
    assert vocabulary.expand_stem("fenster") == ("fenster",)


def test_a_snapshot_has_the_languages_of_the_catalog(index: ProductIndex) -> None:
    assert CatalogSnapshot.build(index, SynonymIndex(())).languages == ("de", "fr", "tr")
