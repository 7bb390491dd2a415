"""The baselines of `benchmarks.sequences`, each computed by hand on a few visits."""

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
    ScoredProducts,
    fit_co_engagement,
    fit_item_knn,
    rank,
    repeat_prefix,
    score_popularity,
    score_recent_popularity,
)
from benchmarks.sequence_neighbours import NeighborSettings, fit_session_knn
from shopwindow.values.errors import FeedError

VISITS: Sequence[History] = ((0, 1), (0, 1, 2), (0, 2, 2), (3, 0), (3, 4))


def make_task(*cases: Case, repeats: bool = True, n_recent: int = 0) -> Task:
    return Task(VISITS, cases, 6, repeats, n_recent)


def score(method: Method, prefix: History) -> dict[int, float]:
    products, values_ = method(make_task())(prefix)
    return dict(zip(products.tolist(), values_.tolist(), strict=True))


def test_popularity_counts_visits_not_interactions() -> None:
    assert score(score_popularity, (4,)) == {0: 4, 1: 2, 2: 2, 3: 2, 4: 1}
    products, counts = score_recent_popularity(make_task(n_recent=2))(())
    assert dict(zip(products.tolist(), counts.tolist(), strict=True)) == {0: 1, 3: 2, 4: 1}


def test_products_of_the_prefix_come_newest_first() -> None:
    assert score(repeat_prefix, (5, 3, 5, 4)) == {4: 1, 5: 1 / 2, 3: 1 / 3}


def test_item_knn_adds_cosines_up() -> None:
    actual = score(fit_item_knn, (0, 1, 1))
    cosine = 2 / math.sqrt(4 * 2)
    expected = {0: 1 + cosine, 1: 1 + cosine, 2: cosine + 1 / 2, 3: 1 / math.sqrt(8)}
    assert actual == pytest.approx(expected)
    last = score(partial(fit_item_knn, last_only=True), (3, 1))
    assert last == pytest.approx({0: cosine, 1: 1.0, 2: 1 / 2})


def test_session_knn_uses_the_nearest_sessions() -> None:
    settings = NeighborSettings(n_neighbors=2, n_sampled=4, position="div", step="div")
    # Of (3, 1), 3 counts 1/2 and 1 counts 1; both are halved, for there are two products. Nearest
    # are the newest sessions with 1, numbers 1 and 0, whose newest shared product is one step back.
    actual = score(partial(fit_session_knn, settings=settings), (3, 1))
    assert actual == pytest.approx({0: 1.0, 1: 1.0, 2: 0.5})
    all_four = NeighborSettings(n_neighbors=9, n_sampled=9, position="div", step="div")
    # Those with 3 alone are two steps back: 1/4 halved.
    actual = score(partial(fit_session_knn, settings=all_four), (3, 1))
    assert actual == pytest.approx({0: 1.125, 1: 1.0, 2: 0.5, 3: 0.25, 4: 0.125})
    newest = NeighborSettings(n_neighbors=9, n_sampled=2, position="div", step="div")
    assert score(partial(fit_session_knn, settings=newest), (3, 1)).keys() == {0, 3, 4}
    assert score(partial(fit_session_knn, settings=newest), (5,)) == {}


def test_session_knn_makes_rare_products_count_more() -> None:
    settings = NeighborSettings(position="same", step="same", idf=2.0)
    actual = score(partial(fit_session_knn, settings=settings), (4,))
    assert actual == pytest.approx({3: 1 + 2 * math.log(5 / 2), 4: 1 + 2 * math.log(5)})


def test_co_engagement_keeps_the_strongest_partners() -> None:
    partners = score(partial(fit_co_engagement, max_partners=1), (0,))
    assert partners.keys() == {0, 1}
    assert score(fit_co_engagement, (0,)).keys() == {0, 1, 2, 3}


