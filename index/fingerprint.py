"""What of a product has changed since it was indexed: photo, texts, or other data."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from index.payload import DATA_DIGEST, PHOTO_DIGEST, TEXT_DIGEST
from index.store.points import Payload
from index.text.analyzer import Token
from shopwindow.values.product import Product

MAX_HASHED_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Digests of a product's parts; equal digests need no work.

    Attributes:
        photo: Of the photo file's bytes, or of the address (an address is not fetched just to
            see whether its photo changed); empty without a usable photo.
        text: Of everything that makes the text vector and the words.
        data: Of the stored payload.
    """

    photo: str
    text: str
    data: str

    @classmethod
    def from_payload(cls, payload: Payload) -> "Fingerprint":
        """Return the digests that were stored with a product."""
        names = (PHOTO_DIGEST, TEXT_DIGEST, DATA_DIGEST)
        return cls(*(str(payload.get(name, "")) for name in names))

    def to_payload(self) -> Payload:
        """Return the digests as stored fields."""
        return {PHOTO_DIGEST: self.photo, TEXT_DIGEST: self.text, DATA_DIGEST: self.data}


def digest_photo(product: Product) -> str:
    """Return the digest of a product's photo; empty when it has none or it cannot be read."""
    image = product.image
    if not image or image.startswith(("http://", "https://")):
        return _digest(image.encode()) if image else ""
    try:
        with Path(image).open("rb") as file:
            return _digest(file.read(MAX_HASHED_BYTES))
    except OSError:
        return ""


def digest_texts(texts: Sequence[str], tokens: Sequence[Token]) -> str:
    """Return the digest of what the encoder reads and of the words."""
    return _digest(json.dumps([list(texts), [word.stem for word in tokens]]).encode())


def digest_payload(payload: Payload) -> str:
    """Return the digest of a stored payload."""
    return _digest(json.dumps(payload, sort_keys=True).encode())


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=10).hexdigest()
