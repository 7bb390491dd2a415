"""The answers of the sample shop equal the frozen ones, to six digits.

A difference is a change of what visitors see. If it is intended: `python -m tests.frozen.freeze`.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from search import SearchService
from shopwindow.values.setting_groups import SearchSettings
from tests.frozen.answers import Answers, collect_answers, find_differences, read_golden
from tests.frozen.questions import list_questions
from tests.frozen.shops import Shops, load_frozen_encoder, open_shops

N_QUESTIONS = {"words": 180, "steered": 60, "similar": 60, "recommended": 60, "complements": 60}
MAX_REPORTED_QUESTIONS, MAX_REPORTED_LINES = 12, 6


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shops]:
    with open_shops(load_frozen_encoder(), tmp_path_factory.mktemp("frozen")) as opened:
        yield opened


@pytest.fixture(scope="module")
def golden() -> Answers:
    return read_golden()


@pytest.mark.parametrize("group", N_QUESTIONS)
def test_answers_equal_the_frozen_ones(shops: Shops, golden: Answers, group: str) -> None:
    questions = list_questions()[group]
    assert len(questions) == len(golden[group]) == N_QUESTIONS[group]
    differences = find_differences(golden[group], collect_answers(shops, questions))
    assert not differences, _format_report(group, differences)


def _format_report(group: str, differences: dict[str, list[str]]) -> str:
    lines = [f"{len(differences)} of {N_QUESTIONS[group]} answers of {group!r} changed:"]
    for name, changes in list(differences.items())[:MAX_REPORTED_QUESTIONS]:
        lines += [f"  {name!r}", *(f"    {change}" for change in changes[:MAX_REPORTED_LINES])]
        lines += [f"    and {len(changes) - MAX_REPORTED_LINES} more"] * (
            len(changes) > MAX_REPORTED_LINES
        )
    return "\n".join(lines)


def test_a_change_of_one_percent_of_one_weight_is_noticed(shops: Shops, golden: Answers) -> None:
    with SearchService(shops.plain.index, SearchSettings(weight_text=0.303)) as heavier:
        answers = collect_answers(replace(shops, plain=heavier), list_questions()["words"])
    assert len(find_differences(golden["words"], answers)) > 150
