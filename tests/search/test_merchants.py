"""Two merchants in one index: no response to one of them reveals anything of the other."""

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.fault_merchants import MEMORY, answers_and_logs, served
from benchmarks.two_shops import SHOPS, A, B, Shop, products_of, rule_book, slips
from embed import FakeEncoder
from index import ProductIndex
from search import SearchService
from search.audit import audit_catalog
from search.query.query_interpreter import InterpretedQuery, QueryInterpreter
from search.rules import Pin, Rule, RuleScope, RuleSet
from shopwindow.eventlog import EventLog
from shopwindow.values import Event, Filters, Product, Query
from shopwindow.values.errors import ProductNotFoundError
from shopwindow.values.query import FACETS
from shopwindow.values.setting_groups import SearchSettings

KINDS = (
    "search", "facets", "readings", "rules", "suggestions", "similar", "complements", "match",
    "recommendations", "seen last", "refusals", "report", "logs", "impressions",
)  # fmt: skip
BOTH = Filters(merchant_id=(B.merchant_id, A.merchant_id))


@pytest.fixture(scope="module", params=["memory", "edge"])
def shops(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[SearchService, EventLog]]:
    folder = tmp_path_factory.mktemp("two-shops")
    location = MEMORY if request.param == "memory" else str(folder / "index")
    with served(folder, location) as opened:
        yield opened


@pytest.fixture(scope="module")
def service(shops: tuple[SearchService, EventLog]) -> SearchService:
    return shops[0]


@pytest.fixture(scope="module")
def texts_by_kind(
    shops: tuple[SearchService, EventLog],
) -> Mapping[tuple[str, str], list[tuple[str, str]]]:
    """The requests and response texts of each merchant's visitors, by merchant and kind."""
    texts: defaultdict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for own, other in ((A, B), (B, A)):
        for answer in answers_and_logs(*shops, own, other):
            texts[own.merchant_id, answer.kind].append((answer.asked, answer.text))
    return texts


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("own", "other"), [(A, B), (B, A)], ids=["first", "second"])
def test_no_response_has_words_of_another_merchant(
    texts_by_kind: Mapping[tuple[str, str], list[tuple[str, str]]],
    own: Shop,
    other: Shop,
    kind: str,
) -> None:
    responses = texts_by_kind[own.merchant_id, kind]
    assert responses
    leaks = [(request, words) for request, text in responses if (words := other.leaked(text))]
    assert leaks == []


def test_the_words_checked_for_do_appear_in_responses(
    texts_by_kind: Mapping[tuple[str, str], list[tuple[str, str]]],
) -> None:
    for kind in set(KINDS) - {"refusals", "logs", "seen last"}:
        assert any(A.leaked(text) for _, text in texts_by_kind[A.merchant_id, kind]), kind


def test_without_a_merchant_all_words_are_known(service: SearchService) -> None:
    (spelling, brand) = service.search(Query("Falkoreq")).interpretations
    assert (spelling.value, brand.value) == ("falkorex", "Falkorex")  # of more products
    assert {suggestion.value for suggestion in service.suggest("Falk")} == {"Falkoren", "Falkorex"}
    both = {suggestion.value for suggestion in service.suggest("Falk", filters=BOTH)}
    assert both == {"Falkoren", "Falkorex"}


@pytest.mark.parametrize("shop", SHOPS, ids=["first", "second"])
def test_a_typing_error_is_corrected_to_the_merchants_own_word(
    service: SearchService, shop: Shop
) -> None:
    spelling, brand = service.search(Query("Falkoreq", filters=shop.filters)).interpretations
    assert spelling.value == shop.brand.casefold()
    assert brand.value == shop.brand
    assert [suggestion.value for suggestion in service.suggest("FALK", filters=shop.filters)] == [
        shop.brand
    ]


@pytest.mark.parametrize("text", [B.category, B.maker, "zirmadoxed", B.merchant_id])
def test_a_word_of_another_merchant_is_unknown(service: SearchService, text: str) -> None:
    page = service.search(Query(text, filters=A.filters))
    assert page.interpretations == ()
    assert not page.is_confident
    assert {hit.product.merchant_id for hit in page.hits} <= {A.merchant_id}


@pytest.mark.parametrize("product_id", ["zkz001", "zkb001"])
def test_another_merchants_product_is_as_unknown_as_a_missing_one(
    service: SearchService, product_id: str
) -> None:
    message = f"no product has the id '{product_id}'. Check the id in the feed, or search by words."
    with pytest.raises(ProductNotFoundError, match=message):
        service.similar(product_id, filters=A.filters)
    with pytest.raises(ProductNotFoundError, match=message):
        service.complements(product_id, filters=A.filters)
    with pytest.raises(ProductNotFoundError, match=message):
        service.search(Query("lamp", filters=A.filters, negative_examples=(product_id,)))


