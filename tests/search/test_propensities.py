"""Logged propensities are those with which products are really shown, on every surface."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from embed import FakeEncoder
from index import ProductIndex
from search import SearchService
from shopwindow.ranking import DAY_S
from shopwindow.values import Filters, Product, Query, SearchResponse
from shopwindow.values.setting_groups import SearchSettings

BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
N_REQUESTS = 10_000
N_PRODUCTS = 90
N_HITS = 10
MERCHANT = "m0"
EXPLORES = "[exploration]\nrate = 0.3\nmin_position = 3\nmin_impressions = 1e9\npool_size = 20\n"


def make_catalog() -> list[Product]:
    return [
        Product(
            f"p{n:03}",
            f"{'red' if n % 2 else 'blue'} thing {n}",
            category=(f"kind {n % 3}",),
            merchant_id=f"m{n % 2}",
        )
        for n in range(N_PRODUCTS)
    ]


@pytest.fixture(scope="module")
def index() -> Iterator[ProductIndex]:
    with ProductIndex.open(":memory:", FakeEncoder()) as opened:
        opened.add(make_catalog())
        yield opened


@pytest.fixture
def settings(tmp_path: Path) -> SearchSettings:
    path = tmp_path / "weights.toml"
    path.write_text(EXPLORES, encoding="utf-8")
    return SearchSettings(weights_file=str(path))


def get_ids(response: SearchResponse) -> list[str]:
    return [hit.product.id for hit in response.hits]


@pytest.mark.slow
@pytest.mark.parametrize(
    "filters", [Filters(), Filters(merchant_id=MERCHANT)], ids=["feed", "store"]
)
def test_propensities_are_those_of_ten_thousand_requests(
    index: ProductIndex, settings: SearchSettings, filters: Filters
) -> None:
    """With a right propensity p, the mean of 1 / p is the number of products that might be shown.

    At each open place that is the ranked product, and the place's own share of the pool. That the
    log has the propensities of the hits is held by `test_event_recording`.
    """
    inverse = defaultdict(list)
    with SearchService(index, settings) as service:
        for _ in range(N_REQUESTS):
            for position, hit in enumerate(service.recommend("", N_HITS, filters).hits, start=1):
                assert hit.propensity is not None
                inverse[position].append(1 / hit.propensity)
    assert set(inverse) == set(range(1, N_HITS + 1))
    assert set(inverse[1]) == set(inverse[2]) == {1.0}
    open_places = range(3, N_HITS + 1)
    for share, position in enumerate(open_places):
        values = np.array(inverse[position])
        assert len(values) == N_REQUESTS
        n_own = len(range(share, 20, len(open_places)))
        error = values.std() / np.sqrt(len(values))
        assert abs(values.mean() - (1 + n_own)) < 4.5 * error, position
        explored = np.mean(values > 1 / 0.7 + 1e-9)
        assert abs(explored - 0.3) < 4.5 * np.sqrt(0.3 * 0.7 / len(values)), position


def test_a_shop_without_events_shows_strangers_one_order(
    index: ProductIndex, tmp_path: Path
) -> None:
    path = tmp_path / "weights.toml"
    path.write_text("[exploration]\nrate = 0.0\n", encoding="utf-8")
    orders = set()
    for _ in range(3):  # a new service draws anew
        with SearchService(index, SearchSettings(weights_file=str(path))) as service:
            orders |= {tuple(get_ids(service.recommend("", N_HITS))) for _ in range(20)}
    assert len(orders) == 1


def make_large_catalog() -> list[Product]:
    """More products than take part in a ranking, with figures, dates and variants."""
    return [
        Product(
            f"p{n:03}",
            f"thing {n}",
            group_id=f"g{n % 200}",
            popularity=float(n * 37 % 400 + 1),
            created_at=BEGUN + timedelta(days=n * 91 % 300),
        )
        for n in range(400)
    ]


def test_what_may_be_explored_does_not_move_what_is_ranked(tmp_path: Path) -> None:
    path = tmp_path / "weights.toml"
    path.write_text("[exploration]\nrate = 1e-9\n", encoding="utf-8")
    settings, now_s = SearchSettings(weights_file=str(path)), BEGUN.timestamp() + 300 * DAY_S
    answers = set()
    with ProductIndex.open(":memory:", FakeEncoder()) as opened:
        opened.add(make_large_catalog())
        for _ in range(8):  # a new service draws anew
            with SearchService(opened, settings, clock=lambda: now_s) as service:
                hits = service.recommend("", 200).hits
                answers.add(tuple((hit.product.id, round(hit.score, 9)) for hit in hits))
    assert len(answers) == 1
    assert 100 < len(next(iter(answers))) < 200


def test_places_that_do_not_explore_show_one_product_only(
    index: ProductIndex, settings: SearchSettings
) -> None:
    firsts = set()
    for _ in range(3):
        with SearchService(index, settings) as service:
            for _ in range(20):
                hits = service.recommend("", N_HITS).hits[:2]
                assert [hit.propensity for hit in hits] == [1.0, 1.0]
                firsts.add(tuple(hit.product.id for hit in hits))
    assert len(firsts) == 1


def test_what_has_no_propensity_is_the_same_every_time(index: ProductIndex) -> None:
    answers: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for _ in range(3):
        with SearchService(index) as service:
            for _ in range(10):
                for name, response in {
                    "search": service.search(Query("red thing", limit=N_HITS)),
                    "similar": service.similar("p003", N_HITS),
                    "complements": service.complements("p003", N_HITS),
                }.items():
                    assert {hit.propensity for hit in response.hits} <= {None, 1.0}
                    answers[name].add(tuple(get_ids(response)))
    assert {name: len(orders) for name, orders in answers.items()} == dict.fromkeys(answers, 1)
    assert len(answers) == 3
