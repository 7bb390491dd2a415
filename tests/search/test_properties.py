"""What holds for any catalogue and query, with the settings as they come."""

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
from search.retrieval import generators as retrieval
from search.retrieval.fusion import fuse
from search.retrieval.query_plan import plan_queries
from shopwindow.values import Filters, Product, Query
from shopwindow.values.query import SORTS
from tests.conftest import WHOLE
from tests.search.paging import ids, joined, whole

COLORS = ("red", "blue", "green", "أحمر", "black")
THINGS = ("mug", "dress", "shirt", "فستان", "lamp")
NUMBERS = st.integers(0, 10_000)
CATALOGUES = st.lists(NUMBERS, min_size=1, max_size=25, unique=True)
TEXTS = st.lists(st.sampled_from([*COLORS, *THINGS, "under 40", "not red"]), max_size=3).map(
    " ".join
)
QUICK = settings(max_examples=25, deadline=None)


def product(number: int) -> Product:
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


def shop_of(encoder: FakeEncoder, numbers: Sequence[int]) -> ProductIndex:
    index = ProductIndex.open(":memory:", encoder)
    index.add([product(number) for number in numbers])
    return index


@given(CATALOGUES, TEXTS)
@QUICK
def test_the_order_of_legs_does_not_matter(
    encoder: FakeEncoder, numbers: list[int], text: str
) -> None:
    index = shop_of(encoder, numbers)
    query = Query(text, limit=100, facets=())
    expected = SearchService(index).search(query)
    with pytest.MonkeyPatch.context() as patch:
        # The engine is asked in the other order, and answers in the other order.
        patch.setattr(
            retrieval, "plan", lambda *given: dict(reversed(plan_queries(*given).items()))
        )
        patch.setattr(
            retrieval, "fuse", lambda legs, *given: fuse(dict(reversed(legs.items())), *given)
        )
        turned = SearchService(index).search(query)
    assert ids(turned) == ids(expected)
    scores = [hit.score for hit in expected.hits]
    assert [hit.score for hit in turned.hits] == pytest.approx(scores, rel=1e-12)


@given(CATALOGUES, st.randoms(use_true_random=False), TEXTS, st.sampled_from(SORTS))
@QUICK
def test_a_permuted_catalogue_gives_the_same_pages(
    encoder: FakeEncoder, numbers: list[int], random: object, text: str, sort: str
) -> None:
    turned = list(numbers)
    random.shuffle(turned)  # type: ignore[attr-defined]
    query = Query(text, sort=sort, limit=4)  # type: ignore[arg-type]
    answers = [SearchService(shop_of(encoder, each)) for each in (numbers, turned)]
    assert joined(answers[0], query) == joined(answers[1], query)
    first, second = (each.search(query) for each in answers)
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
    like: int,
) -> None:
    service = SearchService(shop_of(encoder, numbers))
    filters = Filters(category=THINGS[like % 5]) if like % 3 == 0 else Filters()
    query = Query(text, filters=filters, sort=sort, limit=limit)  # type: ignore[arg-type]
    query = replace(query, diversity=0.4 * (like % 2))
    assert joined(service, query) == whole(service, query)


WORDS = st.text(string.ascii_lowercase, min_size=6, max_size=9).map(lambda word: f"zz{word}qq")


@given(
    st.lists(NUMBERS, min_size=12, max_size=25, unique=True),
    st.sampled_from([*COLORS, *THINGS]),
    WORDS,
    WORDS,
)
@example([0, 1, 2, 3, 5, 6, 7, 8, 15, 155, 255, 370], "shirt", "zzaaaaaaqq", "zzbbbbbbqq")
@QUICK
def test_an_irrelevant_product_moves_no_other(
    encoder: FakeEncoder, numbers: list[int], word: str, strange: str, other: str
) -> None:
    """For queries of one word, and answers that keep their irrelevant tail.

    Of several words, and of answers that are cut off, see the tests below.
    """
    index = shop_of(encoder, numbers)
    service = SearchService(index, WHOLE)
    query = Query(word, limit=100)
    before = service.search(query)
    index.add([Product("irrelevant", f"{strange} {other}")])
    after = service.search(query)
    assert [each for each in ids(after) if each != "irrelevant"] == ids(before)
    assert service.search(replace(query, sort="popular", cursor="")).hits


CUT_SHOP = [0, 1, 2, 3, 5, 6, 7, 8, 15, 155, 255, 370]
"""A shop without shirts: whatever "shirt" finds there has little to do with it."""


@given(
    st.just(CUT_SHOP) | st.lists(NUMBERS, min_size=12, max_size=25, unique=True),
    st.sampled_from([*COLORS, *THINGS]),
    WORDS,
    WORDS,
)
@QUICK
def test_a_product_that_comes_first_by_chance_may_cut_others_off_and_moves_none(
    encoder: FakeEncoder, numbers: list[int], word: str, strange: str, other: str
) -> None:
    """Answers end at a share of their best score, whatever has it.

    Where nothing has to do with the query, a product that is as irrelevant may have the best.
    """
    index = shop_of(encoder, numbers)
    service = SearchService(index)
    query = Query(word, limit=100)
    before = ids(service.search(query))
    index.add([Product("irrelevant", f"{strange} {other}")])
    after = service.search(query)
    left = [each for each in ids(after) if each != "irrelevant"]
    assert left == [each for each in before if each in left]
    newcomer = [hit for hit in after.hits if hit.product.id == "irrelevant"]
    assert left == before or [hit.retrieval_rank for hit in newcomer] == [1]


def test_a_product_that_comes_first_by_chance_does_cut_others_off(encoder: FakeEncoder) -> None:
    index = shop_of(encoder, CUT_SHOP)
    service = SearchService(index)
    query = Query("shirt", limit=100)
    before = service.search(query)
    index.add([Product("irrelevant", "zzfqjhvaqq zzqrnbtdqq")])
    after = service.search(query)
    assert ids(after)[0] == "irrelevant"
    assert (before.is_confident, after.is_confident) == (False, False)
    assert len(ids(after)) - 1 < len(ids(before))


def test_another_product_makes_every_word_rarer(encoder: FakeEncoder) -> None:
    """What an irrelevant product may change: what one word weighs against another.

    BM25 weighs a word by the share of products that have it, and ln((N - n + 0.5) / (n + 0.5) + 1)
    does not grow by the same factor for all n. The parts of vectors stay as they are.
    """
    index = shop_of(encoder, range(25))
    service = SearchService(index)
    query = Query("red mug", limit=100)
    before = {hit.product.id: hit.contributions for hit in service.search(query).hits}
    index.add([Product("irrelevant", "zzyyxx wwvvuu")])
    after = {hit.product.id: hit.contributions for hit in service.search(query).hits}
    for each, parts in before.items():
        vectors = {name: part for name, part in parts.items() if name != "lexical"}
        assert vectors == {name: part for name, part in after[each].items() if name != "lexical"}
        assert parts.get("lexical", 0) == pytest.approx(after[each].get("lexical", 0), abs=0.02)
