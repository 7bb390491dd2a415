"""Store addresses: which are rejected, and the options that the ClickHouse client gets."""

from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from shopwindow.eventlog.analytics import open_event_store, store_addresses
from shopwindow.eventlog.analytics.clickhouse_connection import parse_clickhouse_url
from shopwindow.eventlog.analytics.parquet_store import ParquetEventStore
from shopwindow.values.errors import EventStoreUnavailableError, InvalidSettingError
from shopwindow.values.setting_groups import EventSettings


def test_a_folder_is_a_parquet_store_and_the_default_is_in_the_logs_folder(tmp_path: Path) -> None:
    with ParquetEventStore.open(tmp_path) as expected:
        store = open_event_store(str(tmp_path))
        assert type(store) is type(expected)
        store.close()
    settings = EventSettings(folder="var/log", store="")
    assert store_addresses.resolve_store_address(settings) == str(Path("var/log/analysis"))
    with_store = settings.model_copy(update={"store": "chdb:x"})
    assert store_addresses.resolve_store_address(with_store) == "chdb:x"
    store = store_addresses.open_configured_store(EventSettings(folder=str(tmp_path / "log")))
    assert (tmp_path / "log" / "analysis").is_dir()
    store.close()


@pytest.mark.parametrize(
    ("address", "reported"),
    [
        ("", "''"),
        ("  ", "'  '"),
        ("http://u:secret@host", "'http'"),
        ("chdb:", "'chdb:'"),
        ("clickhouse://", "'clickhouse'"),
        ("clickhouse://u:secret@host/db", "an address with a password in it"),
        ("clickhouse://u@host:99999/db", "'clickhouse'"),
        ("clickhouse://u@host/db?password=secret", "'clickhouse'"),
    ],
)
def test_malformed_addresses_are_rejected_without_showing_the_password(
    address: str, reported: str
) -> None:
    with pytest.raises(
        InvalidSettingError, match=r"EVENTS__STORE: expected .*c(hdb|lickhouse)"
    ) as caught:
        open_event_store(address, "secret")
    assert reported in str(caught.value)
    assert "secret" not in str(caught.value)


SERVERS = (
    ("clickhouse://host", ("http", "host", 8123, "default", "default")),
    ("clickhouse://me@host:9/shop", ("http", "host", 9, "me", "shop")),
    ("clickhouses://m%40e@host/shop", ("https", "host", 8443, "m@e", "shop")),
    ("clickhouse://me@[::1]:8123/shop", ("http", "::1", 8123, "me", "shop")),
)


@pytest.mark.parametrize(("address", "expected"), SERVERS)
def test_an_address_is_parsed_into_the_clients_options(
    address: str, expected: tuple[Any, ...]
) -> None:
    options = parse_clickhouse_url(address)
    names = ("interface", "host", "port", "username", "database")
    assert tuple(options[name] for name in names) == expected
    assert options["autogenerate_session_id"] is False


@pytest.mark.parametrize("address", ["chdb:var/x", "clickhouse://u@host/db"])
def test_a_missing_library_is_named_with_the_command_to_install_it(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        "shopwindow.eventlog.analytics.clickhouse_connection.find_spec", lambda _: None
    )
    message = r"needs clickhouse-connect, .*Install it: `pip install 'shopwindow\[clickhouse\]'`"
    with pytest.raises(EventStoreUnavailableError, match=message):
        open_event_store(address)
    assert not (tmp_path / "var").exists()


@pytest.mark.skipif(
    find_spec("clickhouse_connect") is None, reason="the extra `clickhouse` is not installed"
)
def test_password_and_values_reach_the_server_outside_the_sql(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[tuple[str, Any]] = []

    class Client:
        def command(self, query: str, **options: Any) -> None:
            calls.append((query, options))

        def query(self, query: str, parameters: Any) -> Any:
            calls.append((query, parameters))
            is_count = "count()" in query
            return SimpleNamespace(result_rows=[(3,)] if is_count else [])

        def close(self) -> None:
            calls.append(("close", {}))

    def get_client(**options: Any) -> Client:
        calls.append(("connect", options))
        return Client()

    monkeypatch.setattr("clickhouse_connect.get_client", get_client)
    store = open_event_store("clickhouse://me@host/shop", "very secret")
    assert store.get_cursor("log-1") == ""
    assert store.erase("visitor-1") == 3
    store.close()
    (_, client_options), *queries = calls
    assert client_options["password"] == "very secret"
    assert client_options["database"] == "shop"
    assert ("log_id", "log-1") in [item for _, options in queries for item in options.items()]
    assert all("log-1" not in query and "visitor-1" not in query for query, _ in queries)
    assert queries[-1][0] == "close"