def test_rankings_are_filled_by_popularity_without_excluded_products() -> None:
    def scorer(_: History) -> ScoredProducts:
        return np.array([4, 3, 2]), np.array([1.0, 5.0, 1.0])

    case = Case((3, 0), 1, 0)
    assert rank(make_task(case), scorer, top=4) == [
        [3, 2, 4, 0]
    ]  # 2 and 4 are equal, 2 more popular
    assert rank(make_task(case, repeats=False), scorer, top=4) == [[2, 4, 1]]  # nobody touched 5


def test_measures_and_errors_of_sessions() -> None:
    task = make_task(Case((0,), 1, 7), Case((0, 1), 2, 7), Case((3,), 4, 8))
    actual = values(task, [[1, 2], [0, 2], [0, 1]], "nDCG@20")
    assert actual == pytest.approx([1.0, 1 / math.log2(3), 0.0])
    recall = values(task, [[1, 2], [0, 2], [0, 1]], "recall@20")
    # By hand: deviations of the two visitors add up to 2/3 and -2/3.
    error = math.sqrt(2 * (2 / 3) ** 2 * 2 / 1) / 3
    assert mean_and_error(task, recall) == [round(2 / 3, 4), round(error, 4)]


def test_the_search_keeps_the_best_value_of_each_setting() -> None:
    actual = search(
        {"a": (1, 2, 3), "b": (1, 5)}, {"a": 1, "b": 1}, lambda s: -abs(s["a"] - 2) + s["b"] % 5
    )
    assert actual == {"a": 2, "b": 1}


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    with gzip.open(path, "wt") as file:
        file.write(text)


def test_reviews_are_split_by_visitor(tmp_path: Path) -> None:
    rows = "1 1\n1 2\n1 3\n1 4\n2 4\n2 1\n3 2\n3 5\n3 6\n"
    _write(tmp_path / "amazon_video_games" / "Video.txt.gz", rows)
    actual = read_amazon(tmp_path)
    assert actual.test.cases == [Case((0, 1, 2), 3, 0), Case((1, 4), 5, 1)]
    assert actual.validation.cases == [Case((0, 1), 2, 0), Case((1,), 4, 1)]
    assert actual.test.histories == actual.validation.histories == [(0, 1), (1,), (3, 0)]
    assert actual.test.n_products == 6
    assert actual.test.unseen_share == 0.5


def test_prefixes_of_one_session_belong_to_one_visitor(tmp_path: Path) -> None:
    folder = tmp_path / "retailrocket_sessions"
    _write(folder / "train_sessions.txt.gz", "".join(f"1 {n} 1\n" for n in range(2, 22)))
    _write(folder / "test_prefix_target.txt.gz", "3 4\t3\n3\t4\n3\t4\n9\t9\n")
    actual = read_retailrocket(tmp_path)
    assert [case.visitor for case in actual.test.cases] == [0, 0, 1, 2]
    assert actual.test.cases[0] == Case((2, 3), 2, 0)
    assert actual.test.repeated_share == 0.5
    assert len(actual.validation.histories) == 18
    assert actual.validation.cases[:2] == [Case((0,), 19, 0), Case((0, 19), 0, 0)]


def test_the_last_day_of_clicks_is_for_validation(tmp_path: Path) -> None:
    folder = tmp_path / "yoochoose_100k"
    head = "SessionId\tItemId\tTime\n"
    clicks = "1\ta\t200000\n1\tb\t200010\n2\tc\t10\n2\ta\t5\n"
    _write(folder / "train.tsv.gz", head + clicks)
    _write(folder / "test.tsv.gz", head + "3\ta\t300000\n3\tz\t300001\n")
    actual = read_clicks(tmp_path)
    assert actual.test.histories == [(0, 2), (0, 1)]
    assert (actual.test.cases, actual.test.n_products) == ([Case((0,), 3, 0)], 4)
    assert actual.validation.histories == [(0, 2)]
    assert actual.validation.cases == [Case((0,), 1, 0)]


def test_a_folder_without_the_data_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match=r"Video\.txt\.gz: there is no such file; give the folder"):
        read_amazon(tmp_path)
