"""The door to what was learned: visitors, the moment, an encoder that changed."""

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
from tests.personalization.conftest import NOON, Told

NOW_S = NOON.timestamp()


def opened(index: ProductIndex, log: EventLog | None, wall_s: float = NOW_S) -> Personalizer:
    return Personalizer(index, log, ProfileSettings(), lambda: wall_s)


def test_now_is_when_somebody_did_something_last(shop: ProductIndex, told: Told) -> None:
    with opened(shop, told.log, NOW_S + 1000) as people:
        assert people.now() == NOW_S + 1000
        told("click", "sku-0")
        assert people.now() == NOW_S
        told("click", "sku-1", minutes=60)  # by a clock that is ahead of ours
        assert people.now() == NOW_S + 1000


def test_an_old_log_is_as_it_was_at_its_end(shop: ProductIndex, log: EventLog) -> None:
    log.append(made(5, user_id="u1", time=NOON))
    with opened(shop, log, NOW_S + 9e7) as people:  # three years later
        assert people.event_consumer is not None
        people.event_consumer.consume_pending()
        profile = people.get_user_context("u1").profile
        assert profile is not None
        now = profile.decay_to(people.now(), people.settings)
        assert now.interests.combine_weights(0.0).sum() == pytest.approx(5)
        assert people.store.get_top_products(5, people.now())["sku-0"].engagements == pytest.approx(
            1
        )


def test_nobody_has_neither_profile_nor_history(shop: ProductIndex) -> None:
    with opened(shop, None) as people:
        visitor = people.get_user_context("")
        assert (visitor.profile, visitor.interactions, visitor.has_preferences) == (None, (), False)
        assert not people.get_user_context("never seen").has_preferences


def test_an_index_made_with_another_encoder_refuses_the_profiles(
    shop: ProductIndex, log: EventLog, tmp_path: Path
) -> None:
    log.append(made(1, user_id="u1", time=NOON))
    with opened(shop, log) as people:
        assert people.event_consumer is not None
        people.event_consumer.consume_pending()
    with ProductIndex.open(":memory:", FakeEncoder(seed=3)) as other:
        other.add([Product("sku-0", "Red dress")])
        with pytest.raises(ProfileEncoderError, match="shopwindow profiles rebuild"):
            opened(other, log)


def test_a_catalogue_without_photos_is_compared_by_its_texts() -> None:
    with ProductIndex.open(":memory:", FakeEncoder()) as index:
        index.add([Product("a", "Red dress"), Product("b", "Blue mug")])
        catalogue = CatalogItems(index)
        assert catalogue.space == "text"
        known = catalogue.get_items(["a", "nowhere"])
        assert list(known) == ["a"]
        assert catalogue.stack_vectors(list(known.values())).shape == (1, catalogue.dim)


def test_what_changes_in_the_index_is_read_again(tmp_path: Path) -> None:
    with ProductIndex.open(":memory:", FakeEncoder()) as index:
        index.add([Product("a", "Red dress", price=5.0)])
        catalogue = CatalogItems(index)
        assert catalogue.get_items(["a", "b"])["a"].attributes.price == 5.0
        index.add([Product("a", "Red dress", price=7.0), Product("b", "Mug")])
        assert catalogue.get_items(["a", "b"])["a"].attributes.price == 7.0
        assert set(catalogue.get_items(["a", "b"])) == {"a", "b"}
        index.delete(["a"])
        assert set(catalogue.get_items(["a", "b"])) == {"b"}


def test_a_full_memory_answers_with_everything(
    shop: ProductIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shopwindow.personalization.catalog_items.MAX_CACHED_ITEMS", 10)
    catalogue = CatalogItems(shop)
    wanted = [f"sku-{n}" for n in range(24)]
    catalogue.get_items(wanted[:9])
    assert set(catalogue.get_items(wanted)) == set(wanted)
    catalogue.warm_up()
    assert set(catalogue.get_items(wanted)) == set(wanted)


def test_a_catalogue_that_gets_photos_goes_on_by_its_texts(
    log: EventLog, products: list[Product]
) -> None:
    log.append(made(1, user_id="u1", time=NOON))
    with ProductIndex.open(":memory:", FakeEncoder()) as index:
        index.add([Product("sku-0", "Red dress"), Product("b", "Blue mug")])
        with opened(index, log) as people:
            assert people.event_consumer is not None
            people.event_consumer.consume_pending()
        index.add(products[3:5])
        assert CatalogItems(index).space == "photo"
        with opened(index, log) as people:
            assert people.catalog.space == "text"
            assert people.get_user_context("u1").has_preferences
