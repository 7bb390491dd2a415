"""A run over a feed: find what changed, encode that, and write it in whole batches."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from itertools import islice

import numpy as np

from core.arrays import unit_rows
from core.encoder import Encoder, Vectors
from core.errors import InvalidValueError
from core.product import Product
from index.bm25 import document_vector
from index.feeds.feed import ProductFeed
from index.feeds.records import FeedRow, Rejection
from index.payload import DATA_HASH, N_WORDS, PHOTO_HASH, TEXT_HASH, point_id
from index.report import IndexReport, Progress
from index.store import PHOTO, TEXT, Point, VectorStore
from index.work import Item, prepared_photos, start_item

DECODING_THREADS = 2
_HASHES = (PHOTO_HASH, TEXT_HASH, DATA_HASH)


class IndexingRun:
    """One pass over products into a store.

    While one batch is encoded, the photos of the next are decoded in other threads. A batch is
    written whole and durably before the next one is; whatever interrupts a run leaves whole
    batches, and the next run passes over what is there.

    Args:
        store: Where the points go.
        encoder: Makes the vectors.
        mean_words: Mean words per product, by which words are weighted; 0 takes the first
            batch's own mean, to be corrected when the run is over.
        batch_size: Products written at once.
        create: Makes the store, called when the first product is accepted.
        progress: Called after each batch.
    """

    def __init__(
        self,
        store: VectorStore,
        encoder: Encoder,
        mean_words: float,
        batch_size: int,
        create: Callable[[], None],
        progress: Progress | None = None,
    ) -> None:
        self._store = store
        self._encoder = encoder
        self._batch_size = batch_size
        self._create = create
        self._progress = progress
        self._started = time.perf_counter()
        self._file = ""
        self._mean_words = mean_words
        self.report = IndexReport()
        self.seen: set[str] = set()
        self.broke_off = False

    def run(self, products: Iterable[Product] | ProductFeed) -> IndexReport:
        """Index the products.

        Returns:
            What came of them.

        Raises:
            FeedError: The feed cannot be read.
            IndexStoreError: The store refused; what was reported before is safe.
        """
        rows = products.rows() if isinstance(products, ProductFeed) else _numbered(products)
        self._file = str(products.path) if isinstance(products, ProductFeed) else ""
        with ThreadPoolExecutor(DECODING_THREADS, "decode") as threads:
            try:
                self._run(rows, threads)
            except BaseException:
                threads.shutdown(wait=True, cancel_futures=True)
                raise
        self.report.took_s = time.perf_counter() - self._started
        return self.report

    def _run(self, rows: Iterator[FeedRow], threads: Executor) -> None:
        started: list[Item] = []
        while batch := list(islice(rows, self._batch_size)):
            following = self._start(batch, threads)
            self._finish(started)
            started = following
        self._finish(started)

    def _start(self, rows: Sequence[FeedRow], threads: Executor) -> list[Item]:
        accepted = [row for row in rows if self._accepts(row)]
        ids = [point_id(row.product.id) for row in accepted if row.product]
        if ids and not self._store.created:
            self._create()
        stored = self._store.retrieve(ids, _HASHES)
        return [
            start_item(row.product, row.line, stored.get(each), self._encoder, threads)
            for row, each in zip(accepted, ids, strict=True)
            if row.product
        ]

    def _accepts(self, row: FeedRow) -> bool:
        if row.product is None:
            if row.rejection:
                self.report.reject(row.rejection)
                self.seen.add(point_id(row.rejection.product_id))
                self.broke_off = self.broke_off or row.rejection.broke_off
            return False
        each = point_id(row.product.id)
        if each in self.seen:
            reason = "the id was used before in this run; each product needs its own"
            rejection = Rejection(self._file, row.line, "id", reason, row.product.id)
            self.report.reject(rejection)
            return False
        self.seen.add(each)
        return True

    def _finish(self, items: list[Item]) -> None:
        changed = [item for item in items if self._takes(item) and item.before != item.now]
        self.report.unchanged += sum(item.before == item.now for item in items)
        if changed:
            points = self._points(changed)
            self._store.upsert(points)
            self.report.added += sum(item.stored is None for item in changed)
            self.report.updated += sum(item.stored is not None for item in changed)
        self.report.took_s = time.perf_counter() - self._started
        if items and self._progress:
            self._progress(self.report)

    def _takes(self, item: Item) -> bool:
        """Reject a product that is nothing but an unusable photo; warn of one with words.

        Returns:
            Whether the product is taken.
        """
        rejection = item.rejection(self._file)
        if rejection is None:
            return True
        if item.texts:
            self.report.warn(rejection)
            return True
        self.report.reject(rejection)
        return False

    def _points(self, items: Sequence[Item]) -> list[Point]:
        if not self._mean_words:
            self._mean_words = float(np.mean([len(item.words) for item in items])) or 1.0
        kept = self._kept_vectors(items)
        photos = prepared_photos(items)
        encoded = self._encoder.encode_prepared([prepared for _, prepared in photos])
        self.report.photos_encoded += len(photos)
        photo_rows = dict(zip((item.id for item, _ in photos), encoded, strict=True))
        changed_text = [item for item in items if item.before.text != item.now.text]
        text_rows = dict(
            zip((item.id for item in changed_text), self._text_rows(changed_text), strict=True)
        )
        return [self._point(item, kept.get(item.id), photo_rows, text_rows) for item in items]

    def _kept_vectors(self, items: Sequence[Item]) -> dict[str, Point]:
        return self._store.retrieve([item.id for item in items if item.stored], _HASHES, True)

    def _text_rows(self, items: Sequence[Item]) -> list[Vectors]:
        """Encode the texts of several products at once.

        Returns:
            For each product the mean of its languages' unit vectors, shape (dim,), of length 1.
        """
        texts = [text for item in items for text in item.texts]
        encoded = self._encoder.encode_texts(texts)
        ends = np.cumsum([len(item.texts) for item in items])[:-1]
        parts = np.split(encoded, ends) if items else []
        return [unit_rows(part.mean(axis=0)[None])[0] if len(part) else part for part in parts]

    def _point(
        self,
        item: Item,
        kept: Point | None,
        photo_rows: dict[str, Vectors],
        text_rows: dict[str, Vectors],
    ) -> Point:
        vectors = dict(kept.vectors) if kept else {}
        now = item.now
        if item.id in photo_rows:
            vectors[PHOTO] = photo_rows[item.id]
        elif not now.photo:
            vectors.pop(PHOTO, None)
        if item.id in text_rows:
            vectors[TEXT] = text_rows[item.id]
        if not item.texts:
            vectors.pop(TEXT, None)
        words = document_vector(item.words, self._mean_words)
        payload = {**item.payload, **now.as_payload(), N_WORDS: len(item.words)}
        return Point(item.id, payload, vectors, words)


def _numbered(products: Iterable[Product]) -> Iterator[FeedRow]:
    for number, product in enumerate(products, start=1):
        if not isinstance(product, Product):
            raise InvalidValueError("products", "core.Product values", product)
        yield FeedRow(number, product=product)
