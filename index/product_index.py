"""The index of one catalog: add and delete products, read candidates."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.bm25_reweighting import reweight_on_drift
from index.catalog.text_cleaning import clean_line
from index.index_reader import IndexReader
from index.index_report import IndexReport, ProgressCallback
from index.manifest import Manifest
from index.payload import CACHED_FIELDS, INDEXED_FIELDS, to_point_ids
from index.pricing import CatalogPrices
from index.removal import delete_missing_products, delete_withdrawn_products
from index.store.contract import VectorStore
from index.store.location import open_store
from index.store.points import PHOTO, TEXT, Payload, StoreSchema
from shopwindow.values import Closeable, Encoder, Product, ProductUpdate
from shopwindow.values.errors import IndexNotFoundError, IndexStoreError, InvalidValueError
from shopwindow.values.setting_groups import IndexSettings

if TYPE_CHECKING:
    from index.catalog.product_feed import ProductFeed
    from index.catalog.update_feed import UpdateFeed


class ProductIndex(IndexReader, Closeable):
    """The products of a catalog in a vector store, with the encoder of their embeddings.

    Use `open`. Reading is safe from several threads, adding from one at a time.

    Args:
        store: The store that holds the points.
        encoder: Encoder of products and queries.
        settings: Batch size and other settings.
    """

    def __init__(
        self, store: VectorStore, encoder: Encoder, settings: IndexSettings | None = None
    ) -> None:
        self._settings = settings or IndexSettings()
        prices = CatalogPrices(store, self._settings.base_currency, self._settings.rates_file)
        super().__init__(store, encoder.spec, prices)
        self.encoder = encoder

    @classmethod
    def open(
        cls,
        location: str | Path,
        encoder: Encoder,
        *,
        api_key: str | None = None,
        settings: IndexSettings | None = None,
        must_exist: bool = False,
    ) -> "ProductIndex":
        """Open an index, or create one if there is none.

        Args:
            location: A folder (embedded engine), the http(s) address of a Qdrant server, or
                ":memory:" for exact search in memory.
            encoder: The encoder that the index was, or will be, made with.
            api_key: API key of the server.
            settings: Collection name, batch size, number of points from which a graph is built.
            must_exist: Refuse to create an index.

        Returns:
            The open index; close it, or use it in a `with` block.

        Raises:
            IndexNotFoundError: There is no index and `must_exist` is set.
            IndexLockedError: The folder is locked by a process that cannot be reached.
            EncoderMismatchError: The index was made with another encoder.
            IndexVersionError: The index was made by another version of Shopwindow.
            StoreUnreachableError: The server does not answer.
            IndexStoreError: The folder holds other files, or is damaged.
        """
        settings = settings or IndexSettings()
        store = open_store(str(location), api_key, settings, must_exist)
        try:
            index = cls(store, encoder, settings)
        except BaseException:
            store.close()
            raise
        if must_exist and not index.exists:
            index.close()
            raise IndexNotFoundError(store.location)
        return index

    def add(
        self,
        products: "Iterable[Product] | ProductFeed",
        *,
        delete_missing: bool = False,
        merchant_id: str = "",
        progress: ProgressCallback | None = None,
    ) -> IndexReport:
        """Add new products and update changed ones; unchanged products are not encoded again.

        Feed rows that say that their product is not for sale (such as drafts) delete it.

        Args:
            products: A feed from `read_products`, or products.
            delete_missing: The feed is complete: delete the products that it lacks, of the
                merchants that it names; rows without a merchant stand for products without one.
                Nothing is deleted if a row has no readable id: see
                `IndexReport.not_deleted_reason`.
            merchant_id: The one merchant that owns all products. Products without a merchant get
                this one, those of other merchants are rejected, and only this merchant's products
                are deleted.
            progress: Called after each batch with the counts so far.

        Returns:
            Counts, and each rejected product with its line and reason.

        Raises:
            FeedError: The feed cannot be read at all.
            InvalidValueError: `merchant_id` is not a clean single line.
            DeletionRefusedError: The feed is truncated, or lacks more than half of a merchant's
                products; the products that it has are indexed.
            IndexStoreError: The store refused.
        """
        from index.indexing_run import IndexingRun  # noqa: PLC0415 - a search reads no feeds

        _check_merchant_id(merchant_id)
        with self._store.lock_writes():
            run = IndexingRun(
                self._store,
                self.encoder,
                self.manifest.mean_doc_length if self.manifest else 0.0,
                self._settings,
                self._ensure_store,
                progress,
            )
            report = run.run(products, merchant_id)
            try:
                if self.exists:
                    delete_withdrawn_products(self._store, run.admission, report)
                    if delete_missing:
                        delete_missing_products(self._store, run.admission, report)
            finally:
                counts = (report.added, report.updated, report.deleted, report.n_withdrawn_deleted)
                self._finish_writes(changed=any(counts))
        return report

    def update(
        self,
        updates: "UpdateFeed | Iterable[ProductUpdate] | Mapping[str, Mapping[str, Any]]",
        *,
        merchant_id: str = "",
        progress: ProgressCallback | None = None,
    ) -> IndexReport:
        """Change some fields of products by id, such as price and stock; nothing is encoded.

        What is stored afterwards is what indexing the whole product with its new values would
        store. Products that are not in the index are counted and not created.

        Args:
            updates: A feed from `read_updates`, updates, or new values by field by product id:
                `index.update({"sku-1": {"price": 9.5, "in_stock": False}})`.
            merchant_id: The one merchant whose products may be updated; empty for all.
            progress: Called after each batch with the counts so far.

        Returns:
            Counts, and each rejected and unknown product with its line and reason. Each batch is
            written whole, and durable once it is counted.

        Raises:
            InvalidProductError: A field cannot be updated, or a value is not valid; nothing was
                written.
            FeedError: The feed cannot be read at all.
            InvalidValueError: `merchant_id` is not a clean single line, or something else than
                updates came.
            IndexNotFoundError: There is no index.
            IndexStoreError: The store refused.
        """
        from index.updating_run import UpdatingRun, collect_updates  # noqa: PLC0415 - as in `add`

        _check_merchant_id(merchant_id)
        collected = collect_updates(updates)
        if self.manifest is None:
            raise IndexNotFoundError(self.location)
        with self._store.lock_writes():
            mean, batch_size = self.manifest.mean_doc_length, self._settings.batch_size
            run = UpdatingRun(self._store, mean, batch_size, merchant_id, progress)
            try:
                return run.run(collected)
            finally:
                self._finish_writes(changed=bool(run.report.updated))

    def delete(self, product_ids: Sequence[str]) -> int:
        """Delete products by id.

        Returns:
            Number of products deleted; unknown ids are ignored.

        Raises:
            InvalidQueryError: A value is not a product id.
            IndexStoreError: The store refused.
        """
        if not self.exists:
            return 0
        with self._store.lock_writes():
            existing_ids = list(self._store.retrieve(to_point_ids(product_ids), ()))
            self._store.delete(existing_ids)
        return len(existing_ids)

    def info(self) -> Payload:
        """Return location, product count, state of the HNSW graph, encoder and versions."""
        manifest = self.manifest
        if manifest is None:
            return {"location": self.location, "products": 0}
        return {
            "location": self.location,
            "products": self.count(),
            "engine": self._store.info(),
            **manifest.as_dict(),
        }

    def optimize(self, wait: bool = True) -> None:
        """Build the HNSW graph if the index is large enough; searches continue meanwhile.

        Args:
            wait: Return only when the graph is built.

        Raises:
            IndexStoreError: The build failed; searches continue without the graph.
        """
        if self.exists:
            self._store.optimize(wait)

    def close(self) -> None:
        """Make everything durable and release the folder or connection. Idempotent."""
        self._store.close()

    def _ensure_store(self) -> bool:
        """Create whatever is missing of the index, now that there is a product for it.

        Returns:
            Whether all stored vectors are known to be of this encoder and can be reused.

        Raises:
            IndexStoreError: The stored vectors cannot be of this encoder.
        """
        if self.manifest is not None:
            return True
        manifest = Manifest.create(self.encoder.spec)
        dims, multivector_dims = self._projection.dims, self._projection.multivector_dims
        schema = StoreSchema(dims, INDEXED_FIELDS, CACHED_FIELDS, multivector_dims)
        if not self._store.exists:
            self._store.create(schema, manifest.as_dict())
            return True
        # The manifest was deleted, or an older version was stopped before it wrote one.
        self._check_stored_dims()
        self._store.write_manifest(manifest.as_dict())
        return self._store.count() == 0

    def _check_stored_dims(self) -> None:
        sample, _ = self._store.scroll(limit=1, fields=())
        points = self._store.retrieve([point.id for point in sample], (), (PHOTO, TEXT))
        for point in points.values():
            for name, vector in point.vectors.items():
                if len(vector) != self._projection.dims.get(name):
                    raise IndexStoreError(
                        f"the index at {self.location} has lost its manifest, and its vectors have "
                        f"dimension {len(vector)}, not {self._projection.dims.get(name)} as those "
                        f"of {self.encoder.spec.name}. Index with the encoder that made it, or "
                        "into a new folder."
                    )

    def _finish_writes(self, changed: bool) -> None:
        manifest = self.manifest
        if manifest is None:
            return
        current_mean = manifest.mean_doc_length
        new_mean = reweight_on_drift(self._store, current_mean, self._settings.batch_size)
        if changed or new_mean != current_mean:
            self._store.write_manifest(manifest.with_update(new_mean).as_dict())
            self._store.optimize()


def _check_merchant_id(merchant_id: str) -> None:
    """Check that a merchant id is cleaned text, as the feed readers produce it.

    Raises:
        InvalidValueError: It is not.
    """
    # Surrogates are not printable, and `clean_line` accepts no surrogates.
    is_printable = isinstance(merchant_id, str) and merchant_id.isprintable()
    if not is_printable or clean_line(merchant_id) != merchant_id:
        expected = "a name on one line, without blanks around it"
        raise InvalidValueError("merchant_id", expected, merchant_id)
