"""Keep the stored sparse vectors weighted by the catalog's true mean document length."""

from index.payload import DOC_LENGTH, PRODUCT, from_payload, tokenize_product
from index.store.contract import VectorStore
from index.text.bm25 import build_document_vector

MAX_LENGTH_DRIFT = 0.01
"""Relative change of the mean document length above which all documents are reweighted."""

_MAX_DISTINCT_LENGTHS = 100_000


def reweight_on_drift(store: VectorStore, current_mean: float, batch_size: int) -> float:
    """Reweight the stored documents if their mean length has drifted from the one in use.

    Args:
        store: The store whose sparse vectors are reweighted.
        current_mean: The mean length that the stored weights use; 0 for an index whose first run
            was interrupted. Such an index is always reweighted, so that an interrupted run and its
            repetition end in the same state as an undisturbed run.
        batch_size: Products rewritten per batch.

    Returns:
        The mean length that the stored weights use from now on; 0 for an empty store.
    """
    true_mean = compute_mean_doc_length(store)
    drift = abs(true_mean / current_mean - 1) if current_mean else 1.0
    if not true_mean or drift <= MAX_LENGTH_DRIFT:
        return current_mean
    reweight_documents(store, true_mean, batch_size)
    return true_mean


def compute_mean_doc_length(store: VectorStore) -> float:
    """Return the mean number of tokens of the stored products; 0 for an empty store."""
    lengths = store.facet(DOC_LENGTH, limit=_MAX_DISTINCT_LENGTHS)
    n_products = sum(lengths.values())
    n_tokens = sum(int(length) * count for length, count in lengths.items())
    return n_tokens / max(n_products, 1)


def reweight_documents(store: VectorStore, mean_doc_length: float, batch_size: int) -> None:
    """Rebuild all stored sparse vectors for a mean document length, without encoding."""
    after = ""
    while True:
        points, after = store.scroll(after=after, limit=batch_size, fields=(PRODUCT,))
        documents = {point.id: tokenize_product(from_payload(point.payload)) for point in points}
        store.update_sparse_vectors(
            {
                point_id: build_document_vector(tokens, mean_doc_length)
                for point_id, tokens in documents.items()
                if tokens
            }
        )
        if not after:
            return
