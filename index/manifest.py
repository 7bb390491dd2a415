"""The manifest of an index: stored beside its points and checked when it is opened."""

from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Self

from index.store.points import Payload
from index.text.analyzer import ANALYZER_VERSION
from shopwindow.values import EncoderSpec
from shopwindow.values.errors import EncoderMismatchError, IndexStoreError, IndexVersionError
from shopwindow.values.stored_names import from_stored, to_stored

SCHEMA_VERSION = 6

_STORED_NAMES = {
    "schema_version": "schema",
    "analyzer_version": "analyser",
    "mean_doc_length": "mean_words",
}


@dataclass(frozen=True, slots=True)
class Manifest:
    """Facts about a whole index.

    Attributes:
        encoder: Spec of the encoder whose embeddings the index holds.
        schema_version: Version of the stored fields.
        analyzer_version: Version of the text analyzer.
        mean_doc_length: Mean number of tokens per product that the stored BM25 weights use; 0
            before the first product.
        created_at: When the index was created; ISO 8601.
        updated_at: When products last changed; ISO 8601.
    """

    encoder: EncoderSpec
    schema_version: int = SCHEMA_VERSION
    analyzer_version: str = ANALYZER_VERSION
    mean_doc_length: float = 0.0
    created_at: str = ""
    updated_at: str = ""

    @classmethod
    def create(cls, encoder: EncoderSpec) -> Self:
        """Return the manifest of a new index."""
        now = _now()
        return cls(encoder=encoder, created_at=now, updated_at=now)

    def with_update(self, mean_doc_length: float) -> "Manifest":
        """Return the manifest to store after products changed."""
        return replace(self, mean_doc_length=mean_doc_length, updated_at=_now())

    def as_dict(self) -> Payload:
        """Return the manifest as plain JSON values."""
        values = {**asdict(self), "encoder": self.encoder.as_dict()}
        return to_stored(values, _STORED_NAMES)

    @classmethod
    def from_dict(cls, values: Payload, location: str) -> Self:
        """Return the manifest that `as_dict` wrote.

        Args:
            values: The stored values.
            location: Where the index is, for messages.

        Raises:
            IndexVersionError: The index has another schema or analyzer version.
            IndexStoreError: The manifest is damaged.
        """
        versions = (values.get("schema"), values.get("analyser"))
        if versions != (SCHEMA_VERSION, ANALYZER_VERSION):
            supported = f"{SCHEMA_VERSION} with analyzer {ANALYZER_VERSION}"
            raise IndexVersionError(
                location, f"{versions[0]} with analyzer {versions[1]}", supported
            )
        try:
            fields = from_stored(values, _STORED_NAMES)
            return cls(**{**fields, "encoder": EncoderSpec.from_dict(fields["encoder"])})
        except (KeyError, TypeError) as exc:
            raise IndexStoreError(
                f"the manifest of the index at {location} is damaged ({exc}); restore it from a "
                "backup, or index the feed into a new folder"
            ) from exc

    def check_encoder(self, spec: EncoderSpec, location: str) -> None:
        """Check that an encoder's embeddings are comparable with those of the index.

        Raises:
            EncoderMismatchError: The index was made with another encoder.
        """
        is_same = (self.encoder.identity, self.encoder.dim) == (spec.identity, spec.dim)
        if not is_same:
            raise EncoderMismatchError(location, self.encoder.identity, spec.identity)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
