"""A collection of a Qdrant server as a store."""

import threading
from collections.abc import Container, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from qdrant_client import QdrantClient
from qdrant_client import models as qm
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from index.field_rows import FieldRows
from index.store.engine_records import to_facet_counts, to_point, to_scored_points
from index.store.points import (
    Condition,
    FieldValue,
    OrderBy,
    Payload,
    Point,
    ScoredPoint,
    StoreSchema,
    VectorQuery,
)
from index.store.preconditions import check_indexed_field, check_points, check_queries
from index.store.server.translation import (
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
)
from index.store.write_turns import LocalWriteLock
from index.text.bm25 import SparseVector
from shopwindow.values.errors import IndexStoreError, StoreUnreachableError

TIMEOUT_S = 30


class ServerStore:
    """A `VectorStore` in one collection of a Qdrant server.

    Schema and manifest are kept in the collection's metadata.

    Args:
        client: A connected client.
        collection: The collection's name.
        location: Where the server is, for messages.
        serialize_calls: Let one thread call at a time: the client's in-memory mode breaks otherwise.

    Raises:
        StoreUnreachableError: The server does not answer, or refuses the key.
    """

    def __init__(
        self,
        client: QdrantClient,
        collection: str = "products",
        location: str = "",
        serialize_calls: bool = False,
    ) -> None:
        self._client = client
        self._collection = collection
        self._location = location
        self._guard: AbstractContextManager[Any] = (
            threading.RLock() if serialize_calls else nullcontext()
        )
        self._turns = LocalWriteLock()
        self._schema: StoreSchema | None = None
        if self._call("collection_exists"):
            found = self._call("get_collection")
            stored = (found.config.metadata or {}).get(SCHEMA_KEY)
            if stored is None:
                raise IndexStoreError(
                    f"collection {collection!r} at {location} was not made by Shopwindow; choose "
                    "another name with SHOPWINDOW_INDEX__COLLECTION"
                )
            self._schema = StoreSchema.from_dict(stored)
            # A creation that was cut off may have left fields without an index.
            self._index_fields(found.payload_schema)
        self._linked = get_hnsw_fields(self._schema)

    @classmethod
    def connect(
        cls, address: str, collection: str = "products", api_key: str | None = None
    ) -> "ServerStore":
        """Connect to a server or cluster.

        Args:
            address: http(s) address with port.
            collection: The collection's name; it is made when the first product comes.
            api_key: The server's key, where it asks for one.

        Returns:
            The store.

        Raises:
            StoreUnreachableError: The server does not answer, or refuses the key.
        """
        client = QdrantClient(
            url=address, api_key=api_key, timeout=TIMEOUT_S, check_compatibility=False
        )
        return cls(client, collection, address)

    @classmethod
    def in_memory(cls) -> "ServerStore":
        """Return a store on the client's own in-memory double, for tests."""
        return cls(QdrantClient(":memory:"), location=":memory:", serialize_calls=True)

    @property
    def location(self) -> str:
        """Where the points are; see `VectorStore.location`."""
        return f"{self._location} (collection {self._collection})"

    @property
    def exists(self) -> bool:
        """Whether there is anything; see `VectorStore.exists`."""
        return self._schema is not None

    @property
    def n_changes(self) -> int:
        """How many changes this process made; see `VectorStore.n_changes`."""
        return self._turns.n_changes

    @property
    def counts_all_writers(self) -> bool:
        """A server tells nothing; see `VectorStore.counts_all_writers`."""
        return False

    def lock_writes(self) -> AbstractContextManager[None]:
        """Take turns with other threads that write; see `VectorStore.lock_writes`.

        Returns:
            What to use in a `with` block.
        """
        return self._turns.hold()

    def read_manifest(self) -> Payload | None:
        """Return the manifest; see `VectorStore.read_manifest`."""
        return self._metadata().get(MANIFEST_KEY) if self._schema else None

    def write_manifest(self, manifest: Payload) -> None:
        """Keep the manifest; see `VectorStore.write_manifest`."""
        metadata = {SCHEMA_KEY: self._known().as_dict(), MANIFEST_KEY: manifest}
        self._call("update_collection", metadata=metadata)
        self._turns.record_change()

    def create(self, schema: StoreSchema, manifest: Payload | None = None) -> None:
        """Make the collection and its payload indexes; see `VectorStore.create`.

        Raises:
            IndexStoreError: There is one already.
        """
        if self._schema is not None:
            raise IndexStoreError(f"there is an index at {self.location} already")
        self._call("create_collection", **build_collection_config(schema))
        self._schema = schema
        self._linked = get_hnsw_fields(schema)
        self._index_fields(())
        if manifest is not None:
            self.write_manifest(manifest)
        self._turns.record_change()

    def upsert(self, points: Sequence[Point]) -> None:
        """Add or replace points; see `VectorStore.upsert`."""
        check_points(points, self._known())
        if points:
            latest = {point.id: point for point in points}
            made = [to_point_struct(point) for point in latest.values()]
            self._call("upsert", points=made, wait=True)
            self._turns.record_change()

    def update_sparse_vectors(self, vectors: Mapping[str, SparseVector]) -> None:
        """Replace the words of points; see `VectorStore.update_sparse_vectors`."""
        self._known()
        if vectors:
            self._call("update_vectors", points=to_point_vectors(vectors), wait=True)
            self._turns.record_change()

    def delete(self, ids: Sequence[str]) -> None:
        """Remove points; see `VectorStore.delete`."""
        self._known()
        if ids:
            self._call("delete", points_selector=qm.PointIdsList(points=list(ids)), wait=True)
            self._turns.record_change()

    def retrieve(
        self, ids: Sequence[str], fields: tuple[str, ...] | None = None, vectors: bool = False
    ) -> dict[str, Point]:
        """Return points by id; see `VectorStore.retrieve`."""
        self._known()
        if not ids:
            return {}
        records = self._call(
            "retrieve",
            ids=list(ids),
            with_payload=to_payload_selector(fields),
            with_vectors=vectors,
        )
        return {str(record.id): to_point(record) for record in records}

    def query(self, queries: Sequence[VectorQuery]) -> list[list[ScoredPoint]]:
        """Return the best points of each leg; see `VectorStore.query`."""
        check_queries(queries, self._known())
        if not queries:
            return []
        answers = self._call(
            "query_batch_points", requests=[to_query_request(leg, self._linked) for leg in queries]
        )
        return [to_scored_points(each.points) for each in answers]

    def facet(
        self, name: str, conditions: Sequence[Condition] = (), limit: int = 100
    ) -> dict[FieldValue, int]:
        """Return counts by value; see `VectorStore.facet`."""
        check_indexed_field(name, (each.name for each in self._known().fields))
        answer = self._call(
            "facet", key=name, facet_filter=to_filter(conditions), limit=limit, exact=True
        )
        return to_facet_counts(answer.hits)

    def fetch_rows(self, ids: Sequence[str], fields: tuple[str, ...]) -> FieldRows:
        """Return values of named points; see `VectorStore.fetch_rows`."""
        return FieldRows.from_points(self.retrieve(ids, fields).values(), fields)

    def filter_ids(
        self, ids: Sequence[str], condition_sets: Sequence[tuple[Condition, ...]]
    ) -> list[set[str]]:
        """Return which of some points pass; see `VectorStore.filter_ids`."""
        self._known()
        if not ids:
            return [set() for _ in condition_sets]
        found = []
        for conditions in condition_sets:
            records, _ = self._call(
                "scroll",
                scroll_filter=to_filter(conditions, include_ids=ids),
                limit=len(ids),
                with_payload=False,
            )
            found.append({str(record.id) for record in records})
        return found

    def count(self, conditions: Sequence[Condition] = ()) -> int:
        """Return how many points pass; see `VectorStore.count`."""
        self._known()
        return int(self._call("count", count_filter=to_filter(conditions), exact=True).count)

    def scroll(
        self,
        conditions: Sequence[Condition] = (),
        after: str = "",
        limit: int = 100,
        fields: tuple[str, ...] | None = None,
    ) -> tuple[list[Point], str]:
        """Return one batch in the order of ids; see `VectorStore.scroll`."""
        self._known()
        records, following = self._call(
            "scroll",
            scroll_filter=to_filter(conditions),
            offset=after or None,
            limit=limit,
            with_payload=to_payload_selector(fields),
        )
        return [to_point(record) for record in records], str(following) if following else ""

    def scroll_ordered(
        self,
        order: OrderBy,
        conditions: Sequence[Condition] = (),
        limit: int = 100,
        fields: tuple[str, ...] | None = None,
    ) -> list[Point]:
        """Return the first points of an order; see `VectorStore.scroll_ordered`."""
        check_indexed_field(order.field, (each.name for each in self._known().fields))
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
        self._known()
        found = self._call("get_collection")
        return {
            "points": found.points_count or 0,
            "indexed_vectors": found.indexed_vectors_count or 0,
            "segments": found.segments_count,
        }

    def optimize(self, wait: bool = False) -> None:
        """Do nothing: a server builds its graphs by itself."""

    def close(self) -> None:
        """Close the connection; see `VectorStore.close`."""
        self._client.close()

    def _known(self) -> StoreSchema:
        if self._schema is None:
            raise IndexStoreError(f"the index at {self.location} was not created yet")
        return self._schema

    def _index_fields(self, existing: Container[str]) -> None:
        for each in self._known().fields:
            if each.name not in existing:
                params = FIELD_PARAMS[each.kind](each)
                self._call("create_payload_index", field_name=each.name, field_schema=params)

    def _metadata(self) -> dict[str, Any]:
        return dict(self._call("get_collection").config.metadata or {})

    def _call(self, name: str, **arguments: Any) -> Any:
        try:
            with self._guard:
                return getattr(self._client, name)(collection_name=self._collection, **arguments)
        except ResponseHandlingException as exc:
            raise StoreUnreachableError(
                f"the Qdrant server at {self._location} does not answer ({exc.source}). Is it "
                "running, and is the address right?"
            ) from exc
        except KeyError as exc:  # what the client's in-memory mode says of an unknown point
            raise IndexStoreError(f"the Qdrant client refused {name}: no point {exc}") from exc
        except UnexpectedResponse as exc:
            if exc.status_code in {401, 403}:
                raise StoreUnreachableError(
                    f"the Qdrant server at {self._location} refuses the key; set "
                    "SHOPWINDOW_INDEX__API_KEY"
                ) from exc
            raise IndexStoreError(f"the Qdrant server refused {name}: {exc}") from exc
