"""Every error that Shopwindow raises on purpose.

Each class is also the built-in that it refines, so `except ValueError` keeps working, and carries
its data as attributes. The message says what was expected, what came and what to do.

    ShopwindowError
    ├── InvalidValueError (ValueError)         a value that a caller built is out of range
    │   ├── InvalidProductError                a product lacks an id, or both title and image
    │   ├── InvalidQueryError                  a query asks for nothing, or for too much
    │   ├── InvalidSettingError                a setting is unknown, mistyped or out of range
    │   └── InvalidEventError                  an event lacks its product, or a field has no sense
    ├── FeedError (ValueError)                 a catalogue feed cannot be read at all
    ├── EventFileError (ValueError)            a file of events cannot be read or written at all
    ├── EventLogError (RuntimeError)           the log of events refused, broke or cannot be opened
    │   ├── EventLogVersionError               the log was written by another schema
    │   └── EventRefusedError                  an event was not taken, and is not in the log
    ├── EventStoreError (RuntimeError)         the analytic store of events refused or broke
    │   └── EventStoreUnavailableError (ImportError) what it runs on is not installed
    ├── RuleError (ValueError)                 merchandisers' rules cannot be used
    ├── PhotoError (ValueError)                one photo cannot be used
    │   ├── PhotoUnreadableError               not an image, truncated, or zero-sized
    │   ├── PhotoTooLargeError                 more pixels, bytes, time or memory than the limit
    │   ├── PhotoBusyError                     so many photos wait that this one had no turn
    │   └── PhotoFetchError (OSError)          the address is refused, missing, slow or private
    ├── PhotoDecoderError (RuntimeError)       the process that opens photos does not start
    ├── EncoderError (RuntimeError)            an encoder cannot be loaded or used
    │   ├── UnknownEncoderError (KeyError)     no encoder has that name
    │   ├── EncoderUnavailableError            its weights or libraries are not here
    │   ├── EncoderMismatchError               an index was made by another encoder
    │   ├── EncoderVerificationError           its vectors fail a check
    │   └── AdaptError                         a feed teaches an encoder nothing
    ├── ForkedError (RuntimeError)             what a parent process opened is used after a fork
    ├── VectorError (ValueError)               wrong width, or values that are not finite
    ├── ProfileError (ValueError)              a visitor's profile cannot be read
    │   ├── ProfileVersionError                it was written by a newer Shopwindow
    │   └── ProfileEncoderError                its vectors are another encoder's
    ├── OnlineStoreError (RuntimeError)        the file of profiles and counts cannot be used
    │   └── OnlineStoreVersionError            it was written by another schema
    └── IndexStoreError (RuntimeError)         the store refused, broke or is not ours to open
        ├── IndexLockedError                   another process holds the folder
        ├── IndexTimeoutError (TimeoutError)   the engine did not answer within its deadline
        ├── DiskFullError (OSError)            the disk has too little room for a write
        ├── IndexVersionError                  the folder was written by another schema
        ├── IndexNotFoundError (FileNotFoundError)  there is no index at that place
        ├── DeletionRefusedError               a full feed would delete too much, or broke off
        ├── StoreUnreachableError (ConnectionError) the server does not answer
        └── ProductNotFoundError (KeyError)    no product has that id
"""

from collections.abc import Iterable

_MAX_SHOWN_CHARS = 80


class ShopwindowError(Exception):
    """Base of every error below; catch it at the edges only."""

    def __str__(self) -> str:
        """Return the message as written (KeyError would put it in quotes).

        Halves of surrogate pairs, which no terminal, log or page takes, come as escapes.
        """
        message = str(self.args[0]) if self.args else type(self).__name__
        return message.encode("utf-8", "backslashreplace").decode("utf-8")

    def __reduce__(self) -> tuple[object, ...]:
        """Return what pickle rebuilds the error from: errors cross from worker processes."""
        return (_rebuilt, (type(self), self.args, dict(self.__dict__)))


