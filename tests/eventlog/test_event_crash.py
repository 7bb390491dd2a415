"""A process killed while it logs: three rounds of `benchmarks.event_crash`."""

from pathlib import Path

import pytest

from benchmarks.event_crash import run_round
from shopwindow.eventlog import EventLog


@pytest.mark.slow
def test_no_acknowledged_event_is_lost_and_no_batch_is_partial(folder: Path) -> None:
    EventLog.open(folder).close()
    rounds = [run_round(folder, number, delay_s) for number, delay_s in enumerate((0.1, 0.25, 0.4))]
    assert all(counts["acknowledged"] > 0 for counts in rounds)
    assert [(counts["lost"], counts["not_whole"]) for counts in rounds] == [(0, 0)] * 3
    assert all(counts["found"] >= counts["acknowledged"] for counts in rounds)
