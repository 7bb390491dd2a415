"""The error classes of Shopwindow, all under `ShopwindowError`.

Each class also derives from the built-in that it refines, so `except ValueError` keeps working, and
carries its data as attributes. The message says what was expected, what came and what to do.

    ShopwindowError
    ├── InvalidValueError (ValueError)         a value that a caller built is invalid
    │   ├── InvalidProductError                a product lacks an id, or both title and image
    │   ├── InvalidQueryError                  a query field, or its cursor, is invalid
    │   ├── InvalidSettingError                a setting is unknown, mistyped or out of range
    │   └── InvalidEventError                  an event lacks its product, or a field is invalid
    ├── FeedError (ValueError)                 a product feed cannot be read at all
    │   ├── FeedFetchError (OSError)           its address gives nothing, or not all of it
    │   └── FeedMappingError                   the mapping of its columns cannot be used
    ├── ExchangeRatesError (ValueError)        a file of exchange rates cannot be used
    ├── EventFileError (ValueError)            a file of events cannot be read or written at all
    ├── EventLogError (RuntimeError)           the event log refused, failed or cannot be opened
    │   ├── EventLogVersionError               the log has another schema version
    │   └── EventRejectedError                 an event was rejected and is not in the log
    ├── EventStoreError (RuntimeError)         the analytics store refused or failed
    │   └── EventStoreUnavailableError (ImportError)  a library that it needs is not installed
    ├── RuleError (ValueError)                 the merchandising rules cannot be used
    ├── PhotoError (ValueError)                one photo cannot be used
    │   ├── PhotoUnreadableError               not an image, truncated, or zero-sized
    │   ├── PhotoTooLargeError                 more pixels, bytes, time or memory than the limit
    │   ├── PhotoBusyError                     the decoder queue is full; try again
    │   └── PhotoFetchError (OSError)          the address is refused, missing, slow or private
    ├── PhotoDecoderError (RuntimeError)       the photo decoder process does not start
    ├── EncoderError (RuntimeError)            an encoder cannot be loaded or used
    │   ├── UnknownEncoderError (KeyError)     no encoder has that name
    │   ├── EncoderUnavailableError            its weights or libraries are missing
    │   ├── EncoderMismatchError               an index was built with another encoder
    │   ├── EncoderVerificationError           its vectors fail a check
    │   └── AdaptationError                    a feed cannot improve an encoder
    ├── ForkedError (RuntimeError)             a parent process's resource is used after a fork
    ├── VectorError (ValueError)               wrong width, or values that are not finite
    ├── ProfileError (ValueError)              a visitor's profile cannot be read
    │   ├── ProfileVersionError                it was written by a newer Shopwindow
    │   └── ProfileEncoderError                its vectors come from another encoder
    ├── OnlineStoreError (RuntimeError)        the database of profiles and counts cannot be used
    │   └── OnlineStoreVersionError            it has another schema version
    └── IndexStoreError (RuntimeError)         the vector store refused, failed or cannot be opened
        ├── IndexLockedError                   another process holds the folder
        ├── IndexTimeoutError (TimeoutError)   the engine did not answer within its deadline
        ├── DiskFullError (OSError)            the disk has too little free space for a write
        ├── IndexVersionError                  the index has another schema version
        ├── IndexNotFoundError (FileNotFoundError)  there is no index at that location
        ├── DeletionRefusedError               a full feed would delete too much, or was cut short
        ├── StoreUnreachableError (ConnectionError)  the server does not answer
        └── ProductNotFoundError (KeyError)    no product has that id
"""

from shopwindow.values.errors.base import ForkedError, ShopwindowError, safe_repr
from shopwindow.values.errors.encoders import (
    AdaptationError,
    EncoderError,
    EncoderMismatchError,
    EncoderUnavailableError,
    EncoderVerificationError,
    UnknownEncoderError,
)
from shopwindow.values.errors.events import (
    EventLogError,
    EventLogVersionError,
    EventRejectedError,
    EventStoreError,
    EventStoreUnavailableError,
    OnlineStoreError,
    OnlineStoreVersionError,
    ProfileEncoderError,
    ProfileError,
    ProfileVersionError,
)
from shopwindow.values.errors.photos import (
    PhotoBusyError,
    PhotoDecoderError,
    PhotoError,
    PhotoFetchError,
    PhotoTooLargeError,
    PhotoUnreadableError,
)
from shopwindow.values.errors.stores import (
    DeletionRefusedError,
    DiskFullError,
    IndexLockedError,
    IndexNotFoundError,
    IndexStoreError,
    IndexTimeoutError,
    IndexVersionError,
    ProductNotFoundError,
    StoreUnreachableError,
)
from shopwindow.values.errors.values import (
    EventFileError,
    ExchangeRatesError,
    FeedError,
    FeedFetchError,
    FeedMappingError,
    InvalidEventError,
    InvalidProductError,
    InvalidQueryError,
    InvalidSettingError,
    InvalidValueError,
    RuleError,
    VectorError,
)

__all__ = [
    "AdaptationError",
    "DeletionRefusedError",
    "DiskFullError",
    "EncoderError",
    "EncoderMismatchError",
    "EncoderUnavailableError",
    "EncoderVerificationError",
    "EventFileError",
    "EventLogError",
    "EventLogVersionError",
    "EventRejectedError",
    "EventStoreError",
    "EventStoreUnavailableError",
    "ExchangeRatesError",
    "FeedError",
    "FeedFetchError",
    "FeedMappingError",
    "ForkedError",
    "IndexLockedError",
    "IndexNotFoundError",
    "IndexStoreError",
    "IndexTimeoutError",
    "IndexVersionError",
    "InvalidEventError",
    "InvalidProductError",
    "InvalidQueryError",
    "InvalidSettingError",
    "InvalidValueError",
    "OnlineStoreError",
    "OnlineStoreVersionError",
    "PhotoBusyError",
    "PhotoDecoderError",
    "PhotoError",
    "PhotoFetchError",
    "PhotoTooLargeError",
    "PhotoUnreadableError",
    "ProductNotFoundError",
    "ProfileEncoderError",
    "ProfileError",
    "ProfileVersionError",
    "RuleError",
    "ShopwindowError",
    "StoreUnreachableError",
    "UnknownEncoderError",
    "VectorError",
    "safe_repr",
]
