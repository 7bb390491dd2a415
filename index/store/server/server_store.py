"""A collection of a Qdrant server as a vector store."""

import threading
from collections.abc import Container, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from qdrant_client import QdrantClient
from qdrant_client import models as qm
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from index.field_rows import FieldRows
from index.store.local_write_lock import LocalWriteLock
from index.store.points import (
    Condition,
    FieldValue,
    OrderBy,
    Payload,
    Point,
    PointId,
    PointUpdate,
    ScoredPoint,
    StoreSchema,
    VectorQuery,
)
from index.store.preconditions import (
    check_exist,
    check_indexed_field,
    check_points,
    check_queries,
    check_updates,
)
from index.store.qdrant_records import to_facet_counts, to_point, to_scored_points
from index.store.server.conversion import (
    FIELD_PARAMS,
    MANIFEST_KEY,
    SCHEMA_KEY,
    build_collection_config,
    get_hnsw_fields,
    to_filter,
    to_order_by,
    to_payload_selector,
    to_point_struct,
    to_point_vectors,
    to_query_request,
    to_update_operations,
)
from index.text.bm25 import SparseVector
from shopwindow.values.errors import IndexStoreError, StoreUnreachableError

TIMEOUT_S = 30


class ServerStore(LocalWriteLock):
    """A `VectorStore` in one collection of a Qdrant server.

    Schema and manifest are stored in the collection's metadata.

    Args:
        client: A connected client.
        collection: Name of the collection.
        location: Address of the server, for messages.
        serialize_calls: Let one thread call at a time: the client's in-memory mode needs it.

    Raises:
        StoreUnreachableError: The server does not answer, or refuses the API key.
        IndexStoreError: The collection was not made by Shopwindow.
    """

    def __init__(
        self,
        client: QdrantClient,
        collection: str = "products",
        location: str = "",
        serialize_calls: bool = False,
    ) -> None:
        super().__init__()
        self._client = client
        self._collection = collection
        self._location = location
        self._call_lock: AbstractContextManager[Any] = (
            threading.RLock() if serialize_calls else nullcontext()
        )
        self._schema: StoreSchema | None = None
        if self._call("collection_exists"):
            collection_info = self._call("get_collection")
            stored = (collection_info.config.metadata or {}).get(SCHEMA_KEY)
            if stored is None:
                raise IndexStoreError(
                    f"collection {collection!r} at {location} was not made by Shopwindow; choose "
                    "another name with SHOPWINDOW_INDEX__COLLECTION"
                )
            self._schema = StoreSchema.from_dict(stored)
            # An interrupted creation may have left fields without an index.
            self._create_field_indexes(collection_info.payload_schema)
        self._hnsw_fields = get_hnsw_fields(self._schema)

    @classmethod
    def connect(
        cls, address: str, collection: str = "products", api_key: str | None = None
    ) -> "ServerStore":
        """Connect to a server or cluster.

        Args:
            address: http(s) address with port.
            collection: Name of the collection; it is created with the first product.
            api_key: API key, if the server requires one.

        Returns:
            The store.

        Raises:
            StoreUnreachableError: The server does not answer, or refuses the API key.
        """
        client = QdrantClient(
            url=address, api_key=api_key, timeout=TIMEOUT_S, check_compatibility=False
        )
        return cls(client, collection, address)

    @classmethod
    def in_memory(cls) -> "ServerStore":
        """Return a store on the client's own in-memory mode, for tests."""
        return cls(QdrantClient(":memory:"), location=":memory:", serialize_calls=True)

    @property
    def location(self) -> str:
        """Where the points are stored; see `VectorStore.location`."""
        return f"{self._location} (collection {self._collection})"

    @property
    def exists(self) -> bool:
        """Whether the store was created; see `VectorStore.exists`."""
        return self._schema is not None

    @property
    def counts_all_writers(self) -> bool:
        """A server tells nothing; see `VectorStore.counts_all_writers`."""
        return False

    def read_manifest(self) -> Payload | None:
        """Return the manifest; see `VectorStore.read_manifest`."""
        return self._read_metadata().get(MANIFEST_KEY) if self._schema else None

    def write_manifest(self, manifest: Payload) -> None:
        """Store the manifest; see `VectorStore.write_manifest`."""
        metadata = {SCHEMA_KEY: self._require_schema().as_dict(), MANIFEST_KEY: manifest}
        self._call("update_collection", metadata=metadata)
        self._record_change()

    def create(self, schema: StoreSchema, manifest: Payload | None = None) -> None:
        """Create the collection and its payload indexes; see `VectorStore.create`.

        Raises:
            IndexStoreError: The collection exists already.
        """
        if self._schema is not None:
            raise IndexStoreError(f"there is an index at {self.location} already")
        self._call("create_collection", **build_collection_config(schema))
        self._schema = schema
        self._hnsw_fields = get_hnsw_fields(schema)
        self._create_field_indexes(())
        if manifest is not None:
            self.write_manifest(manifest)
        self._record_change()

    def upsert(self, points: Sequence[Point]) -> None:
        """Add or replace points; see `VectorStore.upsert`."""
        check_points(points, self._require_schema())
        if points:
            latest = {point.id: point for point in points}
            structs = [to_point_struct(point) for point in latest.values()]
            self._call("upsert", points=structs, wait=True)
            self._record_change()

    def update_sparse_vectors(self, vectors: Mapping[PointId, SparseVector]) -> None:
        """Replace the sparse vectors of points; see `VectorStore.update_sparse_vectors`."""
        self._require_schema()
        if vectors:
            self._call("update_vectors", points=to_point_vectors(vectors), wait=True)
            self._record_change()

    def update_points(self, updates: Sequence[PointUpdate]) -> None:
        """Change payload fields of points in one request; see `VectorStore.update_points`."""
        self._require_schema()
        check_updates(updates)
        if updates:
            # A server changes the points that exist before it complains of the others.
            ids = list({update.id for update in updates})
            check_exist(ids, self.retrieve(ids, ()).keys())
            operations = to_update_operations(updates)
            self._call("batch_update_points", update_operations=operations, wait=True)
            self._record_change()

    def delete(self, ids: Sequence[PointId]) -> None:
        """Delete points; see `VectorStore.delete`."""
        self._require_schema()
        if ids:
            self._call("delete", points_selector=qm.PointIdsList(points=list(ids)), wait=True)
            self._record_change()

    def retrieve(
        self,
        ids: Sequence[PointId],
        fields: tuple[str, ...] | None = None,
        vectors: bool | tuple[str, ...] = False,
    ) -> dict[PointId, Point]:
        """Return points by id; see `VectorStore.retrieve`."""
        self._require_schema()
        if not ids:
            return {}
        records = self._call(
            "retrieve",
            ids=list(ids),
            with_payload=to_payload_selector(fields),
            with_vectors=list(vectors) if isinstance(vectors, tuple) else vectors,
        )
        return {point.id: point for point in map(to_point, records)}

    def query(self, queries: Sequence[VectorQuery]) -> list[list[ScoredPoint]]:
        """Return the best points of each query; see `VectorStore.query`."""
        schema = self._require_schema()
        check_queries(queries, schema)
        if not queries:
            return []
        multivectors = schema.multivector_dims
        requests = [to_query_request(query, self._hnsw_fields, multivectors) for query in queries]
        responses = self._call("query_batch_points", requests=requests)
        return [
            to_scored_points(
                (str(point.id) for point in response.points),
                (point.score for point in response.points),
            )
            for response in responses
        ]

    def facet(
        self, name: str, conditions: Sequence[Condition] = (), limit: int = 100
    ) -> dict[FieldValue, int]:
        """Return counts by value; see `VectorStore.facet`."""
        check_indexed_field(name, self._require_schema())
        response = self._call(
            "facet", key=name, facet_filter=to_filter(conditions), limit=limit, exact=True
        )
        return to_facet_counts(response.hits)

    def fetch_rows(self, ids: Sequence[PointId], fields: tuple[str, ...]) -> FieldRows:
        """Return payload field values of points; see `VectorStore.fetch_rows`."""
        return FieldRows.from_points(self.retrieve(ids, fields).values(), fields)

    def filter_ids(
        self, ids: Sequence[PointId], condition_sets: Sequence[tuple[Condition, ...]]
    ) -> list[set[PointId]]:
        """Return which points fulfil conditions; see `VectorStore.filter_ids`."""
        self._require_schema()
        if not ids:
            return [set() for _ in condition_sets]
        passing = []
        for conditions in condition_sets:
            records, _ = self._call(
                "scroll",
                scroll_filter=to_filter(conditions, include_ids=ids),
                limit=len(ids),
                with_payload=False,
            )
            passing.append({PointId(str(record.id)) for record in records})
        return passing

    def count(self, conditions: Sequence[Condition] = ()) -> int:
        """Return the number of points that fulfil conditions; see `VectorStore.count`."""
        self._require_schema()
        return int(self._call("count", count_filter=to_filter(conditions), exact=True).count)

    def scroll(
        self,
        conditions: Sequence[Condition] = (),
        after: str = "",
        limit: int = 100,
        fields: tuple[str, ...] | None = None,
    ) -> tuple[list[Point], str]:
        """Return one batch in the order of ids; see `VectorStore.scroll`."""
        self._require_schema()
        records, next_id = self._call(
            "scroll",
            scroll_filter=to_filter(conditions),
            offset=after or None,
            limit=limit,
            with_payload=to_payload_selector(fields),
        )
        return [to_point(record) for record in records], str(next_id) if next_id else ""

    def scroll_ordered(
        self,
        order: OrderBy,
        conditions: Sequence[Condition] = (),
        limit: int = 100,
        fields: tuple[str, ...] | None = None,
    ) -> list[Point]:
        """Return the first points of an order; see `VectorStore.scroll_ordered`."""
        check_indexed_field(order.field, self._require_schema())
        records, _ = self._call(
            "scroll",
            scroll_filter=to_filter(conditions),
            limit=limit,
            with_payload=to_payload_selector(fields),
            order_by=to_order_by(order),
        )
        return [to_point(record) for record in records]

    def info(self) -> Payload:
        """Return the server's counts; see `VectorStore.info`."""
        self._require_schema()
        collection_info = self._call("get_collection")
        return {
            "points": collection_info.points_count or 0,
            "indexed_vectors": collection_info.indexed_vectors_count or 0,
            "segments": collection_info.segments_count,
        }

    def optimize(self, wait: bool = False) -> None:
        """Do nothing: a server builds its graphs by itself."""

    def close(self) -> None:
        """Close the connection; see `VectorStore.close`."""
        self._client.close()

    def _require_schema(self) -> StoreSchema:
        if self._schema is None:
            raise IndexStoreError(f"the index at {self.location} was not created yet")
        return self._schema

    def _create_field_indexes(self, existing: Container[str]) -> None:
        for field in self._require_schema().fields:
            if field.name not in existing:
                params = FIELD_PARAMS[field.kind](field)
                self._call("create_payload_index", field_name=field.name, field_schema=params)

    def _read_metadata(self) -> dict[str, Any]:
        return dict(self._call("get_collection").config.metadata or {})

    def _call(self, name: str, **arguments: Any) -> Any:
        try:
            with self._call_lock:
                return getattr(self._client, name)(collection_name=self._collection, **arguments)
        except ResponseHandlingException as exc:
            raise StoreUnreachableError(
                f"the Qdrant server at {self._location} does not answer ({exc.source}). Is it "
                "running, and is the address right?"
            ) from exc
        except KeyError as exc:  # the client's in-memory mode raises it for an unknown point
            raise IndexStoreError(f"the Qdrant client refused {name}: no point {exc}") from exc
        except UnexpectedResponse as exc:
            if exc.status_code in {401, 403}:
                raise StoreUnreachableError(
                    f"the Qdrant server at {self._location} refuses the API key; set "
                    "SHOPWINDOW_INDEX__API_KEY"
                ) from exc
            raise IndexStoreError(f"the Qdrant server refused {name}: {exc}") from exc
