"""What a partial update changes of a stored point: the same fields that indexing would write."""

from dataclasses import dataclass, field
from datetime import datetime

from index.fingerprint import digest_payload, digest_texts
from index.payload import (
    DATA_DIGEST,
    DOC_LENGTH,
    TEXT_DIGEST,
    WORD_FIELDS,
    build_data_fields,
    build_encoder_texts,
    build_word_fields,
    is_empty,
    to_plain_values,
    tokenize_product,
)
from index.store.points import Payload, Point, PointUpdate
from index.text.bm25 import SparseVector, build_document_vector
from shopwindow.values import Product, ProductUpdate

STORED_FIELDS = ("product", "merchant_id", TEXT_DIGEST)
"""What must be read of a point to update it; reading costs the engine more than writing."""


@dataclass(frozen=True, slots=True)
class _WordChanges:
    """Payload fields of words with their digest, and the new sparse vector; empty if all stays."""

    fields: Payload = field(default_factory=dict)
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
        stored: The stored point with `STORED_FIELDS`.
        before: Its product.
        update: The update.
        mean_doc_length: Mean number of tokens per product that the stored BM25 weights use.
        now: The current time; None for the clock's.

    Returns:
        The changes; None when the product has these values already.

    Raises:
        InvalidProductError: The product would not be valid with the new values.
    """
    product = update.apply(before, now)
    plain, plain_before = to_plain_values(product), stored.payload["product"]
    changed = {
        name
        for name in plain.keys() | plain_before.keys()
        if plain.get(name) != plain_before.get(name)
    }
    if not changed:
        return None
    changes = build_data_fields(product, changed)
    words = _WordChanges()
    if not changed.isdisjoint(WORD_FIELDS):
        words = _build_words(product, stored.payload, mean_doc_length)
    changes |= {**words.fields, DATA_DIGEST: digest_payload({"product": plain})}
    nested = {}
    if changed <= plain.keys():  # writing the whole product takes the engine twice as long
        nested["product"] = {name: plain[name] for name in changed}
    else:
        changes["product"] = plain
    without_empty = {name: None if is_empty(value) else value for name, value in changes.items()}
    return PointUpdate(stored.id, without_empty, nested, words.sparse_vector)


def _build_words(product: Product, payload: Payload, mean_doc_length: float) -> _WordChanges:
    tokens = tokenize_product(product)
    fields = {**build_word_fields(product), DOC_LENGTH: len(tokens)}
    if TEXT_DIGEST in payload:  # without one the texts are to be encoded again
        fields[TEXT_DIGEST] = digest_texts(build_encoder_texts(product), tokens)
    return _WordChanges(fields, build_document_vector(tokens, mean_doc_length))
