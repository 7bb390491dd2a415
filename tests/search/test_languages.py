"""Catalogues in several languages: a query finds words of each, and nobody says which it is in."""

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
from search.query.query_reader import QueryInterpreter
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


def lexical(page: SearchResponse) -> dict[str, float]:
    """Return the products that have a word of the query, with their part of the words leg."""
    return {
        hit.product.id: hit.contributions["lexical"]
        for hit in page.hits
        if "lexical" in hit.contributions
    }


@pytest.mark.parametrize(
    ("text", "found", "matched"),
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
def test_each_language_finds_its_words(
    service: SearchService, text: str, found: str, matched: tuple[str, ...]
) -> None:
    page = service.search(Query(text=text))
    assert set(lexical(page)) == {found}
    (hit,) = (hit for hit in page.hits if hit.product.id == found)
    assert hit.matched_words == matched


@pytest.mark.parametrize("word", ["schuhes", "stühlen", "stuhls", "chaussure", "cheval", "canta"])
def test_right_words_are_not_corrected(service: SearchService, word: str) -> None:
    page = service.search(Query(text=word))
    assert [each for each in page.interpretations if each.kind == "spelling"] == []


def test_slips_are_corrected_to_the_words_of_the_catalogue(service: SearchService) -> None:
    page = service.search(Query(text="chausures"))
    assert [each.value for each in page.interpretations] == ["chaussures"]
    assert page.hits[0].product.id == "shoe"


def test_dictionaries_of_the_catalogue_are_asked() -> None:
    words = SpellingDictionary(FakeEncoder(), SynonymIndex(()))
    assert words.contains("Trottinettes", ("fr", "tr"))
    assert words.contains("echarpes", ("fr",))
    assert not words.contains("trottinettes", ("de",))
    assert not words.contains("trotinettes", ("fr",))


def test_synonyms_find_the_stems_of_the_language(service: SearchService) -> None:
    assert set(lexical(service.search(Query(text="mantel")))) == {"bag"}


def test_banned_words_are_left_out_in_their_language(service: SearchService) -> None:
    page = service.search(Query(text="deri -çantalar", limit=10))
    assert "bag" not in {hit.product.id for hit in page.hits}
    assert len(page.hits) == len(PRODUCTS) - 1


def test_a_brand_with_an_elided_article_is_still_a_name(service: SearchService) -> None:
    page = service.search(Query(text="l'atelier"))
    assert page.hits[0].product.id == "coat"
    assert [each.kind for each in page.interpretations] == ["brand"]


def test_a_word_counts_once_whatever_languages_it_has_stems_in(encoder: FakeEncoder) -> None:
    """The brand has another stem in French; a product in both languages has it under one."""
    both = {"en": Translation("Nike cap")}
    index = ProductIndex.open(":memory:", encoder)
    index.add(
        [
            Product("both", "Casquette Nike", translations=both, language="fr"),
            Product("english", "Nike cap", translations={"ar": Translation("قبعة Nike")}),
            *(Product(f"{n}", f"Casquette {n}", language="fr") for n in range(8)),
        ]
    )
    reader = QueryInterpreter(index, ())
    read = reader.interpret(Query(text="nike"))
    assert len(read.sparse_vector.indices) == 2
    assert set(read.sparse_vector.values) == {1.0}
    assert read.coverage == 1.0
    found = lexical(SearchService(index, synonyms=()).search(Query(text="nike")))
    assert set(found) == {"both", "english"}
    assert found["both"] == pytest.approx(found["english"], rel=0.1)


def test_catalogues_in_english_and_arabic_ask_for_the_words_of_before(
    encoder: FakeEncoder,
) -> None:
    index = ProductIndex.open(":memory:", encoder)
    index.add(
        [PRODUCTS[-1], Product("2", "Chaussures rouges"), Product("3", "أكواب", language="ar")]
    )
    reader = QueryInterpreter(index, ())
    assert reader.get_snapshot().languages == ()
    for text in ("red mugs", "l'été chaussure", "الأكواب الحمراء 256GB t-shirt red red"):
        read = reader.interpret(Query(text=text, verbatim=("chaussure",)))
        before = build_query_vector(word.term_id for word in analyze(text))
        np.testing.assert_array_equal(read.sparse_vector.indices, before.indices)
        np.testing.assert_array_equal(read.sparse_vector.values, before.values)


def test_languages_come_and_go_with_their_products(index: ProductIndex) -> None:
    service = SearchService(index, synonyms=())
    assert languages(service, index) == ("de", "fr", "tr")
    index.delete(["chair", "bag"])
    assert languages(service, index) == ("fr",)
    index.delete(["shoe", "coat"])
    assert languages(service, index) == ()
    index.add([Product("new", "Scarpe", language="it-IT")])
    assert languages(service, index) == ("it",)


def languages(service: SearchService, index: ProductIndex) -> tuple[str, ...]:
    """Return what the service knows, once it has read it again."""
    for _ in range(200):
        if service._interpreter.get_snapshot().languages == index.list_languages():
            break
        time.sleep(0.01)
    return service._interpreter.get_snapshot().languages


def test_a_vocabulary_knows_words_by_the_stems_of_its_languages() -> None:
    counts = {"stuhl": 1, "chevaux": 2}
    assert not Vocabulary(counts).contains("cheval")
    vocabulary = Vocabulary(counts, ("fr", "de"))
    assert vocabulary.contains("cheval")
    assert vocabulary.contains("stühlen")
    assert not vocabulary.contains("stühlen fenster")
    assert "cheval" in vocabulary.expand_stem("chevaux")
    assert vocabulary.expand_stem("fenster") == ("fenster",)


def test_knowledge_reads_the_languages(index: ProductIndex) -> None:
    assert CatalogSnapshot.build(index, SynonymIndex(())).languages == ("de", "fr", "tr")