def _rebuilt(
    kind: type[ShopwindowError], args: tuple[object, ...], values: dict[str, object]
) -> ShopwindowError:
    base = OSError if issubclass(kind, OSError) else Exception  # their layouts differ
    error: ShopwindowError = base.__new__(kind)
    error.args = args
    error.__dict__.update(values)
    return error


def shown(value: object, max_chars: int = _MAX_SHOWN_CHARS) -> str:
    """Return a value as Python writes it, on one line and cut when it is long; it never raises."""
    if isinstance(value, (str, bytes)):
        value = value[: max_chars + 1]
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 -- a number of too many digits, a deep list, anybody's class
        text = f"<{type(value).__name__} that cannot be shown>"
    text = text if len(text) <= max_chars else text[: max_chars - 3] + "..."
    return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)


class InvalidValueError(ShopwindowError, ValueError):
    """A value is out of range.

    Attributes:
        field: Names it.
        expected: What it should have been.
        got: What came.
        remedy: What to do, where `expected` does not say it.
    """

    def __init__(self, field: str, expected: str, got: object, remedy: str = "") -> None:
        self.field = field
        self.expected = expected
        self.got = got
        self.remedy = remedy
        advice = f". {remedy}" if remedy else ""
        super().__init__(f"{field}: expected {expected}, got {shown(got)}{advice}")


class InvalidProductError(InvalidValueError):
    """A product lacks what every product needs, or one of its fields has no sense."""


class InvalidQueryError(InvalidValueError):
    """A query asks for nothing that can be looked up, or its cursor is not ours."""


class InvalidSettingError(InvalidValueError):
    """A setting is unknown, mistyped or out of range."""


class InvalidEventError(InvalidValueError):
    """An event lacks its product, or one of its fields has no sense."""


class FeedError(ShopwindowError, ValueError):
    """A catalogue feed cannot be read at all; single bad rows are rejected instead."""

    def __init__(self, path: object, reason: str) -> None:
        self.path = str(path)
        self.reason = reason
        super().__init__(f"{self.path}: {reason}")


class EventFileError(ShopwindowError, ValueError):
    """A file of events cannot be read or written at all; single bad rows are refused instead."""

    def __init__(self, path: object, reason: str) -> None:
        self.path = str(path)
        self.reason = reason
        super().__init__(f"{self.path}: {reason}")


class EventLogError(ShopwindowError, RuntimeError):
    """The log of events refused an operation, broke, or cannot be opened."""


class EventLogVersionError(EventLogError):
    """The log of events was written with another schema version."""

    def __init__(self, location: str, stored: int, supported: int) -> None:
        self.location = location
        self.stored = stored
        self.supported = supported
        super().__init__(
            f"the event log {location} has schema {stored}, this Shopwindow reads {supported}. "
            "Update Shopwindow, or begin a new log in another folder."
        )


class EventRefusedError(EventLogError):
    """An event was not taken, and is not in the log; `reason` says why in one word or two."""

    def __init__(self, reason: str, advice: str) -> None:
        self.reason = reason
        super().__init__(f"the event was refused: {reason}. {advice}")


class EventStoreError(ShopwindowError, RuntimeError):
    """The analytic store of events refused an operation, broke, or cannot be opened."""


class EventStoreUnavailableError(EventStoreError, ImportError):
    """The analytic store needs a library that is not installed."""

    def __init__(self, address: str, library: str) -> None:
        self.address = address
        self.library = library
        super().__init__(
            f"the event store {address} needs {library}, which is not installed. "
            "Install it: `pip install 'shopwindow[clickhouse]'`, or set SHOPWINDOW_EVENTS__STORE "
            "to a folder, for Parquet files."
        )


