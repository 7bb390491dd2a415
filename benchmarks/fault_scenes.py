"""Work that a kill interrupts: a feed is indexed, and the index is examined afterwards."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from PIL import Image

from benchmarks.fault_processes import Child, Talk
from benchmarks.results_file import SEED
from embed import FakeEncoder
from index import IndexEntry, ProductIndex, read_products
from index.store.points import Point
from search import SearchService
from shopwindow.values import Query
from shopwindow.values.encoder import digest
from shopwindow.values.setting_groups import IndexSettings

BATCH = 40
OPEN, ADDED, CLOSING, CLOSED = "open", "added", "closing", "closed"
DONE = "done "
N_PHOTOS = 20


@dataclass(slots=True)
class Found:
    """The state after a kill, and after the same work was repeated.

    Attributes:
        lost: Number of acknowledged items that are missing.
        doubled: Number of items that exist more than once.
        equal: Whether the final state equals that of an undisturbed run.
        litter: Number of files or folders that no process will ever use or delete.
    """

    lost: int = 0
    doubled: int = 0
    equal: bool = True
    litter: int = 0

    def as_line(self) -> str:
        """Return the state as one line of text."""
        return json.dumps([self.lost, self.doubled, self.equal, self.litter])

    @classmethod
    def from_line(cls, line: str) -> "Found":
        """Return the state that `as_line` wrote."""
        return cls(*json.loads(line))


class Scene(Protocol):
    """Work that is interrupted and examined afterwards; each round has its own folder."""

    def prepare(self, place: Path) -> None:
        """Write the inputs of the work into an empty folder."""

    def work(self, talk: Talk, place: Path) -> None:
        """Do the work in the process that may be killed, and report the progress."""

    def examine(self, talk: Talk, place: Path, said: list[str]) -> None:
        """Compare the state with the reported progress, repeat the work, and report a `Found`."""

    def index_of(self, place: Path) -> Path:
        """Return the index folder of a round."""


def acknowledged(said: list[str]) -> int:
    """Return the greatest number of items that was reported as done."""
    counts = (int(line.removeprefix(DONE)) for line in said if line.startswith(DONE))
    return max(counts, default=0)


def write_feed(folder: Path, n_products: int) -> Path:
    """Write a random feed with a few photos.

    Returns:
        The CSV file.
    """
    rng = np.random.default_rng(SEED)
    folder.mkdir(parents=True)
    for number in range(N_PHOTOS):
        pixels = rng.integers(0, 255, size=(24, 24, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png")
    lines = ["id,title,title_ar,price,brand,category,image"]
    for number in range(n_products):
        words = " ".join(f"word{word}" for word in rng.integers(0, 200, size=3 + number % 7))
        photo = "" if number % 7 == 0 else f"{number % N_PHOTOS}.png"
        line = f"sku-{number},{words},فستان {number % 9},{number % 90},B{number % 9},A > B,{photo}"
        lines.append(line)
    feed = folder / "feed.csv"
    feed.write_text("\n".join(lines), encoding="utf-8")
    return feed


@dataclass
class Indexing:
    """A feed is indexed into a fresh folder, its graph is built, and the index is closed.

    Attributes:
        feed: File of the feed.
        n_products: Number of products in the feed.
        dim: Dimension of the vectors; the engine builds a graph over more than 1 MB of them.
        hnsw_min_points: Number of products from which a graph is built.
        expected: Digest of every product's point after an undisturbed run.
    """

    feed: Path
    n_products: int
    dim: int
    hnsw_min_points: int
    expected: Mapping[str, str] = field(default_factory=dict)

    def prepare(self, place: Path) -> None:
        """Leave the folder empty: the work creates the index; see `Scene`."""

    def index_of(self, place: Path) -> Path:
        """Return the index folder of a round."""
        return place / "index"

    def open(self, folder: Path, must_exist: bool = False) -> ProductIndex:
        """Open the index of a folder.

        Returns:
            The open index.
        """
        settings = IndexSettings(batch_size=BATCH, hnsw_min_points=self.hnsw_min_points)
        encoder = FakeEncoder(self.dim)
        return ProductIndex.open(folder, encoder, settings=settings, must_exist=must_exist)

    def work(self, talk: Talk, place: Path) -> None:
        """Index the feed; see `Scene`."""
        with self.open(self.index_of(place)) as index:
            talk.say(OPEN)
            talk.wait_for_go()
            index.add(
                read_products(self.feed),
                progress=lambda report: talk.say(f"{DONE}{report.n_processed}"),
            )
            talk.say(ADDED)
            index.optimize(wait=True)
            talk.say(CLOSING)
        talk.say(CLOSED)

    def examine(self, talk: Talk, place: Path, said: list[str]) -> None:
        """Examine the index, index again, and examine it again; see `Scene`."""
        folder, found = self.index_of(place), Found()
        with self.open(folder) as index:
            stored = self.read_digests(index)
            found.lost = sum(not stored[f"sku-{number}"] for number in range(acknowledged(said)))
            index.add(read_products(self.feed))
            index.optimize(wait=True)
        with self.open(folder, must_exist=True) as index:
            found.doubled = index.count() - sum(map(bool, self.read_digests(index).values()))
            found.equal = self.read_digests(index) == self.expected
            service = SearchService(index)
            found.equal = found.equal and bool(service.search(Query("word1")).hits)
            service.close()
        shards, builds = list(folder.glob("shard-*")), list(folder.glob("build-*"))
        found.litter = len(shards) - 1 + len(builds)
        talk.say(found.as_line())

    def read_digests(self, index: ProductIndex) -> dict[str, str]:
        """Return the digest of every product's entry; empty for a missing product."""
        ids = [f"sku-{n}" for n in range(self.n_products)]
        entries = index.get_entries(ids, vectors=True)
        return {id_: digest_point(entries[id_]) if id_ in entries else "" for id_ in ids}

    def run_undisturbed(self, place: Path) -> None:
        """Index once undisturbed and keep the digests, to compare with."""

        def index_and_report(talk: Talk) -> None:
            self.work(talk, place)
            with self.open(self.index_of(place)) as index:
                for product_id, point_digest in self.read_digests(index).items():
                    talk.say(f"{product_id} {point_digest}")

        child = Child(index_and_report)
        child.go()
        child.ended_within(600)
        self.expected = dict(line.split() for line in child.lines if line.startswith("sku-"))


def digest_point(point: Point | IndexEntry) -> str:
    """Return a digest of everything that is stored of a product."""
    vectors: list[Any] = [point.vectors[name].tobytes() for name in sorted(point.vectors)]
    sparse = (
        [point.sparse_vector.indices.tobytes(), point.sparse_vector.values.tobytes()]
        if point.sparse_vector
        else []
    )
    return digest(point.payload, *vectors, *sparse)
