"""A run of partial updates: read the stored products, derive what changes, write whole batches."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import closing
from functools import partial
from itertools import islice
from typing import Any

from index.catalog.admission import format_ownership_conflict, get_owner
from index.catalog.duplicate_ids import SeenIds, SeenRow
from index.catalog.records import Rejection, describe_merchant
from index.catalog.update_feed import ReadUpdateResult, UpdateFeed, UpdateRow
from index.index_report import IndexReport, ProgressCallback
from index.payload import from_payload, restore_offer, to_point_id
from index.point_update import (
    OFFER_PARTS,
    WHOLE_PARTS,
    build_offer_update,
    build_point_update,
    is_of_offer,
)
from index.store.contract import VectorStore
from index.store.points import Point, PointId, PointUpdate
from shopwindow.values import Product, ProductUpdate
from shopwindow.values.errors import InvalidProductError, InvalidValueError

BATCH_FACTOR = 4
"""Updates written and synced at once for each product of a batch of indexing: they are small, and
syncing takes most of the time."""


class UpdatingRun:
    """One pass of updates over a store.

    While one batch is written, the next one is derived. Each batch is written whole and durably.

    Args:
        store: Store to write to.
        mean_doc_length: Mean number of tokens per product that the stored BM25 weights use.
        batch_size: Products per batch.
        merchant_id: The one merchant whose products may be updated; empty for all.
        progress: Called after each batch.

    Attributes:
        report: The counts of the run.
    """

    def __init__(
        self,
        store: VectorStore,
        mean_doc_length: float,
        batch_size: int,
        merchant_id: str = "",
        progress: ProgressCallback | None = None,
    ) -> None:
        self._store = store
        self._mean_doc_length = mean_doc_length
        self._batch_size = batch_size * BATCH_FACTOR
        self._merchant_id = merchant_id
        self._progress = progress
        self._started_at = time.perf_counter()
        self._file = ""
        self.report = IndexReport()

    def run(self, updates: UpdateFeed | Iterable[ProductUpdate]) -> IndexReport:
        """Apply updates.

        Args:
            updates: A feed, or updates.

        Returns:
            The counts of the run.

        Raises:
            FeedError: The feed cannot be read.
            IndexStoreError: The store refused; everything reported before that is stored.
        """
        if isinstance(updates, UpdateFeed):
            self._file = updates.name
            self.report.ignored_columns = dict(updates.plan_columns().ignored)
            rows = updates.iter_updates()
        else:
            rows = _number_updates(updates)
        with ThreadPoolExecutor(1, "write") as executor:
            self._process(rows, executor)
        self.report.duration_s = time.perf_counter() - self._started_at
        return self.report

    def _process(self, rows: Iterator[UpdateRow], executor: Executor) -> None:
        pending = executor.submit(_write, self._store, [])
        derived: list[PointUpdate] = []
        while batch := list(islice(rows, self._batch_size)):
            admitted = [row for row in batch if self._admit(row)]
            self._finish(pending)
            # Read before the next write begins, which the store would finish first.
            ids = [to_point_id(row.product_id) for row in admitted]
            stored = self._store.retrieve(ids, OFFER_PARTS) if ids else {}
            pending = executor.submit(_write, self._store, derived)
            derived = self._derive(admitted, ids, stored)
        self._finish(pending)
        self._finish(executor.submit(_write, self._store, derived))

    def _finish(self, pending: Future[int]) -> None:
        self.report.updated += pending.result()
        self.report.duration_s = time.perf_counter() - self._started_at
        if self._progress and self.report.n_processed:
            self._progress(self.report)

    def _derive(
        self, rows: Sequence[UpdateRow], ids: Sequence[PointId], stored: Mapping[PointId, Point]
    ) -> list[PointUpdate]:
        """Return what to write; counts the products that stay as they are.

        Args:
            rows: Rows that name a product.
            ids: Their point ids.
            stored: The points that exist among them, with `OFFER_PARTS`.
        """
        derived: list[PointUpdate | None] = []
        of_whole: dict[PointId, tuple[UpdateRow, ProductUpdate]] = {}
        for row, point_id in zip(rows, ids, strict=True):
            point = stored.get(point_id)
            if point is None:
                self.report.report_unknown(self._make_unknown(row))
            elif self._authorize(row, point):
                before = restore_offer(row.product_id, point.payload)
                if (update := self._read(row, before)) is None:
                    continue
                if is_of_offer(update, before):
                    derived.append(
                        self._build(row, partial(build_offer_update, point, before, update))
                    )
                else:
                    of_whole[point_id] = (row, update)
        derived += self._derive_whole(of_whole)
        return [update for update in derived if update is not None]

    def _derive_whole(
        self, updates: Mapping[PointId, tuple[UpdateRow, ProductUpdate]]
    ) -> list[PointUpdate | None]:
        """Return what to write of updates that need more of the product than its offer."""
        derived: list[PointUpdate | None] = []
        stored = self._store.retrieve(list(updates), WHOLE_PARTS) if updates else {}
        for point_id, (row, update) in updates.items():
            if (point := stored.get(point_id)) is None:
                self.report.report_unknown(self._make_unknown(row))
                continue
            before = from_payload(point.payload)
            build = partial(build_point_update, point, before, update, self._mean_doc_length)
            derived.append(self._build(row, build))
        return derived

    def _read(self, row: UpdateRow, before: Product) -> ProductUpdate | None:
        """Return the update of a row, given the stored offer; a rejected one is counted."""
        read = row.read(before)
        for warning in read.warnings:
            self.report.add_warning(warning, at_indexing=True)
        if read.rejection:
            self.report.reject(read.rejection, at_indexing=True)
        return read.update

    def _build(self, row: UpdateRow, build: Callable[[], PointUpdate | None]) -> PointUpdate | None:
        try:
            update = build()
        except InvalidProductError as exc:
            self._reject(row, exc.field, f"{exc.expected} expected, got {str(exc.got)[:80]!r}")
            return None
        self.report.unchanged += update is None
        return update

    def _admit(self, row: UpdateRow) -> bool:
        """Return whether a row names a product; a rejected one is counted."""
        if row.rejection:
            self.report.reject(row.rejection)
            return False
        if self._merchant_id and row.merchant_id not in {"", self._merchant_id}:
            row_merchant, own = map(describe_merchant, (row.merchant_id, self._merchant_id))
            reason = f"the row is of {row_merchant}, and this run is for {own} alone"
            self._reject(row, "merchant_id", reason)
            return False
        return True

    def _authorize(self, row: UpdateRow, point: Point) -> bool:
        """Return whether the merchant of a row or of the run owns the product."""
        claimant, owner = row.merchant_id or self._merchant_id, get_owner(point)
        if claimant in {"", owner}:
            return True
        self._reject(row, "merchant_id", format_ownership_conflict(owner, claimant))
        return False

    def _reject(self, row: UpdateRow, column: str, reason: str) -> None:
        rejection = Rejection(
            self._file, row.line, column, reason, row.product_id, merchant_id=row.merchant_id
        )
        self.report.reject(rejection, at_indexing=True)

    def _make_unknown(self, row: UpdateRow) -> Rejection:
        reason = "no product of the index has this id; index its whole row first"
        return Rejection(
            self._file, row.line, row.id_column, reason, row.product_id,
            merchant_id=row.merchant_id,
        )  # fmt: skip


def collect_updates(
    updates: UpdateFeed | Iterable[ProductUpdate] | Mapping[str, Mapping[str, Any]],
) -> UpdateFeed | Sequence[ProductUpdate]:
    """Return updates in a list, so that an invalid one is refused before anything is written.

    Args:
        updates: See `ProductIndex.update`; a feed is returned as it is.

    Raises:
        InvalidProductError: A field cannot be updated, or a value is not valid.
        InvalidValueError: Something else than updates came.
    """
    if isinstance(updates, UpdateFeed):
        return updates
    if isinstance(updates, Mapping):
        return [ProductUpdate(product_id, changes) for product_id, changes in updates.items()]
    expected = "ProductUpdate values, or new values by product id"
    if not isinstance(updates, Iterable) or isinstance(updates, str):
        raise InvalidValueError("updates", expected, updates)
    collected = list(updates)
    for update in collected:
        if not isinstance(update, ProductUpdate):
            raise InvalidValueError("updates", expected, update)
    return collected


def _write(store: VectorStore, updates: Sequence[PointUpdate]) -> int:
    if updates:
        store.update_points(updates)
    return len(updates)


def _number_updates(updates: Iterable[ProductUpdate]) -> Iterator[UpdateRow]:
    """Yield updates as rows; of several with one id only the first counts."""
    with closing(SeenIds()) as seen_ids:
        for number, update in enumerate(updates, start=1):
            first = seen_ids.add(update.id, SeenRow(number, update.merchant_id, True))
            if first:
                reason = f"the id is used in update {first.line} already; put both into one"
                yield UpdateRow(number, rejection=Rejection("", number, "id", reason, update.id))
            else:
                read = partial(_read_as_given, ReadUpdateResult(update))
                yield UpdateRow(number, update.id, update.merchant_id, read=read)


def _read_as_given(result: ReadUpdateResult, _: Product | None) -> ReadUpdateResult:
    return result
