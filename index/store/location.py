"""Open the store at a location."""

from pathlib import Path

from index.store.contract import VectorStore
from index.store.edge import EdgeStore
from index.store.edge.client import ClientTimeouts
from index.store.edge.metadata_files import is_index_file
from index.store.exact import ExactStore
from shopwindow.values.errors import IndexNotFoundError, IndexStoreError
from shopwindow.values.setting_groups import IndexSettings


def open_store(
    location: str, api_key: str | None, settings: IndexSettings, must_exist: bool
) -> VectorStore:
    """Open the store at a location, or an empty one in a new folder.

    Args:
        location: A folder, the http(s) address of a server, or ":memory:".
        api_key: API key of the server.
        settings: Collection name, timeouts, number of points from which a graph is built.
        must_exist: Refuse a folder that does not exist.

    Returns:
        The open store.

    Raises:
        IndexNotFoundError: The folder does not exist and `must_exist` is set.
        IndexLockedError: The folder is locked by a process that cannot be reached.
        StoreUnreachableError: The server does not answer.
        IndexStoreError: The folder holds other files, or is damaged.
    """
    if location == ":memory:":
        return ExactStore()
    if location.startswith(("http://", "https://")):
        # Imported only for a server: the client adds a second to each start.
        from index.store.server import ServerStore  # noqa: PLC0415

        return ServerStore.connect(location, settings.collection, api_key)
    folder = Path(location)
    if must_exist and not folder.exists():
        raise IndexNotFoundError(location)
    if folder.exists() and not folder.is_dir():
        raise IndexStoreError(f"{location} is a file; give a folder for the index")
    foreign = [path.name for path in folder.glob("*") if not is_index_file(path.name)]
    if foreign:
        raise IndexStoreError(
            f"{location} holds other things ({foreign[0]}); give an empty or a new folder"
        )
    timeouts = ClientTimeouts(settings.timeout_s, settings.write_lock_timeout_s)
    return EdgeStore(folder, settings.hnsw_min_points, timeouts)
