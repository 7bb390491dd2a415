"""The pipelines as lists of stages, and what running them promises."""

from dataclasses import replace

import numpy as np
import pytest

from index import ProductIndex
from search import SearchService
from search.catalog_snapshot import CatalogSnapshot
from search.pipeline.stage import Pipeline, Stage
from search.pipeline.stages import ByRelevance, CollapseVariants, TakeFirst
from search.pipeline.state import RankingContext, RankingState
from search.pipelines import make_match_pipeline
from search.query.parsed_query import ParsedQuery
from search.stopwatch import Stopwatch
from shopwindow.ranking import CandidateSet
from shopwindow.values import Query


class Reverse(Stage[RankingState]):
    name = "reverse"

    def run(self, state: RankingState) -> RankingState:
        order = np.arange(len(state.candidates))[::-1]
        return replace(state, candidates=state.candidates.take(order))


def make_state(ids: str = "abc", query: Query | None = None) -> RankingState:
    query = query or Query()
    context = RankingContext(query, ParsedQuery("", query.filters), CatalogSnapshot.empty())
    return RankingState(context, CandidateSet(tuple(ids), -np.arange(float(len(ids)))))


def test_stages_run_in_their_order_and_each_is_timed() -> None:
    pipeline = Pipeline[RankingState]([Reverse(), TakeFirst()])
    watch = Stopwatch.start()
    state = pipeline.run(make_state(query=Query(limit=2)), watch)
    assert state.candidates.ids == ("c", "b")
    assert list(watch.laps) == ["reverse", "take"]
    swapped = Pipeline[RankingState]([TakeFirst(), Reverse()]).run(
        make_state(query=Query(limit=2)), watch
    )
    assert swapped.candidates.ids == ("b", "a")


def test_a_run_changes_nothing_of_the_state_that_it_was_given() -> None:
    state = make_state()
    Pipeline[RankingState]([Reverse()]).run(state, Stopwatch.start())
    assert state.candidates.ids == ("a", "b", "c")


def test_an_error_of_a_stage_reaches_the_caller_and_the_next_does_not_run() -> None:
    class Fail(Stage[RankingState]):
        name = "fail"

        def run(self, state: RankingState) -> RankingState:
            raise RuntimeError("the engine is away")

    watch = Stopwatch.start()
    with pytest.raises(RuntimeError, match="the engine is away"):
        Pipeline[RankingState]([Reverse(), Fail(), TakeFirst()]).run(make_state(), watch)
    assert list(watch.laps) == ["reverse"]


@pytest.mark.parametrize(
    ("sort", "expected"), [("relevance", "cba"), ("price_asc", "abc"), ("newest", "abc")]
)
def test_what_is_by_relevance_leaves_sorted_results_alone(sort: str, expected: str) -> None:
    query = Query(sort=sort)  # type: ignore[arg-type]
    ranked = Pipeline[RankingState]([ByRelevance(Reverse())]).run(
        make_state(query=query), Stopwatch.start()
    )
    assert "".join(ranked.candidates.ids) == expected


@pytest.mark.parametrize(("limit", "expected"), [(1, "a"), (2, "ab"), (3, "abc"), (4, "abc")])
def test_taking_the_first_keeps_as_many_as_the_limit(limit: int, expected: str) -> None:
    assert "".join(TakeFirst().run(make_state(query=Query(limit=limit))).candidates.ids) == expected


def test_the_stages_of_each_answer(service: SearchService, shop: ProductIndex) -> None:
    ranking = ["cut", "fetch_fields", "boost", "penalize", "hide", "sort", "collapse"]
    by_relevance = ["personalize", "diversify", "rules"]
    page = ["fetch", "facets"]
    searched = service.search(Query(text="red dress"))
    assert list(searched.took_ms) == [
        *("interpret", "encode", "retrieve", "fuse"),
        *ranking,
        *by_relevance,
        *page,
    ]
    product_id = searched.hits[0].product.id
    assert list(service.similar(product_id).took_ms) == [
        *("encode", "retrieve", "fuse"),
        *ranking,
        *by_relevance,
        *page,
    ]
    assert list(service.recommend().took_ms) == [
        *("retrieve", "score", "rules", "collapse", "build_slate", "pin"),
        *page,
    ]
    assert list(service.complements(product_id).took_ms) == [
        *("read_baskets", "retrieve", "score", "hide", "fetch_fields", "collapse", "mix", "rules"),
        *page,
    ]
    assert [stage.name for stage in make_match_pipeline().stages] == ["collapse", "take"]


def test_every_variant_of_one_group_is_shown_when_the_page_is_that_group() -> None:
    query = Query(collapse=False)
    assert CollapseVariants().run(make_state(query=query)).candidates.ids == ("a", "b", "c")
