"""Build the points to write of products that changed."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor

import numpy as np

from index.fingerprint import Fingerprint
from index.indexing_batch import BatchItem, collect_prepared_photos
from index.payload import (
    DATA_DIGEST,
    DOC_LENGTH,
    FURTHER_PHOTO_DIGESTS,
    PERCEPTUAL_HASH,
    PHOTO_DIGEST,
    TEXT_DIGEST,
)
from index.store.contract import VectorStore
from index.store.points import PHOTO, PHOTOS, TEXT, Payload, Point, PointId
from index.text.bm25 import build_document_vector
from index.vector_projection import VectorProjection
from shopwindow.values import Encoder, Vectors, l2_normalize

DIGEST_FIELDS = (PHOTO_DIGEST, FURTHER_PHOTO_DIGESTS, TEXT_DIGEST, DATA_DIGEST)


class PointBuilder:
    """Encodes what changed of each product, and reuses the stored vectors of the rest.

    Args:
        store: Store with the vectors to reuse.
        encoder: Encoder of photos and texts.
        mean_doc_length: Mean number of tokens per product for the BM25 weights; 0 uses the mean of
            the first batch, to be corrected after the run.
        executor: Runs the text tower beside the photo tower: neither keeps all cores busy.

    Attributes:
        n_photos: Number of photos encoded so far.
    """

    def __init__(
        self, store: VectorStore, encoder: Encoder, mean_doc_length: float, executor: Executor
    ) -> None:
        self._store = store
        self._encoder = encoder
        self._projection = VectorProjection.from_spec(encoder.spec)
        self._mean_doc_length = mean_doc_length
        self._executor = executor
        self.n_photos = 0

    def build_points(self, items: Sequence[BatchItem]) -> list[Point]:
        """Return the point of each product.

        Raises:
            EncoderError: The encoder failed.
        """
        if not items:
            return []
        if not self._mean_doc_length:
            self._mean_doc_length = float(np.mean([len(item.tokens) for item in items])) or 1.0
        pending_texts = self._executor.submit(self._encode_texts, items)
        photo_vectors = self._encode_photos(items)
        stored_ids = [item.id for item in items if item.stored]
        stored = self._store.retrieve(stored_ids, (*DIGEST_FIELDS, PERCEPTUAL_HASH), vectors=True)
        text_vectors = pending_texts.result()
        return [
            self._build_point(item, stored.get(item.id), photo_vectors, text_vectors)
            for item in items
        ]

    def _encode_photos(self, items: Sequence[BatchItem]) -> dict[PointId, dict[str, Vectors]]:
        """Encode the photos whose embeddings are not stored.

        Returns:
            By point id and digest, as they are stored, each of shape (stored_dim,).
        """
        photos = collect_prepared_photos(items)
        encoded = self._encoder.encode_prepared([prepared for _, _, prepared in photos])
        self.n_photos += len(photos)
        by_point: dict[PointId, dict[str, Vectors]] = {}
        for (item, digest, _), embedding in zip(photos, encoded, strict=True):
            stored_columns = self._projection.project(PHOTO, embedding)
            by_point.setdefault(item.id, {})[digest] = stored_columns
        return by_point

    def _encode_texts(self, items: Sequence[BatchItem]) -> dict[str, Vectors]:
        """Encode the texts of all products whose texts changed, in one call.

        Returns:
            By point id the mean of the embeddings of its languages, normalized, shape (dim,).
        """
        changed = [
            item
            for item in items
            if item.texts and item.stored_fingerprint.text != item.fingerprint.text
        ]
        encoded = self._encoder.encode_texts([text for item in changed for text in item.texts])
        ends = np.cumsum([len(item.texts) for item in changed])[:-1]
        embeddings = np.split(encoded, ends) if changed else []
        return {
            item.id: l2_normalize(rows.mean(axis=0)[None])[0]
            for item, rows in zip(changed, embeddings, strict=True)
        }

    def _build_point(
        self,
        item: BatchItem,
        stored: Point | None,
        photo_vectors: Mapping[PointId, Mapping[str, Vectors]],
        text_vectors: Mapping[str, Vectors],
    ) -> Point:
        """Return a point, with its new embeddings if there are some by its id, shape (dim,)."""
        known = {**_collect_stored_photos(stored), **photo_vectors.get(item.id, {})}
        fingerprint = item.fingerprint.keep_photos(known)
        vectors = _arrange_photos([known[digest] for digest in fingerprint.usable_photos])
        if item.id in text_vectors:
            vectors[TEXT] = self._projection.project(TEXT, text_vectors[item.id])
        elif item.texts and stored and TEXT in stored.vectors:
            vectors[TEXT] = stored.vectors[TEXT]
        sparse_vector = build_document_vector(item.tokens, self._mean_doc_length)
        payload = {**item.payload, **fingerprint.to_payload(), DOC_LENGTH: len(item.tokens)}
        return Point(
            item.id, {**payload, **_build_hash_field(item, stored)}, vectors, sparse_vector
        )


def _collect_stored_photos(stored: Point | None) -> dict[str, Vectors]:
    """Return the stored embeddings of a product's photos by digest, each of shape (stored_dim,)."""
    if stored is None or PHOTO not in stored.vectors:
        return {}
    rows = [stored.vectors[PHOTO], *stored.vectors.get(PHOTOS, ())]
    # Another process may have changed a server's point meanwhile: then rows may be missing.
    return dict(zip(Fingerprint.from_payload(stored.payload).usable_photos, rows, strict=False))


def _arrange_photos(rows: Sequence[Vectors]) -> dict[str, Vectors]:
    """Return photos' vectors, each of shape (stored_dim,), as a point has them.

    The first stands for the product; the others are the rows of a multivector.
    """
    vectors = {PHOTO: rows[0]} if rows else {}
    return {**vectors, PHOTOS: np.stack(rows[1:])} if len(rows) > 1 else vectors


def _build_hash_field(item: BatchItem, stored: Point | None) -> Payload:
    """Return the payload field of the first photo's hash: computed if it is new, else as stored."""
    perceptual_hash = item.photos.result().perceptual_hash
    first = item.fingerprint.usable_photos[:1]
    if not perceptual_hash and stored and first:
        is_same = item.stored_fingerprint.usable_photos[:1] == first
        perceptual_hash = stored.payload.get(PERCEPTUAL_HASH, "") if is_same else ""
    return {PERCEPTUAL_HASH: perceptual_hash} if perceptual_hash else {}
