"""From products that changed to the points that are written."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor

import numpy as np

from index.indexing_batch import BatchItem, collect_prepared_photos
from index.payload import DATA_DIGEST, DOC_LENGTH, PERCEPTUAL_HASH, PHOTO_DIGEST, TEXT_DIGEST
from index.store.contract import VectorStore
from index.store.points import PHOTO, TEXT, Payload, Point
from index.text.bm25 import build_document_vector
from index.vector_projection import VectorProjection
from shopwindow.values.arrays import l2_normalize
from shopwindow.values.encoder import Encoder, Vectors

DIGEST_FIELDS = (PHOTO_DIGEST, TEXT_DIGEST, DATA_DIGEST)


class PointBuilder:
    """Encodes what changed of each product, and keeps the stored vectors of what did not.

    Args:
        store: Has the vectors that are kept.
        encoder: Makes the others.
        mean_doc_length: Mean words per product, by which words are weighted; 0 takes the first
            batch's own mean, to be corrected when the run is over.
        executor: Encode the texts beside the photos: a tower never fills all cores at every moment.
    """

    def __init__(
        self, store: VectorStore, encoder: Encoder, mean_doc_length: float, executor: Executor
    ) -> None:
        self._store = store
        self._encoder = encoder
        self._columns = VectorProjection.from_spec(encoder.spec)
        self._mean_words = mean_doc_length
        self._threads = executor
        self.n_photos = 0

    def build_points(self, items: Sequence[BatchItem]) -> list[Point]:
        """Return the point of each product.

        Raises:
            EncoderError: The encoder broke.
        """
        if not items:
            return []
        if not self._mean_words:
            self._mean_words = float(np.mean([len(item.tokens) for item in items])) or 1.0
        texts = self._threads.submit(self._text_rows, items)
        photos = self._photo_rows(items)
        known = [item.id for item in items if item.stored]
        kept = self._store.retrieve(known, (*DIGEST_FIELDS, PERCEPTUAL_HASH), vectors=True)
        text_rows = texts.result()
        return [self._point(item, kept.get(item.id), photos, text_rows) for item in items]

    def _photo_rows(self, items: Sequence[BatchItem]) -> dict[str, Vectors]:
        photos = collect_prepared_photos(items)
        encoded = self._encoder.encode_prepared([prepared for _, prepared in photos])
        self.n_photos += len(photos)
        return dict(zip((item.id for item, _ in photos), encoded, strict=True))

    def _text_rows(self, items: Sequence[BatchItem]) -> dict[str, Vectors]:
        """Encode the texts of all products whose texts changed at once.

        Returns:
            For each the mean of its languages' unit vectors, shape (dim,), of length 1.
        """
        changed = [
            item
            for item in items
            if item.texts and item.stored_fingerprint.text != item.fingerprint.text
        ]
        encoded = self._encoder.encode_texts([text for item in changed for text in item.texts])
        ends = np.cumsum([len(item.texts) for item in changed])[:-1]
        parts = np.split(encoded, ends) if changed else []
        return {
            item.id: l2_normalize(part.mean(axis=0)[None])[0]
            for item, part in zip(changed, parts, strict=True)
        }

    def _point(
        self,
        item: BatchItem,
        kept: Point | None,
        photos: Mapping[str, Vectors],
        texts: Mapping[str, Vectors],
    ) -> Point:
        vectors = dict(kept.vectors) if kept else {}
        if item.id in photos:
            vectors[PHOTO] = self._columns.project(PHOTO, photos[item.id])
        elif not item.fingerprint.photo:
            vectors.pop(PHOTO, None)
        if item.id in texts:
            vectors[TEXT] = self._columns.project(TEXT, texts[item.id])
        if not item.texts:
            vectors.pop(TEXT, None)
        words = build_document_vector(item.tokens, self._mean_words)
        payload = {**item.payload, **item.fingerprint.to_payload(), DOC_LENGTH: len(item.tokens)}
        return Point(item.id, {**payload, **_print(item, kept)}, vectors, words)


def _print(item: BatchItem, kept: Point | None) -> Payload:
    """Return the photo's print as a stored field: made of a new photo, kept of an old one."""
    new = item.photo.result().perceptual_hash
    if new:
        return {PERCEPTUAL_HASH: new}
    stored = kept.payload.get(PERCEPTUAL_HASH) if kept and item.fingerprint.photo else None
    return {PERCEPTUAL_HASH: stored} if stored else {}
