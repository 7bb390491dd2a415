"""`shopwindow serve`: the settings of the page, and the log only when it is enabled."""

import pytest

from search import SearchService
from shopwindow.eventlog import EventLog
from shopwindow.serving.cli import ExitCode
from shopwindow.values.query import Query
from shopwindow.values.settings import Settings
from tests.serving.cli.conftest import CliRunner


def test_serve_passes_host_and_port_to_the_page(indexed_cli: CliRunner) -> None:
    served = indexed_cli("serve", "--host", "0.0.0.0", "--port", "8123")
    assert served.code == ExitCode.OK
    assert served.err == "opening the page of 12 products ...\n"
    assert (indexed_cli.launched[0].server.host, indexed_cli.launched[0].server.port) == (
        "0.0.0.0",
        8123,
    )
    assert indexed_cli("serve", "--port", "0").code == ExitCode.OK
    assert indexed_cli.launched[1].server.port == 0


@pytest.mark.parametrize("enabled", [False, True])
def test_serve_logs_when_it_is_enabled(
    indexed_cli: CliRunner, monkeypatch: pytest.MonkeyPatch, enabled: bool
) -> None:
    if enabled:
        monkeypatch.setenv("SHOPWINDOW_EVENTS__ENABLED", "true")

    def visit(_: CliRunner, service: SearchService, settings: Settings) -> None:
        assert settings.events.enabled == enabled
        service.search(Query(text="mug", limit=3))

    monkeypatch.setattr(CliRunner, "_launch", visit)
    assert indexed_cli("serve").code == ExitCode.OK
    folder = indexed_cli.folder / "var" / "events"
    assert folder.exists() == enabled
    if enabled:
        with EventLog.open(folder) as log:
            assert log.count() == 3
