"""What a partial update changes of a stored point: the same fields that indexing would write."""

from dataclasses import dataclass
from datetime import datetime

from index.fingerprint import digest_payload, digest_texts
from index.payload import (
    DATA_DIGEST,
    DOC_LENGTH,
    LANGUAGES,
    SURFACE_FORMS,
    TEXT_DIGEST,
    build_data_fields,
    build_encoder_texts,
    build_word_fields,
    has_same_words,
    tokenize_product,
)
from index.store.points import Payload, Point, PointUpdate
from index.text.bm25 import SparseVector, build_document_vector
from shopwindow.values import Product, ProductUpdate


@dataclass(frozen=True, slots=True)
class _WordChanges:
    """Payload fields of words, their digest, and the new sparse vector; None when all stays."""

    fields: Payload
    digests: Payload
    sparse_vector: SparseVector | None = None


def build_point_update(
    stored: Point,
    before: Product,
    update: ProductUpdate,
    mean_doc_length: float,
    now: datetime | None = None,
) -> PointUpdate | None:
    """Return what an update changes of a stored product.

    Embeddings stay: no field that they are made of can be updated. Everything else is derived from
    the whole product by the functions that indexing uses, so that indexing the product anew finds
    nothing to change.

    Args:
        stored: The stored point with its whole payload.
        before: Its product.
        update: The update.
        mean_doc_length: Mean number of tokens per product that the stored BM25 weights use.
        now: The current time; None for the clock's.

    Returns:
        The changes; None when the product has these values already.

    Raises:
        InvalidProductError: The product would not be valid with the new values.
    """
    payload = stored.payload
    product = update.apply(before, now)
    words = _build_words(before, product, payload, mean_doc_length)
    fields = {
        name: None if value in (None, "", []) else value
        for name, value in {**build_data_fields(product), **words.fields}.items()
    }
    digest = digest_payload({name: value for name, value in fields.items() if value is not None})
    fields |= {**words.digests, DATA_DIGEST: digest}
    changes = {name: value for name, value in fields.items() if payload.get(name) != value}
    return PointUpdate(stored.id, changes, words.sparse_vector) if changes else None


def _build_words(
    before: Product, product: Product, payload: Payload, mean_doc_length: float
) -> _WordChanges:
    if has_same_words(before, product):
        return _WordChanges({name: payload.get(name) for name in (SURFACE_FORMS, LANGUAGES)}, {})
    tokens = tokenize_product(product)
    digests: Payload = {DOC_LENGTH: len(tokens)}
    if TEXT_DIGEST in payload:  # without one the texts are to be encoded again
        digests[TEXT_DIGEST] = digest_texts(build_encoder_texts(product), tokens)
    vector = build_document_vector(tokens, mean_doc_length)
    return _WordChanges(build_word_fields(product), digests, vector)
