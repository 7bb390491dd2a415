"""What else may be interrupted: events that are logged, learned from and exported."""

import json
import shutil
import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.fault_processes import Child, Talk
from benchmarks.fault_scenes import CLOSED, DONE, OPEN, Found, acknowledged
from benchmarks.results_file import SEED
from embed import FakeEncoder
from index import ProductIndex
from index.store.edge.disk_space import copy_sparse_tree
from shopwindow.eventlog import EventLog, export_events
from shopwindow.eventlog.log_cursor import decode_cursor
from shopwindow.personalization import Personalizer
from shopwindow.ranking import ProfileSettings
from shopwindow.values import Event, Product

BATCH = 20
N_BATCHES = 150
ROTATE_BYTES = 150_000
N_PRODUCTS = 60
N_EVENTS = 2_600
NOW_S = 1_800_000_000.0
_TABLES = ("facts", "profiles", "touched", "came", "tallies", "pairs", "occurrences", "pages")


@dataclass
class Logging:
    """Batches are appended to a log of several files."""

    def prepare(self, place: Path) -> None:
        """Begin with no log; see `Scene`."""

    def index_of(self, place: Path) -> Path:
        """Return a folder in which there is no index."""
        return place / "none"

    def work(self, talk: Talk, place: Path) -> None:
        """Append batches; see `Scene`."""
        with EventLog.open(place / "events", rotate_bytes=ROTATE_BYTES) as log:
            talk.say(OPEN)
            talk.wait_for_go()
            for number in range(N_BATCHES):
                log.append(_batch(number))
                talk.say(f"{DONE}{number + 1}")
        talk.say(CLOSED)

    def examine(self, talk: Talk, place: Path, said: list[str]) -> None:
        """Count, send all batches again, and count again; see `Scene`."""
        found = Found()
        with EventLog.open(place / "events", rotate_bytes=ROTATE_BYTES) as log:
            sizes = _sizes(log)
            found.lost = sum(sizes[str(number)] != BATCH for number in range(acknowledged(said)))
            halves = [size for size in sizes.values() if size != BATCH]
            for number in range(N_BATCHES):
                log.append(_batch(number))
            found.doubled = log.count() - N_BATCHES * BATCH
            whole = {str(number): BATCH for number in range(N_BATCHES)}
            found.equal = not halves and _sizes(log) == whole
        talk.say(found.as_line())


def _batch(number: int) -> list[Event]:
    return [
        Event(
            "impression",
            f"sku-{place}",
            query_id=str(number),
            position=place,
            event_id=f"{number}-{place}",
        )
        for place in range(1, BATCH + 1)
    ]


def _sizes(log: EventLog) -> Counter[str]:
    found: Counter[str] = Counter()
    events, cursor = log.read(limit=5_000)
    while events:
        found.update(each.query_id for each in events)
        events, cursor = log.read(cursor, limit=5_000)
    return found


@dataclass
class Learning:
    """What people did is learned from a log, with products looked up in an index.

    Attributes:
        template: A folder with the log and the index, from which each round has a copy.
        expected: What is in the file of profiles after an undisturbed run.
    """

    template: Path
    expected: str = field(default="")

    def make_template(self) -> None:
        """Write the log and the index, and learn once undisturbed."""
        _wait_for(lambda _: _fill(self.template))
        whole = self.template.with_name("learned")
        self.prepare(whole)
        child = _wait_for(lambda talk: self._learn_all(talk, whole))
        self.expected = child.lines[-1]

    def prepare(self, place: Path) -> None:
        """Copy log and index; see `Scene`."""
        copy_sparse_tree(self.template / "index", place / "index")
        copy_sparse_tree(self.template / "events", place / "events")

    def index_of(self, place: Path) -> Path:
        """Return the index folder of a round."""
        return place / "index"

    def work(self, talk: Talk, place: Path) -> None:
        """Learn all that is in the log; see `Scene`."""
        self._learn(talk, place)
        talk.say(CLOSED)

    def examine(self, talk: Talk, place: Path, said: list[str]) -> None:
        """Compare the place in the log with what was said, learn the rest, compare all."""
        found = Found()
        file = place / "events" / "people.sqlite"
        if acknowledged(said):
            found.lost = max(acknowledged(said) - _n_learned(file), 0)
        self._learn_all(talk, place)
        now = _dumped(file)
        found.equal = now == self.expected
        found.doubled = _n_above(now, self.expected)
        talk.say(found.as_line())

    def _learn_all(self, talk: Talk, place: Path) -> None:
        self._learn(Talk(talk.out, _OPEN_GATE), place)
        talk.say(_dumped(place / "events" / "people.sqlite"))

    def _learn(self, talk: Talk, place: Path) -> None:
        with (
            ProductIndex.open(place / "index", FakeEncoder(), must_exist=True) as index,
            EventLog.open(place / "events") as log,
            Personalizer(index, log, ProfileSettings(), lambda: NOW_S) as people,
        ):
            talk.say(OPEN)
            if talk.back != _OPEN_GATE:
                talk.wait_for_go()
            if people.event_consumer is not None:
                people.event_consumer.consume_pending(lambda n_taken: talk.say(f"{DONE}{n_taken}"))


