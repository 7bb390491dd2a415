"""The answers of the sample shop are those that were frozen, to six digits.

A difference is a change of what people see. If it is meant: `python -m tests.frozen.freeze`.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from search import SearchService
from shopwindow.values.settings import SearchSettings
from tests.frozen.answers import Answers, answers, differences, read_golden
from tests.frozen.asked import asks
from tests.frozen.shops import Shops, frozen_encoder, open_shops

N_ASKED = {"words": 180, "steered": 60, "similar": 60, "recommended": 60, "complements": 60}
N_QUESTIONS_TOLD, N_LINES_TOLD = 12, 6


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shops]:
    with open_shops(frozen_encoder(), tmp_path_factory.mktemp("frozen")) as opened:
        yield opened


@pytest.fixture(scope="module")
def golden() -> Answers:
    return read_golden()


@pytest.mark.parametrize("group", N_ASKED)
def test_answers_are_those_of_before(shops: Shops, golden: Answers, group: str) -> None:
    asked = asks()[group]
    assert len(asked) == len(golden[group]) == N_ASKED[group]
    found = differences(golden[group], answers(shops, asked))
    assert not found, _told(group, found)


def _told(group: str, found: dict[str, list[str]]) -> str:
    lines = [f"{len(found)} of {N_ASKED[group]} answers of {group!r} changed:"]
    for name, changes in list(found.items())[:N_QUESTIONS_TOLD]:
        lines += [f"  {name!r}", *(f"    {change}" for change in changes[:N_LINES_TOLD])]
        lines += [f"    and {len(changes) - N_LINES_TOLD} more"] * (len(changes) > N_LINES_TOLD)
    return "\n".join(lines)


def test_one_percent_of_one_weight_would_be_noticed(shops: Shops, golden: Answers) -> None:
    with SearchService(shops.plain.index, SearchSettings(weight_text=0.303)) as heavier:
        found = answers(replace(shops, plain=heavier), asks()["words"])
    assert len(differences(golden["words"], found)) > 150
