"""Flipped bits: an index that is damaged at rest is refused, and intact once the bit is restored.

One bit of the first, middle and last byte of each file is flipped in a copy of a closed index, one
at a time. The copy is opened; unless that is refused, all products are compared. Then the bit is
restored, and all products must be there.
"""

import os
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.fault_processes import OK, REFUSED, Child, Talk, wait_until_gone
from benchmarks.fault_scenes import Indexing, digest_point, write_feed
from index.payload import to_point_id
from index.store.edge.checksums import MAX_CHECKSUMMED_BYTES
from index.store.edge.disk_space import copy_sparse_tree
from index.store.edge.index_folder import EdgeFolder
from shopwindow.values.encoder import digest

N_PRODUCTS = 120
_BIT = 0x20
_SERVICE_FILES = {"engine.log", "lock", "socket"}
_MAX_EXAMPLES = 5


def measure(place: Path) -> dict[str, Any]:
    """Flip bits of every file.

    Returns:
        For small files, and for large ones that hold vectors and texts: the number of files and of
        flips, and how many flips were refused, harmless, silently changed a value, ended the
        process, or left the index damaged after the bit was restored.
    """
    template, ids = _make_closed_index(place)
    files = [
        path.relative_to(template)
        for path in sorted(template.rglob("*"))
        if path.is_file() and path.stat().st_size and path.name not in _SERVICE_FILES
    ]
    small = [path for path in files if (template / path).stat().st_size <= MAX_CHECKSUMMED_BYTES]
    large = [path for path in files if path not in small]
    return {
        "small": _flip_all(template, small, ids),
        "large": _flip_all(template, large, ids),
    }


def _make_closed_index(place: Path) -> tuple[Path, list[str]]:
    feed = write_feed(place / "shop", N_PRODUCTS)
    scene = Indexing(feed, N_PRODUCTS, dim=32, hnsw_min_points=10_000)
    scene.run_undisturbed(place)
    folder = scene.index_of(place)
    wait_until_gone(folder, 20.0)
    return folder, [to_point_id(f"sku-{number}") for number in range(N_PRODUCTS)]


def _flip_all(template: Path, files: list[Path], ids: list[str]) -> dict[str, Any]:
    counts: Counter[str] = Counter(files=len(files))
    examples: list[str] = []
    copy = template.with_name("copy")
    copy_sparse_tree(template, copy)
    expected = _read_in_child(copy, ids).lines
    _restore_copy(template, copy)
    for file in files:
        size = (template / file).stat().st_size
        for offset in sorted({0, size // 2, size - 1}):
            states_before = _read_states(copy)
            outcome = _flip_and_open(copy, file, offset, ids, expected)
            counts.update(("flips", outcome))
            if outcome not in ("refused", "harmless"):
                examples.append(f"{file} at {offset}: {outcome}")
            if outcome != "refused":
                _restore_copy(template, copy)
            elif (
                _read_states(copy) != states_before
            ):  # the engine opened it, and may have changed it
                if _read_in_child(copy, ids).lines != expected:
                    counts.update(("not put right",))
                    examples.append(f"{file} at {offset}: damaged after the bit was restored")
                _restore_copy(template, copy)
    # All other refused openings changed no file: one check covers all the restored bits.
    counts["not put right"] += _read_in_child(copy, ids).lines != expected
    shutil.rmtree(copy)
    kinds = ("refused", "harmless", "changed in silence", "ended the process", "not put right")
    return {
        **{name: counts[name] for name in ("files", "flips", *kinds)},
        "examples": examples[:_MAX_EXAMPLES],
    }


def _restore_copy(template: Path, copy: Path) -> None:
    shutil.rmtree(copy)
    copy_sparse_tree(template, copy)


def _read_states(folder: Path) -> dict[str, str]:
    """Return a digest of each file's bytes or, for large files, of size and modification time."""
    states = {}
    for path in folder.rglob("*"):
        if path.is_file() and path.name not in _SERVICE_FILES:
            status = path.stat()
            is_small = status.st_size <= MAX_CHECKSUMMED_BYTES
            content = path.read_bytes() if is_small else (status.st_size, status.st_mtime_ns)
            states[str(path)] = digest(content)
    return states


def _flip_and_open(copy: Path, file: Path, offset: int, ids: list[str], expected: list[str]) -> str:
    """Flip one bit and open the index; if that is refused, restore the bit.

    Returns:
        The outcome.
    """
    path = copy / file
    status = path.stat()
    _flip_bit(path, offset)
    child = _read_in_child(copy, ids)
    if child.code == REFUSED:
        _flip_bit(path, offset)
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
        return "refused"
    if child.code != OK:
        return "ended the process"
    return "harmless" if child.lines == expected else "changed in silence"


def _flip_bit(path: Path, offset: int) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ _BIT]))


def _read_in_child(folder: Path, ids: list[str]) -> Child:
    """Open a folder in a child process that reports the digest of all products.

    Returns:
        The ended child process.
    """

    def read(talk: Talk) -> None:
        served = EdgeFolder(folder)
        points = served.handle("retrieve", (ids, None, True), 0)
        n_points = served.handle("count", ((),), 0)
        digests = [digest_point(points[point_id]) for point_id in sorted(points)]
        talk.say(f"{n_points} {digest(digests)}")
        served.close()

    child = Child(read)
    child.ended_within(60)
    return child
