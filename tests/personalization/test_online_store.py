"""The online store: kept, erased, refused."""

import sqlite3
import threading
from pathlib import Path

import pytest

from shopwindow.personalization import OnlineStore
from shopwindow.personalization.profile_writes import MAX_INTERACTIONS
from shopwindow.ranking import ProductAttributes, Profile, ProfileInteraction, serialize_profile
from shopwindow.values.errors import OnlineStoreError, OnlineStoreVersionError, ProfileEncoderError
from tests.ranking.planted import DIM, ENCODER, axis, learn_profile

SECRET = "the-visitor-that-nobody-shall-know"


def make_profile(axis_index: int, product_id: str = "p") -> Profile:
    return learn_profile(
        ProfileInteraction(
            product_id, "click", float(axis_index), axis(axis_index), ProductAttributes(brand="a")
        )
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "made" / "people.sqlite"


def set_profiles(store: OnlineStore, **profiles: Profile) -> None:
    with store.begin() as transaction:
        transaction.set_profiles(profiles)


def test_profiles_survive_reopening(path: Path) -> None:
    with OnlineStore(path, ENCODER) as store:
        set_profiles(store, ann=make_profile(0), ب=make_profile(1))
        set_profiles(store, ann=make_profile(2))
    with OnlineStore(path, ENCODER) as store:
        assert store.count_profiles() == 2
        ann = store.get_profile("ann")
        assert ann is not None
        assert serialize_profile(ann) == serialize_profile(make_profile(2))
        assert store.get_profile("ب") is not None
        assert store.get_profile("nobody") is None


def test_a_failed_transaction_changes_nothing(path: Path) -> None:
    with OnlineStore(path, ENCODER) as store:
        with pytest.raises(RuntimeError, match="half-way"):
            _fail_in_a_transaction(store)
        assert store.count_profiles() == 0
        assert store.get_interactions("ann") == []


def _fail_in_a_transaction(store: OnlineStore) -> None:
    with store.begin() as transaction:
        transaction.set_profiles({"ann": make_profile(0)})
        transaction.set_interaction("ann", "p", "click", 1.0)
        raise RuntimeError("half-way")


def test_an_erased_visitor_is_gone_from_every_table_and_byte(path: Path) -> None:
    with OnlineStore(path, ENCODER) as store:
        with store.begin() as transaction:
            transaction.set_profiles({f"user-{n}": make_profile(n % DIM) for n in range(50)})
            transaction.set_profiles({SECRET: make_profile(3, SECRET)})
            transaction.set_interaction(SECRET, "p", "hide", 1.0)
            transaction.set_served_positions("q", SECRET, 1.0, {1: "p"})
        stored_bytes = b"".join(file.read_bytes() for file in path.parent.iterdir())
        assert SECRET.encode() in stored_bytes
        assert store.erase(SECRET)
        assert not store.erase(SECRET)
        remaining_bytes = b"".join(file.read_bytes() for file in path.parent.iterdir())
        assert SECRET.encode() not in remaining_bytes
        assert serialize_profile(make_profile(3, SECRET)) not in remaining_bytes
        assert (
            store.get_profile(SECRET),
            store.get_interactions(SECRET),
            store.get_hidden_product_ids(SECRET),
        ) == (
            None,
            [],
            set(),
        )
        with store.begin() as transaction:
            assert transaction.get_served_positions("q") == {}
        assert store.count_profiles() == 50


def test_histories_are_bounded_but_hidden_products_stay(path: Path) -> None:
    with OnlineStore(path, ENCODER) as store:
        with store.begin() as transaction:
            transaction.set_interaction("ann", "hidden", "hide", 0.0)
            for n in range(MAX_INTERACTIONS + 40):
                transaction.set_interaction("ann", f"p{n}", "click", float(n + 1))
            transaction.prune_interactions(["ann"])
        interactions = store.get_interactions("ann", limit=1000)
        assert len(interactions) == MAX_INTERACTIONS + 2  # the hidden one, and the one at the edge
        assert interactions[0].product_id == f"p{MAX_INTERACTIONS + 39}"
        assert store.get_hidden_product_ids("ann") == {"hidden"}


def test_profiles_of_another_encoder_are_refused(path: Path) -> None:
    with OnlineStore(path, ENCODER) as store:
        with store.begin() as transaction:
            transaction.set_profiles({"ann": make_profile(0)})
            transaction.set_cursor("1.1", "a log")
        store.check_encoder()
    with OnlineStore(path, "another@1/photo") as store:
        with pytest.raises(ProfileEncoderError, match="shopwindow profiles rebuild"):
            store.check_encoder()
        with pytest.raises(ProfileEncoderError, match="another@1/photo"):
            store.get_profile("ann")


def test_other_files_and_other_schemas_are_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.sqlite").write_text("not a database at all, but long enough to tell" * 9)
    with pytest.raises(OnlineStoreError, match="a file that Shopwindow made"):
        OnlineStore(tmp_path / "notes.sqlite", ENCODER)
    newer_path = tmp_path / "newer.sqlite"
    with sqlite3.connect(newer_path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(OnlineStoreVersionError, match="has schema 99"):
        OnlineStore(newer_path, ENCODER)


def test_readers_see_whole_transactions_while_another_thread_writes(path: Path) -> None:
    with OnlineStore(path, ENCODER) as store:
        odd_counts: list[object] = []

        def write() -> None:
            for n in range(60):
                with store.begin() as transaction:
                    transaction.set_interaction("ann", f"p{n}", "click", float(n))
                    transaction.set_interaction("ann", f"q{n}", "click", float(n))

        writer = threading.Thread(target=write)
        writer.start()
        while writer.is_alive():
            n_interactions = len(store.get_interactions("ann", 1000))
            if n_interactions % 2:
                odd_counts.append(n_interactions)
        writer.join()
        assert odd_counts == []
        assert len(store.get_interactions("ann", 1000)) == 120
