"""Interrupted work on events: logging them, updating profiles from them, exporting them."""

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

BATCH_SIZE = 20
N_BATCHES = 150
ROTATE_BYTES = 150_000
N_PRODUCTS = 60
N_EVENTS = 2_600
NOW_S = 1_800_000_000.0
_TABLES = ("facts", "profiles", "touched", "came", "tallies", "pairs", "occurrences", "pages")


@dataclass
class Logging:
    """Appends batches to a log of several segments."""

    def prepare(self, folder: Path) -> None:
        """Leave the folder empty: the work creates the log; see `Scene`."""

    def index_of(self, folder: Path) -> Path:
        """Return a folder without an index."""
        return folder / "none"

    def work(self, talk: Talk, folder: Path) -> None:
        """Append batches; see `Scene`."""
        with EventLog.open(folder / "events", rotate_bytes=ROTATE_BYTES) as log:
            talk.say(OPEN)
            talk.wait_for_go()
            for number in range(N_BATCHES):
                log.append(_make_batch(number))
                talk.say(f"{DONE}{number + 1}")
        talk.say(CLOSED)

    def examine(self, talk: Talk, folder: Path, said: list[str]) -> None:
        """Count, send all batches again, and count again; see `Scene`."""
        outcome = Found()
        with EventLog.open(folder / "events", rotate_bytes=ROTATE_BYTES) as log:
            sizes = _count_batch_sizes(log)
            n_acknowledged = acknowledged(said)
            outcome.lost = sum(sizes[str(number)] != BATCH_SIZE for number in range(n_acknowledged))
            has_partial_batch = any(size != BATCH_SIZE for size in sizes.values())
            for number in range(N_BATCHES):
                log.append(_make_batch(number))
            outcome.doubled = log.count() - N_BATCHES * BATCH_SIZE
            expected = {str(number): BATCH_SIZE for number in range(N_BATCHES)}
            outcome.equal = not has_partial_batch and _count_batch_sizes(log) == expected
        talk.say(outcome.as_line())


def _make_batch(number: int) -> list[Event]:
    return [
        Event(
            "impression",
            f"sku-{position}",
            query_id=str(number),
            position=position,
            event_id=f"{number}-{position}",
        )
        for position in range(1, BATCH_SIZE + 1)
    ]


def _count_batch_sizes(log: EventLog) -> Counter[str]:
    sizes: Counter[str] = Counter()
    events, cursor = log.read(limit=5_000)
    while events:
        sizes.update(event.query_id for event in events)
        events, cursor = log.read(cursor, limit=5_000)
    return sizes


@dataclass
class Learning:
    """Updates profiles from a log, with products looked up in an index.

    Attributes:
        template: Folder with the log and the index, which each round copies.
        expected: Dump of the profile store after an undisturbed run.
    """

    template: Path
    expected: str = field(default="")

    def make_template(self) -> None:
        """Write the log and the index, and update profiles once undisturbed."""
        _run_child(lambda _: _write_template(self.template))
        undisturbed = self.template.with_name("learned")
        self.prepare(undisturbed)
        child = _run_child(lambda talk: self._update_and_dump(talk, undisturbed))
        self.expected = child.lines[-1]

    def prepare(self, folder: Path) -> None:
        """Copy log and index; see `Scene`."""
        copy_sparse_tree(self.template / "index", folder / "index")
        copy_sparse_tree(self.template / "events", folder / "events")

    def index_of(self, folder: Path) -> Path:
        """Return the index folder of a round."""
        return folder / "index"

    def work(self, talk: Talk, folder: Path) -> None:
        """Consume the whole log; see `Scene`."""
        self._consume_log(talk, folder)
        talk.say(CLOSED)

    def examine(self, talk: Talk, folder: Path, said: list[str]) -> None:
        """Check the cursor, consume the rest, compare the store; see `Scene`."""
        outcome = Found()
        path = folder / "events" / "people.sqlite"
        if acknowledged(said):
            outcome.lost = max(acknowledged(said) - _read_n_consumed(path), 0)
        self._update_and_dump(talk, folder)
        dump = _dump_store(path)
        outcome.equal = dump == self.expected
        outcome.doubled = _count_higher(dump, self.expected)
        talk.say(outcome.as_line())

    def _update_and_dump(self, talk: Talk, folder: Path) -> None:
        self._consume_log(Talk(talk.out, _OPEN_GATE), folder)
        talk.say(_dump_store(folder / "events" / "people.sqlite"))

    def _consume_log(self, talk: Talk, folder: Path) -> None:
        with (
            ProductIndex.open(folder / "index", FakeEncoder(), must_exist=True) as index,
            EventLog.open(folder / "events") as log,
            Personalizer(index, log, ProfileSettings(), lambda: NOW_S) as personalizer,
        ):
            talk.say(OPEN)
            if talk.back != _OPEN_GATE:
                talk.wait_for_go()
            if personalizer.event_consumer is not None:
                personalizer.event_consumer.consume_pending(
                    lambda n_events: talk.say(f"{DONE}{n_events}")
                )


