"""Diversification: results that differ more, with scores that never rise."""

from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from embed import FakeEncoder
from index import ProductIndex
from index.store.points import PHOTO
from search import SearchService
from search.pipeline.diversity import DIVERSITY, diversify
from search.retrieval.similarity_baseline import BaselineSample
from shopwindow.ranking.candidate_set import CandidateSet
from shopwindow.values import Filters, Product, Query, SearchResponse
from shopwindow.values.setting_groups import SearchSettings
from tests.search.paging import collect_ids, get_all_ids, get_ids

DIVERSITIES = (0.1, 0.3, 0.6, 1.0)
MUGS = Query("mug", limit=100)


def compute_mean_similarity(service: SearchService, page: SearchResponse, first: int = 10) -> float:
    stored = [service.index.get_vectors(product_id) or {} for product_id in get_ids(page)[:first]]
    rows = [vectors_by_name[PHOTO] for vectors_by_name in stored]
    return float(np.mean([float(a @ b) for a, b in combinations(rows, 2)]))


def test_diversity_zero_keeps_the_order(service: SearchService) -> None:
    assert service.search(replace(MUGS, diversity=0.0)).hits == service.search(MUGS).hits
    diverse = SearchService(service.index, SearchSettings(diversity=0.4, relative_score_cutoff=0))
    expected = service.search(replace(MUGS, diversity=0.4))
    assert diverse.search(MUGS).hits == expected.hits
    assert diverse.search(replace(MUGS, diversity=0.0)).hits == service.search(MUGS).hits
    assert expected.hits != service.search(MUGS).hits


@pytest.mark.parametrize("diversity", DIVERSITIES)
def test_scores_never_rise_and_contributions_add_up(
    service: SearchService, diversity: float
) -> None:
    hits = service.search(replace(MUGS, diversity=diversity)).hits
    assert [hit.product.id for hit in hits] != get_all_ids(service, MUGS)
    assert sorted(hit.product.id for hit in hits) == sorted(get_all_ids(service, MUGS))
    for before, after in pairwise(hits):
        assert after.score <= before.score + 1e-12
    for hit in hits:
        assert sum(hit.contributions.values()) == hit.score
        assert -diversity <= hit.contributions.get(DIVERSITY, 0.0) <= 0
    assert DIVERSITY not in hits[0].contributions


def test_more_diversity_makes_the_top_ten_less_similar(service: SearchService) -> None:
    similarities = [
        compute_mean_similarity(
            service, service.search(replace(MUGS, text="red mug", diversity=diversity))
        )
        for diversity in (0.0, *DIVERSITIES)
    ]
    assert similarities == sorted(similarities, reverse=True)
    assert similarities[-1] < similarities[0] - 0.1


def test_pages_joined_equal_one_long_page_with_diversity(service: SearchService) -> None:
    query = replace(MUGS, diversity=0.5, limit=5)
    assert collect_ids(service, query) == get_all_ids(service, query)


SCORES = st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=8)


@given(SCORES, st.integers(0, 5), st.floats(0, 1))
@settings(max_examples=50, deadline=None)
def test_diversify_reorders_any_candidates(
    shop: ProductIndex, scores: list[float], n_unknown: int, diversity: float
) -> None:
    ids = [entry.id for entry in shop.browse(Filters(), limit=8 - n_unknown)[0]]
    ids += [f"unknown-{n}" for n in range(n_unknown)]
    n_candidates = min(len(ids), len(scores))
    columns = {"text": sorted(scores, reverse=True)[:n_candidates]}
    ranked = CandidateSet.from_contributions(ids[:n_candidates], columns)
    diversified = diversify(ranked, diversity, shop, BaselineSample.draw(shop))
    assert sorted(diversified.ids) == sorted(ranked.ids)
    assert all(b <= a + 1e-12 for a, b in pairwise(diversified.scores.tolist()))
    assert all(
        sum(diversified.explain(number).values()) == score
        for number, score in enumerate(diversified.scores.tolist())
    )


def test_a_catalog_with_one_photo_for_everything_is_searchable(
    encoder: FakeEncoder, tmp_path: Path
) -> None:
    Image.new("RGB", (20, 20), (200, 0, 0)).save(tmp_path / "one.png")
    index = ProductIndex.open(":memory:", encoder)
    index.add(Product(f"p{n}", f"mug {n}", image=str(tmp_path / "one.png")) for n in range(6))
    same = np.array([[1, 0]] * 4, dtype=np.float32)
    assert (
        BaselineSample(4, {PHOTO: same}).compute_similarities(PHOTO, same).tolist()
        == [[0.0] * 4] * 4
    )
    hits = SearchService(index).search(replace(MUGS, diversity=1.0)).hits
    assert len(hits) == 6
    assert all(np.isfinite(hit.score) for hit in hits)
