"""What a retriever weighs, how its scores are scaled, and from which score results are sure."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from embed import FakeEncoder
from index import ProductIndex
from index.store import PHOTO, TEXT
from search import SearchService
from search.retrieval.query_plan import LEXICAL, TEXT_TEXT, weigh_retrievers
from shopwindow.values import Product, Query
from shopwindow.values.setting_groups import SearchSettings
from tests.conftest import make_products

SATURATION_STD = 8.0
MIN_CONFIDENT_SCORE = 0.4
PLAIN = SearchSettings(relative_score_cutoff=0, attribute_match_boost=0, query_understanding=False)
"""Scores are those of the retrievers alone."""


@pytest.mark.parametrize(
    ("coverage", "share"), [(1.0, 1.0), (0.5, 0.5), (0.11, 0.11), (0.09, 0.1), (0.0, 0.1)]
)
def test_words_weigh_as_much_as_the_catalogue_knows_of_them(coverage: float, share: float) -> None:
    settings = SearchSettings(weight_lexical=2.0, weight_text=0.7)
    weights = weigh_retrievers(settings, coverage)
    assert weights[LEXICAL] == pytest.approx(2.0 * share)
    assert weights[TEXT_TEXT] == 0.7


def test_an_unknown_word_makes_the_known_one_count_less(service: SearchService) -> None:
    lexical = [
        service.search(Query(text=text, limit=1)).hits[0].contributions[LEXICAL]
        for text in ("dress", "dress zzyzx", "dress zzyzx qwrtp")
    ]
    assert lexical[0] > lexical[1] > lexical[2] > 0


@pytest.fixture
def one_retriever(shop: ProductIndex) -> Iterator[SearchService]:
    settings = PLAIN.model_copy(update={"weight_lexical": 0.0, "weight_text_image": 0.0})
    with SearchService(shop, settings) as service:
        yield service


def read_vectors(index: ProductIndex, name: str) -> dict[str, np.ndarray]:
    ids = [f"sku-{n}" for n in range(24)]
    entries = index.get_entries(ids, (), vectors=True)
    return {id_: np.asarray(entry.vectors[name], np.float64) for id_, entry in entries.items()}


def test_photos_are_scaled_from_chance_to_the_same_photo(
    one_retriever: SearchService, shop: ProductIndex
) -> None:
    photo = Path(shop.get(["sku-4"])[0].image)
    hits = one_retriever.search(Query(image=photo, limit=24, collapse=False)).hits
    vectors = read_vectors(shop, PHOTO)
    cosines = {name: float(vector @ vectors["sku-4"]) for name, vector in vectors.items()}
    chance = np.mean(list(cosines.values()))
    expected = {name: max(0.0, (c - chance) / (1 - chance)) for name, c in cosines.items()}
    scores = {hit.product.id: hit.score for hit in hits}
    assert scores == pytest.approx({name: expected[name] for name in scores}, abs=2e-3)
    assert scores["sku-4"] == pytest.approx(1.0, abs=1e-6)
    assert min(scores.values()) < 0.5, "products that differ are needed to see the scale"


def test_texts_are_scaled_from_chance_to_eight_deviations_above(
    one_retriever: SearchService, shop: ProductIndex, encoder: FakeEncoder
) -> None:
    text = "green mug"
    hits = one_retriever.search(Query(text=text, limit=24, collapse=False)).hits
    query = encoder.encode_texts([text])[0]
    vectors = read_vectors(shop, TEXT)
    cosines = {name: float(vector @ query) for name, vector in vectors.items()}
    chance, deviation = np.mean(list(cosines.values())), np.std(list(cosines.values()))
    for hit in hits[:8]:
        expected = (cosines[hit.product.id] - chance) / (SATURATION_STD * deviation)
        assert hit.contributions["text"] == pytest.approx(max(0.0, expected), abs=2e-3)


def test_a_text_is_answered_from_a_score_of_four_tenths(shop: ProductIndex) -> None:
    tops: list[float] = []
    for weight in np.linspace(0.0, 0.4, 9):  # the more of the score is of words, the higher it is
        settings = PLAIN.model_copy(
            update={"weight_lexical": float(weight), "weight_text_image": 0.0}
        )
        with SearchService(shop, settings) as service:
            for text in ("kettle and mug", "bluish cup", "dressing gown", "red dress"):
                response = service.search(Query(text=text, limit=1))
                tops.append(response.hits[0].score)
                assert response.is_confident == (tops[-1] >= MIN_CONFIDENT_SCORE), text
    assert any(0.3 < top < 0.4 for top in tops)
    assert any(0.4 <= top < 0.5 for top in tops)


def test_a_query_by_photo_is_never_called_unsure(encoder: FakeEncoder, tmp_path: Path) -> None:
    products = make_products(tmp_path, 6)
    with ProductIndex.open(":memory:", encoder) as index:
        index.add([*products[1:], Product("text", "Plain notebook")])
        settings = PLAIN.model_copy(update={"weight_lexical": 0.0, "weight_image": 0.01})
        with SearchService(index, settings) as service:
            query = Query(text="zzyzx", image=Path(products[0].image), limit=1)
            unsure = service.search(Query(text="zzyzx", limit=1))
            assert not unsure.is_confident
            by_photo = service.search(query)
    assert by_photo.hits[0].score < MIN_CONFIDENT_SCORE
    assert by_photo.is_confident
