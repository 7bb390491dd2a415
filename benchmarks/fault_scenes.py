"""What is going on when somebody is killed: a feed is indexed, and looked at afterwards."""

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
from index import ProductIndex, read_products
from index.payload import to_point_id
from index.store.points import Point
from search import SearchService
from shopwindow.values import Query
from shopwindow.values.encoder import digest
from shopwindow.values.settings import IndexSettings

BATCH = 40
OPEN, ADDED, CLOSING, CLOSED = "open", "added", "closing", "closed"
DONE = "done "
N_PHOTOS = 20


@dataclass(slots=True)
class Found:
    """What was there after a kill, and after the same work was done again.

    Attributes:
        lost: Acknowledged things that are not there.
        doubled: Things that are there more often than once.
        equal: Whether all ends like an undisturbed run.
        litter: Files or folders of an index that nobody will ever use or remove.
    """

    lost: int = 0
    doubled: int = 0
    equal: bool = True
    litter: int = 0

    def as_line(self) -> str:
        """Return it as one line of text."""
        return json.dumps([self.lost, self.doubled, self.equal, self.litter])

    @classmethod
    def from_line(cls, line: str) -> "Found":
        """Return what `as_line` wrote."""
        return cls(*json.loads(line))


class Scene(Protocol):
    """Work that is interrupted, and what is looked at after it. Each round has its own folder."""

    def prepare(self, place: Path) -> None:
        """Put what the work needs into an empty folder."""

    def work(self, talk: Talk, place: Path) -> None:
        """Do the work in the process that may be killed; it says how far it is."""

    def examine(self, talk: Talk, place: Path, said: list[str]) -> None:
        """Compare what is there with what was said, do the work again, and say what is `TitleRetrievalMetrics`."""

    def index_of(self, place: Path) -> Path:
        """Return the index folder of a round."""


def acknowledged(said: list[str]) -> int:
    """Return the largest number that was said to be done."""
    return max((int(x.removeprefix(DONE)) for x in said if x.startswith(DONE)), default=0)


def write_feed(folder: Path, n_products: int) -> Path:
    """Write a feed of its own with a few photos.

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
        words = " ".join(f"word{each}" for each in rng.integers(0, 200, size=3 + number % 7))
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
        feed: The file.
        n_products: Products in it.
        dim: Width of the vectors; the engine builds a graph over more than 1 MB of them.
        hnsw_from: Products from which a graph is built.
        expected: Digest of every product's point after an undisturbed run.
    """

    feed: Path
    n_products: int
    dim: int
    hnsw_from: int
    expected: Mapping[str, str] = field(default_factory=dict)

    def prepare(self, place: Path) -> None:
        """Leave the folder empty: the index is made by the work; see `Scene`."""

    def index_of(self, place: Path) -> Path:
        """Return the index folder of a round."""
        return place / "index"

    def open(self, folder: Path, must_exist: bool = False) -> ProductIndex:
        """Open the index of a folder.

        Returns:
            The open index.
        """
        settings = IndexSettings(batch_size=BATCH, hnsw_min_points=self.hnsw_from)
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
        """Look, index again, and look again; see `Scene`."""
        folder, found = self.index_of(place), Found()
        with self.open(folder) as index:
            there = self.contents(index)
            told = [f"sku-{number}" for number in range(acknowledged(said))]
            found.lost = sum(not there[each] for each in told)
            index.add(read_products(self.feed))
            index.optimize(wait=True)
        with self.open(folder, must_exist=True) as index:
            found.doubled = index.count() - sum(map(bool, self.contents(index).values()))
            found.equal = self.contents(index) == self.expected
            service = SearchService(index)
            found.equal = found.equal and bool(service.search(Query("word1")).hits)
            service.close()
        shards, builds = list(folder.glob("shard-*")), list(folder.glob("build-*"))
        found.litter = len(shards) - 1 + len(builds)
        talk.say(found.as_line())

    def contents(self, index: ProductIndex) -> dict[str, str]:
        """Return the digest of every product's point, or an empty text where there is none."""
        ids = {f"sku-{n}": to_point_id(f"sku-{n}") for n in range(self.n_products)}
        points = index.get_points(list(ids.values()), vectors=True)
        return {
            sku: point_digest(points[each]) if each in points else "" for sku, each in ids.items()
        }

    def run_undisturbed(self, place: Path) -> None:
        """Index once and keep what came of it, to compare with."""

        def tell(talk: Talk) -> None:
            self.work(talk, place)
            with self.open(self.index_of(place)) as index:
                for sku, each in self.contents(index).items():
                    talk.say(f"{sku} {each}")

        child = Child(tell)
        child.go()
        child.ended_within(600)
        self.expected = dict(line.split() for line in child.lines if line.startswith("sku-"))


def point_digest(point: Point) -> str:
    """Return a digest of all that is stored of a product."""
    vectors: list[Any] = [point.vectors[name].tobytes() for name in sorted(point.vectors)]
    words = (
        [point.sparse_vector.indices.tobytes(), point.sparse_vector.values.tobytes()]
        if point.sparse_vector
        else []
    )
    return digest(point.payload, *vectors, *words)