def test_products_similar_to_another_merchants_can_be_found_by_passing_the_product(
    service: SearchService,
) -> None:
    (other_product,) = service.index.get(["zkb001"])
    page = service.similar(other_product, 5, A.filters)
    assert {hit.product.merchant_id for hit in page.hits} == {A.merchant_id}
    assert service.similar("zkb001", 5, BOTH).hits
    assert service.similar("zka001", 5, replace(A.filters, price_max=15)).hits  # costs 17


def test_duplicates_across_merchants_are_no_finding_for_either(service: SearchService) -> None:
    def list_duplicates(filters: Filters | None) -> list[str]:
        report = audit_catalog(service.index, filters=filters)
        return [finding.kind for finding in report.findings if finding.kind.startswith("same_")]

    assert {"same_photo", "same_title"} <= set(list_duplicates(None))
    assert "same_title" not in list_duplicates(A.filters)
    assert audit_catalog(service.index, filters=A.filters).n_products == A.n_products


def list_rules(service: SearchService, filters: Filters) -> tuple[str, ...]:
    return service.search(Query("plain lamp", filters=filters)).rules


def test_a_rule_for_invisible_products_is_not_named(service: SearchService) -> None:
    assert list_rules(service, A.filters) == tuple(
        f"{what} {word}"
        for what, word in (
            ("pin", A.category), ("more", A.brand), ("less", A.series), ("no", A.colour),
            ("page of", A.brand), ("words of", A.brand),
        )
    )  # fmt: skip
    assert len(list_rules(service, BOTH)) == 8
    assert len(list_rules(service, Filters())) == 8


def test_replaced_rules_are_evaluated_anew(service: SearchService) -> None:
    try:
        service.rules = RuleSet([Rule("first", Pin(("zkb001",)))])
        assert list_rules(service, A.filters) == ()
        service.rules = RuleSet([Rule("first", Pin(("zkb001", "zka003")))])
        page = service.search(Query("lamp", filters=A.filters))
        assert (page.rules, page.hits[0].product.id) == (("first",), "zka003")
        service.rules = RuleSet([Rule("ours", Pin(("zka003",)), RuleScope(merchant=B.merchant_id))])
        assert list_rules(service, A.filters) == ()
    finally:
        service.rules = rule_book()


def test_co_engagement_is_scaled_by_the_merchants_own_maximum(tmp_path: Path) -> None:
    with served(tmp_path, MEMORY) as (service, log):
        # With zka010, one visitor clicked zka011, and thirty others zkb012.
        for n, other in enumerate(["zka011", *["zkb012"] * 30]):
            log.append(
                Event("click", product_id, user_id=f"walker-{n}", time=NOON + timedelta(minutes=n))
                for product_id in ("zka010", other)
            )
        log.append([Event("click", "zka010", user_id="walt", time=NOON + timedelta(days=9))])
        service.flush()
        page = service.recommend("walt", 40, A.filters)
        scores = {hit.product.id: hit.contributions.get("co_engagement", 0.0) for hit in page.hits}
        assert scores["zka011"] == pytest.approx(0.1)  # the full weight of the contribution
        unscoped = service.recommend("walt", 40)
        unscoped_scores = {
            hit.product.id: hit.contributions.get("co_engagement", 0.0) for hit in unscoped.hits
        }
        assert unscoped_scores["zkb012"] == pytest.approx(0.1)
        assert unscoped_scores["zka011"] < 0.05


def test_a_new_product_changes_the_vocabulary_of_its_merchant_only(tmp_path: Path) -> None:
    with ProductIndex.open(MEMORY, FakeEncoder()) as index:
        index.add([*products_of(A, tmp_path), *products_of(B, tmp_path)])
        interpreter = QueryInterpreter(index, ())
        before = interpreter.get_snapshot(A.filters)
        assert before is interpreter.get_snapshot(
            Filters(merchant_id=(A.merchant_id,) * 2, price_max=9)
        )
        index.add([Product("zka900", "Glimmerwick", merchant_id=A.merchant_id)])
        for _ in range(200):
            if (refreshed := interpreter.get_snapshot(A.filters)) is not before:
                break
            time.sleep(0.01)
        assert "glimmerwick" in refreshed.vocabulary.counts
        assert "glimmerwick" not in interpreter.get_snapshot(B.filters).vocabulary.counts