_OPEN_GATE = -1


def _fill(template: Path) -> None:
    rng = np.random.default_rng(SEED)
    with ProductIndex.open(template / "index", FakeEncoder()) as index:
        index.add(
            Product(f"p{n}", f"red word{n % 7} word{n % 11}", price=float(n), currency="AED")
            for n in range(N_PRODUCTS)
        )
    with EventLog.open(template / "events") as log:
        log.append(_events(rng))


def _events(rng: np.random.Generator) -> list[Event]:
    began = datetime.fromtimestamp(NOW_S - 1e6, UTC)
    kinds = ("impression", "impression", "impression", "click", "cart", "purchase", "like")
    found = []
    for number in range(N_EVENTS):
        kind: Any = kinds[int(rng.integers(len(kinds)))]
        found.append(
            Event(
                kind,
                f"p{rng.integers(N_PRODUCTS)}",
                user_id=f"u{rng.integers(30)}",
                query_id=f"q{number // 12}",
                position=1 + number % 12,
                event_id=f"e{number}",
                time=began + timedelta(seconds=60 * number),
            )
        )
    return found


def _n_learned(file: Path) -> int:
    with sqlite3.connect(file) as connection:
        rows = connection.execute("SELECT value FROM facts WHERE name = 'cursor'").fetchall()
    connection.close()
    return decode_cursor(rows[0][0])[1] if rows else 0


def _dumped(file: Path) -> str:
    connection = sqlite3.connect(file)
    tables = {
        name: [
            [each.hex() if isinstance(each, bytes) else each for each in row]
            for row in sorted(connection.execute(f"SELECT * FROM {name}").fetchall())
        ]
        for name in _TABLES
    }
    connection.close()
    return json.dumps(tables)


def _n_above(now: str, expected: str) -> int:
    """Return how many counts are higher than after an undisturbed run."""
    both = [json.loads(now), json.loads(expected)]
    counts = [
        {(name, *row[:key]): row[key] for name, key in _COUNTED for row in each[name]}
        for each in both
    ]
    return sum(count > counts[1].get(name, 0.0) for name, count in counts[0].items())


_COUNTED = (("tallies", 1), ("pairs", 3), ("occurrences", 2))
"""Tables that count, and the column from which they do."""


def _wait_for(work: Any) -> Child:
    child = Child(work)
    child.ended_within(600)
    if child.code != 0:
        raise RuntimeError(f"the preparation failed: {child.error()}")
    return child


@dataclass
class Exporting:
    """A log is exported over an older export.

    Attributes:
        template: A folder with a log, from which each round has a copy.
        ending: Of the file; says what it is.
    """

    template: Path
    ending: str = ".jsonl"
    expected: bytes = b""

    def make_template(self) -> None:
        """Export once undisturbed; `Learning` made the log."""
        whole = self.template.with_name(f"exported{self.ending}")
        self.prepare(whole)
        _wait_for(lambda _: self._export(whole))
        self.expected = self._file(whole).read_bytes()

    def prepare(self, place: Path) -> None:
        """Copy the log, and put an older export there; see `Scene`."""
        copy_sparse_tree(self.template / "events", place / "events")
        shutil.rmtree(place / "out", ignore_errors=True)
        (place / "out").mkdir()
        self._file(place).write_bytes(_OLDER)

    def index_of(self, place: Path) -> Path:
        """Return a folder in which there is no index."""
        return place / "none"

    def work(self, talk: Talk, place: Path) -> None:
        """Export; see `Scene`."""
        talk.say(OPEN)
        talk.wait_for_go()
        self._export(place)
        talk.say(CLOSED)

    def examine(self, talk: Talk, place: Path, said: list[str]) -> None:
        """Look for the older export or the new one, and export again; see `Scene`."""
        there = self._file(place).read_bytes()
        found = Found(lost=int(there not in (_OLDER, self.expected)))
        self._export(place)
        found.equal = self._file(place).read_bytes() == self.expected
        with EventLog.open(place / "events") as log:
            found.doubled = log.count() - N_EVENTS
        found.litter = len(list((place / "out").iterdir())) - 1
        talk.say(found.as_line())

    def _export(self, place: Path) -> None:
        with EventLog.open(place / "events") as log:
            export_events(log, self._file(place))

    def _file(self, place: Path) -> Path:
        return place / "out" / f"events{self.ending}"


_OLDER = b"an older export\n"
