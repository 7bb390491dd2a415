"""The tables of faults, and the child processes that are killed."""

import time
from pathlib import Path

import pytest

from benchmarks import fault_measured
from benchmarks.fault_processes import FOREIGN, OK, REFUSED, Child, Talk, find_service
from benchmarks.fault_scenes import Found
from benchmarks.faults import SECTIONS
from shopwindow.values.errors import FeedError


def test_the_page_shows_the_current_results() -> None:
    page = fault_measured.PAGE.read_text(encoding="utf-8")
    assert fault_measured.rewrite_page(page) == page


def test_every_section_has_its_rows() -> None:
    assert [*fault_measured.ROW_MAKERS] == [*SECTIONS]


def test_the_rest_of_the_page_is_unchanged() -> None:
    page = f"before\n{fault_measured.BEGIN}of yesterday\n{fault_measured.END}after\n"
    rewritten = fault_measured.rewrite_page(page)
    assert rewritten.startswith(f"before\n{fault_measured.BEGIN}| fault")
    assert rewritten.endswith(f"{fault_measured.END}after\n")
    assert "yesterday" not in rewritten


def _refuse(_: Talk) -> None:
    raise FeedError("feed", "broken")


def _fail(_: Talk) -> None:
    raise KeyError("broken")


def _report(talk: Talk) -> None:
    talk.wait_for_go()
    talk.say(Found(lost=2, equal=False).as_line())


@pytest.mark.parametrize(("work", "code"), [(_report, OK), (_refuse, REFUSED), (_fail, FOREIGN)])
def test_a_child_reports_how_it_ended(work: object, code: int) -> None:
    child = Child(work)  # type: ignore[arg-type]
    child.go()
    assert child.ended_within(30)
    assert child.code == code
    assert ("broken" in child.error()) == (code != OK)


def test_a_child_that_hangs_is_killed() -> None:
    child = Child(lambda _: time.sleep(60))
    assert not child.ended_within(0.1)
    assert child.code == -9


def test_a_found_state_is_sent_between_processes() -> None:
    child = Child(_report)
    child.go()
    child.ended_within(30)
    assert Found.from_line(child.lines[-1]) == Found(lost=2, equal=False)


def test_a_folder_that_was_never_opened_has_no_service(tmp_path: Path) -> None:
    assert not find_service(tmp_path).is_up
