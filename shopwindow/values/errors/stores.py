"""Errors of the index and its vector stores."""

from shopwindow.values.errors.base import ShopwindowError


class IndexStoreError(ShopwindowError, RuntimeError):
    """The vector store refused an operation, failed, or cannot be opened."""


class IndexLockedError(IndexStoreError):
    """Another process holds the index folder, or is writing for longer than the lock timeout."""

    def __init__(self, location: str, by: str = "by another user or an older Shopwindow") -> None:
        self.location = location
        self.by = by
        super().__init__(
            f"the index at {location} is in use {by}. Stop that process, or try again when it is "
            "done. Processes of one user can share a folder; several users need a Qdrant server."
        )


class IndexTimeoutError(IndexStoreError, TimeoutError):
    """The engine did not answer within its deadline."""

    def __init__(self, location: str, operation: str, timeout_s: float) -> None:
        self.location = location
        self.operation = operation
        self.timeout_s = timeout_s
        super().__init__(
            f"the engine of {location} did not answer {operation!r} within {timeout_s:g} s. Try "
            "again; if the machine is this busy, raise SHOPWINDOW_INDEX__TIMEOUT_S."
        )


class DiskFullError(IndexStoreError, OSError):
    """The disk has too little free space for a write, which was refused; nothing changed."""

    def __init__(self, location: str, free_bytes: int, needed_bytes: int) -> None:
        self.location = location
        self.free_bytes = free_bytes
        self.needed_bytes = needed_bytes
        super().__init__(
            f"the disk of {location} is full: {free_bytes / 1e6:.1f} MB are free, and "
            f"{needed_bytes / 1e6:.1f} MB are needed to write. Free some space and try again. "
            "Searches go on, and acknowledged writes are safe."
        )


class IndexVersionError(IndexStoreError):
    """The index was written with another schema version or text analyzer."""

    def __init__(self, location: str, stored: object, supported: object) -> None:
        self.location = location
        self.stored = stored
        self.supported = supported
        super().__init__(
            f"the index at {location} has schema {stored}, this Shopwindow reads {supported}. "
            "Update Shopwindow, or index the feed again into a new folder."
        )


class DeletionRefusedError(IndexStoreError):
    """A full feed was indexed, but products it lacks were kept; `report` has the run's counts."""

    def __init__(self, reason: str, report: object) -> None:
        self.report = report
        super().__init__(reason)


class IndexNotFoundError(IndexStoreError, FileNotFoundError):
    """There is no index at that location."""

    def __init__(self, location: str) -> None:
        self.location = location
        super().__init__(
            f"there is no index at {location}. Make one first: `shopwindow index FEED`."
        )


class StoreUnreachableError(IndexStoreError, ConnectionError):
    """The Qdrant server does not answer, or rejects the API key."""


class ProductNotFoundError(IndexStoreError, KeyError):
    """No product of the index has that id."""

    def __init__(self, product_id: str) -> None:
        self.product_id = product_id
        super().__init__(
            f"no product has the id {product_id!r}. Check the id in the feed, or search by words."
        )
