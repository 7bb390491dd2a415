"""`shopwindow profiles`: learning in a process of its own, and learning anew."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen

import pytest

from search import SearchService
from shopwindow.eventlog import EventLog
from shopwindow.personalization import OnlineStore
from shopwindow.personalization.personalizer import STORE_FILE_NAME
from shopwindow.serving.cli import ExitCode
from shopwindow.values import Event
from shopwindow.values.settings import Settings
from tests.serving.cli.conftest import CliRunner, finish, start

LIKE = Event("like", "sku-1", user_id="u1")


@contextmanager
def consuming(folder: Path) -> Iterator["Popen[str]"]:
    """Run `shopwindow profiles consume` from when it consumes."""
    with start(folder, "profiles", "consume") as process:
        assert process.stderr is not None
        try:
            assert (
                process.stderr.readline()
                == "events of var/events update the profiles until Ctrl-C\n"
            )
            assert process.stderr.readline() == "consuming\n"
            yield process
        finally:
            process.kill()


def wait_for_profile(folder: Path, user_id: str) -> None:
    deadline_s = time.monotonic() + 20
    with OnlineStore(folder / STORE_FILE_NAME, "") as store:
        while user_id not in store.list_recent_users(10):
            assert time.monotonic() < deadline_s
            time.sleep(0.01)


def test_consume_learns_until_ctrl_c_while_others_serve(
    indexed_cli: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOPWINDOW_EVENTS__ENABLED", "true")
    monkeypatch.setenv("SHOPWINDOW_EVENTS__CONSUME", "false")
    folder = indexed_cli.folder / "var" / "events"
    found: list[bool] = []

    def visit(_: CliRunner, service: SearchService, settings: Settings) -> None:
        assert not settings.events.consume
        service.record(LIKE)
        service.flush(timeout_s=20)
        found.append(service.profile("u1").n_interactions == 1)
        found.append(service.personalization.is_consuming)

    monkeypatch.setattr(CliRunner, "_launch", visit)
    EventLog.open(folder).close()
    with consuming(indexed_cli.folder) as process:
        served = indexed_cli("serve")
        assert served.code == ExitCode.OK, served.err
        assert found == [True, False]
        refused = indexed_cli("profiles", "rebuild")
        assert refused.code == ExitCode.FAILED
        assert f"process {process.pid} is learning from the log. End it" in refused.err
        process.send_signal(signal.SIGINT)
        outcome = finish(process)
    assert outcome.code == ExitCode.OK
    assert outcome.err == "ended; 0 events are left for the next consumer\n"
    rebuilt = indexed_cli("profiles", "rebuild")
    assert rebuilt.out == "1 events processed; 1 visitors have a profile.\n"


def test_a_second_consumer_waits_and_takes_over(indexed_cli: CliRunner) -> None:
    folder = indexed_cli.folder / "var" / "events"
    EventLog.open(folder).close()
    with (
        consuming(indexed_cli.folder) as first,
        start(indexed_cli.folder, "profiles", "consume") as second,
    ):
        assert second.stderr is not None
        try:
            second.stderr.readline()
            assert second.stderr.readline() == "another process consumes; waiting for its end\n"
            first.kill()
            assert second.stderr.readline() == "consuming\n"
            with EventLog.open(folder) as log:
                log.append([LIKE])
            wait_for_profile(folder, "u1")
        finally:
            second.kill()


def test_a_missing_log_is_an_error(indexed_cli: CliRunner) -> None:
    outcome = indexed_cli("profiles", "consume")
    assert outcome.code == ExitCode.FAILED
    assert not (indexed_cli.folder / "var" / "events").exists()
