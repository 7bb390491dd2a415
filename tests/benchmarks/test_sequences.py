"""The bars of `benchmarks.sequences`, each computed by hand on a few visits."""

import gzip
import math
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from benchmarks.sequence_choice import search
from benchmarks.sequence_data import Case, History, Task, read_amazon, read_retailrocket
from benchmarks.sequence_data import read_yoochoose as read_clicks
from benchmarks.sequence_measures import mean_and_error, values
from benchmarks.sequence_methods import (
    Method,
    Scored,
    item_knn,
    ours,
    popular,
    rank,
    recently_popular,
    touched_before,
)
from benchmarks.sequence_neighbours import NeighbourSettings, session_knn
from shopwindow.values.errors import FeedError

VISITS: Sequence[History] = ((0, 1), (0, 1, 2), (0, 2, 2), (3, 0), (3, 4))


def task(*cases: Case, repeats: bool = True, n_recent: int = 0) -> Task:
    return Task(VISITS, cases, 6, repeats, n_recent)


def scores(method: Method, before: History) -> dict[int, float]:
    numbers, found = method(task())(before)
    return dict(zip(numbers.tolist(), found.tolist(), strict=True))


def test_popularity_counts_visits_not_touches() -> None:
    assert scores(popular, (4,)) == {0: 4, 1: 2, 2: 2, 3: 2, 4: 1}
    numbers, counts = recently_popular(task(n_recent=2))(())
    assert dict(zip(numbers.tolist(), counts.tolist(), strict=True)) == {0: 1, 3: 2, 4: 1}


def test_what_was_touched_before_comes_newest_first() -> None:
    assert scores(touched_before, (5, 3, 5, 4)) == {4: 1, 5: 1 / 2, 3: 1 / 3}


def test_item_knn_adds_cosines_up() -> None:
    found = scores(item_knn, (0, 1, 1))
    both = 2 / math.sqrt(4 * 2)
    expected = {0: 1 + both, 1: 1 + both, 2: both + 1 / 2, 3: 1 / math.sqrt(8)}
    assert found == pytest.approx(expected)
    last = scores(partial(item_knn, last_only=True), (3, 1))
    assert last == pytest.approx({0: both, 1: 1.0, 2: 1 / 2})


def test_session_knn_listens_to_the_nearest_sessions() -> None:
    settings = NeighbourSettings(n_neighbours=2, n_sampled=4, position="div", step="div")
    # Of (3, 1), 3 counts 1/2 and 1 counts 1; both are halved, for there are two products. Nearest
    # are the newest sessions with 1, numbers 1 and 0, whose newest shared product is one step back.
    found = scores(partial(session_knn, settings=settings), (3, 1))
    assert found == pytest.approx({0: 1.0, 1: 1.0, 2: 0.5})
    all_four = NeighbourSettings(n_neighbours=9, n_sampled=9, position="div", step="div")
    # Those with 3 alone are two steps back: 1/4 halved.
    found = scores(partial(session_knn, settings=all_four), (3, 1))
    assert found == pytest.approx({0: 1.125, 1: 1.0, 2: 0.5, 3: 0.25, 4: 0.125})
    newest = NeighbourSettings(n_neighbours=9, n_sampled=2, position="div", step="div")
    assert scores(partial(session_knn, settings=newest), (3, 1)).keys() == {0, 3, 4}
    assert scores(partial(session_knn, settings=newest), (5,)) == {}


def test_session_knn_makes_rare_products_count_more() -> None:
    settings = NeighbourSettings(position="same", step="same", idf=2.0)
    found = scores(partial(session_knn, settings=settings), (4,))
    assert found == pytest.approx({3: 1 + 2 * math.log(5 / 2), 4: 1 + 2 * math.log(5)})


def test_ours_knows_the_strongest_partners_alone() -> None:
    one = scores(partial(ours, most_partners=1), (0,))
    assert one.keys() == {0, 1}
    assert scores(ours, (0,)).keys() == {0, 1, 2, 3}


