"""Read access to an index: products, candidates, vectors and counts."""

from collections.abc import Mapping, Sequence
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
from index.photo_vectors import PhotoVectors
from index.price_counts import PriceCounts
from index.pricing import CatalogPrices, PriceView, ProductCondition
from index.pricing.price_view import PRICE
from index.product_id_map import ProductIdMap
from index.product_query import IndexEntry, ProductQuery, ScoredProduct
from index.store.contract import VectorStore
from index.store.points import (
    PHOTO,
    SPARSE,
    TEXT,
    Condition,
    IsEmpty,
    OrderBy,
)
from index.vector_projection import VectorProjection
from shopwindow.values import EncoderSpec, Filters, Product, ProductId, Vectors

_VECTORS = (PHOTO, TEXT, SPARSE)
"""What is read of many products: without further photos, which only few callers need."""


class IndexReader:
    """The reading half of `ProductIndex`; safe to use from several threads.

    Args:
        store: The store that holds the points.
        spec: The spec of the encoder whose embeddings the index holds, or will hold.
        prices: What its prices are worth; None for the shipped exchange rates.

    Attributes:
        photos: Compares queries with all photos of the products.

    Raises:
        EncoderMismatchError: The index was made with another encoder; also raised by every call
            after another process rebuilt the index with another encoder.
        IndexVersionError: The index was made by another version of Shopwindow.
    """

    def __init__(
        self, store: VectorStore, spec: EncoderSpec, prices: CatalogPrices | None = None
    ) -> None:
        self._store = store
        self._projection = VectorProjection.from_spec(spec)
        self._spec = spec
        self._manifest_version = store.n_changes
        self._manifest = self._read_manifest()
        self._rows = FieldRowCache(store)
        self._ids = ProductIdMap(store)
        self._prices = prices or CatalogPrices(store)
        self.price_counts = PriceCounts(store, self._prices)
        self.photos = PhotoVectors(store, self._projection)

    @property
    def n_changes(self) -> int:
        """Number of changes noticed so far, by any process; caches compare it to stay fresh."""
        return self._store.n_changes

    @property
    def counts_all_writers(self) -> bool:
        """Whether `n_changes` moves with every writer's changes; see `VectorStore`."""
        return self._store.counts_all_writers

    @property
    def manifest(self) -> Manifest | None:
        """Facts about the index and its encoder; None before the first product."""
        n_changes = self._store.n_changes
        if n_changes != self._manifest_version:
            self._manifest = self._read_manifest()
            self._manifest_version = n_changes
        return self._manifest

    @property
    def exists(self) -> bool:
        """Whether a product was ever added."""
        return self.manifest is not None

    @property
    def location(self) -> str:
        """Where the index is stored, for messages."""
        return self._store.location

    def get(self, product_ids: Sequence[str]) -> list[Product]:
        """Return products by id, in the order of the ids; unknown ids are left out.

        Raises:
            InvalidQueryError: A value is not a product id, or a string came instead of a list.
        """
        point_ids = to_point_ids(product_ids)
        points = self._store.retrieve(point_ids) if self.exists else {}
        return [
            from_payload(points[point_id].payload) for point_id in point_ids if point_id in points
        ]

    def count(self, filters: Filters | None = None) -> int:
        """Return the number of products, or of those that pass the filters."""
        return self._store.count(self._resolve(filters)) if self.exists else 0

    def query(self, queries: Sequence[ProductQuery]) -> list[list[ScoredProduct]]:
        """Return the best products of each query, in one call to the store.

        A product's photos score like the best of them.

        Returns:
            Best first; ties in the order of `hash_product_id` where the search is exact.

        Raises:
            VectorError: A query vector has the wrong dimension or is not finite.
        """
        if not self.exists:
            return [[] for _ in queries]
        prices = self._prices.view()
        asked = [query.to_vector_query(self.project, prices.resolve) for query in queries]
        return self._ids.convert(self.photos.query(asked))

    def get_entries(
        self,
        product_ids: Sequence[ProductId],
        fields: tuple[str, ...] | None = None,
        vectors: bool = False,
    ) -> dict[ProductId, IndexEntry]:
        """Return what the index has of products, by product id; unknown ids are left out.

        Args:
            product_ids: Product ids.
            fields: Payload fields to return; None for all.
            vectors: Whether to return the vectors of text and main photo as they are stored.
        """
        if not self.exists:
            return {}
        ids = {to_point_id(product_id): product_id for product_id in product_ids}
        points = self._store.retrieve(list(ids), fields, _VECTORS if vectors else False)
        return {
            ids[point.id]: IndexEntry.from_point(point, ids[point.id]) for point in points.values()
        }

    def get_vectors(self, product_id: str) -> dict[str, Vectors] | None:
        """Return the embeddings of a product's text and main photo by vector name.

        None if there is no such product.

        Returns:
            float32, in the encoder's dimension, shape (dim,); columns that are not stored are 0.
        """
        entry = self.get_entries([product_id], (), vectors=True).get(product_id)
        return None if entry is None else self._expand_all(entry.vectors)

    def sample_vectors(self, limit: int, filters: Filters | None = None) -> dict[str, Vectors]:
        """Get the stored vectors of a random but reproducible sample of the products.

        Args:
            limit: Greatest number of products sampled.
            filters: Sample only products that pass them.

        Returns:
            Unit rows of shape (n_products, stored_dim) by vector name; products without a vector
            of that name have no row.
        """
        # Point ids are hashes, so their order is independent of what the products are.
        required = self._resolve(filters)
        points = self._store.scroll(required, "", limit, ())[0] if self.exists else []
        ids = [point.id for point in points]
        with_vectors = self._store.retrieve(ids, (), _VECTORS) if ids else {}
        rows: dict[str, list[Vectors]] = {}
        for point in (with_vectors[point_id] for point_id in ids if point_id in with_vectors):
            for name, vector in point.vectors.items():
                rows.setdefault(name, []).append(vector)
        return {name: np.stack(vectors) for name, vectors in rows.items()}

    def project(self, name: str, vector: Vectors) -> Vectors:
        """Return the columns of an embedding that are stored under a vector name.

        Args:
            name: PHOTO or TEXT.
            vector: One or more embeddings, shape (..., dim).

        Returns:
            Shape (..., stored_dim).
        """
        return self._projection.project(name, vector)

    def get_stored_dim(self, name: str) -> int:
        """Return the dimension of the vectors that are stored under a name."""
        return self._projection.dims[name]

    def get_comparison_vector(self, name: str, stored: Mapping[str, Vectors]) -> Vectors | None:
        """Get the vector that stands for a product in comparisons under a vector name.

        Args:
            name: PHOTO or TEXT.
            stored: The product's vectors as they are stored.

        Returns:
            Unit vector of shape (stored_dim,). A product without a photo is compared by the columns
            that its text embedding shares with photos; None if nothing can be compared.
        """
        if name in stored:
            return stored[name]
        embeddings = self._expand_all(stored)
        if name == TEXT or TEXT not in embeddings:
            return None
        shared = self.project(PHOTO, embeddings[TEXT])
        length = float(np.linalg.norm(shared))
        return shared / length if length > 1e-6 else None

    def shared_mask(self, name: str) -> NDArray[np.bool_]:
        """Return which stored columns texts and photos share, shape (stored_dim,)."""
        return self._projection.shared_mask(name)

    def expand(self, name: str, stored: Vectors) -> Vectors:
        """Return a vector stored under a name in the encoder's dimension, shape (dim,)."""
        return self._projection.expand(name, stored)

    def browse(
        self, filters: Filters, after: str = "", limit: int = 100
    ) -> tuple[list[IndexEntry], str]:
        """Return one batch of the products that pass the filters, in the order of their hashes.

        Args:
            filters: Filters that the products must pass.
            after: Position that the previous call returned, or one of `make_position`; empty for
                the first batch.
            limit: Greatest number of products returned.

        Returns:
            The products without vectors, and the position of the next batch; empty at the end.
        """
        if not self.exists:
            return [], ""
        points, next_after = self._store.scroll(self._resolve(filters), after, limit)
        return [IndexEntry.from_point(point) for point in points], next_after

    def browse_vectors(
        self, after: str = "", limit: int = 100, filters: Filters | None = None
    ) -> tuple[list[IndexEntry], str]:
        """Return one batch of the products that pass, with embeddings; see `browse`."""
        entries, next_after = self.browse(filters or Filters(), after, limit)
        stored = self.get_entries([entry.id for entry in entries], (), vectors=True)
        with_embeddings = [
            replace(entry, vectors=self._expand_all(stored[entry.id].vectors))
            for entry in entries
            if entry.id in stored
        ]
        return with_embeddings, next_after

    def facet(self, name: str, filters: Filters, limit: int = 100) -> dict[str, int]:
        """Count the values of a facet exactly over all products that pass the filters.

        Returns:
            Counts by the value as the feed writes it, most frequent first.
        """
        if not self.exists:
            return {}
        counts = self._store.facet(FACET_FIELDS[name], self._resolve(filters), limit)
        return label_facet_counts(name, counts, limit)

    def count_surface_forms(
        self, filters: Filters | None = None, limit: int = 200_000
    ) -> dict[str, int]:
        """Count the products whose title, category, brand or attributes contain each word.

        Args:
            filters: Count only products that pass them.
            limit: Greatest number of words returned.

        Returns:
            Counts by the lowercased surface form, most frequent first.
        """
        return self._count_field_values(SURFACE_FORMS, filters, limit)

    def count_entity_names(
        self, kind: str, filters: Filters | None = None, limit: int = 20_000
    ) -> dict[str, int]:
        """Count the products of each entity name of one kind.

        Args:
            kind: "category" (paths), "brand" or "attributes" ("name=value", folded).
            filters: Count only products that pass them.
            limit: Greatest number of names returned.

        Returns:
            Counts by name, most frequent first.
        """
        return self._count_field_values(ENTITY_FIELDS[kind], filters, limit)

    def list_languages(self, filters: Filters | None = None) -> tuple[str, ...]:
        """Return the languages with an own stemmer among products that pass the filters, sorted."""
        return tuple(sorted(self._count_field_values(LANGUAGES, filters, limit=100)))

    def has_groups(self, filters: Filters | None = None) -> bool:
        """Return whether any product that passes the filters is a variant of a group."""
        return bool(self._count_field_values(GROUP_ID, filters, limit=1))

    def fetch_rows(self, product_ids: Sequence[ProductId], fields: tuple[str, ...]) -> FieldRows:
        """Return payload field values by product id; see `FieldRowCache.fetch`."""
        return self._rows.fetch(product_ids, fields) if self.exists else FieldRows(fields)

    def browse_ordered(self, order: OrderBy, filters: Filters, limit: int) -> list[IndexEntry]:
        """Return the first products of an order among those that pass the filters.

        Prices are compared, and stated in the entries' payloads, in the base currency.
        """
        if not self.exists:
            return []
        conditions = self._resolve(filters)
        if order.field == PRICE:
            points = self._prices.view().browse(
                self._store.scroll_ordered, order, conditions, limit
            )
        else:
            points = self._store.scroll_ordered(order, conditions, limit)
        return [IndexEntry.from_point(point) for point in points]

    @property
    def prices(self) -> PriceView:
        """What the prices of the products are worth now, in the base currency."""
        return self._prices.view()

    def browse_missing(
        self, field: str, filters: Filters, after: str = "", limit: int = 100
    ) -> tuple[list[IndexEntry], str]:
        """Return one batch of the products that pass and lack a payload field; see `browse`."""
        if not self.exists:
            return [], ""
        prices = self._prices.view()
        missing = prices.match_missing() if field == PRICE else (IsEmpty(field),)
        conditions = (*prices.resolve(to_conditions(filters)), *missing)
        points, next_after = self._store.scroll(conditions, after, limit)
        return [IndexEntry.from_point(point) for point in points], next_after

    def filter_ids(
        self,
        product_ids: Sequence[ProductId],
        condition_sets: Sequence[tuple[ProductCondition, ...]],
    ) -> list[set[ProductId]]:
        """Return which of some products exist and fulfil each set of conditions."""
        if not self.exists:
            return [set() for _ in condition_sets]
        ids = {to_point_id(product_id): product_id for product_id in product_ids}
        prices = self._prices.view()
        resolved = [prices.resolve(conditions) for conditions in condition_sets]
        passing = self._store.filter_ids(list(ids), resolved)
        return [{ids[point_id] for point_id in point_ids} for point_ids in passing]

    def filter_products(
        self, product_ids: Sequence[ProductId], filters: Filters
    ) -> list[ProductId]:
        """Return the products that exist and pass the filters, each once, in their order."""
        ids = list(dict.fromkeys(product_ids))
        (passing,) = self.filter_ids(ids, [to_conditions(filters)]) if ids else (set(),)
        return [product_id for product_id in ids if product_id in passing]

    def _read_manifest(self) -> Manifest | None:
        stored = self._store.read_manifest()
        if stored is None:
            return None
        manifest = Manifest.from_dict(stored, self.location)
        manifest.check_encoder(self._spec, self.location)
        return manifest

    def _resolve(self, filters: Filters | None) -> tuple[Condition, ...]:
        """Return filters as conditions on stored fields, at this moment."""
        conditions = to_conditions(filters) if filters else ()
        return self._prices.view().resolve(conditions) if conditions else ()

    def _expand_all(self, stored: Mapping[str, Vectors]) -> dict[str, Vectors]:
        """Return stored vectors by name in the encoder's dimension, each of shape (dim,)."""
        return {name: self._projection.expand(name, vector) for name, vector in stored.items()}

    def _count_field_values(
        self, field: str, filters: Filters | None, limit: int
    ) -> dict[str, int]:
        required = self._resolve(filters)
        counts = self._store.facet(field, required, limit) if self.exists else {}
        return {str(value): count for value, count in counts.items()}
