"""Cached catalogue items: the vectors and attributes that profiles are compared with."""

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index import PRODUCT_PARTS, CatalogCache, IndexEntry, ProductIndex
from index.store import PHOTO, TEXT
from shopwindow.ranking import ProductAttributes
from shopwindow.values import Filters, Product, Vectors

MAX_CACHED_ITEMS = 100_000
"""Most products that are cached, some 3 kB each."""

CACHE_TTL_S = 300.0
"""Age at which products are read again: another process may have changed the index."""

_BATCH_SIZE = 256
_N_SAMPLED = 50


@dataclass(frozen=True, slots=True, eq=False)
class CatalogItem:
    """A product with what profiles compare.

    Attributes:
        product: The product as it was indexed.
        attributes: The attributes that have preferences.
        vector: Its unit vector, shape (dim,), float16; None when it has none.
    """

    product: Product
    attributes: ProductAttributes
    vector: NDArray[np.float16] | None


class CatalogItems:
    """Products with the vectors that profiles are made of, cached. Safe for several threads.

    A product's vector is that of its photo; where it has none, that of its text in the space of
    photos. In a catalogue without photos it is the text vector.

    Args:
        index: Has the products.
        clock: Monotonic clock in seconds; replaced in tests.

    Attributes:
        index: The index.
        space: Name of the compared vectors: PHOTO, or TEXT where no product has a photo.
    """

    def __init__(self, index: ProductIndex, clock: Callable[[], float] = time.monotonic) -> None:
        self.index = index
        sampled_spaces = index.sample_vectors(_N_SAMPLED)
        self.space = TEXT if TEXT in sampled_spaces and PHOTO not in sampled_spaces else PHOTO
        self._stopped = threading.Event()
        self._cache: CatalogCache[str, CatalogItem | None] = CatalogCache(
            index, MAX_CACHED_ITEMS, CACHE_TTL_S, clock
        )

    def select_space(self, encoder_id: str) -> None:
        """Compare by the vectors that stored profiles were made of, if the encoder makes them.

        A catalogue without photos that gets its first ones keeps comparing texts until the profiles
        are rebuilt.

        Args:
            encoder_id: The `encoder_id` that the profiles were made with; empty for none.
        """
        for space in (PHOTO, TEXT):
            if encoder_id == self._make_encoder_id(space):
                self.space = space

    @property
    def dim(self) -> int:
        """Width of the vectors."""
        return self.index.get_stored_dim(self.space)

    @property
    def encoder_id(self) -> str:
        """Identity of the vectors: profiles with the same identity can be compared."""
        return self._make_encoder_id(self.space)

    def get_items(self, product_ids: Iterable[str]) -> dict[str, CatalogItem]:
        """Return items by product id; missing products are left out."""
        items = self._cache.get_many(product_ids, self._read)
        return {product_id: item for product_id, item in items.items() if item is not None}

    def stack_vectors(self, items: Sequence[CatalogItem]) -> Vectors:
        """Return the vectors of items, shape (n_items, dim), float32; zeros where missing."""
        no_vector = np.zeros(self.dim, dtype=np.float16)
        vectors = [no_vector if item.vector is None else item.vector for item in items]
        return np.array(vectors, dtype=np.float16).astype(np.float32).reshape(-1, self.dim)

    def warm_up(self, limit: int = MAX_CACHED_ITEMS) -> None:
        """Fill the cache ahead of requests."""
        after, n_read = "", 0
        while n_read < limit and not self._stopped.is_set():
            entries, after = self.index.browse(Filters(), after, _BATCH_SIZE)
            self.get_items([entry.id for entry in entries])
            n_read += len(entries)
            if not after:
                return

    def stop_warm_up(self) -> None:
        """Make a `warm_up` in another thread return soon, now and later."""
        self._stopped.set()

    def _make_encoder_id(self, space: str) -> str:
        return f"{self.index.encoder.spec.identity}/{space}"

    def _read(self, product_ids: Sequence[str]) -> Mapping[str, CatalogItem | None]:
        """Return items as they are in the index; None for products that do not exist."""
        items: dict[str, CatalogItem | None] = dict.fromkeys(product_ids)
        for start in range(0, len(product_ids), _BATCH_SIZE):
            batch = product_ids[start : start + _BATCH_SIZE]
            stored = self.index.get_entries(batch, PRODUCT_PARTS, vectors=True)
            items |= {product_id: self._make_item(entry) for product_id, entry in stored.items()}
        return items

    def _make_item(self, entry: IndexEntry) -> CatalogItem:
        product = entry.product
        vector = self.index.get_comparison_vector(self.space, entry.vectors)
        compact = None if vector is None else vector.astype(np.float16)
        return CatalogItem(product, ProductAttributes.from_product(product), compact)
