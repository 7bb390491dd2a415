"""What tastes are compared with: vectors and facts of products, kept at hand."""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.encoder import Vectors
from core.product import Product
from core.query import Filters
from index.payload import from_payload, point_id
from index.points import PHOTO, TEXT, Point
from index.product_index import ProductIndex
from rank import Facts

MAX_KEPT = 100_000
"""Products that are kept at hand, some 3 kB each. Beyond that the memory starts anew."""

MAX_AGE_S = 300.0
"""After this long products are read again: another process may have changed the index."""

_READ_AT_ONCE = 256
_N_SAMPLED = 50


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What tastes look at in a product.

    Attributes:
        product: The product as it was indexed.
        facts: What is counted of it.
        vector: Its unit vector, shape (dim,), float16; None when it has none.
    """

    product: Product
    facts: Facts
    vector: NDArray[np.float16] | None


class Catalogue:
    """Products with the vectors that tastes are made of. Safe to use from several threads.

    A product's vector is that of its photo; where it has none, its text as it is compared with
    photos. In a catalogue without photos it is that of its text.

    Args:
        index: Has the products.
        clock: Seconds that pass; for tests.

    Attributes:
        index: The index.
        space: Name of the vectors that are compared: PHOTO, or TEXT where no product has a photo.
    """

    def __init__(self, index: ProductIndex, clock: Callable[[], float] = time.monotonic) -> None:
        self.index = index
        sampled = index.sample(_N_SAMPLED)
        self.space = TEXT if TEXT in sampled and PHOTO not in sampled else PHOTO
        self._clock = clock
        self._lock = threading.RLock()
        self._known: dict[str, Known | None] = {}
        self._read_at = (index.n_changes, clock())

    @property
    def dim(self) -> int:
        """Width of the vectors."""
        return self.index.width(self.space)

    @property
    def encoder(self) -> str:
        """Names the vectors: profiles of equal names can be compared."""
        return f"{self.index.encoder.spec.identity}/{self.space}"

    def known(self, product_ids: Iterable[str]) -> dict[str, Known]:
        """Return what tastes look at, by product id; products that do not exist are missing."""
        points = {point_id(each): each for each in product_ids}
        return {points[each]: known for each, known in self.known_points(list(points)).items()}

    def known_points(self, points: Sequence[str]) -> dict[str, Known]:
        """Return what tastes look at, by point id; points that do not exist are missing."""
        with self._lock:
            self._renew()
            missing = [each for each in dict.fromkeys(points) if each not in self._known]
            for start in range(0, len(missing), _READ_AT_ONCE):
                self._read(missing[start : start + _READ_AT_ONCE])
            found = ((each, self._known.get(each)) for each in points)
            return {each: known for each, known in found if known is not None}

    def rows(self, several: Sequence[Known]) -> Vectors:
        """Return the vectors of products, shape (n, dim), float32; zeros for those without."""
        nothing = np.zeros(self.dim, dtype=np.float16)
        rows = [nothing if each.vector is None else each.vector for each in several]
        return np.array(rows, dtype=np.float16).astype(np.float32).reshape(-1, self.dim)

    def warm_up(self, limit: int = MAX_KEPT) -> None:
        """Read products ahead, so that nobody waits for them."""
        after, n_read = "", 0
        while n_read < limit:
            points, after = self.index.browse(Filters(), after, _READ_AT_ONCE)
            self.known_points([each.id for each in points])
            n_read += len(points)
            if not after:
                return

    def _renew(self) -> None:
        n_changes, read_at = self._read_at
        if n_changes != self.index.n_changes or self._clock() - read_at > MAX_AGE_S:
            self._known = {}
            self._read_at = (self.index.n_changes, self._clock())

    def _read(self, points: Sequence[str]) -> None:
        if len(self._known) + len(points) > MAX_KEPT:
            self._known = {}
        found = self.index.points(points, ("product",), vectors=True)
        for each in points:
            self._known[each] = self._of(found[each]) if each in found else None

    def _of(self, point: Point) -> Known:
        product = from_payload(point.payload)
        vector = self.index.in_space(self.space, point.vectors)
        compact = None if vector is None else vector.astype(np.float16)
        return Known(product, Facts.of(product), compact)
