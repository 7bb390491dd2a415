"""The requests that a Qdrant server gets, and the errors that its failures become.

A loopback server records every request. With QDRANT_URL set, the same store also meets a real one.
"""

import json
import os
import threading
import uuid
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest

from index.store.hnsw_config import full_scan_threshold_kb
from index.store.points import PHOTO, PHOTOS, SPARSE, In, Range, VectorQuery
from index.store.server import ServerStore
from shopwindow.values.errors import IndexStoreError, StoreUnreachableError
from tests.index.test_store_contract import (
    SCHEMA,
    fill,
    make_point,
    make_sparse_vector,
    point_id,
    unit,
)

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

COLLECTION = {
    "status": "green",
    "optimizer_status": "ok",
    "segments_count": 1,
    "payload_schema": {},
    "config": {
        "params": {},
        "hnsw_config": {"m": 16, "ef_construct": 100, "full_scan_threshold": 10000},
        "optimizer_config": {
            "deleted_threshold": 0.2,
            "vacuum_min_vector_number": 1000,
            "default_segment_number": 0,
            "flush_interval_sec": 5,
        },
        "metadata": {"shopwindow_schema": SCHEMA.as_dict(), "shopwindow": {"schema": 1}},
    },
}


class Recorder(ThreadingHTTPServer):
    """Responds like a server with or without the collection, and records all requests."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.calls: list[tuple[str, str, Any]] = []
        self.exists = False
        self.status = 200

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def last(self, method: str, path: str) -> Any:
        return next(
            body for m, p, body in reversed(self.calls) if m == method and p.startswith(path)
        )


class _Handler(BaseHTTPRequestHandler):
    server: Recorder

    def _respond(self) -> None:
        length = int(self.headers.get("content-length", 0))
        body = json.loads(self.rfile.read(length)) if length else None
        self.server.calls.append((self.command, self.path, body))
        if self.headers.get("api-key") == "wrong":
            self._send({"status": {"error": "forbidden"}}, 403)
        else:
            self._send({"result": self._result(), "status": "ok", "time": 0.0}, self.server.status)

    do_GET = do_PUT = do_POST = do_PATCH = do_DELETE = _respond  # noqa: N815

    def _result(self) -> Any:
        if self.path.endswith("/exists"):
            return {"exists": self.server.exists}
        if self.path.endswith("/query/batch"):
            point = {"id": point_id(1), "version": 1, "score": 0.5}
            return [{"points": [point]}, {"points": []}, {"points": []}]
        if self.path.startswith(("/collections/products/points", "/collections/products/index")):
            return {"operation_id": 1, "status": "completed"}
        return COLLECTION if self.command == "GET" else True

    def _send(self, answer: Any, status: int) -> None:
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Recorder]:
    server = Recorder()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_collection_is_created_with_its_vectors_graph_and_fields(server: Recorder) -> None:
    store = ServerStore.connect(server.url)
    assert not store.exists
    store.create(SCHEMA)
    created = next(b for m, p, b in server.calls if (m, p) == ("PUT", "/collections/products"))
    assert created["vectors"] == {
        "photo": {"size": 8, "distance": "Dot"},
        "text": {"size": 8, "distance": "Dot"},
        "photos": {
            "size": 8,
            "distance": "Dot",
            "multivector_config": {"comparator": "max_sim"},
        },
    }
    assert created["sparse_vectors"] == {"words": {"modifier": "idf"}}
    assert created["hnsw_config"] == {
        "m": 16,
        "ef_construct": 100,
        "full_scan_threshold": full_scan_threshold_kb(SCHEMA.dims),
    }
    assert full_scan_threshold_kb({"photo": 512, "text": 64}) == 50_000
    assert created["quantization_config"]["scalar"]["type"] == "int8"
    assert created["metadata"]["shopwindow_schema"] == SCHEMA.as_dict()
    fields = [b for m, p, b in server.calls if p.startswith("/collections/products/index")]
    by_name = {field["field_name"]: field["field_schema"] for field in fields}
    assert by_name["merchant_id"] == {"type": "keyword", "is_tenant": True, "enable_hnsw": True}
    assert by_name["price"] == {"type": "float", "enable_hnsw": False}
    store.close()


def test_an_interrupted_creation_is_completed(server: Recorder) -> None:
    server.exists = True
    ServerStore.connect(server.url).close()
    indexed = [b["field_name"] for _, p, b in server.calls if "/index" in p]
    assert indexed == [field.name for field in SCHEMA.fields]


def test_points_and_queries_are_sent_completely(server: Recorder) -> None:
    server.exists = True
    store = ServerStore.connect(server.url)
    assert store.exists
    assert store.read_manifest() == {"schema": 1}
    point = make_point(1)
    store.upsert([replace(point, vectors={**point.vectors, PHOTOS: np.stack([unit(2), unit(3)])})])
    sent = server.last("PUT", "/collections/products/points")["points"]
    assert [point["id"] for point in sent] == [str(uuid.UUID(point_id(1)))]
    assert set(sent[0]["vector"]) == {"photo", "text", "photos", "words"}
    assert len(sent[0]["vector"]["photos"]) == 2
    assert any("wait=true" in path for _, path, _ in server.calls), "acknowledged when applied"
    conditions = (In("color", ("red",)), Range("price", 5, None))
    first, second, _ = store.query(
        [
            VectorQuery(PHOTO, unit(1), conditions, (point_id(2),), 7),
            VectorQuery(SPARSE, make_sparse_vector(1), (In("color", ("red",)),), (), 300),
            VectorQuery(PHOTOS, unit(1)),
        ]
    )
    assert (first, second) == ([(point_id(1), 0.5)], [])
    dense, sparse, multi = server.last("POST", "/collections/products/points/query/batch")[
        "searches"
    ]
    assert dense["using"] == "photo"
    assert (multi["using"], np.shape(multi["query"]["nearest"])) == ("photos", (1, 8))
    assert dense["limit"] == 7
    assert dense["params"]["acorn"]["enable"] is True, "price has no links in the graph"
    assert dense["params"]["quantization"] == {"rescore": True, "oversampling": 2.0}
    assert dense["filter"]["must"] == [
        {"key": "color", "match": {"any": ["red"]}},
        {"key": "price", "range": {"gte": 5}},
    ]
    assert dense["filter"]["must_not"] == [{"has_id": [point_id(2)]}]
    assert sparse["params"]["acorn"]["enable"] is False
    assert sparse["params"]["hnsw_ef"] == 300
    store.write_manifest({"schema": 2})
    assert server.last("PATCH", "/collections/products")["metadata"]["shopwindow"] == {"schema": 2}
    store.close()


def test_a_foreign_collection_is_refused(server: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    server.exists = True
    monkeypatch.setitem(COLLECTION["config"], "metadata", None)  # type: ignore[arg-type]
    with pytest.raises(IndexStoreError, match="was not made by Shopwindow"):
        ServerStore.connect(server.url)


@pytest.mark.filterwarnings("ignore:Api key is used with an insecure connection")
def test_a_refused_api_key_is_reported(server: Recorder) -> None:
    with pytest.raises(StoreUnreachableError, match="SHOPWINDOW_INDEX__API_KEY"):
        ServerStore.connect(server.url, api_key="wrong")


def test_a_server_error_is_reported(server: Recorder) -> None:
    server.exists = True
    store = ServerStore.connect(server.url)
    server.status = 500
    with pytest.raises(IndexStoreError, match="refused count"):
        store.count()
    store.close()


def test_an_unreachable_server_is_reported() -> None:
    with pytest.raises(StoreUnreachableError, match="does not answer"):
        ServerStore.connect("http://127.0.0.1:9")


@pytest.mark.qdrant_server
@pytest.mark.skipif("QDRANT_URL" not in os.environ, reason="QDRANT_URL is not set")
@pytest.mark.enable_socket
def test_a_real_server_fulfils_the_contract() -> None:
    name = f"shopwindow-test-{uuid.uuid4().hex[:8]}"
    store = ServerStore.connect(os.environ["QDRANT_URL"], name, os.environ.get("QDRANT_API_KEY"))
    try:
        fill(store)
        assert store.count((In("color", ("red",)),)) == 14
        assert store.query([VectorQuery(PHOTO, unit(3), limit=1)])[0][0][0] == point_id(3)
    finally:
        store._client.delete_collection(name)
        store.close()
