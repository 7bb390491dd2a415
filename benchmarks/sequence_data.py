"""Real sequences of products that shoppers touched, cut into what is learned and what is asked.

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
"""Numbers of the products that one visitor touched, oldest first."""

LAST_SHARE = 0.1
DAY_S = 86_400.0
N_ASKED_OF_VALIDATION = 1500


@dataclass(frozen=True, slots=True)
class Case:
    """One question: which product comes next?

    Attributes:
        before: What was touched so far, oldest first.
        next: The product that came next.
        visitor: Number of the visitor or session; cases of one are not independent.
    """

    before: History
    next: int
    visitor: int


@dataclass(frozen=True, slots=True)
class Task:
    """What is learned from, and what is asked.

    Attributes:
        histories: Visits to learn from, oldest first where their order is known.
        cases: What is asked.
        n_products: Products of the catalogue; their numbers run from 0.
        repeats: Whether products that were touched before may come next.
        n_recent: How many of the last histories are recent; 0 where there are no times.
    """

    histories: Sequence[History]
    cases: Sequence[Case]
    n_products: int
    repeats: bool
    n_recent: int = 0

    @property
    def unseen(self) -> float:
        """The share of cases whose next product no history has: nobody can find it."""
        seen = {each for history in self.histories for each in history}
        return sum(case.next not in seen for case in self.cases) / len(self.cases)

    @property
    def repeated(self) -> float:
        """The share of cases whose next product was touched before."""
        return sum(case.next in case.before for case in self.cases) / len(self.cases)


@dataclass(frozen=True, slots=True)
class SequenceSet:
    """One set of sequences.

    Attributes:
        name: Folder of the set.
        validation: The part of what is learned from that settings are chosen on.
        test: The published question.
    """

    name: str
    validation: Task
    test: Task


def read_amazon(data: Path) -> SequenceSet:
    """Return the reviews: each visitor's last product is asked, for validation the last but one.

    As usual with this set, nothing is learned of the last two products of each visitor, and what a
    visitor has reviewed is not suggested again (nobody reviews a product twice here).
    """
    rows = [line.split() for line in _lines(data / "amazon_video_games" / "Video.txt.gz")]
    visits = [
        tuple(int(row[1]) - 1 for row in some) for _, some in groupby(rows, key=lambda row: row[0])
    ]
    n_products = 1 + max(max(each) for each in visits)
    long = [each for each in visits if len(each) >= 3]
    histories = [each[:-2] for each in long] + [each for each in visits if len(each) < 3]
    asked, chosen = (
        [Case(each[:-n], each[-n], number) for number, each in enumerate(long)] for n in (1, 2)
    )
    return SequenceSet(
        "amazon_video_games",
        Task(histories, _sample(chosen), n_products, repeats=False),
        Task(histories, asked, n_products, repeats=False),
    )


def read_retailrocket(data: Path) -> SequenceSet:
    """Return the views, with the test's questions as published.

    Products number in the order in which they first occur, so the file is in the order of time:
    its last sessions are recent, and the last tenth is for validation.
    """
    folder = data / "retailrocket_sessions"
    visits = [_numbers(line) for line in _lines(folder / "train_sessions.txt.gz")]
    cases: list[Case] = []
    for line in _lines(folder / "test_prefix_target.txt.gz"):
        before, after = line.split("\t")
        cases.append(Case(_numbers(before), int(after) - 1, _visitor(cases, line)))
    n_products = 1 + max(max(each) for each in visits)
    n_last = int(len(visits) * LAST_SHARE)
    chosen = _sample(_cases(visits[-n_last:]))
    return SequenceSet(
        "retailrocket_sessions",
        Task(visits[:-n_last], chosen, n_products, repeats=True, n_recent=n_last),
        Task(visits, cases, n_products, repeats=True, n_recent=n_last),
    )


def _visitor(cases: Sequence[Case], line: str) -> int:
    """Return whose case a line is: prefixes of one session stand together, the longest first."""
    if not cases:
        return 0
    whole = _numbers(line.replace("\t", " "))
    return cases[-1].visitor + (whole != cases[-1].before)


def read_yoochoose(data: Path) -> SequenceSet:
    """Return the clicks: those of the last day are asked, for validation the last day before it."""
    folder = data / "yoochoose_100k"
    learned, asked = (_sessions(folder / f"{name}.tsv.gz") for name in ("train", "test"))
    numbers = {each: n for n, each in enumerate(sorted({i for s, _ in learned for i in s}))}
    for session, _ in asked:
        for each in session:
            numbers.setdefault(each, len(numbers))
    visits = [tuple(numbers[each] for each in session) for session, _ in learned]
    ends_s = np.array([end_s for _, end_s in learned])
    n_last = int((ends_s > ends_s[-1] - DAY_S).sum())
    n_before = int((ends_s > ends_s[-n_last - 1] - DAY_S).sum()) - n_last
    tests = [tuple(numbers[each] for each in session) for session, _ in asked]
    chosen = _sample(_cases(visits[-n_last:]))
    return SequenceSet(
        "yoochoose_100k",
        Task(visits[:-n_last], chosen, len(numbers), repeats=True, n_recent=n_before),
        Task(visits, _cases(tests), len(numbers), repeats=True, n_recent=n_last),
    )


def _sessions(path: Path) -> list[tuple[tuple[str, ...], float]]:
    """Return sessions with the time of their last click, by that time."""
    rows = csv.DictReader(_lines(path), delimiter="\t")
    found = []
    for _, some in groupby(rows, key=lambda row: row["SessionId"]):
        clicks = sorted(((float(row["Time"]), row["ItemId"]) for row in some), key=lambda x: x[0])
        found.append((tuple(item for _, item in clicks), clicks[-1][0]))
    return sorted(found, key=lambda session: session[1])


def _cases(visits: Sequence[History]) -> list[Case]:
    return [
        Case(visit[:n], visit[n], number)
        for number, visit in enumerate(visits)
        for n in range(1, len(visit))
    ]


def _sample(cases: Sequence[Case]) -> list[Case]:
    """Return the cases of some visitors taken at random."""
    starts = [0, *(n for n, (a, b) in enumerate(pairwise(cases), 1) if a.visitor != b.visitor)]
    ends = [*starts[1:], len(cases)]
    order = np.random.default_rng(SEED).permutation(len(starts))[:N_ASKED_OF_VALIDATION]
    return [case for at in sorted(order) for case in cases[starts[at] : ends[at]]]


def _numbers(line: str) -> History:
    return tuple(int(each) - 1 for each in line.split())


def _lines(path: Path) -> list[str]:
    """Return the lines of a packed file.

    Raises:
        FeedError: There is no such file.
    """
    if not path.exists():
        raise FeedError(path, "there is no such file; give the folder of the sequences by --data")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return file.read().splitlines()


READERS = (read_amazon, read_retailrocket, read_yoochoose)