NOON = datetime(2026, 8, 1, 12, tzinfo=UTC)
WORDS = ("lampor", "lampon", "vasell", "vaserl", "chairon", "chairot", "rugbar", "rugber", "فانوس")
NAMES = ("Norwin", "Norwen", "Tasse", "Tassa", "Lampor House")
BY_VECTORS = SearchSettings(weight_lexical=0)
"""Only word frequencies are shared; without the lexical retriever all scores are a shop's own."""

SYNONYMS = (("lampor", "vaserl"), ("chairon", "rugber house"))


@st.composite
def catalogs(draw: st.DrawFn) -> tuple[list[Product], list[Product]]:
    """Generate the products of two shops, whose words may be equal or one letter apart."""

    def draw_products(merchant: str) -> list[Product]:
        n_products = draw(st.integers(1, 5))
        return [_draw_product(draw, f"{merchant}{n}", merchant) for n in range(n_products)]

    return draw_products("a"), draw_products("b")


def _draw_product(draw: st.DrawFn, product_id: str, merchant: str) -> Product:
    words, names = st.sampled_from(WORDS), st.sampled_from(NAMES)
    return Product(
        product_id,
        " ".join(draw(st.lists(words, min_size=1, max_size=3))),
        description=draw(words),
        brand=draw(names),
        category=("Home", draw(names)),
        attributes={"color": draw(words), "size": draw(names)},
        price=draw(st.integers(1, 50)) * 1.0,
        merchant_id=merchant,
        language=draw(st.sampled_from(["en", "de", "fr"])),
    )


def interpret(index: ProductIndex, query: Query) -> InterpretedQuery:
    return QueryInterpreter(index, SYNONYMS).interpret(query)


def flatten(interpreted: InterpretedQuery) -> tuple[object, ...]:
    """Return an interpretation in comparable values, without its filters."""
    parsed = replace(interpreted.parsed, filters=Filters())
    return (
        parsed,
        interpreted.sparse_vector.indices.tolist(),
        interpreted.sparse_vector.values.tolist(),
        interpreted.coverage,
    )


@given(
    shops=catalogs(),
    texts=st.lists(
        st.lists(st.sampled_from([*WORDS, *NAMES, "lampoq", "norwyn", "chairox"]), max_size=3),
        min_size=1,
        max_size=3,
    ),
)
@settings(max_examples=40, deadline=None)
def test_a_scoped_query_is_interpreted_as_in_an_index_of_that_merchant_alone(
    shops: tuple[list[Product], list[Product]], texts: Sequence[Sequence[str]]
) -> None:
    ours, theirs = shops
    only_a = Filters(merchant_id="a")
    with (
        ProductIndex.open(MEMORY, FakeEncoder()) as alone,
        ProductIndex.open(MEMORY, FakeEncoder()) as shared,
    ):
        alone.add(ours)
        shared.add([*theirs, *ours])
        for text in map(" ".join, texts):
            assert flatten(interpret(shared, Query(text, filters=only_a))) == flatten(
                interpret(alone, Query(text))
            )
        single, scoped = (SearchService(index, BY_VECTORS, SYNONYMS) for index in (alone, shared))
        for text in ("l", "no", "ta", "chair", "فا", "Home ", "lampor h"):
            assert single.suggest(text, 50) == scoped.suggest(text, 50, only_a)
        for text in ("", *map(" ".join, texts)):
            query = Query(text, facets=FACETS, diversity=0.3)
            page = single.search(query)
            scoped_page = scoped.search(replace(query, filters=only_a))
            assert (page.hits, page.is_confident, page.n_below_cutoff) == (
                scoped_page.hits, scoped_page.is_confident, scoped_page.n_below_cutoff,
            )  # fmt: skip
            assert (page.facets, page.price_buckets) == (
                scoped_page.facets, scoped_page.price_buckets,
            )  # fmt: skip


def test_no_generated_typing_error_contains_the_shops_words() -> None:
    assert all(not shop.leaked(text) for shop in SHOPS for text in slips(shop))
    assert not any(A.leaked(word) or B.leaked(word) for word in ("lamp", "vase", "Home"))
    assert not {*A.secrets} & {*B.secrets}


def test_a_scoped_recommendation_is_logged_on_the_store_surface(
    shops: tuple[SearchService, EventLog],
) -> None:
    service, log = shops
    service.recorder.flush()
    end = log.get_end_cursor()
    page = service.recommend("vera", 5, A.filters)
    service.recorder.flush()
    impressions, _ = log.read(end, 100)
    assert [event.product_id for event in impressions] == [hit.product.id for hit in page.hits]
    assert {event.surface for event in impressions} == {"store"}
    assert isinstance(impressions[0], Event)
