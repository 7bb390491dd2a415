"""Flipped bytes: an index that was damaged at rest is refused, and whole when the byte is put back.

One bit of the first, middle and last byte of each file is flipped in a copy of a closed index, one
at a time. The copy is opened; where that is not refused, all products are compared. Then the byte
is put back, and all must be there.
"""

import os
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.fault_processes import OK, REFUSED, Child, Talk, gone_within
from benchmarks.fault_scenes import Indexing, point_digest, write_feed
from index.payload import to_point_id
from index.store.edge.checksums import MAX_CHECKSUMMED_BYTES
from index.store.edge.disk_space import copy_sparse_tree
from index.store.edge.index_folder import EdgeFolder
from shopwindow.values.encoder import digest

N_PRODUCTS = 120
_BIT = 0x20
_NOT_OF_THE_INDEX = {"engine.log", "lock", "socket"}
_EQUAL, _DIFFERS = "equal", "differs"
_EXAMPLES_KEPT = 5


def measure(place: Path) -> dict[str, Any]:
    """Flip bytes of every file.

    Returns:
        For small files, and for the large ones that hold vectors and texts: files, flips, and how
        many of them were refused, changed nothing, changed something in silence, ended the process
        or were not put right; and the same for what a user opens.
    """
    template, ids = _closed_index(place)
    files = [
        path.relative_to(template)
        for path in sorted(template.rglob("*"))
        if path.is_file() and path.stat().st_size and path.name not in _NOT_OF_THE_INDEX
    ]
    small = [each for each in files if (template / each).stat().st_size <= MAX_CHECKSUMMED_BYTES]
    large = [each for each in files if each not in small]
    return {
        "small": _flipped(template, small, ids),
        "large": _flipped(template, large, ids),
    }


def _closed_index(place: Path) -> tuple[Path, list[str]]:
    feed = write_feed(place / "shop", N_PRODUCTS)
    scene = Indexing(feed, N_PRODUCTS, dim=32, hnsw_from=10_000)
    scene.run_undisturbed(place)
    folder = scene.index_of(place)
    gone_within(folder, 20.0)
    return folder, [to_point_id(f"sku-{number}") for number in range(N_PRODUCTS)]


def _flipped(template: Path, names: list[Path], ids: list[str]) -> dict[str, Any]:
    counts: Counter[str] = Counter(files=len(names))
    examples: list[str] = []
    copy = template.with_name("copy")
    copy_sparse_tree(template, copy)
    expected = _looked_at(copy, ids).lines
    _renew(template, copy)
    for name in names:
        size = (template / name).stat().st_size
        for at in sorted({0, size // 2, size - 1}):
            before = _states(copy)
            outcome = _flip(copy, name, at, ids, expected)
            counts.update(("flips", outcome))
            if outcome not in ("refused", "harmless"):
                examples.append(f"{name} at {at}: {outcome}")
            if outcome != "refused":
                _renew(template, copy)
            elif _states(copy) != before:  # the engine saw it: only a look tells what it did
                if _looked_at(copy, ids).lines != expected:
                    counts.update(("not put right",))
                    examples.append(f"{name} at {at}: not whole with the bit put back")
                _renew(template, copy)
    # Other refused openings changed no file: one look tells that with the bits put back all is
    # there.
    counts["not put right"] += _looked_at(copy, ids).lines != expected
    shutil.rmtree(copy)
    kinds = ("refused", "harmless", "changed in silence", "ended the process", "not put right")
    return {
        **{each: counts[each] for each in ("files", "flips", *kinds)},
        "examples": examples[:_EXAMPLES_KEPT],
    }


def _renew(template: Path, copy: Path) -> None:
    shutil.rmtree(copy)
    copy_sparse_tree(template, copy)


def _states(folder: Path) -> dict[str, str]:
    """Return what tells whether a file changed: its bytes, or of a large one its size and time."""
    found = {}
    for path in folder.rglob("*"):
        if path.is_file() and path.name not in _NOT_OF_THE_INDEX:
            state = path.stat()
            is_small = state.st_size <= MAX_CHECKSUMMED_BYTES
            told = path.read_bytes() if is_small else (state.st_size, state.st_mtime_ns)
            found[str(path)] = digest(told)
    return found


def _flip(copy: Path, name: Path, at: int, ids: list[str], expected: list[str]) -> str:
    """Flip one bit and open the index; when that is refused, put the bit back.

    Returns:
        What came of it.
    """
    path = copy / name
    written = path.stat()
    _flip_bit(path, at)
    child = _looked_at(copy, ids)
    if child.code == REFUSED:
        _flip_bit(path, at)
        os.utime(path, ns=(written.st_atime_ns, written.st_mtime_ns))
        return "refused"
    if child.code != OK:
        return "ended the process"
    return "harmless" if child.lines == expected else "changed in silence"


def _flip_bit(path: Path, at: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ _BIT]))


def _looked_at(folder: Path, ids: list[str]) -> Child:
    """Open a folder in a process of its own, and have it say the digest of all that is there.

    Returns:
        The process, ended.
    """

    def look(talk: Talk) -> None:
        served = EdgeFolder(folder)
        points = served.handle("retrieve", (ids, None, True), 0)
        n_points = served.handle("count", ((),), 0)
        talk.say(f"{n_points} {digest([point_digest(points[each]) for each in sorted(points)])}")
        served.close()

    child = Child(look)
    child.ended_within(60)
    return child
