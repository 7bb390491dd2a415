"""Keeping the stored words weighted by the catalogue's true mean product length."""

from index.payload import N_WORDS, document_words, from_payload
from index.store.contract import VectorStore
from index.text.bm25 import document_vector

DRIFT = 0.01
"""Change of the mean product length from which all stored words are weighted anew."""

_MAX_LENGTHS = 100_000


def settled_mean(store: VectorStore, used_mean: float, batch_size: int) -> float:
    """Weigh the stored words by the true mean length if the one used is off.

    Args:
        store: Where the words are.
        used_mean: The mean that they were weighted by; 0 for an index that was never settled
            (its first run was cut off), which is always weighed anew: so an interrupted run and
            its repetition end where an undisturbed one does.
        batch_size: Products rewritten at once.

    Returns:
        The mean that the words are weighted by now; 0 while there are none.
    """
    true_mean = mean_words(store)
    drift = abs(true_mean / used_mean - 1) if used_mean else 1.0
    if not true_mean or drift <= DRIFT:
        return used_mean
    reweigh(store, true_mean, batch_size)
    return true_mean


def mean_words(store: VectorStore) -> float:
    """Return the mean number of words of the stored products; 0 when there are none."""
    lengths = store.facet(N_WORDS, limit=_MAX_LENGTHS)
    n_products = sum(lengths.values())
    return sum(int(n) * count for n, count in lengths.items()) / max(n_products, 1)


def reweigh(store: VectorStore, mean: float, batch_size: int) -> None:
    """Give all stored words the weights of this mean length; nothing is encoded."""
    after = ""
    while True:
        points, after = store.scroll(after=after, limit=batch_size, fields=("product",))
        worded = {point.id: document_words(from_payload(point.payload)) for point in points}
        store.set_words({each: document_vector(w, mean) for each, w in worded.items() if w})
        if not after:
            return
