"""What is asked of an index: products, candidates, counts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from index.field_row_cache import FieldRowCache
from index.field_rows import FieldRows
from index.manifest import Manifest
from index.payload import (
    ENTITY_FIELDS,
    FACET_FIELDS,
    GROUP_ID,
    LANGUAGES,
    SURFACE_FORMS,
    from_payload,
    label_facet_counts,
    to_conditions,
    to_point_id,
    to_point_ids,
)
from index.store.contract import VectorStore
from index.store.points import (
    PHOTO,
    TEXT,
    Condition,
    IsEmpty,
    OrderBy,
    Point,
    Range,
    ScoredPoint,
    VectorQuery,
)
from index.text.bm25 import SparseVector
from index.vector_projection import VectorProjection
from shopwindow.values.encoder import EncoderSpec, Vectors
from shopwindow.values.product import Product
from shopwindow.values.query import Filters


class IndexReader:
    """The reading half of `ProductIndex`; safe to use from several threads.

    Args:
        store: Where the points are.
        spec: The encoder that made, or is to make, its vectors.

    Raises:
        EncoderMismatchError: Another encoder made them; also from every call after another process
            made the index anew with another encoder.
        IndexVersionError: Another version of Shopwindow made the index.
    """

    def __init__(self, store: VectorStore, spec: EncoderSpec) -> None:
        self._store = store
        self._columns = VectorProjection.from_spec(spec)
        self._spec = spec
        self._read_at = store.n_changes
        self._manifest = self._read_manifest()
        self._rows = FieldRowCache(store)

    @property
    def n_changes(self) -> int:
        """How often the index changed, by any process; readers compare it with what they know."""
        return self._store.n_changes

    @property
    def counts_all_writers(self) -> bool:
        """Whether `n_changes` moves with every writer's changes; see `VectorStore`."""
        return self._store.counts_all_writers

    @property
    def manifest(self) -> Manifest | None:
        """What the index was made with; None before the first product."""
        n_changes = self._store.n_changes
        if n_changes != self._read_at:
            self._manifest = self._read_manifest()
            self._read_at = n_changes
        return self._manifest

    @property
    def exists(self) -> bool:
        """Whether anything was ever added."""
        return self.manifest is not None

    @property
    def location(self) -> str:
        """Where the index is, for messages."""
        return self._store.location

    def get(self, product_ids: Sequence[str]) -> list[Product]:
        """Return products by id, in the order asked; unknown ids are left out.

        Raises:
            InvalidQueryError: One is no id, or they are one text instead of several.
        """
        ids = to_point_ids(product_ids)
        found = self.get_points(ids)
        return [from_payload(found[each].payload) for each in ids if each in found]

    def count(self, filters: Filters | None = None) -> int:
        """Return how many products there are, or how many pass the filters."""
        return self._store.count(to_conditions(filters or Filters())) if self.exists else 0

    def query(self, queries: Sequence[VectorQuery]) -> list[list[ScoredPoint]]:
        """Return the best points of each leg; see `VectorStore.query`.

        Args:
            queries: Their dense vectors as the encoder makes them.
        """
        if not self.exists:
            return [[] for _ in queries]
        return self._store.query([self.project_query(leg) for leg in queries])

    def get_points(
        self, ids: Sequence[str], fields: tuple[str, ...] | None = None, vectors: bool = False
    ) -> dict[str, Point]:
        """Return points by point id, vectors as stored; see `VectorStore.retrieve`."""
        return self._store.retrieve(ids, fields, vectors) if self.exists else {}

    def get_vectors(self, product_id: str) -> dict[str, Vectors] | None:
        """Return the encoder's vectors of a product by name, None when there is no such product."""
        each = to_point_id(product_id)
        found = self.get_points([each], (), vectors=True)
        if each not in found:
            return None
        return self._whole(found[each].vectors)

    def sample_vectors(self, limit: int, filters: Filters | None = None) -> dict[str, Vectors]:
        """Return vectors of products taken at random, always the same ones, as they are stored.

        Args:
            limit: Most products looked at.
            filters: What they must fulfil.

        Returns:
            By name, unit rows of shape (n, width as stored), where a product has such a vector.
        """
        # Ids are hashes: their order has nothing to do with what the products are.
        required = to_conditions(filters or Filters())
        points = self._store.scroll(required, "", limit, ())[0] if self.exists else []
        ids = [each.id for each in points]
        found = self.get_points(ids, (), vectors=True)
        rows: dict[str, list[Vectors]] = {}
        for point in (found[each] for each in ids if each in found):
            for name, vector in point.vectors.items():
                rows.setdefault(name, []).append(vector)
        return {name: np.stack(some) for name, some in rows.items()}

    def project(self, name: str, vector: Vectors) -> Vectors:
        """Return the encoder's vector as it is compared with those stored under a name."""
        return self._columns.project(name, vector)

    def get_stored_dim(self, name: str) -> int:
        """Return the width of the vectors that are stored under a name."""
        return self._columns.dims[name]

    def get_comparison_vector(self, name: str, stored: Mapping[str, Vectors]) -> Vectors | None:
        """Return the vector by which a product is compared with others' under a name.

        Args:
            name: PHOTO or TEXT.
            stored: The product's vectors as they are stored.

        Returns:
            Unit vector as stored under that name; made of what a text shares with photos where
            the product has no photo, and None where nothing can be compared.
        """
        if name in stored:
            return stored[name]
        other = self._whole(stored)
        if name == TEXT or TEXT not in other:
            return None
        shared = self.project(PHOTO, other[TEXT])
        length = float(np.linalg.norm(shared))
        return shared / length if length > 1e-6 else None

    def shared_mask(self, name: str) -> NDArray[np.bool_]:
        """Return which columns stored under a name texts and photos share, shape (width,)."""
        return self._columns.shared_mask(name)

    def expand(self, name: str, stored: Vectors) -> Vectors:
        """Return the encoder's vector of one that is stored under a name."""
        return self._columns.expand(name, stored)

    def project_query(self, query: VectorQuery) -> VectorQuery:
        """Return a leg whose dense vector is cut to the columns that are stored."""
        if isinstance(query.vector, SparseVector):
            return query
        return replace(query, vector=self.project(query.using, query.vector))

    def browse(
        self, filters: Filters, after: str = "", limit: int = 100
    ) -> tuple[list[Point], str]:
        """Return one batch of what passes the filters; see `VectorStore.scroll`."""
        if not self.exists:
            return [], ""
        return self._store.scroll(to_conditions(filters), after, limit)

    def browse_vectors(
        self, after: str = "", limit: int = 100, filters: Filters | None = None
    ) -> tuple[list[Point], str]:
        """Return one batch of what passes the filters with the encoder's vectors; see `browse`."""
        points, following = self.browse(filters or Filters(), after, limit)
        stored = self.get_points([point.id for point in points], (), vectors=True)
        found = [
            replace(point, vectors=self._whole(stored[point.id].vectors))
            for point in points
            if point.id in stored
        ]
        return found, following

    def facet(self, name: str, filters: Filters, limit: int = 100) -> dict[str, int]:
        """Count the values of a facet over everything that passes the filters, exactly.

        Returns:
            Counts by value as shops write it, most frequent first.
        """
        if not self.exists:
            return {}
        counts = self._store.facet(FACET_FIELDS[name], to_conditions(filters), limit)
        return label_facet_counts(name, counts, limit)

    def count_surface_forms(
        self, filters: Filters | None = None, limit: int = 200_000
    ) -> dict[str, int]:
        """Count the products that have each word in title, category, brand or attributes.

        Args:
            filters: Only products that pass them count.
            limit: Most words returned.

        Returns:
            Counts by word as written, in small letters, most frequent first.
        """
        return self._values(SURFACE_FORMS, filters, limit)

    def count_entity_names(
        self, kind: str, filters: Filters | None = None, limit: int = 20_000
    ) -> dict[str, int]:
        """Count the products under each name of a kind.

        Args:
            kind: "category" (paths), "brand" or "attributes" ("name=value", folded).
            filters: Only products that pass them count.
            limit: Most names returned.

        Returns:
            Counts by name, most frequent first.
        """
        return self._values(ENTITY_FIELDS[kind], filters, limit)

    def list_languages(self, filters: Filters | None = None) -> tuple[str, ...]:
        """Return the languages of what passes that have stemmers of their own, in order."""
        return tuple(sorted(self._values(LANGUAGES, filters, limit=100)))

    def has_groups(self, filters: Filters | None = None) -> bool:
        """Return whether any product that passes is a variant of a group."""
        return bool(self._values(GROUP_ID, filters, limit=1))

    def fetch_rows(self, ids: Sequence[str], fields: tuple[str, ...]) -> FieldRows:
        """Return values of stored fields of named points; see `FieldRowCache.fetch`."""
        return self._rows.fetch(ids, fields) if self.exists else FieldRows(fields)

    def browse_ordered(self, order: OrderBy, filters: Filters, limit: int) -> list[Point]:
        """Return the first products of an order among those that pass the filters."""
        return (
            self._store.scroll_ordered(order, to_conditions(filters), limit) if self.exists else []
        )

    def sample_prices(self, filters: Filters, limit: int) -> list[float]:
        """Return the prices of products taken at random among those that pass the filters."""
        if not self.exists:
            return []
        points, _ = self._store.scroll(to_conditions(filters), "", limit, ("price",))
        return [float(each.payload["price"]) for each in points if "price" in each.payload]

    def make_price_counter(self, filters: Filters) -> Callable[[float | None, float | None], int]:
        """Return a function that counts what passes the filters and costs at least and at most."""
        required = to_conditions(filters)

        def count(low: float | None, high: float | None) -> int:
            return self._store.count((*required, Range("price", low, high)))

        return count

    def browse_missing(
        self, field: str, filters: Filters, after: str = "", limit: int = 100
    ) -> tuple[list[Point], str]:
        """Return products that pass the filters and lack a field; see `VectorStore.scroll`."""
        if not self.exists:
            return [], ""
        return self._store.scroll((*to_conditions(filters), IsEmpty(field)), after, limit)

    def filter_ids(
        self, ids: Sequence[str], condition_sets: Sequence[tuple[Condition, ...]]
    ) -> list[set[str]]:
        """Return which of some points fulfil conditions; see `VectorStore.filter_ids`."""
        return (
            self._store.filter_ids(ids, condition_sets)
            if self.exists
            else [set() for _ in condition_sets]
        )

    def filter_products(self, product_ids: Sequence[str], filters: Filters) -> dict[str, str]:
        """Return which products exist and pass the filters.

        Args:
            product_ids: The products.
            filters: What they must fulfil.

        Returns:
            Their ids by point id, in their order.
        """
        points = {to_point_id(each): each for each in product_ids}
        (passing,) = self.filter_ids(list(points), [to_conditions(filters)]) if points else (set(),)
        return {point: each for point, each in points.items() if point in passing}

    def _read_manifest(self) -> Manifest | None:
        stored = self._store.read_manifest()
        if stored is None:
            return None
        manifest = Manifest.from_dict(stored, self.location)
        manifest.check_encoder(self._spec, self.location)
        return manifest

    def _whole(self, stored: Mapping[str, Vectors]) -> dict[str, Vectors]:
        return {name: self._columns.expand(name, vector) for name, vector in stored.items()}

    def _values(self, field: str, filters: Filters | None, limit: int) -> dict[str, int]:
        required = to_conditions(filters or Filters())
        counts = self._store.facet(field, required, limit) if self.exists else {}
        return {str(value): n for value, n in counts.items()}
