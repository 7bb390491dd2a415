"""Two merchants in one index: no answer to one of them has anything of the other."""

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
from search.query.query_reader import InterpretedQuery, QueryInterpreter
from search.rules import Pin, Rule, RuleScope, RuleSet
from shopwindow.eventlog import EventLog
from shopwindow.values import Event, Filters, Product, Query
from shopwindow.values.errors import ProductNotFoundError
from shopwindow.values.query import FACETS
from shopwindow.values.settings import SearchSettings

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
def told(shops: tuple[SearchService, EventLog]) -> Mapping[tuple[str, str], list[tuple[str, str]]]:
    """What each merchant's visitors are told, by merchant and kind: what was asked, the answer."""
    found: defaultdict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for own, other in ((A, B), (B, A)):
        for each in answers_and_logs(*shops, own, other):
            found[own.merchant_id, each.kind].append((each.asked, each.text))
    return found


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("own", "other"), [(A, B), (B, A)], ids=["first", "second"])
def test_no_answer_has_the_others_words(
    told: Mapping[tuple[str, str], list[tuple[str, str]]], own: Shop, other: Shop, kind: str
) -> None:
    several = told[own.merchant_id, kind]
    assert several
    assert [(asked, words) for asked, text in several if (words := other.leaked(text))] == []


def test_the_words_that_are_looked_for_are_those_of_the_answers(
    told: Mapping[tuple[str, str], list[tuple[str, str]]],
) -> None:
    for kind in set(KINDS) - {"refusals", "logs", "seen last"}:
        assert any(A.leaked(text) for _, text in told[A.merchant_id, kind]), kind


def test_without_a_merchant_everybodys_words_are_known(service: SearchService) -> None:
    (spelling, brand) = service.search(Query("Falkoreq")).interpretations
    assert (spelling.value, brand.value) == ("falkorex", "Falkorex")  # of more products
    assert {each.value for each in service.suggest("Falk")} == {"Falkoren", "Falkorex"}
    both = {each.value for each in service.suggest("Falk", filters=BOTH)}
    assert both == {"Falkoren", "Falkorex"}


@pytest.mark.parametrize("shop", SHOPS, ids=["first", "second"])
def test_a_slip_is_corrected_to_the_shops_own_word(service: SearchService, shop: Shop) -> None:
    spelling, brand = service.search(Query("Falkoreq", filters=shop.filters)).interpretations
    assert spelling.value == shop.brand.casefold()
    assert brand.value == shop.brand
    assert [each.value for each in service.suggest("FALK", filters=shop.filters)] == [shop.brand]


@pytest.mark.parametrize("text", [B.category, B.maker, "zirmadoxed", B.merchant_id])
def test_the_others_word_is_no_word(service: SearchService, text: str) -> None:
    page = service.search(Query(text, filters=A.filters))
    assert page.interpretations == ()
    assert not page.is_confident
    assert {hit.product.merchant_id for hit in page.hits} <= {A.merchant_id}


@pytest.mark.parametrize("nobodys", ["zkz001", "zkb001"])
def test_anothers_product_is_as_unknown_as_nobodys(service: SearchService, nobodys: str) -> None:
    refused = f"no product has the id '{nobodys}'. Check the id in the feed, or search by words."
    with pytest.raises(ProductNotFoundError, match=refused):
        service.similar(nobodys, filters=A.filters)
    with pytest.raises(ProductNotFoundError, match=refused):
        service.complements(nobodys, filters=A.filters)
    with pytest.raises(ProductNotFoundError, match=refused):
        service.search(Query("lamp", filters=A.filters, negative_examples=(nobodys,)))


def test_what_is_like_anothers_product_can_be_asked_with_the_product_itself(
    service: SearchService,
) -> None:
    (theirs,) = service.index.get(["zkb001"])
    page = service.similar(theirs, 5, A.filters)
    assert {hit.product.merchant_id for hit in page.hits} == {A.merchant_id}
    assert service.similar("zkb001", 5, BOTH).hits
    assert service.similar("zka001", 5, replace(A.filters, price_max=15)).hits  # costs 17


def test_doubles_in_two_shops_are_no_finding_for_either(service: SearchService) -> None:
    def doubles(filters: Filters | None) -> list[str]:
        report = audit_catalog(service.index, filters=filters)
        return [each.kind for each in report.findings if each.kind.startswith("same_")]

    assert {"same_photo", "same_title"} <= set(doubles(None))
    assert "same_title" not in doubles(A.filters)
    assert audit_catalog(service.index, filters=A.filters).n_products == A.n_products


def rules_told(service: SearchService, filters: Filters) -> tuple[str, ...]:
    return service.search(Query("plain lamp", filters=filters)).rules


def test_a_rule_for_products_that_are_not_seen_is_not_told(service: SearchService) -> None:
    assert rules_told(service, A.filters) == tuple(
        f"{what} {word}"
        for what, word in (
            ("pin", A.category), ("more", A.brand), ("less", A.series), ("no", A.colour),
            ("page of", A.brand), ("words of", A.brand),
        )
    )  # fmt: skip
    assert len(rules_told(service, BOTH)) == 8
    assert len(rules_told(service, Filters())) == 8


def test_rules_that_are_exchanged_are_looked_up_anew(service: SearchService) -> None:
    try:
        service.rules = RuleSet([Rule("first", Pin(("zkb001",)))])
        assert rules_told(service, A.filters) == ()
        service.rules = RuleSet([Rule("first", Pin(("zkb001", "zka003")))])
        page = service.search(Query("lamp", filters=A.filters))
        assert (page.rules, page.hits[0].product.id) == (("first",), "zka003")
        service.rules = RuleSet([Rule("ours", Pin(("zka003",)), RuleScope(merchant=B.merchant_id))])
        assert rules_told(service, A.filters) == ()
    finally:
        service.rules = rule_book()


