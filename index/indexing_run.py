"""A run over a feed: find what changed, encode that, and write it in whole batches."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

from index.catalog.admission import MERCHANT_ID, Admission
from index.catalog.product_feed import ProductFeed
from index.catalog.records import FeedRow
from index.index_report import IndexReport, ProgressCallback
from index.indexing_batch import BatchItem, start_batch_item
from index.payload import to_point_id
from index.point_builder import DIGEST_FIELDS, PointBuilder
from index.store.contract import VectorStore
from index.store.points import Point
from shopwindow.values.encoder import Encoder
from shopwindow.values.errors import InvalidValueError
from shopwindow.values.product import Product

N_DECODING_THREADS = 2


@dataclass(frozen=True, slots=True)
class EncodedBatch:
    """Products of one batch after encoding.

    Attributes:
        items: All of them.
        changed: Those that must be written.
        points: What is written.
    """

    items: Sequence[BatchItem] = ()
    changed: Sequence[BatchItem] = ()
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
        mean_doc_length: Mean words per product, by which words are weighted; 0 takes the first
            batch's own mean, to be corrected when the run is over.
        batch_size: Products written at once.
        ensure_store: Makes what is missing of the store when the first product is accepted, and returns
            whether stored products that did not change may be passed over.
        progress: Called after each batch.
    """

    def __init__(
        self,
        store: VectorStore,
        encoder: Encoder,
        mean_doc_length: float,
        batch_size: int,
        ensure_store: Callable[[], bool],
        progress: ProgressCallback | None = None,
    ) -> None:
        self._store = store
        self._encoder = encoder
        self._batch_size = batch_size
        self._create = ensure_store
        self._trusts: bool | None = None
        self._progress = progress
        self._started = time.perf_counter()
        self._file = ""
        self._mean_words = mean_doc_length
        self._encoded = EncodedBatch()
        self._replacing: list[FeedRow] = []
        self.report = IndexReport()
        self.admission = Admission(self.report)

    def run(self, products: Iterable[Product] | ProductFeed, merchant_id: str = "") -> IndexReport:
        """Index the products.

        Args:
            products: A feed, or products.
            merchant_id: The only merchant whose products these are; empty when each names its own.

        Returns:
            What came of them.

        Raises:
            FeedError: The feed cannot be read.
            IndexStoreError: The store refused; what was reported before is safe.
        """
        rows = products.iter_rows() if isinstance(products, ProductFeed) else _numbered(products)
        self._file = str(products.path) if isinstance(products, ProductFeed) else ""
        self.admission = Admission(self.report, self._file, merchant_id)
        decoding = ThreadPoolExecutor(N_DECODING_THREADS, "decode")
        writing = ThreadPoolExecutor(1, "write")
        with decoding, writing, ThreadPoolExecutor(1, "texts") as texts:
            maker = PointBuilder(self._store, self._encoder, self._mean_words, texts)
            try:
                self._run(self._first_rows(rows), maker, decoding, writing)
                # These look at what the first rows with their ids have written.
                if self._replacing:
                    self._run(iter(self._replacing), maker, decoding, writing)
            except BaseException:
                decoding.shutdown(wait=True, cancel_futures=True)
                writing.submit(self._write, self._encoded)  # its work is done, so keep it
                raise
        self.report.duration_s = time.perf_counter() - self._started
        return self.report

    def _run(
        self, rows: Iterator[FeedRow], maker: PointBuilder, decoding: Executor, writing: Executor
    ) -> None:
        started: list[BatchItem] = []
        written = writing.submit(self._write, EncodedBatch())
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
        self._encoded = EncodedBatch()

    def _first_rows(self, rows: Iterator[FeedRow]) -> Iterator[FeedRow]:
        """Yield the rows but those that take the place of an earlier one; they are kept."""
        for row in rows:
            if row.is_replacement:
                self._replacing.append(row)
            else:
                yield row

    def _start(self, rows: Sequence[FeedRow], threads: Executor) -> list[BatchItem]:
        admission = self.admission
        admitted = [row for row in map(admission.admit, rows) if row is not None]
        ids = [to_point_id(row.product.id) for row in admitted if row.product]
        if ids and self._trusts is None:
            self._trusts = self._create()
        # Without digests nothing stored is taken as unchanged.
        fields = (*DIGEST_FIELDS, MERCHANT_ID) if self._trusts else (MERCHANT_ID,)
        stored = self._store.retrieve(ids, fields) if ids else {}
        return [
            start_batch_item(row.product, row.line, stored.get(each), self._encoder, threads)
            for row, each in zip(admitted, ids, strict=True)
            if row.product and admission.authorize_write(row, stored.get(each))
        ]

    def _encode(self, items: list[BatchItem], maker: PointBuilder) -> EncodedBatch:
        taken = [item for item in items if self._takes(item)]
        changed = [item for item in taken if item.stored_fingerprint != item.fingerprint]
        points = maker.build_points(changed)
        self.report.n_encoded_photos = maker.n_photos
        return EncodedBatch(items, changed, points)

    def _write(self, batch: EncodedBatch) -> EncodedBatch:
        if batch.points:
            self._store.upsert(batch.points)
        return batch

    def _count(self, batch: EncodedBatch) -> None:
        self.report.added += sum(item.stored is None for item in batch.changed)
        self.report.updated += sum(item.stored is not None for item in batch.changed)
        self.report.unchanged += sum(
            item.stored_fingerprint == item.fingerprint for item in batch.items
        )
        self.report.duration_s = time.perf_counter() - self._started
        if batch.items and self._progress:
            self._progress(self.report)

    def _takes(self, item: BatchItem) -> bool:
        """Reject a product that is nothing but an unusable photo; warn of one with words.

        Returns:
            Whether the product is taken.
        """
        rejection = item.get_photo_rejection(self._file)
        if rejection is None:
            return True
        if item.texts:
            self.report.add_warning(rejection, at_indexing=True)
            return True
        self.admission.reject_at_indexing(rejection)
        return False


def _numbered(products: Iterable[Product]) -> Iterator[FeedRow]:
    for number, product in enumerate(products, start=1):
        if not isinstance(product, Product):
            raise InvalidValueError("products", "core.Product values", product)
        yield FeedRow(number, product=product)
