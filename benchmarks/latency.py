"""Latency of a text query with two filters: the service against encoder and engine alone.

`python -m benchmarks.latency` fills indexes with 10,000 and 100,000 products whose vectors are
random in clusters, reopens them, and after ten seconds times the same queries in turn with the
encoder alone, the engine alone (one retrieval of ten points) and the service. It needs no data.
"""

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from benchmarks.results_file import SEED, write_result
from embed import load_encoder
from index import PriceView, ProductIndex
from index.manifest import Manifest
from index.payload import (
    CACHED_FIELDS,
    DOC_LENGTH,
    INDEXED_FIELDS,
    PERCEPTUAL_HASH,
    to_conditions,
    to_payload,
    to_point_id,
    tokenize_product,
)
from index.perceptual_hash import compute_perceptual_hash
from index.store.edge import EdgeStore
from index.store.points import PHOTO, TEXT, Condition, Point, StoreSchema, VectorQuery
from index.text.bm25 import build_document_vector
from index.vector_projection import VectorProjection
from search import SearchService
from shopwindow.values import Encoder, EncoderSpec, Filters, PreparedImage, Product, Query, Vectors
from shopwindow.values.arrays import l2_normalize
from shopwindow.values.query import Crop, ImageSource

KINDS = ("dress", "shirt", "shoes", "bag", "watch", "lamp", "chair", "mug", "phone", "speaker")
COLOURS = ("red", "blue", "green", "black", "white", "grey", "brown", "pink")
STYLES = ("summer", "leather", "cotton", "slim", "classic", "sport", "vintage", "wireless")
PER_CLUSTER = 50
NOISE = 0.7
N_QUERIES = 300
N_RECALL = 200
BATCH = 500
_WINDOW = 8
"""Queries on each side of a percentile whose steps are averaged."""

