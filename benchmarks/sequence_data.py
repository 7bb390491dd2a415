"""Public sequences of product interactions, split into training histories and test cases.

The data are not part of the repository, and may not be used in a product that is sold:

- `amazon_video_games`: reviews of Amazon, prepared for SASRec (Kang and McAuley, Self-Attentive
  Sequential Recommendation, 2018; the repository has the Apache licence 2.0, the reviews are
  McAuley's, for research). No times, only their order.
- `retailrocket_sessions`: Retailrocket's views (Kaggle, CC BY-NC-SA 4.0), prepared for COTREC (Xia
  et al., Self-Supervised Graph Co-Training for Session-based Recommendation, 2021).
- `yoochoose_100k`: clicks of the RecSys Challenge 2015 (CC BY-NC-ND 4.0), the sample that
  session-rec ships (Ludewig and Jannach, Evaluation of Session-based Recommendation Algorithms,
  2018).
"""

import csv
import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from pathlib import Path
from typing import TypeAlias

import numpy as np

from benchmarks.results_file import SEED
from shopwindow.values.errors import FeedError

History: TypeAlias = tuple[int, ...]
"""Indices of a visitor's products, oldest first."""

LAST_SHARE = 0.1
DAY_S = 86_400.0
N_VALIDATION_VISITORS = 1500


@dataclass(frozen=True, slots=True)
class Case:
    """One next-item question.

    Attributes:
        prefix: The interactions so far, oldest first.
        target: The product that came next.
        visitor: Index of the visitor or session; cases of one are not independent.
    """

    prefix: History
    target: int
    visitor: int


@dataclass(frozen=True, slots=True)
class Task:
    """Training histories and test cases.

    Attributes:
        histories: Visits to learn from, oldest first where their order is known.
        cases: The questions.
        n_products: Products of the catalogue; their indices start at 0.
        repeats: Whether products of the prefix may come next.
        n_recent: How many of the last histories are recent; 0 where there are no times.
    """

    histories: Sequence[History]
    cases: Sequence[Case]
    n_products: int
    repeats: bool
    n_recent: int = 0

    @property
    def unseen_share(self) -> float:
        """Share of cases whose target is in no history: no method can find it."""
        seen_products = {product for history in self.histories for product in history}
        return sum(case.target not in seen_products for case in self.cases) / len(self.cases)

    @property
    def repeated_share(self) -> float:
        """Share of cases whose target is in the prefix."""
        return sum(case.target in case.prefix for case in self.cases) / len(self.cases)


@dataclass(frozen=True, slots=True)
class SequenceSet:
    """One set of sequences.

    Attributes:
        name: Folder of the set.
        validation: The part that settings are chosen on.
        test: The published task.
    """

    name: str
    validation: Task
    test: Task


def read_amazon(data: Path) -> SequenceSet:
    """Return the reviews: each visitor's last product is the test, the last but one validates.

    As usual with this set, the last two products of each visitor are not learned from, and
    products of the prefix are not suggested again (nobody reviews a product twice here).
    """
    rows = [line.split() for line in _read_lines(data / "amazon_video_games" / "Video.txt.gz")]
    visits = [
        tuple(int(row[1]) - 1 for row in visitor_rows)
        for _, visitor_rows in groupby(rows, key=lambda row: row[0])
    ]
    n_products = 1 + max(max(visit) for visit in visits)
    long_visits = [visit for visit in visits if len(visit) >= 3]
    histories = [visit[:-2] for visit in long_visits] + [
        visit for visit in visits if len(visit) < 3
    ]
    test_cases, validation_cases = (
        [
            Case(visit[:-n_held_out], visit[-n_held_out], visitor)
            for visitor, visit in enumerate(long_visits)
        ]
        for n_held_out in (1, 2)
    )
    return SequenceSet(
        "amazon_video_games",
        Task(histories, _sample_visitors(validation_cases), n_products, repeats=False),
        Task(histories, test_cases, n_products, repeats=False),
    )


