"""Digests that tell what changed of a product since it was indexed: photo, texts, or data."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from index.payload import DATA_DIGEST, PHOTO_DIGEST, TEXT_DIGEST
from index.store.points import Payload
from index.text.analyzer import Token
from shopwindow.values import Product

MAX_HASHED_BYTES = 64 * 1024 * 1024
"""A photo file's digest is computed over no more than its first bytes."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Digests of a product's photo, texts and data; equal digests need no work.

    Attributes:
        photo: Digest of the photo file's bytes, or of its URL (a photo is not fetched just to see
            whether it changed); empty without a usable photo.
        text: Digest of everything that the text embedding and the sparse vector are made of.
        data: Digest of the stored payload.
    """

    photo: str
    text: str
    data: str

    @classmethod
    def from_payload(cls, payload: Payload) -> "Fingerprint":
        """Return the digests that were stored with a product; missing ones are empty."""
        names = (PHOTO_DIGEST, TEXT_DIGEST, DATA_DIGEST)
        return cls(*(str(payload.get(name, "")) for name in names))

    def to_payload(self) -> Payload:
        """Return the digests as payload fields."""
        return {PHOTO_DIGEST: self.photo, TEXT_DIGEST: self.text, DATA_DIGEST: self.data}


def digest_photo(product: Product) -> str:
    """Return the digest of a product's photo; empty without a photo or if it is unreadable."""
    image = product.image
    if not image or image.startswith(("http://", "https://")):
        return _hash_bytes(image.encode()) if image else ""
    try:
        with Path(image).open("rb") as file:
            return _hash_bytes(file.read(MAX_HASHED_BYTES))
    except OSError:
        return ""


def digest_texts(texts: Sequence[str], tokens: Sequence[Token]) -> str:
    """Return the digest of the texts that are encoded and of the stems of the tokens."""
    return _hash_bytes(json.dumps([list(texts), [token.stem for token in tokens]]).encode())


def digest_payload(payload: Payload) -> str:
    """Return the digest of a payload."""
    return _hash_bytes(json.dumps(payload, sort_keys=True).encode())


def _hash_bytes(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=10).hexdigest()
