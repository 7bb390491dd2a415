"""The file of profiles and counts: kept, erased, refused."""

import sqlite3
import threading
from pathlib import Path

import pytest

from shopwindow.personalization import OnlineStore
from shopwindow.personalization.profile_writes import MAX_INTERACTIONS
from shopwindow.ranking import ProductAttributes, Profile, ProfileInteraction, serialize_profile
from shopwindow.values.errors import OnlineStoreError, OnlineStoreVersionError, ProfileEncoderError
from tests.ranking.planted import DIM, ENCODER, axis, learned

SECRET = "the-visitor-that-nobody-shall-know"


def profile_of(at: int, product_id: str = "p") -> Profile:
    return learned(
        ProfileInteraction(product_id, "click", float(at), axis(at), ProductAttributes(brand="a"))
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "made" / "people.sqlite"


def put(store: OnlineStore, **profiles: Profile) -> None:
    with store.begin() as change:
        change.set_profiles(profiles)


def test_profiles_survive_reopening(path: Path) -> None:
    with OnlineStore(path, ENCODER) as store:
        put(store, ann=profile_of(0), ب=profile_of(1))
        put(store, ann=profile_of(2))
    with OnlineStore(path, ENCODER) as store:
        assert store.count_profiles() == 2
        ann = store.get_profile("ann")
        assert ann is not None
        assert serialize_profile(ann) == serialize_profile(profile_of(2))
        assert store.get_profile("ب") is not None
        assert store.get_profile("nobody") is None


def test_a_change_that_fails_changes_nothing(path: Path) -> None:
    with OnlineStore(path, ENCODER) as store:
        with pytest.raises(RuntimeError, match="half-way"):
            _begun(store)
        assert store.count_profiles() == 0
        assert store.get_interactions("ann") == []


def _begun(store: OnlineStore) -> None:
    with store.begin() as change:
        change.set_profiles({"ann": profile_of(0)})
        change.set_interaction("ann", "p", "click", 1.0)
        raise RuntimeError("half-way")


def test_an_erased_visitor_is_gone_from_every_table_and_byte(path: Path) -> None:
    with OnlineStore(path, ENCODER) as store:
        with store.begin() as change:
            change.set_profiles({f"user-{n}": profile_of(n % DIM) for n in range(50)})
            change.set_profiles({SECRET: profile_of(3, SECRET)})
            change.set_interaction(SECRET, "p", "hide", 1.0)
            change.set_served_positions("q", SECRET, 1.0, {1: "p"})
        written = b"".join(each.read_bytes() for each in path.parent.iterdir())
        assert SECRET.encode() in written
        assert store.erase(SECRET)
        assert not store.erase(SECRET)
        left = b"".join(each.read_bytes() for each in path.parent.iterdir())
        assert SECRET.encode() not in left
        assert serialize_profile(profile_of(3, SECRET)) not in left
        assert (
            store.get_profile(SECRET),
            store.get_interactions(SECRET),
            store.get_hidden_product_ids(SECRET),
        ) == (
            None,
            [],
            set(),
        )
        with store.begin() as change:
            assert change.get_served_positions("q") == {}
        assert store.count_profiles() == 50


def test_histories_are_bounded_but_what_is_hidden_stays_hidden(path: Path) -> None:
    with OnlineStore(path, ENCODER) as store:
        with store.begin() as change:
            change.set_interaction("ann", "hidden", "hide", 0.0)
            for n in range(MAX_INTERACTIONS + 40):
                change.set_interaction("ann", f"p{n}", "click", float(n + 1))
            change.prune_interactions(["ann"])
        touched = store.get_interactions("ann", limit=1000)
        assert len(touched) == MAX_INTERACTIONS + 2  # the hidden one, and the one at the edge
        assert touched[0].product_id == f"p{MAX_INTERACTIONS + 39}"
        assert store.get_hidden_product_ids("ann") == {"hidden"}


def test_another_encoders_profiles_are_refused_with_what_to_do(path: Path) -> None:
    with OnlineStore(path, ENCODER) as store:
        with store.begin() as change:
            change.set_profiles({"ann": profile_of(0)})
            change.set_cursor("1.1", "a log")
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
    newer = tmp_path / "newer.sqlite"
    with sqlite3.connect(newer) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(OnlineStoreVersionError, match="has schema 99"):
        OnlineStore(newer, ENCODER)


def test_readers_see_whole_changes_while_another_thread_writes(path: Path) -> None:
    with OnlineStore(path, ENCODER) as store:
        wrong: list[object] = []

        def write() -> None:
            for n in range(60):
                with store.begin() as change:
                    change.set_interaction("ann", f"p{n}", "click", float(n))
                    change.set_interaction("ann", f"q{n}", "click", float(n))

        writer = threading.Thread(target=write)
        writer.start()
        while writer.is_alive():
            n_touched = len(store.get_interactions("ann", 1000))
            if n_touched % 2:
                wrong.append(n_touched)
        writer.join()
        assert wrong == []
        assert len(store.get_interactions("ann", 1000)) == 120