def read_retailrocket(data: Path) -> SequenceSet:
    """Return the views, with the test cases as published.

    Product indices follow their first occurrence, so the file is ordered by time: its last sessions
    are recent, and the last tenth is for validation.
    """
    folder = data / "retailrocket_sessions"
    visits = [_parse_products(line) for line in _read_lines(folder / "train_sessions.txt.gz")]
    cases: list[Case] = []
    for line in _read_lines(folder / "test_prefix_target.txt.gz"):
        prefix, target = line.split("\t")
        cases.append(Case(_parse_products(prefix), int(target) - 1, _get_visitor(cases, line)))
    n_products = 1 + max(max(each) for each in visits)
    n_last = int(len(visits) * LAST_SHARE)
    validation_cases = _sample_visitors(_make_cases(visits[-n_last:]))
    return SequenceSet(
        "retailrocket_sessions",
        Task(visits[:-n_last], validation_cases, n_products, repeats=True, n_recent=n_last),
        Task(visits, cases, n_products, repeats=True, n_recent=n_last),
    )


def _get_visitor(cases: Sequence[Case], line: str) -> int:
    """Return the visitor of a line: prefixes of one session are adjacent, the longest first."""
    if not cases:
        return 0
    session = _parse_products(line.replace("\t", " "))
    return cases[-1].visitor + (session != cases[-1].prefix)


def read_yoochoose(data: Path) -> SequenceSet:
    """Return the clicks: the last day is the test, the last training day is for validation."""
    folder = data / "yoochoose_100k"
    training_sessions, test_sessions = (
        _read_sessions(folder / f"{name}.tsv.gz") for name in ("train", "test")
    )
    index_by_item = {
        item: index
        for index, item in enumerate(
            sorted({item_id for items, _ in training_sessions for item_id in items})
        )
    }
    for session, _ in test_sessions:
        for item in session:
            index_by_item.setdefault(item, len(index_by_item))
    visits = [tuple(index_by_item[item] for item in session) for session, _ in training_sessions]
    ends_s = np.array([end_s for _, end_s in training_sessions])
    n_last = int((ends_s > ends_s[-1] - DAY_S).sum())
    n_before = int((ends_s > ends_s[-n_last - 1] - DAY_S).sum()) - n_last
    test_visits = [tuple(index_by_item[item] for item in session) for session, _ in test_sessions]
    validation_cases = _sample_visitors(_make_cases(visits[-n_last:]))
    return SequenceSet(
        "yoochoose_100k",
        Task(
            visits[:-n_last], validation_cases, len(index_by_item), repeats=True, n_recent=n_before
        ),
        Task(visits, _make_cases(test_visits), len(index_by_item), repeats=True, n_recent=n_last),
    )


def _read_sessions(path: Path) -> list[tuple[tuple[str, ...], float]]:
    """Return sessions with the time of their last click, ordered by that time."""
    rows = csv.DictReader(_read_lines(path), delimiter="\t")
    sessions = []
    for _, session_rows in groupby(rows, key=lambda row: row["SessionId"]):
        clicks = sorted(
            ((float(row["Time"]), row["ItemId"]) for row in session_rows),
            key=lambda click: click[0],
        )
        sessions.append((tuple(item for _, item in clicks), clicks[-1][0]))
    return sorted(sessions, key=lambda session: session[1])


def _make_cases(visits: Sequence[History]) -> list[Case]:
    return [
        Case(visit[:length], visit[length], visitor)
        for visitor, visit in enumerate(visits)
        for length in range(1, len(visit))
    ]


def _sample_visitors(cases: Sequence[Case]) -> list[Case]:
    """Return the cases of a random sample of visitors."""
    starts = [
        0,
        *(
            index
            for index, (first, second) in enumerate(pairwise(cases), 1)
            if first.visitor != second.visitor
        ),
    ]
    ends = [*starts[1:], len(cases)]
    selected = np.random.default_rng(SEED).permutation(len(starts))[:N_VALIDATION_VISITORS]
    return [case for index in sorted(selected) for case in cases[starts[index] : ends[index]]]


def _parse_products(line: str) -> History:
    return tuple(int(field) - 1 for field in line.split())


def _read_lines(path: Path) -> list[str]:
    """Return the lines of a gzip file.

    Raises:
        FeedError: There is no such file.
    """
    if not path.exists():
        raise FeedError(path, "there is no such file; give the folder of the sequences by --data")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return file.read().splitlines()


READERS = (read_amazon, read_retailrocket, read_yoochoose)