SETTLE_S = 10.0
"""Seconds between opening an index and the first query; its worker reads ahead meanwhile."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Products with synthetic vectors around cluster centres, and queries from the same clusters.

    Attributes:
        centres: Unit vectors, shape (n_clusters, dim).
        projection: Projects vectors to their stored columns.
        rng: The random generator.
    """

    centres: Vectors
    projection: VectorProjection
    rng: np.random.Generator

    @classmethod
    def of(cls, n_products: int, spec: EncoderSpec) -> "Catalogue":
        """Return a catalogue with one cluster for each 50 products."""
        rng = np.random.default_rng(SEED)
        centres = l2_normalize(rng.normal(size=(max(n_products // PER_CLUSTER, 1), spec.dim)))
        return cls(centres, VectorProjection.from_spec(spec), rng)

    def near(self, clusters: np.ndarray) -> Vectors:
        """Return one unit vector near each named centre, shape (n, dim)."""
        dim = self.centres.shape[1]
        noise = self.rng.normal(size=(len(clusters), dim)) * (NOISE / np.sqrt(dim))
        return l2_normalize(self.centres[clusters] + noise)

    def points(self, start: int, stop: int, mean_words: float) -> list[Point]:
        """Return products as stored points."""
        clusters = self.rng.integers(len(self.centres), size=stop - start)
        photos, texts = self.near(clusters), self.near(clusters)
        rows = zip(range(start, stop), clusters, photos, texts, strict=True)
        project = self.projection.project
        return [
            _make_point(
                number,
                int(cluster),
                {PHOTO: project(PHOTO, photo), TEXT: project(TEXT, text)},
                mean_words,
            )
            for number, cluster, photo, text in rows
        ]


def _to_stored(filters: Filters) -> tuple[Condition, ...]:
    """Return filters as a store knows them; all prices are in one currency."""
    return PriceView().resolve(to_conditions(filters))


def _make_point(number: int, cluster: int, vectors: dict[str, Vectors], mean_words: float) -> Point:
    kind, colour = KINDS[cluster % 10], COLOURS[number % 8]
    product = Product(
        id=f"sku-{number}",
        title=f"{colour} {STYLES[cluster % 8]} {kind} model {cluster}",
        description=f"A {STYLES[number % 8]} {kind} that comes in {colour}, number {number}.",
        price=float(number * 37 % 500),
        currency="AED",
        brand=f"Brand {number % 60}",
        category=("Shop", kind.title(), f"Shelf {cluster % 40}"),
        attributes={"color": colour},
        merchant_id=f"m{number % 20}",
    )
    tokens = tokenize_product(product)
    rng = np.random.default_rng(number)
    pixels = rng.integers(rng.integers(250), 256, (8, 8, 3), dtype=np.uint8)  # bright or dark
    payload = {
        **to_payload(product),
        DOC_LENGTH: len(tokens),
        PERCEPTUAL_HASH: compute_perceptual_hash(pixels),
    }
    return Point(
        to_point_id(product.id), payload, vectors, build_document_vector(tokens, mean_words)
    )


class ClusteredEncoder:
    """Takes as long as a real encoder, and returns vectors of the synthetic space."""

    def __init__(self, encoder: Encoder, catalogue: Catalogue) -> None:
        self._encoder = encoder
        self._catalogue = catalogue

    @property
    def spec(self) -> EncoderSpec:
        """The real encoder's specification."""
        return self._encoder.spec

    @property
    def dim(self) -> int:
        """The real encoder's width."""
        return self._encoder.dim

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        """Return a synthetic vector for each text, after the real encoder has encoded it."""
        self._encoder.encode_texts(texts)
        clusters = self._catalogue.rng.integers(len(self._catalogue.centres), size=len(texts))
        return self._catalogue.near(clusters)

    def encode_images(self, images: Sequence[ImageSource]) -> Vectors:
        """Return the real encoder's vectors."""
        return self._encoder.encode_images(images)

    def prepare_image(
        self, image: ImageSource, crop: Crop | None = None, *, for_query: bool = False
    ) -> PreparedImage:
        """Return the real encoder's pixels."""
        return self._encoder.prepare_image(image, crop, for_query=for_query)

    def encode_prepared(self, prepared: Sequence[PreparedImage]) -> Vectors:
        """Return the real encoder's vectors."""
        return self._encoder.encode_prepared(prepared)


@contextmanager
def filled(n_products: int, encoder: Encoder) -> Iterator[tuple[ProductIndex, EdgeStore, Any]]:
    """Fill an index in a folder that is removed after.

    Yields:
        The index, its store, and the seconds that writing and graph building took.
    """
    catalogue = Catalogue.of(n_products, encoder.spec)
    clustered = ClusteredEncoder(encoder, catalogue)
    with tempfile.TemporaryDirectory() as folder:
        store = EdgeStore(Path(folder))
        dims, photos = catalogue.projection.dims, catalogue.projection.multivector_dims
        store.create(StoreSchema(dims, INDEXED_FIELDS, CACHED_FIELDS, photos))
        mean_words = 20.0
        store.write_manifest(Manifest.create(encoder.spec).with_update(mean_words).as_dict())
        started = time.perf_counter()
        for start in range(0, n_products, BATCH):
            store.upsert(catalogue.points(start, min(start + BATCH, n_products), mean_words))
        written = time.perf_counter()
        store.optimize(wait=True)
        durations = {"write_s": written - started, "graph_s": time.perf_counter() - written}
        store.close()
        store = EdgeStore(Path(folder))
        time.sleep(SETTLE_S)
        with ProductIndex(store, clustered) as index:
            yield index, store, durations


def measure(index: ProductIndex, store: EdgeStore, encoder: Encoder) -> dict[str, Any]:
    """Time the same queries in turn with each component.

    Returns:
        Milliseconds (p50, p95) of each component, and the ratios to encode plus one engine call.
    """
    service = SearchService(index)
    laps_ms: dict[str, list[float]] = {
        "encode": [],
        "engine": [],
        "service": [],
        "service_no_facets": [],
    }
    steps: list[Mapping[str, float]] = []
    for number in range(N_QUERIES):
        text = f"{COLOURS[number % 8]} {STYLES[number % 7]} {KINDS[number % 10]} {number}"
        filters = Filters(category=KINDS[number % 10].title(), price_max=250.0)
        vector = index.encoder.encode_texts([text])[0]
        photo = VectorProjection.from_spec(encoder.spec).project(PHOTO, vector)
        engine_query = VectorQuery(PHOTO, photo, _to_stored(filters), limit=10)
        queries = {
            "service": Query(text=text, filters=filters, limit=10),
            "service_no_facets": Query(text=text + " x", filters=filters, limit=10, facets=()),
        }
        laps_ms["encode"].append(_time_ms(encoder.encode_texts, [text]))
        laps_ms["engine"].append(_time_ms(store.query, [engine_query]))
        started = time.perf_counter()
        steps.append(service.search(queries["service"]).took_ms)
        laps_ms["service"].append(1000 * (time.perf_counter() - started))
        laps_ms["service_no_facets"].append(_time_ms(service.search, queries["service_no_facets"]))
    return _summarize(laps_ms) | {"steps": _average_steps(steps, laps_ms["service"])}


def _average_steps(
    steps: Sequence[Mapping[str, float]], took_ms: Sequence[float]
) -> dict[str, Any]:
    """Return the mean milliseconds of each step over the queries around p50 and around p95."""
    order = np.argsort(took_ms)
    averages = {}
    for percentile in (50, 95):
        middle = round(percentile / 100 * len(order))
        around = [steps[n] for n in order[middle - _WINDOW : middle + _WINDOW]]
        averages[f"p{percentile}"] = {
            name: round(float(np.mean([steps_ms[name] for steps_ms in around])), 3)
            for name in around[0]
        }
    return averages


def _summarize(laps_ms: dict[str, list[float]]) -> dict[str, Any]:
    minimum = [
        encode_ms + engine_ms
        for encode_ms, engine_ms in zip(laps_ms["encode"], laps_ms["engine"], strict=True)
    ]
    summary: dict[str, Any] = {
        name: {"p50_ms": _compute_percentile(ms, 50), "p95_ms": _compute_percentile(ms, 95)}
        for name, ms in {**laps_ms, "encode_plus_engine": minimum}.items()
    }
    for percentile in (50, 95):
        for name in ("service", "service_no_facets"):
            ratio = _compute_percentile(laps_ms[name], percentile) / _compute_percentile(
                minimum, percentile
            )
            summary[f"{name}_ratio_p{percentile}"] = round(ratio, 2)
    return summary


def measure_recall(store: EdgeStore, catalogue: Catalogue) -> dict[str, float]:
    """Return recall@10 against the engine's exact scan, without and with two filters."""
    clusters = catalogue.rng.integers(len(catalogue.centres), size=N_RECALL)
    vectors = catalogue.projection.project(PHOTO, catalogue.near(clusters))
    conditions_by_name: dict[str, list[tuple[Condition, ...]]] = {
        "no_filter": [()] * N_RECALL,
        "two_filters": [
            _to_stored(Filters(category=KINDS[n % 10].title(), price_max=250.0)) for n in clusters
        ],
        "category_only": [_to_stored(Filters(category=KINDS[n % 10].title())) for n in clusters],
        "price_only": [_to_stored(Filters(price_max=100.0))] * N_RECALL,
    }
    recalls = {}
    for name, conditions in conditions_by_name.items():
        queries = [
            VectorQuery(PHOTO, vector, condition, limit=10)
            for vector, condition in zip(vectors, conditions, strict=True)
        ]
        exact = [
            VectorQuery(PHOTO, vector, condition, (), 10, True)
            for vector, condition in zip(vectors, conditions, strict=True)
        ]
        pairs = zip(store.query(queries), store.query(exact), strict=True)
        shares = [
            len({point for point, _ in approximate} & {point for point, _ in expected})
            / max(len(expected), 1)
            for approximate, expected in pairs
        ]
        recalls[name] = round(float(np.mean(shares)), 4)
    return recalls


def _time_ms(call: Callable[..., object], *args: object) -> float:
    started = time.perf_counter()
    call(*args)
    return 1000 * (time.perf_counter() - started)


def _compute_percentile(values: Sequence[float], percentile: int) -> float:
    return round(float(np.percentile(values, percentile)), 3)


def main(
    sizes: Annotated[str, typer.Option(help="Numbers of products, with commas.")] = "10000,100000",
    encoder: Annotated[str, typer.Option(help="Encoder to measure.")] = "compact",
) -> None:
    """Measure and write `results/latency.json`."""
    loaded = load_encoder(encoder)
    results = {}
    for n_products in [int(size) for size in sizes.split(",")]:
        with filled(n_products, loaded) as (index, store, durations):
            numbers = measure(index, store, loaded)
            catalogue = Catalogue.of(n_products, loaded.spec)
            results[str(n_products)] = {
                **numbers,
                "recall_at_10": measure_recall(store, catalogue),
                **{name: round(seconds, 1) for name, seconds in durations.items()},
                "engine_info": store.info(),
            }
        print(n_products, results[str(n_products)])
    write_result(
        "latency",
        {"encoder": loaded.spec.identity, "n_queries": N_QUERIES, "sizes": results},
        command="python -m benchmarks.latency",
    )


if __name__ == "__main__":
    typer.run(main)
