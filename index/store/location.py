"""From where an index is to the store that is there."""

from pathlib import Path

from index.store.contract import VectorStore
from index.store.edge import EdgeStore
from index.store.edge.client import ClientTimeouts
from index.store.edge.metadata_files import is_index_file
from index.store.exact import ExactStore
from shopwindow.values.errors import IndexNotFoundError, IndexStoreError
from shopwindow.values.settings import IndexSettings


def open_store(
    location: str, api_key: str | None, settings: IndexSettings, must_exist: bool
) -> VectorStore:
    """Open the store at a location, or make an empty one in a new folder.

    Args:
        location: A folder, the http(s) address of a server, or ":memory:".
        api_key: Key of the server.
        settings: Collection name, size from which a graph is built.
        must_exist: Refuse a folder that is not there.

    Returns:
        The open store.

    Raises:
        IndexNotFoundError: `must_exist`, and there is no such folder.
        IndexLockedError: A process that cannot be reached holds the folder.
        StoreUnreachableError: The server does not answer.
        IndexStoreError: The place holds other things, or is damaged.
    """
    if location == ":memory:":
        return ExactStore()
    if location.startswith(("http://", "https://")):
        # The client is imported only for a server: it adds a second to each start.
        from index.store.server import ServerStore  # noqa: PLC0415

        return ServerStore.connect(location, settings.collection, api_key)
    folder = Path(location)
    if must_exist and not folder.exists():
        raise IndexNotFoundError(location)
    if folder.exists() and not folder.is_dir():
        raise IndexStoreError(f"{location} is a file; give a folder for the index")
    foreign = [e.name for e in folder.glob("*") if not is_index_file(e.name)]
    if foreign:
        raise IndexStoreError(
            f"{location} holds other things ({foreign[0]}); give an empty or a new folder"
        )
    patience = ClientTimeouts(settings.timeout_s, settings.write_lock_timeout_s)
    return EdgeStore(folder, settings.hnsw_min_points, patience)
