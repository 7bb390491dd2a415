"""Digests that tell what changed of a product since it was indexed: photos, texts, or data."""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from index.payload import (
    DATA_DIGEST,
    FURTHER_PHOTO_DIGESTS,
    OFFER,
    PHOTO_DIGEST,
    PRODUCT,
    TEXT_DIGEST,
)
from index.store.points import Payload
from index.text.analyzer import Token

PAYLOAD_VERSION = 1
"""To be raised when payload fields are derived in another way: then all products are rewritten."""

_DIGEST_CHARS = 20

MAX_HASHED_BYTES = 64 * 1024 * 1024
"""A photo file's digest is computed over no more than its first bytes."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Digests of a product's photos, texts and data; equal digests need no work.

    Attributes:
        photos: Digest of each photo's bytes, or of its URL (a photo is not fetched just to see
            whether it changed), in the order of `Product.photos`; empty for one that is not
            usable, and one empty digest without photos.
        text: Digest of everything that the text embedding and the sparse vector are made of.
        data: Digest of the whole product, which all other payload fields are derived from.
    """

    photos: tuple[str, ...]
    text: str
    data: str

    @property
    def usable_photos(self) -> tuple[str, ...]:
        """The digests of the photos that can be used: first the one that stands for the product.

        They are in the order of the stored vectors.
        """
        return tuple(digest for digest in self.photos if digest)

    def keep_photos(self, known: Collection[str]) -> "Fingerprint":
        """Return the fingerprint with the digests of other photos emptied: to be tried again."""
        photos = tuple(digest if digest in known else "" for digest in self.photos)
        return replace(self, photos=photos)

    @classmethod
    def from_payload(cls, payload: Payload) -> "Fingerprint":
        """Return the digests that were stored with a product; missing ones are empty."""
        main, text, data = (
            str(payload.get(name, "")) for name in (PHOTO_DIGEST, TEXT_DIGEST, DATA_DIGEST)
        )
        return cls((main, *payload.get(FURTHER_PHOTO_DIGESTS, ())), text, data)

    def to_payload(self) -> Payload:
        """Return the digests as payload fields."""
        main, *further = self.photos
        fields: Payload = {PHOTO_DIGEST: main, TEXT_DIGEST: self.text, DATA_DIGEST: self.data}
        return {**fields, FURTHER_PHOTO_DIGESTS: further} if further else fields


def digest_photo(image: str) -> str:
    """Return the digest of a photo, by its path or address; empty if it is unreadable."""
    if image.startswith(("http://", "https://")):
        return _hash_bytes(image.encode())
    try:
        with Path(image).open("rb") as file:
            return _hash_bytes(file.read(MAX_HASHED_BYTES))
    except OSError:
        return ""


def digest_texts(texts: Sequence[str], tokens: Sequence[Token]) -> str:
    """Return the digest of the texts that are encoded and of the stems of the tokens."""
    return _hash_bytes(json.dumps([list(texts), [token.stem for token in tokens]]).encode())


def digest_payload(payload: Payload) -> str:
    """Return the digest of a payload: of its product, which its other fields are derived from.

    It has two parts of equal length, so that the one of the offer can be replaced alone.
    """
    return _digest_values(payload[PRODUCT]) + _digest_values(payload[OFFER])


def replace_offer_digest(stored: str, offer: str) -> str:
    """Return the digest of a payload with another offer.

    Args:
        stored: The payload's digest.
        offer: The payload's new offer, as it is stored.
    """
    return stored[:_DIGEST_CHARS] + _digest_values(offer)


def _digest_values(values: Payload | str) -> str:
    return _hash_bytes(json.dumps([PAYLOAD_VERSION, values], sort_keys=True).encode())


def _hash_bytes(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=_DIGEST_CHARS // 2).hexdigest()
