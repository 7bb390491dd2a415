"""Errors of encoders."""

from shopwindow.values.errors.base import ShopwindowError


class EncoderError(ShopwindowError, RuntimeError):
    """An encoder cannot be loaded or used."""


class UnknownEncoderError(EncoderError, KeyError):
    """No encoder has that name."""

    def __init__(self, name: str, known_names: tuple[str, ...], nearest: str = "") -> None:
        self.name = name
        self.known_names = known_names
        self.nearest = nearest
        hint = f" Did you mean {nearest!r}?" if nearest else ""
        super().__init__(
            f"no encoder is called {name!r}.{hint} Known: {', '.join(known_names)}, or a folder "
            "with an encoder.json. See `shopwindow encoders`."
        )


_DOWNLOAD_FREE_OPTIONS = (
    " Give a local folder (`local-dir:FOLDER`), or use `compact`, which needs no download."
)


class EncoderUnavailableError(EncoderError):
    """The encoder's weights or libraries are not on this machine and cannot be fetched."""

    def __init__(self, name: str, reason: str) -> None:
        self.name = name
        self.reason = reason
        super().__init__(
            f"encoder {name!r} cannot be loaded: {reason}."
            + ("" if name == "compact" else _DOWNLOAD_FREE_OPTIONS)
        )


class EncoderVerificationError(EncoderError):
    """An encoder was loaded, but its vectors fail a check; `reason` says which."""

    def __init__(self, name: str, reason: str) -> None:
        self.name = name
        self.reason = reason
        super().__init__(f"encoder {name!r}: {reason}")


class EncoderMismatchError(EncoderError):
    """An index was built with another encoder, whose vectors cannot be compared with this one's."""

    def __init__(self, location: str, stored: str, given: str) -> None:
        self.location = location
        self.stored = stored
        self.given = given
        super().__init__(
            f"the index at {location} was made by encoder {stored}, but {given} was given. Open it "
            f"with {stored}, or index the feed again into a new folder: "
            "`shopwindow --index NEW_FOLDER --encoder NAME index FEED`."
        )


class AdaptationError(EncoderError):
    """A feed has too little data to fine-tune an encoder on, or fine-tuning did not improve it."""
