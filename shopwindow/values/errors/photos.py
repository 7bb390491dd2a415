"""Errors of photos and of the processes that decode them."""

from shopwindow.values.errors.base import ShopwindowError


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
    """The decoder queue is full, so this photo had no turn; it can be submitted again."""


class PhotoFetchError(PhotoError, OSError):
    """The photo's address is refused, private, missing, too slow or redirects too often."""


class PhotoDecoderError(ShopwindowError, RuntimeError):
    """The photo decoder process does not start; no photo is at fault."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"no photo can be opened: {reason}. Photos are decoded in separate processes: check "
            "that memory is left, and that `python -m embed.photos.decoder_worker` is found."
        )
