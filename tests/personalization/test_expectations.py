"""What is expected of products: their own history, or that of their neighbours."""

import pytest

from embed import FakeEncoder
from index import ProductIndex
from shopwindow.personalization import CatalogItems, Personalizer
from shopwindow.personalization.expected_engagement import MIN_IMPRESSIONS
from shopwindow.ranking import ProfileSettings
from shopwindow.values import Product
from tests.personalization.conftest import NOON, Told

NOW_S = NOON.timestamp()


@pytest.fixture
def people(shop: ProductIndex, told: Told) -> Personalizer:
    return Personalizer(shop, told.log, ProfileSettings(), lambda: NOW_S)


def shown(told: Told, product_id: str, n_shown: int, n_clicked: int) -> None:
    from shopwindow.values import Event  # noqa: PLC0415

    told.log.append(
        Event(
            "impression" if n < n_shown else "click",
            product_id,
            position=1,
            time=NOON,
            event_id=f"{product_id}-{n}",
        )
        for n in range(n_shown + n_clicked)
    )
    told.follower.consume_pending()


def mean(people: Personalizer, product_id: str) -> float:
    expectation, _ = people.engagement_estimator.estimate([product_id])
    return float(expectation.mean[0])


def test_without_history_all_are_expected_the_same(people: Personalizer) -> None:
    assert (
        mean(people, "sku-0")
        == mean(people, "sku-1")
        == people.engagement_estimator.get_prior().mean
    )


def test_a_product_that_was_looked_at_stands_on_its_own(people: Personalizer, told: Told) -> None:
    shown(told, "sku-0", 400, 100)
    assert mean(people, "sku-0") == pytest.approx(0.25, abs=0.02)
    assert people.engagement_estimator.get_prior().mean == pytest.approx(0.25)


def test_a_new_product_inherits_from_what_is_like_it(people: Personalizer, told: Told) -> None:
    # Red dresses do well, blue mugs badly; sku-18 is a red dress and sku-22 a blue mug.
    for product in ("sku-0", "sku-6", "sku-12"):
        shown(told, product, int(MIN_IMPRESSIONS), 60)
    for product in ("sku-4", "sku-10", "sku-16"):
        shown(told, product, int(MIN_IMPRESSIONS), 1)
    mean(people, "sku-18")
    mean(people, "sku-22")
    people.engagement_estimator.process_pending()
    usual = people.engagement_estimator.get_prior().mean
    assert mean(people, "sku-18") > usual > mean(people, "sku-22")


def test_a_product_can_inherit_from_its_own_merchants_alone(
    encoder: FakeEncoder, told: Told
) -> None:
    with ProductIndex.open(":memory:", encoder) as index:
        index.add(Product(f"p{n}", "Red dress", merchant_id=f"m{n % 2}") for n in range(6))
        people = Personalizer(index, told.log, ProfileSettings(), lambda: NOW_S)
        for product, n_clicked in (("p1", 60), ("p3", 60), ("p2", 2)):
            shown(told, product, int(MIN_IMPRESSIONS), n_clicked)

        def expected(by_own: bool) -> float:
            return float(people.engagement_estimator.estimate(["p0"], by_own)[0].mean[0])

        assert (
            expected(by_own=True)
            == expected(by_own=False)
            == people.engagement_estimator.get_prior().mean
        )
        people.engagement_estimator.process_pending()
        usual = people.engagement_estimator.get_prior().mean
        assert expected(by_own=False) > usual > expected(by_own=True)  # p2 alone is of m0


def test_imported_clicks_without_impressions_count(people: Personalizer, told: Told) -> None:
    shown(told, "sku-0", 0, 30)
    assert mean(people, "sku-0") > mean(people, "sku-1")


def test_the_catalogue_is_asked_once_for_what_is_at_hand(shop: ProductIndex) -> None:
    catalogue = CatalogItems(shop)
    catalogue.warm_up()
    first = catalogue.get_items([f"sku-{n}" for n in range(24)])
    assert len(first) == 24
    assert catalogue.get_items(["sku-3"])["sku-3"] is first["sku-3"]
