"""Connections to ClickHouse: a chDB folder in this process, or a server over HTTP."""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, unquote, urlsplit

from shopwindow.values.errors import (
    EventStoreError,
    EventStoreUnavailableError,
    InvalidSettingError,
)

if TYPE_CHECKING:
    from shopwindow.eventlog.analytics.clickhouse_store import ClickHouseEventStore

STORE_SETTING = "SHOPWINDOW_EVENTS__STORE"
_INTERFACES = {"clickhouse": "http", "clickhouses": "https"}
_PORTS = {"clickhouse": 8123, "clickhouses": 8443}


def open_chdb(folder: str) -> "ClickHouseEventStore":
    """Open the chDB store in a folder, which one process at a time can have open.

    The client's chDB interface is experimental according to its documentation.

    Returns:
        The open store.

    Raises:
        InvalidSettingError: The folder is empty.
        EventStoreUnavailableError: chDB or its client is not installed.
        EventStoreError: The folder cannot be used.
    """
    address = f"chdb:{folder}"
    if not folder.strip():
        raise InvalidSettingError(STORE_SETTING, "chdb:FOLDER", address)
    _check_installed(address, "clickhouse_connect", "chdb")
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise EventStoreError(
            f"the event store {address} cannot be used: {exc.strerror}. A writable folder was "
            "expected."
        ) from exc
    return _connect(address, {"interface": "chdb", "path": folder})


def open_clickhouse(address: str, password: str) -> "ClickHouseEventStore":
    """Open the store on a ClickHouse server; its database must exist.

    Args:
        address: See `open_event_store`.
        password: Password of the user; empty for none.

    Returns:
        The open store.

    Raises:
        InvalidSettingError: The address is malformed, or contains a password.
        EventStoreUnavailableError: The client is not installed.
        EventStoreError: The server does not answer, or rejects the connection.
    """
    options = parse_clickhouse_url(address)
    _check_installed(address, "clickhouse_connect")
    return _connect(address, {**options, "password": password})


def parse_clickhouse_url(address: str) -> dict[str, Any]:
    """Return the options of the ClickHouse client for an address.

    Raises:
        InvalidSettingError: The address is malformed, or contains a password.
    """
    expected = "clickhouse://USER@HOST:PORT/DATABASE, or clickhouses:// over TLS"
    parts = urlsplit(address)
    try:
        host, port, password = parts.hostname, parts.port, parts.password
    except ValueError as exc:
        raise InvalidSettingError(STORE_SETTING, expected, parts.scheme) from exc
    if password is not None:
        expected += ", and the password in SHOPWINDOW_EVENTS__STORE_PASSWORD"
        raise InvalidSettingError(STORE_SETTING, expected, "an address with a password in it")
    if not host or parts.query or parts.fragment:
        raise InvalidSettingError(STORE_SETTING, expected, parts.scheme)
    return {
        "interface": _INTERFACES[parts.scheme],
        "host": host,
        "port": port or _PORTS[parts.scheme],
        "username": unquote(parts.username or "default"),
        "database": _parse_database(parts),
        # Sessions allow one query at a time and keep state on the server.
        "autogenerate_session_id": False,
    }


def _parse_database(parts: SplitResult) -> str:
    return unquote(parts.path.strip("/")) or "default"


def _check_installed(address: str, *modules: str) -> None:
    for module in modules:
        if find_spec(module) is None:
            raise EventStoreUnavailableError(address, module.replace("_", "-"))


def _connect(address: str, options: Mapping[str, Any]) -> "ClickHouseEventStore":
    import clickhouse_connect  # noqa: PLC0415 -- an optional dependency

    from shopwindow.eventlog.analytics.clickhouse_store import (  # noqa: PLC0415
        ClickHouseEventStore,
        wrap_client_errors,
    )

    with wrap_client_errors(address):
        client = clickhouse_connect.get_client(**options)
    return ClickHouseEventStore(client, address)