def test_the_best_of_ones_own_is_the_measure_of_what_was_seen_together(tmp_path: Path) -> None:
    with served(tmp_path, MEMORY) as (service, log):
        # With zka010, somebody saw zka011 once, and thirty others zkb012.
        for n, other in enumerate(["zka011", *["zkb012"] * 30]):
            log.append(
                Event("click", each, user_id=f"walker-{n}", time=NOON + timedelta(minutes=n))
                for each in ("zka010", other)
            )
        log.append([Event("click", "zka010", user_id="walt", time=NOON + timedelta(days=9))])
        service.flush()
        page = service.recommend("walt", 40, A.filters)
        together = {
            hit.product.id: hit.contributions.get("co_engagement", 0.0) for hit in page.hits
        }
        assert together["zka011"] == pytest.approx(0.1)  # the weight of the part, whole
        everybodys = service.recommend("walt", 40)
        among = {
            hit.product.id: hit.contributions.get("co_engagement", 0.0) for hit in everybodys.hits
        }
        assert among["zkb012"] == pytest.approx(0.1)
        assert among["zka011"] < 0.05


def test_products_that_come_and_go_change_their_own_merchants_words(tmp_path: Path) -> None:
    with ProductIndex.open(MEMORY, FakeEncoder()) as index:
        index.add([*products_of(A, tmp_path), *products_of(B, tmp_path)])
        reader = QueryInterpreter(index, ())
        before = reader.get_snapshot(A.filters)
        assert before is reader.get_snapshot(Filters(merchant_id=(A.merchant_id,) * 2, price_max=9))
        index.add([Product("zka900", "Glimmerwick", merchant_id=A.merchant_id)])
        for _ in range(200):
            if (now := reader.get_snapshot(A.filters)) is not before:
                break
            time.sleep(0.01)
        assert "glimmerwick" in now.vocabulary.counts
        assert "glimmerwick" not in reader.get_snapshot(B.filters).vocabulary.counts


NOON = datetime(2026, 8, 1, 12, tzinfo=UTC)
WORDS = ("lampor", "lampon", "vasell", "vaserl", "chairon", "chairot", "rugbar", "rugber", "فانوس")
NAMES = ("Norwin", "Norwen", "Tasse", "Tassa", "Lampor House")
BY_VECTORS = SearchSettings(weight_lexical=0)
"""Only how rare a word is, is everybody's; without that leg all scores are a shop's own."""

SYNONYMS = (("lampor", "vaserl"), ("chairon", "rugber house"))


@st.composite
def catalogues(draw: st.DrawFn) -> tuple[list[Product], list[Product]]:
    """Draw the products of two shops, whose words may be the same or a letter apart."""

    def some(merchant: str) -> list[Product]:
        n_products = draw(st.integers(1, 5))
        return [_drawn(draw, f"{merchant}{n}", merchant) for n in range(n_products)]

    return some("a"), some("b")


def _drawn(draw: st.DrawFn, product_id: str, merchant: str) -> Product:
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


def read(index: ProductIndex, query: Query) -> InterpretedQuery:
    return QueryInterpreter(index, SYNONYMS).interpret(query)


def plain(one: InterpretedQuery) -> tuple[object, ...]:
    """Return what was read, without the filters."""
    understood = replace(one.parsed, filters=Filters())
    return (
        understood,
        one.sparse_vector.indices.tolist(),
        one.sparse_vector.values.tolist(),
        one.coverage,
    )


@given(
    shops=catalogues(),
    texts=st.lists(
        st.lists(st.sampled_from([*WORDS, *NAMES, "lampoq", "norwyn", "chairox"]), max_size=3),
        min_size=1,
        max_size=3,
    ),
)
@settings(max_examples=40, deadline=None)
def test_a_scoped_query_is_read_as_if_nobody_else_were_there(
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
            assert plain(read(shared, Query(text, filters=only_a))) == plain(
                read(alone, Query(text))
            )
        one, other = (SearchService(each, BY_VECTORS, SYNONYMS) for each in (alone, shared))
        for begun in ("l", "no", "ta", "chair", "فا", "Home ", "lampor h"):
            assert one.suggest(begun, 50) == other.suggest(begun, 50, only_a)
        for text in ("", *map(" ".join, texts)):
            query = Query(text, facets=FACETS, diversity=0.3)
            page, scoped = one.search(query), other.search(replace(query, filters=only_a))
            assert (page.hits, page.is_confident, page.n_below_cutoff) == (
                scoped.hits, scoped.is_confident, scoped.n_below_cutoff,
            )  # fmt: skip
            assert (page.facets, page.price_buckets) == (scoped.facets, scoped.price_buckets)


def test_every_slip_is_really_without_the_words_of_the_shop() -> None:
    assert all(not shop.leaked(text) for shop in SHOPS for text in slips(shop))
    assert not any(A.leaked(word) or B.leaked(word) for word in ("lamp", "vase", "Home"))
    assert not {*A.secrets} & {*B.secrets}


def test_a_scoped_visit_is_logged_as_the_shops_own(shops: tuple[SearchService, EventLog]) -> None:
    service, log = shops
    service.recorder.flush()
    before = log.get_end_cursor()
    page = service.recommend("vera", 5, A.filters)
    service.recorder.flush()
    shown, _ = log.read(before, 100)
    assert [each.product_id for each in shown] == [hit.product.id for hit in page.hits]
    assert {each.surface for each in shown} == {"store"}
    assert isinstance(shown[0], Event)
