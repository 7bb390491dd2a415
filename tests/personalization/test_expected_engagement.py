"""Engagement estimates: from a product's own history, or its neighbours'."""

import pytest

from embed import FakeEncoder
from index import ProductIndex
from shopwindow.personalization import CatalogItems, Personalizer
from shopwindow.personalization.expected_engagement import MIN_IMPRESSIONS
from shopwindow.ranking import ProfileSettings
from shopwindow.values import Product
from tests.personalization.conftest import NOON, EventRecorder

NOW_S = NOON.timestamp()


@pytest.fixture
def personalizer(shop: ProductIndex, record: EventRecorder) -> Personalizer:
    return Personalizer(shop, record.log, ProfileSettings(), lambda: NOW_S)


def record_engagement(
    record: EventRecorder, product_id: str, n_impressions: int, n_clicks: int
) -> None:
    from shopwindow.values import Event  # noqa: PLC0415

    record.log.append(
        Event(
            "impression" if n < n_impressions else "click",
            product_id,
            position=1,
            time=NOON,
            event_id=f"{product_id}-{n}",
        )
        for n in range(n_impressions + n_clicks)
    )
    record.event_consumer.consume_pending()


def estimate_mean(personalizer: Personalizer, product_id: str) -> float:
    estimate, _ = personalizer.engagement_estimator.estimate([product_id])
    return float(estimate.mean[0])


def test_without_history_all_products_have_the_prior(personalizer: Personalizer) -> None:
    assert (
        estimate_mean(personalizer, "sku-0")
        == estimate_mean(personalizer, "sku-1")
        == personalizer.engagement_estimator.get_prior().mean
    )


def test_a_product_with_impressions_is_estimated_from_them(
    personalizer: Personalizer, record: EventRecorder
) -> None:
    record_engagement(record, "sku-0", 400, 100)
    assert estimate_mean(personalizer, "sku-0") == pytest.approx(0.25, abs=0.02)
    assert personalizer.engagement_estimator.get_prior().mean == pytest.approx(0.25)


def test_a_new_product_borrows_from_similar_ones(
    personalizer: Personalizer, record: EventRecorder
) -> None:
    # Red dresses do well, blue mugs badly; sku-18 is a red dress and sku-22 a blue mug.
    for product_id in ("sku-0", "sku-6", "sku-12"):
        record_engagement(record, product_id, int(MIN_IMPRESSIONS), 60)
    for product_id in ("sku-4", "sku-10", "sku-16"):
        record_engagement(record, product_id, int(MIN_IMPRESSIONS), 1)
    estimate_mean(personalizer, "sku-18")
    estimate_mean(personalizer, "sku-22")
    personalizer.engagement_estimator.process_pending()
    prior_mean = personalizer.engagement_estimator.get_prior().mean
    assert (
        estimate_mean(personalizer, "sku-18") > prior_mean > estimate_mean(personalizer, "sku-22")
    )


@pytest.mark.parametrize("n_impressions", [98, 99, 100, 101])
def test_a_product_borrows_until_it_has_a_hundred_impressions(
    personalizer: Personalizer, record: EventRecorder, n_impressions: int
) -> None:
    for product_id in ("sku-0", "sku-6", "sku-12"):  # red dresses, as sku-18 is
        record_engagement(record, product_id, 400, 200)
    record_engagement(record, "sku-18", n_impressions, 10)
    estimate_mean(personalizer, "sku-18")
    personalizer.engagement_estimator.process_pending()
    prior = personalizer.engagement_estimator.get_prior()
    own = (10 + prior.mean * prior.strength) / (n_impressions + prior.strength)
    if n_impressions >= 100:
        assert estimate_mean(personalizer, "sku-18") == pytest.approx(own, rel=1e-6)
    else:
        assert estimate_mean(personalizer, "sku-18") > own * 1.2


def test_a_product_can_borrow_from_its_own_merchant_alone(
    encoder: FakeEncoder, record: EventRecorder
) -> None:
    with ProductIndex.open(":memory:", encoder) as index:
        index.add(Product(f"p{n}", "Red dress", merchant_id=f"m{n % 2}") for n in range(6))

        def make_personalizer() -> Personalizer:
            return Personalizer(index, record.log, ProfileSettings(), lambda: NOW_S)

        def estimate(personalizer: Personalizer, same_merchant_only: bool) -> float:
            estimator = personalizer.engagement_estimator
            return float(estimator.estimate(["p0"], same_merchant_only)[0].mean[0])

        with (
            make_personalizer() as before_all,
            make_personalizer() as before_own,
            make_personalizer() as personalizer,
        ):
            for product_id, n_clicks in (("p1", 60), ("p3", 60), ("p2", 2)):
                record_engagement(record, product_id, int(MIN_IMPRESSIONS), n_clicks)
            # No neighbour: without it the rate of all neighbours would be the prior itself.
            record_engagement(record, "not in the index", int(MIN_IMPRESSIONS), 0)
            prior_mean = personalizer.engagement_estimator.get_prior().mean
            # A first estimate cannot know the neighbours yet.
            assert estimate(before_all, same_merchant_only=False) == prior_mean
            assert estimate(before_own, same_merchant_only=True) == prior_mean
            estimate(personalizer, same_merchant_only=False)
            personalizer.engagement_estimator.process_pending()
            from_all = estimate(personalizer, same_merchant_only=False)
            from_own_merchant = estimate(personalizer, same_merchant_only=True)
        assert from_all > prior_mean > from_own_merchant  # p2 alone is of m0


def test_imported_clicks_without_impressions_count(
    personalizer: Personalizer, record: EventRecorder
) -> None:
    record_engagement(record, "sku-0", 0, 30)
    assert estimate_mean(personalizer, "sku-0") > estimate_mean(personalizer, "sku-1")


def test_cached_items_are_not_read_again(shop: ProductIndex) -> None:
    catalog = CatalogItems(shop)
    catalog.warm_up()
    items = catalog.get_items([f"sku-{n}" for n in range(24)])
    assert len(items) == 24
    assert catalog.get_items(["sku-3"])["sku-3"] is items["sku-3"]
