"""Facts about a whole index, kept beside its points and checked when it is opened."""

from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Self

from index.store.points import Payload
from index.text.analyzer import ANALYSER_VERSION
from shopwindow.values.encoder import EncoderSpec
from shopwindow.values.errors import EncoderMismatchError, IndexStoreError, IndexVersionError

SCHEMA_VERSION = 3


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an index was made with.

    Attributes:
        encoder: The encoder whose vectors it holds.
        schema: Version of the stored fields.
        analyser: Version of the words.
        mean_words: Mean words per product, by which the stored words are weighted; 0 before
            the first product.
        created_at: When it was made; ISO 8601.
        updated_at: When products last changed; ISO 8601.
    """

    encoder: EncoderSpec
    schema: int = SCHEMA_VERSION
    analyser: str = ANALYSER_VERSION
    mean_words: float = 0.0
    created_at: str = ""
    updated_at: str = ""

    @classmethod
    def new(cls, encoder: EncoderSpec) -> Self:
        """Return the manifest of an index that is made now."""
        now = _now()
        return cls(encoder=encoder, created_at=now, updated_at=now)

    def touched(self, mean_words: float) -> "Manifest":
        """Return the manifest after products changed."""
        return replace(self, mean_words=mean_words, updated_at=_now())

    def as_dict(self) -> Payload:
        """Return the manifest as plain JSON values."""
        return {**asdict(self), "encoder": self.encoder.as_dict()}

    @classmethod
    def from_dict(cls, values: Payload, location: str) -> Self:
        """Return the manifest that `as_dict` wrote.

        Raises:
            IndexVersionError: It was written by another schema or analyser.
            IndexStoreError: It is damaged.
        """
        written = (values.get("schema"), values.get("analyser"))
        if written != (SCHEMA_VERSION, ANALYSER_VERSION):
            supported = f"{SCHEMA_VERSION} with analyser {ANALYSER_VERSION}"
            raise IndexVersionError(location, f"{written[0]} with analyser {written[1]}", supported)
        try:
            return cls(**{**values, "encoder": EncoderSpec.from_dict(values["encoder"])})
        except (KeyError, TypeError) as exc:
            raise IndexStoreError(
                f"the manifest of the index at {location} is damaged ({exc}); restore it from a "
                "backup, or index the feed into a new folder"
            ) from exc

    def check_encoder(self, spec: EncoderSpec, location: str) -> None:
        """Check that an encoder's vectors may be compared with those of the index.

        Raises:
            EncoderMismatchError: They mean something else.
        """
        same = (self.encoder.identity, self.encoder.dim) == (spec.identity, spec.dim)
        if not same:
            raise EncoderMismatchError(location, self.encoder.identity, spec.identity)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
