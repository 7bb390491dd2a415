"""The tables of faults, and the processes that are killed."""

import time
from pathlib import Path

import pytest

from benchmarks import fault_measured
from benchmarks.fault_processes import FOREIGN, OK, REFUSED, Child, Talk, service_of
from benchmarks.fault_scenes import Found
from benchmarks.faults import SECTIONS
from shopwindow.values.errors import FeedError


def test_the_page_shows_the_result_file() -> None:
    page = fault_measured.PAGE.read_text(encoding="utf-8")
    assert fault_measured.rewritten(page) == page


def test_every_section_has_its_rows() -> None:
    assert [*fault_measured.MAKERS] == [*SECTIONS]


def test_the_rest_of_the_page_stays() -> None:
    page = f"before\n{fault_measured.BEGIN}of yesterday\n{fault_measured.END}after\n"
    found = fault_measured.rewritten(page)
    assert found.startswith(f"before\n{fault_measured.BEGIN}| what goes wrong")
    assert found.endswith(f"{fault_measured.END}after\n")
    assert "yesterday" not in found


def _refuse(_: Talk) -> None:
    raise FeedError("feed", "broken")


def _fail(_: Talk) -> None:
    raise KeyError("broken")


def _speak(talk: Talk) -> None:
    talk.wait_for_go()
    talk.say(Found(lost=2, equal=False).as_line())


@pytest.mark.parametrize(("work", "code"), [(_speak, OK), (_refuse, REFUSED), (_fail, FOREIGN)])
def test_a_child_tells_how_it_ended(work: object, code: int) -> None:
    child = Child(work)  # type: ignore[arg-type]
    child.go()
    assert child.ended_within(30)
    assert child.code == code
    assert ("broken" in child.error()) == (code != OK)


def test_a_child_that_hangs_is_ended() -> None:
    child = Child(lambda _: time.sleep(60))
    assert not child.ended_within(0.1)
    assert child.code == -9


def test_what_was_found_survives_the_way_between_processes() -> None:
    child = Child(_speak)
    child.go()
    child.ended_within(30)
    assert Found.from_line(child.lines[-1]) == Found(lost=2, equal=False)


def test_nobody_serves_a_folder_that_nobody_opened(tmp_path: Path) -> None:
    assert not service_of(tmp_path).is_up
