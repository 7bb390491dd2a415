"""A run over a feed: detect what changed, encode it, and write it in whole batches."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, replace

from index.catalog.admission import MERCHANT_ID, Admission
from index.catalog.product_feed import ProductFeed
from index.catalog.records import FeedRow
from index.index_report import IndexReport, ProgressCallback
from index.indexing_batch import BatchItem, start_batch_item, take_batch
from index.payload import to_point_id
from index.point_builder import DIGEST_FIELDS, PointBuilder
from index.store.contract import VectorStore
from index.store.points import Point
from shopwindow.values import Encoder, Product
from shopwindow.values.errors import InvalidValueError
from shopwindow.values.setting_groups import IndexSettings

N_DECODING_THREADS = 2


@dataclass(frozen=True, slots=True)
class EncodedBatch:
    """One batch of products after encoding.

    Attributes:
        items: All products of the batch.
        changed: The products that must be written.
        points: The points to write, one for each changed product.
    """

    items: Sequence[BatchItem] = ()
    changed: Sequence[BatchItem] = ()
    points: Sequence[Point] = ()


class IndexingRun:
    """One pass over products into a store.

    While the photos of one batch are encoded, other threads encode its texts, decode the photos of
    the next batch and write the previous one. Each batch is written whole and durably before the
    next one, and counted once written. An interrupted run leaves whole batches behind, and the next
    run skips what is already stored.

    Args:
        store: Store to write to.
        encoder: Encoder of photos and texts.
        mean_doc_length: Mean number of tokens per product for the BM25 weights; 0 uses the mean of
            the first batch, to be corrected after the run.
        settings: Products or photos per batch, and photos per product.
        ensure_store: Creates what is missing of the store when the first product is accepted, and
            returns whether stored digests can be trusted, so that unchanged products are skipped.
        progress: Called after each batch.
    """

    def __init__(
        self,
        store: VectorStore,
        encoder: Encoder,
        mean_doc_length: float,
        settings: IndexSettings,
        ensure_store: Callable[[], bool],
        progress: ProgressCallback | None = None,
    ) -> None:
        self._store = store
        self._encoder = encoder
        self._batch_size = settings.batch_size
        self._max_photos = settings.max_photos
        self._ensure_store = ensure_store
        self._trusts_digests: bool | None = None
        self._progress = progress
        self._started_at = time.perf_counter()
        self._file = ""
        self._mean_doc_length = mean_doc_length
        self._last_encoded = EncodedBatch()
        self._replacement_rows: list[FeedRow] = []
        self.report = IndexReport()
        self.admission = Admission(self.report)

    def run(self, products: Iterable[Product] | ProductFeed, merchant_id: str = "") -> IndexReport:
        """Index the products.

        Args:
            products: A feed, or products.
            merchant_id: The one merchant that owns all products; empty if each names its own.

        Returns:
            The counts of the run.

        Raises:
            FeedError: The feed cannot be read.
            IndexStoreError: The store refused; everything reported before that is stored.
        """
        rows = (
            products.iter_rows()
            if isinstance(products, ProductFeed)
            else _number_products(products)
        )
        self._file = products.name if isinstance(products, ProductFeed) else ""
        self.admission = Admission(self.report, self._file, merchant_id)
        decode_pool = ThreadPoolExecutor(N_DECODING_THREADS, "decode")
        write_pool = ThreadPoolExecutor(1, "write")
        with decode_pool, write_pool, ThreadPoolExecutor(1, "texts") as text_pool:
            builder = PointBuilder(self._store, self._encoder, self._mean_doc_length, text_pool)
            try:
                first_pass = self._defer_replacements(rows)
                self._process_rows(first_pass, builder, decode_pool, write_pool)
                # Replacements need the stored points of the rows that they replace.
                if self._replacement_rows:
                    second_pass = iter(self._replacement_rows)
                    self._process_rows(second_pass, builder, decode_pool, write_pool)
            except BaseException:
                decode_pool.shutdown(wait=True, cancel_futures=True)
                write_pool.submit(self._write, self._last_encoded)  # encoded already, so keep it
                raise
        self.report.duration_s = time.perf_counter() - self._started_at
        return self.report

    def _process_rows(
        self,
        rows: Iterator[FeedRow],
        builder: PointBuilder,
        decode_pool: Executor,
        write_pool: Executor,
    ) -> None:
        started_items: list[BatchItem] = []
        pending_write = write_pool.submit(self._write, EncodedBatch())
        while batch := take_batch(rows, self._batch_size, self._max_photos):
            # Reads from the store, and would have to wait for the next write once that has begun.
            next_items = self._start_batch(batch, decode_pool)
            self._count_outcomes(pending_write.result())
            pending_write = write_pool.submit(self._write, self._last_encoded)
            self._last_encoded = self._encode(started_items, builder)
            started_items = next_items
        self._count_outcomes(pending_write.result())
        pending_write = write_pool.submit(self._write, self._last_encoded)
        self._last_encoded = self._encode(started_items, builder)
        self._count_outcomes(pending_write.result())
        self._count_outcomes(self._write(self._last_encoded))
        self._last_encoded = EncodedBatch()

    def _defer_replacements(self, rows: Iterator[FeedRow]) -> Iterator[FeedRow]:
        """Yield all rows but replacements of earlier rows, which are kept for a second pass."""
        for row in rows:
            if row.is_replacement:
                self._replacement_rows.append(row)
            else:
                yield row

    def _start_batch(self, rows: Sequence[FeedRow], executor: Executor) -> list[BatchItem]:
        admission = self.admission
        admitted_rows = [row for row in map(admission.admit, rows) if row is not None]
        ids = [to_point_id(row.product.id) for row in admitted_rows if row.product]
        if ids and self._trusts_digests is None:
            self._trusts_digests = self._ensure_store()
        # A product without stored digests counts as changed.
        fields = (*DIGEST_FIELDS, MERCHANT_ID) if self._trusts_digests else (MERCHANT_ID,)
        stored = self._store.retrieve(ids, fields) if ids else {}
        started = [
            start_batch_item(row, stored.get(point_id), self._encoder, executor, self._max_photos)
            for row, point_id in zip(admitted_rows, ids, strict=True)
            if admission.authorize_write(row, stored.get(point_id))
        ]
        return [item for item in started if item is not None]

    def _encode(self, items: list[BatchItem], builder: PointBuilder) -> EncodedBatch:
        accepted = [item for item in items if self._accept(item)]
        changed = [item for item in accepted if item.stored_fingerprint != item.fingerprint]
        points = builder.build_points(changed)
        self.report.n_encoded_photos = builder.n_photos
        return EncodedBatch(items, changed, points)

    def _write(self, batch: EncodedBatch) -> EncodedBatch:
        if batch.points:
            self._store.upsert(batch.points)
        return batch

    def _count_outcomes(self, batch: EncodedBatch) -> None:
        self.report.added += sum(item.stored is None for item in batch.changed)
        self.report.updated += sum(item.stored is not None for item in batch.changed)
        self.report.unchanged += sum(
            item.stored_fingerprint == item.fingerprint for item in batch.items
        )
        self.report.duration_s = time.perf_counter() - self._started_at
        if batch.items and self._progress:
            self._progress(self.report)

    def _accept(self, item: BatchItem) -> bool:
        """Warn about unusable photos; reject a product that has nothing else.

        Returns:
            Whether the product is indexed.
        """
        rejections = item.get_photo_rejections(self._file)
        if rejections and not item.has_content:
            self.admission.reject_at_indexing(replace(rejections[0], field=""))
            return False
        for rejection in rejections:
            self.report.add_warning(rejection, at_indexing=True)
        return True


def _number_products(products: Iterable[Product]) -> Iterator[FeedRow]:
    for number, product in enumerate(products, start=1):
        if not isinstance(product, Product):
            raise InvalidValueError("products", "Product values", product)
        yield FeedRow(number, product=product)
