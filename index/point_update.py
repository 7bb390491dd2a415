"""What a partial update changes of a stored point: the same fields that indexing would write."""

from dataclasses import dataclass, field
from datetime import datetime

from index.fingerprint import digest_payload, digest_texts, replace_offer_digest
from index.payload import (
    DATA_DIGEST,
    DOC_LENGTH,
    OFFER,
    PRODUCT,
    PRODUCT_PARTS,
    TEXT_DIGEST,
    WORD_FIELDS,
    build_data_fields,
    build_encoder_texts,
    build_word_fields,
    format_offer,
    is_empty,
    read_offer,
    to_plain_offer,
    to_plain_values,
    tokenize_product,
)
from index.store.points import Payload, Point, PointUpdate
from index.text.bm25 import SparseVector, build_document_vector
from shopwindow.values import OFFER_FIELDS, Product, ProductUpdate

OFFER_PARTS = (OFFER, "merchant_id", DATA_DIGEST)
"""What must be read of a point to update its offer; reading costs the engine more than writing."""

WHOLE_PARTS = (*PRODUCT_PARTS, "merchant_id", TEXT_DIGEST)
"""What must be read of a point to update its other fields."""


@dataclass(frozen=True, slots=True)
class _WordChanges:
    """Payload fields of words with their digest, and the new sparse vector; empty if all stays."""

    fields: Payload = field(default_factory=dict)
    sparse_vector: SparseVector | None = None


def is_of_offer(update: ProductUpdate, before: Product) -> bool:
    """Return whether an update changes nothing but the offer of a product.

    Args:
        update: The update.
        before: The product, or one with its offer alone.
    """
    if not update.changes.keys() <= OFFER_FIELDS:
        return False
    follows = bool(before.availability) and "in_stock" in update.changes
    return not follows and "availability" not in update.changes  # shoppers filter by it


def build_offer_update(
    stored: Point, before: Product, update: ProductUpdate, now: datetime | None = None
) -> PointUpdate | None:
    """Return what an update of the offer changes of a stored product: see `build_point_update`.

    Args:
        stored: The stored point with `OFFER_PARTS`.
        before: A product with its offer.
        update: The update; see `is_of_offer`.
        now: The current time; None for the clock's.

    Returns:
        The changes; None when the product has these values already.

    Raises:
        InvalidProductError: The product would not be valid with the new values.
    """
    product = update.apply(before, now)
    offer = to_plain_offer(product)
    changed = _list_changed(read_offer(stored.payload), offer)
    if not changed:
        return None
    text = format_offer(offer)
    digest = replace_offer_digest(stored.payload.get(DATA_DIGEST, ""), text)
    former = build_data_fields(before, changed)
    fields = build_data_fields(product, changed)
    fields = {name: value for name, value in fields.items() if value != former[name]}
    return PointUpdate(stored.id, _empty_to_none({**fields, OFFER: text, DATA_DIGEST: digest}))


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
        stored: The stored point with `WHOLE_PARTS`.
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
    parts, stored_product = to_plain_values(product), stored.payload[PRODUCT]
    of_product = _list_changed(stored_product, parts[PRODUCT])
    of_offer = _list_changed(read_offer(stored.payload), to_plain_offer(product))
    if not of_product and not of_offer:
        return None
    changes = build_data_fields(product, of_product | of_offer)
    words = _WordChanges()
    if not of_product.isdisjoint(WORD_FIELDS):
        words = _build_words(product, stored.payload, mean_doc_length)
    changes |= {**words.fields, DATA_DIGEST: digest_payload(parts)}
    changes |= {OFFER: parts[OFFER]} if of_offer else {}
    nested = {}
    if not of_product <= parts[PRODUCT].keys():
        changes[PRODUCT] = parts[PRODUCT]
    elif of_product:  # writing the whole product takes twice as long
        nested = {PRODUCT: {name: parts[PRODUCT][name] for name in of_product}}
    return PointUpdate(stored.id, _empty_to_none(changes), nested, words.sparse_vector)


def _list_changed(before: Payload, after: Payload) -> set[str]:
    names = before.keys() | after.keys()
    return {name for name in names if before.get(name) != after.get(name)}


def _empty_to_none(fields: Payload) -> Payload:
    return {name: None if is_empty(value) else value for name, value in fields.items()}


def _build_words(product: Product, payload: Payload, mean_doc_length: float) -> _WordChanges:
    tokens = tokenize_product(product)
    fields = {**build_word_fields(product), DOC_LENGTH: len(tokens)}
    if TEXT_DIGEST in payload:  # without one the texts are to be encoded again
        fields[TEXT_DIGEST] = digest_texts(build_encoder_texts(product), tokens)
    return _WordChanges(fields, build_document_vector(tokens, mean_doc_length))