class RuleError(ShopwindowError, ValueError):
    """Merchandisers' rules cannot be used; `problems` are all that was found, not just the first.

    Attributes:
        problems: What is wrong where, and what to write instead; one sentence each.
        source: The file; empty for rules that were built in Python.
    """

    def __init__(self, problems: Iterable[str], source: object = "") -> None:
        self.problems = tuple(problems)
        self.source = str(source)
        super().__init__("\n".join(self.lines))

    @property
    def lines(self) -> tuple[str, ...]:
        """The problems, each with the file it is in."""
        where = f"{self.source}: " if self.source else ""
        return tuple(where + each for each in self.problems)


class PhotoError(ShopwindowError, ValueError):
    """One photo cannot be used; `source` says which."""

    def __init__(self, source: object, reason: str) -> None:
        self.source = str(source)
        self.reason = reason
        super().__init__(f"photo {self.source}: {reason}")


class PhotoUnreadableError(PhotoError):
    """The bytes are missing, not an image, truncated or of zero size."""


class PhotoTooLargeError(PhotoError):
    """The photo has more pixels or bytes, or takes more time or memory, than the limit allows."""


class PhotoBusyError(PhotoError):
    """So many photos are being opened that this one had no turn; it may be given again."""


class PhotoFetchError(PhotoError, OSError):
    """The photo's address is refused, private, missing, too slow or redirects too often."""


class PhotoDecoderError(ShopwindowError, RuntimeError):
    """The process that opens photos does not start; no photo is at fault."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"no photo can be opened: {reason}. Photos are opened in processes of their own: see "
            "whether there is memory left, and whether `python -m embed.decoder_worker` is found."
        )


class EncoderError(ShopwindowError, RuntimeError):
    """An encoder cannot be loaded or used."""


class UnknownEncoderError(EncoderError, KeyError):
    """No encoder has that name."""

    def __init__(self, name: str, known: tuple[str, ...], nearest: str = "") -> None:
        self.name = name
        self.known = known
        self.nearest = nearest
        hint = f" Did you mean {nearest!r}?" if nearest else ""
        super().__init__(
            f"no encoder is called {name!r}.{hint} Known: {', '.join(known)}, or a folder with an "
            "encoder.json. See `shopwindow encoders`."
        )


_WITHOUT_DOWNLOAD = (
    " Give a local folder (`local-dir:FOLDER`), or use `compact`, which needs no download."
)


class EncoderUnavailableError(EncoderError):
    """The encoder's weights or libraries are not on this machine and cannot be fetched."""

    def __init__(self, name: str, reason: str) -> None:
        self.name = name
        self.reason = reason
        super().__init__(
            f"encoder {name!r} cannot be loaded: {reason}."
            + ("" if name == "compact" else _WITHOUT_DOWNLOAD)
        )


class EncoderVerificationError(EncoderError):
    """An encoder could be loaded, but its vectors fail a check; `reason` says which."""

    def __init__(self, name: str, reason: str) -> None:
        self.name = name
        self.reason = reason
        super().__init__(f"encoder {name!r}: {reason}")


class EncoderMismatchError(EncoderError):
    """An index was made by another encoder, whose vectors mean nothing to this one."""

    def __init__(self, location: str, stored: str, given: str) -> None:
        self.location = location
        self.stored = stored
        self.given = given
        super().__init__(
            f"the index at {location} was made by encoder {stored}, but {given} was given. Open it "
            f"with {stored}, or index the feed again into a new folder: "
            "`shopwindow --index NEW_FOLDER --encoder NAME index FEED`."
        )


class AdaptError(EncoderError):
    """A feed has too little to learn from, or what was learned is no better."""


class ForkedError(ShopwindowError, RuntimeError):
    """What one process opened is used in another that was forked from it."""

    def __init__(self, what: str, opened_by: int) -> None:
        self.what = what
        self.opened_by = opened_by
        super().__init__(
            f"{what} was opened by process {opened_by}, from which this one was forked; threads "
            "and connections do not survive that. Open encoder, log and service in each process, "
            "after the fork (gunicorn: in `post_fork`, or without --preload)."
        )


