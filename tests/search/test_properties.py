"""Properties that hold for any catalogue and query, with the default settings."""

import string
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from embed import FakeEncoder
from index import ProductIndex
from search import SearchService
from search.retrieval import generators
from search.retrieval.fusion import fuse
from search.retrieval.query_plan import plan_queries
from shopwindow.values import Filters, Product, Query
from shopwindow.values.query import SORTS
from tests.conftest import WHOLE
from tests.search.paging import collect_ids, get_all_ids, get_ids

COLORS = ("red", "blue", "green", "أحمر", "black")
THINGS = ("mug", "dress", "shirt", "فستان", "lamp")
NUMBERS = st.integers(0, 10_000)
CATALOGUES = st.lists(NUMBERS, min_size=1, max_size=25, unique=True)
TEXTS = st.lists(st.sampled_from([*COLORS, *THINGS, "under 40", "not red"]), max_size=3).map(
    " ".join
)
QUICK = settings(max_examples=25, deadline=None)


def make_product(number: int) -> Product:
    color, thing = COLORS[number % 5], THINGS[number // 5 % 5]
    return Product(
        f"p{number}",
        f"{color} {thing}",
        price=float(number % 7 * 10) if number % 4 else None,
        brand=f"Brand {number % 3}",
        category=("All", thing),
        attributes={"color": color},
        group_id=f"g{number % 11}" if number % 3 == 0 else "",
        popularity=float(number % 5) if number % 2 else None,
        created_at=datetime(2025, 1 + number % 3, 1, tzinfo=UTC) if number % 5 else None,
    )


def make_shop(encoder: FakeEncoder, numbers: Sequence[int]) -> ProductIndex:
    index = ProductIndex.open(":memory:", encoder)
    index.add([make_product(number) for number in numbers])
    return index


@given(CATALOGUES, TEXTS)
@QUICK
def test_the_order_of_retrievers_changes_no_result(
    encoder: FakeEncoder, numbers: list[int], text: str
) -> None:
    index = make_shop(encoder, numbers)
    query = Query(text, limit=100, facets=())
    expected = SearchService(index).search(query)
    with pytest.MonkeyPatch.context() as patch:
        # Queries are sent, and results fused, in reverse order.
        patch.setattr(
            generators,
            "plan_queries",
            lambda *args: dict(reversed(plan_queries(*args).items())),
        )
        patch.setattr(
            generators,
            "fuse",
            lambda results, *args: fuse(dict(reversed(results.items())), *args),
        )
        reversed_order = SearchService(index).search(query)
    assert get_ids(reversed_order) == get_ids(expected)
    scores = [hit.score for hit in expected.hits]
    assert [hit.score for hit in reversed_order.hits] == pytest.approx(scores, rel=1e-12)


@given(CATALOGUES, st.randoms(use_true_random=False), TEXTS, st.sampled_from(SORTS))
@QUICK
def test_a_permuted_catalog_gives_the_same_pages(
    encoder: FakeEncoder, numbers: list[int], random: object, text: str, sort: str
) -> None:
    shuffled = list(numbers)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    query = Query(text, sort=sort, limit=4)  # type: ignore[arg-type]
    services = [SearchService(make_shop(encoder, ordering)) for ordering in (numbers, shuffled)]
    assert collect_ids(services[0], query) == collect_ids(services[1], query)
    first, second = (service.search(query) for service in services)
    assert first.hits == second.hits
    assert (first.facets, first.price_buckets) == (second.facets, second.price_buckets)


@given(CATALOGUES, TEXTS, st.sampled_from(SORTS), st.integers(1, 6), NUMBERS)
@QUICK
def test_pages_joined_equal_one_long_page(
    encoder: FakeEncoder,
    numbers: list[int],
    text: str,
    sort: str,
    limit: int,
    variant: int,
) -> None:
    service = SearchService(make_shop(encoder, numbers))
    filters = Filters(category=THINGS[variant % 5]) if variant % 3 == 0 else Filters()
    query = Query(text, filters=filters, sort=sort, limit=limit)  # type: ignore[arg-type]
    query = replace(query, diversity=0.4 * (variant % 2))
    assert collect_ids(service, query) == get_all_ids(service, query)


WORDS = st.text(string.ascii_lowercase, min_size=6, max_size=9).map(lambda word: f"zz{word}qq")


@given(
    st.lists(NUMBERS, min_size=12, max_size=25, unique=True),
    st.sampled_from([*COLORS, *THINGS]),
    WORDS,
    WORDS,
)
@example([0, 1, 2, 3, 5, 6, 7, 8, 15, 155, 255, 370], "shirt", "zzaaaaaaqq", "zzbbbbbbqq")
@QUICK
def test_an_irrelevant_product_changes_no_other_rank(
    encoder: FakeEncoder, numbers: list[int], word: str, first_word: str, second_word: str
) -> None:
    """For one-word queries without a relevance cutoff.

    The tests below are about several words, and about results with a cutoff.
    """
    index = make_shop(encoder, numbers)
    service = SearchService(index, WHOLE)
    query = Query(word, limit=100)
    before = service.search(query)
    index.add([Product("irrelevant", f"{first_word} {second_word}")])
    after = service.search(query)
    assert [product_id for product_id in get_ids(after) if product_id != "irrelevant"] == get_ids(
        before
    )
    assert service.search(replace(query, sort="popular", cursor="")).hits


CUT_SHOP = [0, 1, 2, 3, 5, 6, 7, 8, 15, 155, 255, 370]
"""A shop without shirts: whatever "shirt" finds there is hardly relevant."""


@given(
    st.just(CUT_SHOP) | st.lists(NUMBERS, min_size=12, max_size=25, unique=True),
    st.sampled_from([*COLORS, *THINGS]),
    WORDS,
    WORDS,
)
@QUICK
def test_an_irrelevant_top_product_may_raise_the_cutoff_but_reorders_nothing(
    encoder: FakeEncoder, numbers: list[int], word: str, first_word: str, second_word: str
) -> None:
    """The cutoff is a fraction of the top score, whichever product has it.

    Where nothing is relevant, a product that is as irrelevant may have the top score.
    """
    index = make_shop(encoder, numbers)
    service = SearchService(index)
    query = Query(word, limit=100)
    before = get_ids(service.search(query))
    index.add([Product("irrelevant", f"{first_word} {second_word}")])
    after = service.search(query)
    others = [product_id for product_id in get_ids(after) if product_id != "irrelevant"]
    assert others == [product_id for product_id in before if product_id in others]
    newcomer = [hit for hit in after.hits if hit.product.id == "irrelevant"]
    assert others == before or [hit.retrieval_rank for hit in newcomer] == [1]


def test_an_irrelevant_top_product_raises_the_cutoff(encoder: FakeEncoder) -> None:
    index = make_shop(encoder, CUT_SHOP)
    service = SearchService(index)
    query = Query("shirt", limit=100)
    before = service.search(query)
    index.add([Product("irrelevant", "zzfqjhvaqq zzqrnbtdqq")])
    after = service.search(query)
    assert get_ids(after)[0] == "irrelevant"
    assert (before.is_confident, after.is_confident) == (False, False)
    assert len(get_ids(after)) - 1 < len(get_ids(before))


def test_another_product_changes_only_lexical_contributions(encoder: FakeEncoder) -> None:
    """An irrelevant product may change the weight of one word against another.

    BM25 weighs a word by the share of products that have it, and ln((N - n + 0.5) / (n + 0.5) + 1)
    does not grow by the same factor for all n. The contributions of vectors stay as they are.
    """
    index = make_shop(encoder, range(25))
    service = SearchService(index)
    query = Query("red mug", limit=100)
    before = {hit.product.id: hit.contributions for hit in service.search(query).hits}
    index.add([Product("irrelevant", "zzyyxx wwvvuu")])
    after = {hit.product.id: hit.contributions for hit in service.search(query).hits}
    for product_id, contributions in before.items():
        vectors = {name: value for name, value in contributions.items() if name != "lexical"}
        assert vectors == {
            name: value for name, value in after[product_id].items() if name != "lexical"
        }
        assert contributions.get("lexical", 0) == pytest.approx(
            after[product_id].get("lexical", 0), abs=0.02
        )
