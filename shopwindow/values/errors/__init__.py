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
    FeedError,
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
    "FeedError",
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