_OPEN_GATE = -1
"""Descriptor of a `Talk` whose work does not wait to be told to go on."""


def _write_template(template: Path) -> None:
    rng = np.random.default_rng(SEED)
    with ProductIndex.open(template / "index", FakeEncoder()) as index:
        index.add(
            Product(f"p{n}", f"red word{n % 7} word{n % 11}", price=float(n), currency="AED")
            for n in range(N_PRODUCTS)
        )
    with EventLog.open(template / "events") as log:
        log.append(_generate_events(rng))


def _generate_events(rng: np.random.Generator) -> list[Event]:
    start = datetime.fromtimestamp(NOW_S - 1e6, UTC)
    kinds = ("impression", "impression", "impression", "click", "cart", "purchase", "like")
    events = []
    for number in range(N_EVENTS):
        kind: Any = kinds[int(rng.integers(len(kinds)))]
        events.append(
            Event(
                kind,
                f"p{rng.integers(N_PRODUCTS)}",
                user_id=f"u{rng.integers(30)}",
                query_id=f"q{number // 12}",
                position=1 + number % 12,
                event_id=f"e{number}",
                time=start + timedelta(seconds=60 * number),
            )
        )
    return events


def _read_n_consumed(path: Path) -> int:
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT value FROM facts WHERE name = 'cursor'").fetchall()
    connection.close()
    return decode_cursor(rows[0][0])[1] if rows else 0


def _dump_store(path: Path) -> str:
    connection = sqlite3.connect(path)
    tables = {
        name: [
            [value.hex() if isinstance(value, bytes) else value for value in row]
            for row in sorted(connection.execute(f"SELECT * FROM {name}").fetchall())
        ]
        for name in _TABLES
    }
    connection.close()
    return json.dumps(tables)


def _count_higher(dump: str, expected: str) -> int:
    """Return how many counts are higher than after an undisturbed run."""
    counts, expected_counts = _read_counts(dump), _read_counts(expected)
    return sum(count > expected_counts.get(key, 0.0) for key, count in counts.items())


def _read_counts(dump: str) -> dict[tuple[Any, ...], float]:
    tables = json.loads(dump)
    return {
        (name, *row[:column]): row[column]
        for name, column in _COUNT_COLUMNS
        for row in tables[name]
    }


_COUNT_COLUMNS = (("tallies", 1), ("pairs", 3), ("occurrences", 2))
"""Tables with counts, and the index of the count column, which follows the key columns."""


def _run_child(work: Any) -> Child:
    child = Child(work)
    child.ended_within(600)
    if child.code != 0:
        raise RuntimeError(f"the preparation failed: {child.error()}")
    return child


@dataclass
class Exporting:
    """Exports a log over an older export.

    Attributes:
        template: Folder with a log, which each round copies.
        suffix: Suffix of the exported file, which says its format.
        expected: Content of the file after an undisturbed run.
    """

    template: Path
    suffix: str = ".jsonl"
    expected: bytes = b""

    def make_template(self) -> None:
        """Export once undisturbed; `Learning` wrote the log."""
        undisturbed = self.template.with_name(f"exported{self.suffix}")
        self.prepare(undisturbed)
        _run_child(lambda _: self._export(undisturbed))
        self.expected = self._get_path(undisturbed).read_bytes()

    def prepare(self, folder: Path) -> None:
        """Copy the log, and write an older export; see `Scene`."""
        copy_sparse_tree(self.template / "events", folder / "events")
        shutil.rmtree(folder / "out", ignore_errors=True)
        (folder / "out").mkdir()
        self._get_path(folder).write_bytes(_OLDER_EXPORT)

    def index_of(self, folder: Path) -> Path:
        """Return a folder without an index."""
        return folder / "none"

    def work(self, talk: Talk, folder: Path) -> None:
        """Export; see `Scene`."""
        talk.say(OPEN)
        talk.wait_for_go()
        self._export(folder)
        talk.say(CLOSED)

    def examine(self, talk: Talk, folder: Path, said: list[str]) -> None:
        """Check for the older export or the new one, and export again; see `Scene`."""
        data = self._get_path(folder).read_bytes()
        outcome = Found(lost=int(data not in (_OLDER_EXPORT, self.expected)))
        self._export(folder)
        outcome.equal = self._get_path(folder).read_bytes() == self.expected
        with EventLog.open(folder / "events") as log:
            outcome.doubled = log.count() - N_EVENTS
        outcome.litter = len(list((folder / "out").iterdir())) - 1
        talk.say(outcome.as_line())

    def _export(self, folder: Path) -> None:
        with EventLog.open(folder / "events") as log:
            export_events(log, self._get_path(folder))

    def _get_path(self, folder: Path) -> Path:
        return folder / "out" / f"events{self.suffix}"


_OLDER_EXPORT = b"an older export\n"
