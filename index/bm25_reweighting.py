"""Keeping the stored words weighted by the catalogue's true mean product length."""

from index.payload import DOC_LENGTH, from_payload, tokenize_product
from index.store.contract import VectorStore
from index.text.bm25 import build_document_vector

MAX_LENGTH_DRIFT = 0.01
"""Change of the mean product length from which all stored words are weighted anew."""

_MAX_LENGTHS = 100_000


def reweight_on_drift(store: VectorStore, current_mean: float, batch_size: int) -> float:
    """Weigh the stored words by the true mean length if the one used is off.

    Args:
        store: Where the words are.
        current_mean: The mean that they were weighted by; 0 for an index that was never settled
            (its first run was cut off), which is always weighed anew: so an interrupted run and
            its repetition end where an undisturbed one does.
        batch_size: Products rewritten at once.

    Returns:
        The mean that the words are weighted by now; 0 while there are none.
    """
    true_mean = compute_mean_doc_length(store)
    drift = abs(true_mean / current_mean - 1) if current_mean else 1.0
    if not true_mean or drift <= MAX_LENGTH_DRIFT:
        return current_mean
    reweight_documents(store, true_mean, batch_size)
    return true_mean


def compute_mean_doc_length(store: VectorStore) -> float:
    """Return the mean number of words of the stored products; 0 when there are none."""
    lengths = store.facet(DOC_LENGTH, limit=_MAX_LENGTHS)
    n_products = sum(lengths.values())
    return sum(int(n) * count for n, count in lengths.items()) / max(n_products, 1)


def reweight_documents(store: VectorStore, mean_doc_length: float, batch_size: int) -> None:
    """Give all stored words the weights of this mean length; nothing is encoded."""
    after = ""
    while True:
        points, after = store.scroll(after=after, limit=batch_size, fields=("product",))
        worded = {point.id: tokenize_product(from_payload(point.payload)) for point in points}
        store.update_sparse_vectors(
            {each: build_document_vector(w, mean_doc_length) for each, w in worded.items() if w}
        )
        if not after:
            return
