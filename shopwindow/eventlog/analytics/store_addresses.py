"""From an address to the store behind it."""

from contextlib import closing
from pathlib import Path

from shopwindow.eventlog.analytics.event_store import EventStore
from shopwindow.eventlog.visitor_traces import LinkedIds
from shopwindow.values.errors import EventStoreError, InvalidSettingError
from shopwindow.values.settings import EventSettings

CHDB_PREFIX = "chdb:"
SERVER_SCHEMES = ("clickhouse://", "clickhouses://")
_FOLDER = "analysis"


def open_event_store(address: str, password: str = "") -> EventStore:
    """Open the store at an address; it is made when it is not there.

    Args:
        address: A folder (Parquet files), `chdb:FOLDER` (an embedded ClickHouse; experimental), or
            `clickhouse://USER@HOST:PORT/DATABASE`, `clickhouses://` over TLS.
        password: Of the server.

    Returns:
        The open store.

    Raises:
        InvalidSettingError: The address is none of these, or carries a password.
        EventStoreUnavailableError: The library for it is not installed.
        EventStoreError: The store cannot be used.
    """
    # Half a second for Arrow, and more for chDB, that not everybody needs.
    if address.startswith(CHDB_PREFIX):
        from shopwindow.eventlog.analytics.clickhouse_connection import open_chdb  # noqa: PLC0415

        return open_chdb(address.removeprefix(CHDB_PREFIX))
    if address.startswith(SERVER_SCHEMES):
        from shopwindow.eventlog.analytics.clickhouse_connection import open_clickhouse  # noqa: PLC0415

        return open_clickhouse(address, password)
    if not address.strip() or "://" in address:
        scheme = address.split("://", maxsplit=1)[0]  # what follows may hold a secret
        expected = "a folder, chdb:FOLDER, or clickhouse(s)://USER@HOST:PORT/DATABASE"
        raise InvalidSettingError("SHOPWINDOW_EVENTS__STORE", expected, scheme)
    from shopwindow.eventlog.analytics.parquet_store import ParquetEventStore  # noqa: PLC0415

    return ParquetEventStore.open(address)


def open_configured_store(settings: EventSettings) -> EventStore:
    """Return the open store that the settings name; see `open_store`."""
    secret = settings.store_password
    return open_event_store(
        resolve_store_address(settings), secret.get_secret_value() if secret else ""
    )


def erase_from_configured_store(
    settings: EventSettings, user_id: str, traces: LinkedIds
) -> int | None:
    """Erase a visitor from the store that the settings name; see `EventStore.erase`.

    Returns:
        How many events there were; None when there is no store.

    Raises:
        EventStoreError: The store still has them.
    """
    if not store_exists(resolve_store_address(settings)):
        return None
    try:
        with closing(open_configured_store(settings)) as store:
            return store.erase(user_id, traces)
    except EventStoreError as exc:
        raise EventStoreError(
            f"{exc} The visitor is erased from the log, but not from the store: run `shopwindow "
            "events erase` again."
        ) from exc


def resolve_store_address(settings: EventSettings) -> str:
    """Return the address that the settings name; beside the log when they name none."""
    return settings.store or str(Path(settings.folder) / _FOLDER)


def store_exists(address: str) -> bool:
    """Return whether there is a store at an address; of a server it is taken for granted."""
    return address.startswith(SERVER_SCHEMES) or Path(address.removeprefix(CHDB_PREFIX)).is_dir()