class VectorError(ShopwindowError, ValueError):
    """A vector has the wrong width or values that are not finite numbers."""


class ProfileError(ShopwindowError, ValueError):
    """A visitor's profile cannot be read."""


class ProfileVersionError(ProfileError):
    """A profile was written in a form that this Shopwindow does not know."""

    def __init__(self, stored: int, supported: int) -> None:
        self.stored = stored
        self.supported = supported
        super().__init__(
            f"the profile has form {stored}, this Shopwindow reads forms up to {supported}. "
            "Update Shopwindow, or erase the profile."
        )


class ProfileEncoderError(ProfileError):
    """A profile was made of another encoder's vectors, which mean nothing to this one's."""

    def __init__(self, stored: str, given: str) -> None:
        self.stored = stored
        self.given = given
        super().__init__(
            f"the profile was made with encoder {stored}, but {given} was given. Use {stored}, or "
            "make the profiles again from the event log: `shopwindow events rebuild`."
        )


class OnlineStoreError(ShopwindowError, RuntimeError):
    """The file of profiles and counts cannot be opened, read or written."""

    def __init__(self, location: str, reason: str) -> None:
        self.location = location
        self.reason = reason
        super().__init__(f"the profiles at {location} cannot be used: {reason}")


class OnlineStoreVersionError(OnlineStoreError):
    """The file of profiles and counts was written with another schema version."""

    def __init__(self, location: str, stored: int, supported: int) -> None:
        self.stored = stored
        self.supported = supported
        super().__init__(
            location,
            f"it has schema {stored}, this Shopwindow reads {supported}. Update Shopwindow, or "
            "delete the file and make it again from the log: `shopwindow events rebuild`",
        )


class IndexStoreError(ShopwindowError, RuntimeError):
    """The vector store refused an operation, broke, or cannot be opened."""


class IndexLockedError(IndexStoreError):
    """Another process holds the index folder, or is writing for longer than one may wait."""

    def __init__(self, location: str, by: str = "by another user or an older Shopwindow") -> None:
        self.location = location
        self.by = by
        super().__init__(
            f"the index at {location} is in use {by}. Stop that process, or try again when it is "
            "done; processes of one user share a folder, those of several a Qdrant server."
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
    """The disk has too little room for a write, which was refused; nothing changed."""

    def __init__(self, location: str, free: int, needed: int) -> None:
        self.location = location
        self.free = free
        self.needed = needed
        super().__init__(
            f"the disk of {location} is full: {free / 1e6:.0f} MB are free, and {needed / 1e6:.0f} "
            "MB are needed to write. Make room and try again. Searches go on, and what was "
            "acknowledged is safe."
        )


class IndexVersionError(IndexStoreError):
    """The index was written with another schema version or analyser."""

    def __init__(self, location: str, stored: object, supported: object) -> None:
        self.location = location
        self.stored = stored
        self.supported = supported
        super().__init__(
            f"the index at {location} has schema {stored}, this Shopwindow reads {supported}. "
            "Update Shopwindow, or index the feed again into a new folder."
        )


class DeletionRefusedError(IndexStoreError):
    """A full feed was indexed, and what it lacks was kept; `report` has the counts of the run."""

    def __init__(self, reason: str, report: object) -> None:
        self.report = report
        super().__init__(reason)


class IndexNotFoundError(IndexStoreError, FileNotFoundError):
    """There is no index at that place."""

    def __init__(self, location: str) -> None:
        self.location = location
        super().__init__(
            f"there is no index at {location}. Make one first: `shopwindow index FEED`."
        )


class StoreUnreachableError(IndexStoreError, ConnectionError):
    """The Qdrant server does not answer, or refuses the key."""


class ProductNotFoundError(IndexStoreError, KeyError):
    """No product of the index has that id."""

    def __init__(self, product_id: str) -> None:
        self.product_id = product_id
        super().__init__(
            f"no product has the id {product_id!r}. Check the id in the feed, or search by words."
        )
