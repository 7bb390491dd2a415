"""Errors of the event log, the analytics store, and the profiles learned from them."""

from shopwindow.values.errors.base import ShopwindowError


class EventLogError(ShopwindowError, RuntimeError):
    """The event log refused an operation, failed, or cannot be opened."""


class EventLogVersionError(EventLogError):
    """The event log was written with another schema version."""

    def __init__(self, location: str, stored: int, supported: int) -> None:
        self.location = location
        self.stored = stored
        self.supported = supported
        super().__init__(
            f"the event log {location} has schema {stored}, this Shopwindow reads {supported}. "
            "Update Shopwindow, or start a new log in another folder."
        )


class EventRejectedError(EventLogError):
    """An event was rejected and is not in the log; `reason` says why in one word or two."""

    def __init__(self, reason: str, advice: str) -> None:
        self.reason = reason
        super().__init__(f"the event was refused: {reason}. {advice}")


class EventStoreError(ShopwindowError, RuntimeError):
    """The analytics store of events refused an operation, failed, or cannot be opened."""


class EventStoreUnavailableError(EventStoreError, ImportError):
    """The analytics store needs a library that is not installed."""

    def __init__(self, address: str, library: str) -> None:
        self.address = address
        self.library = library
        super().__init__(
            f"the event store {address} needs {library}, which is not installed. "
            "Install it: `pip install 'shopwindow[clickhouse]'`, or set SHOPWINDOW_EVENTS__STORE "
            "to a folder, for Parquet files."
        )


class ProfileError(ShopwindowError, ValueError):
    """A visitor's profile cannot be read."""


class ProfileVersionError(ProfileError):
    """A profile was written in a format version that this Shopwindow does not know."""

    def __init__(self, stored: int, supported: int) -> None:
        self.stored = stored
        self.supported = supported
        super().__init__(
            f"the profile has form {stored}, this Shopwindow reads forms up to {supported}. "
            "Update Shopwindow, or erase the profile."
        )


class ProfileEncoderError(ProfileError):
    """A profile holds vectors of another encoder, which cannot be compared with this one's."""

    def __init__(self, stored: str, given: str) -> None:
        self.stored = stored
        self.given = given
        super().__init__(
            f"the profile was made with encoder {stored}, but {given} was given. Use {stored}, or "
            "make the profiles again from the event log: `shopwindow profiles rebuild`."
        )


class OnlineStoreError(ShopwindowError, RuntimeError):
    """The database of profiles and counts cannot be opened, read or written."""

    def __init__(self, location: str, reason: str) -> None:
        self.location = location
        self.reason = reason
        super().__init__(f"the profiles at {location} cannot be used: {reason}")


class OnlineStoreVersionError(OnlineStoreError):
    """The database of profiles and counts was written with another schema version."""

    def __init__(self, location: str, stored: int, supported: int) -> None:
        self.stored = stored
        self.supported = supported
        super().__init__(
            location,
            f"it has schema {stored}, this Shopwindow reads {supported}. Update Shopwindow, or "
            "delete the file and make it again from the log: `shopwindow profiles rebuild`",
        )