def test_ranks_are_filled_by_popularity_and_leave_out_what_may_not_come_again() -> None:
    def scorer(_: History) -> Scored:
        return np.array([4, 3, 2]), np.array([1.0, 5.0, 1.0])

    asked = Case((3, 0), 1, 0)
    assert rank(task(asked), scorer, top=4) == [[3, 2, 4, 0]]  # 2 and 4 are equal, 2 more popular
    assert rank(task(asked, repeats=False), scorer, top=4) == [[2, 4, 1]]  # nobody touched 5


def test_measures_and_errors_of_sessions() -> None:
    asked = task(Case((0,), 1, 7), Case((0, 1), 2, 7), Case((3,), 4, 8))
    found = values(asked, [[1, 2], [0, 2], [0, 1]], "nDCG@20")
    assert found == pytest.approx([1.0, 1 / math.log2(3), 0.0])
    recall = values(asked, [[1, 2], [0, 2], [0, 1]], "recall@20")
    # By hand: deviations of the two visitors add up to 2/3 and -2/3.
    error = math.sqrt(2 * (2 / 3) ** 2 * 2 / 1) / 3
    assert mean_and_error(asked, recall) == [round(2 / 3, 4), round(error, 4)]


def test_the_search_keeps_the_best_of_each() -> None:
    found = search(
        {"a": (1, 2, 3), "b": (1, 5)}, {"a": 1, "b": 1}, lambda s: -abs(s["a"] - 2) + s["b"] % 5
    )
    assert found == {"a": 2, "b": 1}


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    with gzip.open(path, "wt") as file:
        file.write(text)


def test_reviews_are_cut_by_visitor(tmp_path: Path) -> None:
    rows = "1 1\n1 2\n1 3\n1 4\n2 4\n2 1\n3 2\n3 5\n3 6\n"
    _write(tmp_path / "amazon_video_games" / "Video.txt.gz", rows)
    found = read_amazon(tmp_path)
    assert found.test.cases == [Case((0, 1, 2), 3, 0), Case((1, 4), 5, 1)]
    assert found.validation.cases == [Case((0, 1), 2, 0), Case((1,), 4, 1)]
    assert found.test.histories == found.validation.histories == [(0, 1), (1,), (3, 0)]
    assert found.test.n_products == 6
    assert found.test.unseen == 0.5


def test_prefixes_of_one_session_belong_to_one_visitor(tmp_path: Path) -> None:
    folder = tmp_path / "retailrocket_sessions"
    _write(folder / "train_sessions.txt.gz", "".join(f"1 {n} 1\n" for n in range(2, 22)))
    _write(folder / "test_prefix_target.txt.gz", "3 4\t3\n3\t4\n3\t4\n9\t9\n")
    found = read_retailrocket(tmp_path)
    assert [case.visitor for case in found.test.cases] == [0, 0, 1, 2]
    assert found.test.cases[0] == Case((2, 3), 2, 0)
    assert found.test.repeated == 0.5
    assert len(found.validation.histories) == 18
    assert found.validation.cases[:2] == [Case((0,), 19, 0), Case((0, 19), 0, 0)]


def test_the_last_day_of_clicks_is_for_validation(tmp_path: Path) -> None:
    folder = tmp_path / "yoochoose_100k"
    head = "SessionId\tItemId\tTime\n"
    clicks = "1\ta\t200000\n1\tb\t200010\n2\tc\t10\n2\ta\t5\n"
    _write(folder / "train.tsv.gz", head + clicks)
    _write(folder / "test.tsv.gz", head + "3\ta\t300000\n3\tz\t300001\n")
    found = read_clicks(tmp_path)
    assert found.test.histories == [(0, 2), (0, 1)]
    assert (found.test.cases, found.test.n_products) == ([Case((0,), 3, 0)], 4)
    assert found.validation.histories == [(0, 2)]
    assert found.validation.cases == [Case((0,), 1, 0)]


def test_a_folder_without_the_data_is_named(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match=r"Video\.txt\.gz: there is no such file; give the folder"):
        read_amazon(tmp_path)
