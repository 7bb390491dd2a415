"""The personalizer: user contexts, the current time, an encoder that changed."""

from pathlib import Path

import pytest

from embed import FakeEncoder
from index import ProductIndex
from shopwindow.eventlog import EventLog
from shopwindow.personalization import CatalogItems, Personalizer
from shopwindow.ranking import ProfileSettings
from shopwindow.values import Product
from shopwindow.values.errors import ProfileEncoderError
from tests.eventlog.conftest import made
from tests.personalization.conftest import NOON, EventRecorder

NOW_S = NOON.timestamp()


def open_personalizer(
    index: ProductIndex, log: EventLog | None, wall_s: float = NOW_S
) -> Personalizer:
    return Personalizer(index, log, ProfileSettings(), lambda: wall_s)


def test_now_is_the_time_of_the_last_event(shop: ProductIndex, record: EventRecorder) -> None:
    with open_personalizer(shop, record.log, NOW_S + 1000) as personalizer:
        assert personalizer.now() == NOW_S + 1000
        record("click", "sku-0")
        assert personalizer.now() == NOW_S
        record("click", "sku-1", minutes=60)  # by a clock that is ahead of ours
        assert personalizer.now() == NOW_S + 1000


def test_an_old_log_is_not_decayed_further(shop: ProductIndex, log: EventLog) -> None:
    log.append(made(5, user_id="u1", time=NOON))
    with open_personalizer(shop, log, NOW_S + 9e7) as personalizer:  # three years later
        assert personalizer.event_consumer is not None
        personalizer.event_consumer.consume_pending()
        profile = personalizer.get_user_context("u1").profile
        assert profile is not None
        decayed = profile.decay_to(personalizer.now(), personalizer.settings)
        assert decayed.interests.combine_weights(0.0).sum() == pytest.approx(5)
        assert personalizer.store.get_top_products(5, personalizer.now())[
            "sku-0"
        ].engagements == pytest.approx(1)


def test_an_anonymous_visitor_has_neither_profile_nor_history(shop: ProductIndex) -> None:
    with open_personalizer(shop, None) as personalizer:
        context = personalizer.get_user_context("")
        assert (context.profile, context.interactions, context.has_preferences) == (None, (), False)
        assert not personalizer.get_user_context("never seen").has_preferences


def test_an_index_made_with_another_encoder_refuses_the_profiles(
    shop: ProductIndex, log: EventLog, tmp_path: Path
) -> None:
    log.append(made(1, user_id="u1", time=NOON))
    with open_personalizer(shop, log) as personalizer:
        assert personalizer.event_consumer is not None
        personalizer.event_consumer.consume_pending()
    with ProductIndex.open(":memory:", FakeEncoder(seed=3)) as other_index:
        other_index.add([Product("sku-0", "Red dress")])
        with pytest.raises(ProfileEncoderError, match="shopwindow profiles rebuild"):
            open_personalizer(other_index, log)


def test_a_catalogue_without_photos_is_compared_by_its_texts() -> None:
    with ProductIndex.open(":memory:", FakeEncoder()) as index:
        index.add([Product("a", "Red dress"), Product("b", "Blue mug")])
        catalog = CatalogItems(index)
        assert catalog.space == "text"
        items = catalog.get_items(["a", "nowhere"])
        assert list(items) == ["a"]
        assert catalog.stack_vectors(list(items.values())).shape == (1, catalog.dim)


def test_changed_products_are_read_again(tmp_path: Path) -> None:
    with ProductIndex.open(":memory:", FakeEncoder()) as index:
        index.add([Product("a", "Red dress", price=5.0)])
        catalog = CatalogItems(index)
        assert catalog.get_items(["a", "b"])["a"].attributes.price == 5.0
        index.add([Product("a", "Red dress", price=7.0), Product("b", "Mug")])
        assert catalog.get_items(["a", "b"])["a"].attributes.price == 7.0
        assert set(catalog.get_items(["a", "b"])) == {"a", "b"}
        index.delete(["a"])
        assert set(catalog.get_items(["a", "b"])) == {"b"}


def test_a_full_cache_still_returns_all_items(
    shop: ProductIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shopwindow.personalization.catalog_items.MAX_CACHED_ITEMS", 10)
    catalog = CatalogItems(shop)
    product_ids = [f"sku-{n}" for n in range(24)]
    catalog.get_items(product_ids[:9])
    assert set(catalog.get_items(product_ids)) == set(product_ids)
    catalog.warm_up()
    assert set(catalog.get_items(product_ids)) == set(product_ids)


def test_a_catalogue_that_gets_photos_keeps_comparing_texts(
    log: EventLog, products: list[Product]
) -> None:
    log.append(made(1, user_id="u1", time=NOON))
    with ProductIndex.open(":memory:", FakeEncoder()) as index:
        index.add([Product("sku-0", "Red dress"), Product("b", "Blue mug")])
        with open_personalizer(index, log) as personalizer:
            assert personalizer.event_consumer is not None
            personalizer.event_consumer.consume_pending()
        index.add(products[3:5])
        assert CatalogItems(index).space == "photo"
        with open_personalizer(index, log) as personalizer:
            assert personalizer.catalog.space == "text"
            assert personalizer.get_user_context("u1").has_preferences
