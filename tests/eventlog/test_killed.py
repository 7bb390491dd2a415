"""A process that is killed while it logs: the three rounds of `benchmarks.event_crash`."""

from pathlib import Path

import pytest

from benchmarks.event_crash import one_round
from shopwindow.eventlog import EventLog


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_and_no_batch_is_half(folder: Path) -> None:
    EventLog.open(folder).close()
    rounds = [one_round(folder, number, after_s) for number, after_s in enumerate((0.1, 0.25, 0.4))]
    assert all(each["acknowledged"] > 0 for each in rounds)
    assert [(each["lost"], each["not_whole"]) for each in rounds] == [(0, 0)] * 3
    assert all(each["found"] >= each["acknowledged"] for each in rounds)
