"""Open the event store at an address."""

from contextlib import closing
from pathlib import Path

from shopwindow.eventlog.analytics.event_store import EventStore
from shopwindow.eventlog.visitor_traces import LinkedIds
from shopwindow.values.errors import EventStoreError, InvalidSettingError
from shopwindow.values.setting_groups import EventSettings

CHDB_PREFIX = "chdb:"
SERVER_SCHEMES = ("clickhouse://", "clickhouses://")
_DEFAULT_FOLDER = "analysis"


def open_event_store(address: str, password: str = "") -> EventStore:
    """Open the store at an address; it is created if missing.

    Args:
        address: A folder (Parquet files), `chdb:FOLDER` (an embedded ClickHouse; experimental), or
            `clickhouse://USER@HOST:PORT/DATABASE`, `clickhouses://` over TLS.
        password: Password of the server's user.

    Returns:
        The open store.

    Raises:
        InvalidSettingError: The address is none of these, or contains a password.
        EventStoreUnavailableError: A library that it needs is not installed.
        EventStoreError: The store cannot be used.
    """
    # Imported late: Arrow takes half a second, chDB more, and not everybody needs them.
    if address.startswith(CHDB_PREFIX):
        from shopwindow.eventlog.analytics.clickhouse_connection import open_chdb  # noqa: PLC0415

        return open_chdb(address.removeprefix(CHDB_PREFIX))
    if address.startswith(SERVER_SCHEMES):
        from shopwindow.eventlog.analytics.clickhouse_connection import open_clickhouse  # noqa: PLC0415

        return open_clickhouse(address, password)
    if not address.strip() or "://" in address:
        scheme = address.split("://", maxsplit=1)[0]  # the rest may contain a secret
        expected = "a folder, chdb:FOLDER, or clickhouse(s)://USER@HOST:PORT/DATABASE"
        raise InvalidSettingError("SHOPWINDOW_EVENTS__STORE", expected, scheme)
    from shopwindow.eventlog.analytics.parquet_store import ParquetEventStore  # noqa: PLC0415

    return ParquetEventStore.open(address)


def open_configured_store(settings: EventSettings) -> EventStore:
    """Return the opened store of the settings; see `open_event_store`."""
    password = settings.store_password.get_secret_value() if settings.store_password else ""
    return open_event_store(resolve_store_address(settings), password)


def erase_from_configured_store(
    settings: EventSettings, user_id: str, linked_ids: LinkedIds
) -> int | None:
    """Erase a visitor from the store of the settings; see `EventStore.erase`.

    Returns:
        How many events were erased; None if there is no store.

    Raises:
        EventStoreError: The visitor is still in the store.
    """
    if not store_exists(resolve_store_address(settings)):
        return None
    try:
        with closing(open_configured_store(settings)) as store:
            return store.erase(user_id, linked_ids)
    except EventStoreError as exc:
        raise EventStoreError(
            f"{exc} The visitor is erased from the log, but not from the store: run `shopwindow "
            "events erase` again."
        ) from exc


def resolve_store_address(settings: EventSettings) -> str:
    """Return the store address of the settings; a folder in the log's folder by default."""
    return settings.store or str(Path(settings.folder) / _DEFAULT_FOLDER)


def store_exists(address: str) -> bool:
    """Return whether there is a store at an address; on a server it is assumed."""
    return address.startswith(SERVER_SCHEMES) or Path(address.removeprefix(CHDB_PREFIX)).is_dir()
