from pathlib import Path
from threading import Thread

import pytest

from core.errors import (
    InvalidValueError,
    ProfileEncoderError,
    ProfileError,
    ProfileStoreError,
)
from rank import Facts, Profile, ProfileStore, Touch, to_bytes
from tests.rank.planted import DIM, ENCODER, axis, learned

SECRET = "the-product-that-nobody-shall-know"


def profile_of(at: int, product_id: str = "p") -> Profile:
    return learned(Touch(product_id, "click", float(at), axis(at), Facts(brand="a")))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "made" / "profiles.sqlite"


def test_profiles_survive_reopening(path: Path) -> None:
    with ProfileStore(path, ENCODER) as store:
        store.put_many({"ann": profile_of(0), "ب": profile_of(1)})
        store.put_many({"ann": profile_of(2)})
    with ProfileStore(path, ENCODER) as store:
        assert store.count() == 2
        ann = store.get("ann")
        assert ann is not None
        assert to_bytes(ann) == to_bytes(profile_of(2))
        assert store.get("ب") is not None
        assert store.get("nobody") is None


def test_erased_bytes_are_gone_from_every_file(path: Path) -> None:
    with ProfileStore(path, ENCODER) as store:
        store.put_many({f"user-{n}": profile_of(n % DIM) for n in range(50)})
        store.put_many({SECRET: profile_of(3)})
        written = b"".join(each.read_bytes() for each in path.parent.iterdir())
        assert SECRET.encode() in written
        kept = to_bytes(profile_of(3, "other"))
        unique = to_bytes(profile_of(3, SECRET))
        store.put_many({"kept": profile_of(3, "other"), "gone": profile_of(3, SECRET)})
        store.put_many({"gone": profile_of(5)})  # what is replaced must not remain either
        assert store.erase([SECRET, "gone", "nobody"]) == 2
        left = b"".join(each.read_bytes() for each in path.parent.iterdir())
        assert SECRET.encode() not in left
        assert unique not in left
        assert kept in left
        assert store.get(SECRET) is None
        assert store.count() == 51


def test_the_cache_forgets_what_was_not_used_for_longest(path: Path) -> None:
    with ProfileStore(path, ENCODER, n_cached=2) as store:
        store.put_many({name: profile_of(n) for n, name in enumerate("abc")})
        b = store.get("b")
        a = store.get("a")
        assert store.get("b") is b
        store.get("c")
        assert store.get("b") is b
        assert store.get("a") is not a


def test_all_or_none_are_written(path: Path) -> None:
    other = Profile.empty("other@1", DIM)
    with ProfileStore(path, ENCODER) as store:
        with pytest.raises(ProfileEncoderError, match="made with encoder other@1"):
            store.put_many({"ann": profile_of(0), "bob": other})
        with pytest.raises(InvalidValueError, match="user_id"):
            store.put_many({"ann": profile_of(0), "": profile_of(0)})
        assert store.count() == 0
        assert store.get("ann") is None


def test_a_store_of_another_encoder_is_refused_and_can_be_erased(path: Path) -> None:
    with ProfileStore(path, ENCODER) as store:
        store.put_many({"ann": profile_of(0)})
    with ProfileStore(path, "fake@2") as store:
        with pytest.raises(ProfileEncoderError, match="fake@1, but fake@2"):
            store.get("ann")
        assert store.erase(["ann"]) == 1
        assert store.get("ann") is None


def test_other_files_are_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database, and long enough to be read as one " * 40)
    before = path.read_bytes()
    with pytest.raises(ProfileStoreError, match=r"notes.txt cannot be used: file is not a data"):
        ProfileStore(path, ENCODER)
    assert path.read_bytes() == before


def test_a_garbled_profile_is_told(path: Path) -> None:
    with ProfileStore(path, ENCODER) as store:
        store.put_many({"ann": profile_of(0)})
        store._db.execute("UPDATE profiles SET profile = x'00'")
        store._cache.clear()
        with pytest.raises(ProfileError, match="cannot be read"):
            store.get("ann")


def test_a_closed_store_says_so(path: Path) -> None:
    store = ProfileStore(path, ENCODER)
    store.close()
    store.close()
    with pytest.raises(ProfileStoreError, match="closed database"):
        store.count()


def test_threads_share_a_store(path: Path) -> None:
    failures: list[Exception] = []

    def work(store: ProfileStore, name: str) -> None:
        try:
            for n in range(20):
                store.put_many({f"{name}{n}": profile_of(n % DIM)})
                assert store.get(f"{name}{n}") is not None
        except Exception as exc:  # noqa: BLE001
            failures.append(exc)

    with ProfileStore(path, ENCODER, n_cached=3) as store:
        threads = [Thread(target=work, args=(store, name)) for name in "abcd"]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert not failures
        assert store.count() == 80
