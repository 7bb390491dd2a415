"""Build the points to write of products that changed."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor

import numpy as np

from index.indexing_batch import BatchItem, collect_prepared_photos
from index.payload import DATA_DIGEST, DOC_LENGTH, PERCEPTUAL_HASH, PHOTO_DIGEST, TEXT_DIGEST
from index.store.contract import VectorStore
from index.store.points import PHOTO, TEXT, Payload, Point
from index.text.bm25 import build_document_vector
from index.vector_projection import VectorProjection
from shopwindow.values import Encoder, Vectors, l2_normalize

DIGEST_FIELDS = (PHOTO_DIGEST, TEXT_DIGEST, DATA_DIGEST)


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

    def _encode_photos(self, items: Sequence[BatchItem]) -> dict[str, Vectors]:
        """Return the embeddings of the photos to encode by point id, each of shape (dim,)."""
        photos = collect_prepared_photos(items)
        encoded = self._encoder.encode_prepared([prepared for _, prepared in photos])
        self.n_photos += len(photos)
        return dict(zip((item.id for item, _ in photos), encoded, strict=True))

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
        photo_vectors: Mapping[str, Vectors],
        text_vectors: Mapping[str, Vectors],
    ) -> Point:
        """Return a point, with its new embedding if there is one by its id, shape (dim,)."""
        vectors = dict(stored.vectors) if stored else {}
        if item.id in photo_vectors:
            vectors[PHOTO] = self._projection.project(PHOTO, photo_vectors[item.id])
        elif not item.fingerprint.photo:
            vectors.pop(PHOTO, None)
        if item.id in text_vectors:
            vectors[TEXT] = self._projection.project(TEXT, text_vectors[item.id])
        if not item.texts:
            vectors.pop(TEXT, None)
        sparse_vector = build_document_vector(item.tokens, self._mean_doc_length)
        payload = {**item.payload, **item.fingerprint.to_payload(), DOC_LENGTH: len(item.tokens)}
        return Point(
            item.id, {**payload, **_build_hash_field(item, stored)}, vectors, sparse_vector
        )


def _build_hash_field(item: BatchItem, stored_point: Point | None) -> Payload:
    """Return the payload field of the photo's hash: computed of a new photo, else as stored."""
    perceptual_hash = item.photo.result().perceptual_hash
    if perceptual_hash:
        return {PERCEPTUAL_HASH: perceptual_hash}
    stored = (
        stored_point.payload.get(PERCEPTUAL_HASH)
        if stored_point and item.fingerprint.photo
        else None
    )
    return {PERCEPTUAL_HASH: stored} if stored else {}
