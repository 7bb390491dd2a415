"""A run over a feed: find what changed, encode that, and write it in whole batches."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

from index.catalog.admission import MERCHANT, Admission
from index.catalog.product_feed import ProductFeed
from index.catalog.records import FeedRow
from index.index_report import IndexReport, Progress
from index.indexing_batch import Item, start_item
from index.payload import point_id
from index.point_builder import HASHES, PointMaker
from index.store.contract import VectorStore
from index.store.points import Point
from shopwindow.values.encoder import Encoder
from shopwindow.values.errors import InvalidValueError
from shopwindow.values.product import Product

DECODING_THREADS = 2


@dataclass(frozen=True, slots=True)
class Batch:
    """Products of one batch after encoding.

    Attributes:
        items: All of them.
        changed: Those that must be written.
        points: What is written.
    """

    items: Sequence[Item] = ()
    changed: Sequence[Item] = ()
    points: Sequence[Point] = ()


class IndexingRun:
    """One pass over products into a store.

    While the photos of one batch are encoded, so are its texts, the photos of the next batch are
    decoded and the batch before is written, each in other threads. A batch is written whole and
    durably before the next one is, and counted when it is; whatever interrupts a run leaves whole
    batches, and the next run passes over what is there.

    Args:
        store: Where the points go.
        encoder: Makes the vectors.
        mean_words: Mean words per product, by which words are weighted; 0 takes the first
            batch's own mean, to be corrected when the run is over.
        batch_size: Products written at once.
        create: Makes what is missing of the store when the first product is accepted, and returns
            whether stored products that did not change may be passed over.
        progress: Called after each batch.
    """

    def __init__(
        self,
        store: VectorStore,
        encoder: Encoder,
        mean_words: float,
        batch_size: int,
        create: Callable[[], bool],
        progress: Progress | None = None,
    ) -> None:
        self._store = store
        self._encoder = encoder
        self._batch_size = batch_size
        self._create = create
        self._trusts: bool | None = None
        self._progress = progress
        self._started = time.perf_counter()
        self._file = ""
        self._mean_words = mean_words
        self._encoded = Batch()
        self._replacing: list[FeedRow] = []
        self.report = IndexReport()
        self.admission = Admission(self.report)

    def run(self, products: Iterable[Product] | ProductFeed, merchant: str = "") -> IndexReport:
        """Index the products.

        Args:
            products: A feed, or products.
            merchant: The only merchant whose products these are; empty when each names its own.

        Returns:
            What came of them.

        Raises:
            FeedError: The feed cannot be read.
            IndexStoreError: The store refused; what was reported before is safe.
        """
        rows = products.rows() if isinstance(products, ProductFeed) else _numbered(products)
        self._file = str(products.path) if isinstance(products, ProductFeed) else ""
        self.admission = Admission(self.report, self._file, merchant)
        decoding = ThreadPoolExecutor(DECODING_THREADS, "decode")
        writing = ThreadPoolExecutor(1, "write")
        with decoding, writing, ThreadPoolExecutor(1, "texts") as texts:
            maker = PointMaker(self._store, self._encoder, self._mean_words, texts)
            try:
                self._run(self._first_rows(rows), maker, decoding, writing)
                # These look at what the first rows with their ids have written.
                if self._replacing:
                    self._run(iter(self._replacing), maker, decoding, writing)
            except BaseException:
                decoding.shutdown(wait=True, cancel_futures=True)
                writing.submit(self._write, self._encoded)  # its work is done, so keep it
                raise
        self.report.took_s = time.perf_counter() - self._started
        return self.report

    def _run(
        self, rows: Iterator[FeedRow], maker: PointMaker, decoding: Executor, writing: Executor
    ) -> None:
        started: list[Item] = []
        written = writing.submit(self._write, Batch())
        while batch := list(islice(rows, self._batch_size)):
            # Looks into the store before the next write begins, which it would have to wait for.
            following = self._start(batch, decoding)
            self._count(written.result())
            written = writing.submit(self._write, self._encoded)
            self._encoded = self._encode(started, maker)
            started = following
        self._count(written.result())
        written = writing.submit(self._write, self._encoded)
        self._encoded = self._encode(started, maker)
        self._count(written.result())
        self._count(self._write(self._encoded))
        self._encoded = Batch()

    def _first_rows(self, rows: Iterator[FeedRow]) -> Iterator[FeedRow]:
        """Yield the rows but those that take the place of an earlier one; they are kept."""
        for row in rows:
            if row.replaces:
                self._replacing.append(row)
            else:
                yield row

    def _start(self, rows: Sequence[FeedRow], threads: Executor) -> list[Item]:
        admission = self.admission
        admitted = [row for row in map(admission.admitted, rows) if row is not None]
        ids = [point_id(row.product.id) for row in admitted if row.product]
        if ids and self._trusts is None:
            self._trusts = self._create()
        # Without digests nothing stored is taken as unchanged.
        fields = (*HASHES, MERCHANT) if self._trusts else (MERCHANT,)
        stored = self._store.retrieve(ids, fields) if ids else {}
        return [
            start_item(row.product, row.line, stored.get(each), self._encoder, threads)
            for row, each in zip(admitted, ids, strict=True)
            if row.product and admission.may_write(row, stored.get(each))
        ]

    def _encode(self, items: list[Item], maker: PointMaker) -> Batch:
        taken = [item for item in items if self._takes(item)]
        changed = [item for item in taken if item.before != item.now]
        points = maker.points(changed)
        self.report.photos_encoded = maker.n_photos
        return Batch(items, changed, points)

    def _write(self, batch: Batch) -> Batch:
        if batch.points:
            self._store.upsert(batch.points)
        return batch

    def _count(self, batch: Batch) -> None:
        self.report.added += sum(item.stored is None for item in batch.changed)
        self.report.updated += sum(item.stored is not None for item in batch.changed)
        self.report.unchanged += sum(item.before == item.now for item in batch.items)
        self.report.took_s = time.perf_counter() - self._started
        if batch.items and self._progress:
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
            self.report.warn(rejection, late=True)
            return True
        self.admission.reject_late(rejection)
        return False


def _numbered(products: Iterable[Product]) -> Iterator[FeedRow]:
    for number, product in enumerate(products, start=1):
        if not isinstance(product, Product):
            raise InvalidValueError("products", "core.Product values", product)
        yield FeedRow(number, product=product)
