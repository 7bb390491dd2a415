"""The index of one catalogue: products in, candidates out."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from index.bm25_reweighting import reweight_on_drift
from index.catalog.product_feed import ProductFeed
from index.catalog.text_cleaning import clean_line
from index.index_reader import IndexReader
from index.index_report import IndexReport, ProgressCallback
from index.indexing_run import IndexingRun
from index.manifest import Manifest
from index.payload import CACHED_FIELDS, INDEXED_FIELDS, to_point_ids
from index.removal import delete_missing_products, delete_withdrawn_products
from index.store.contract import VectorStore
from index.store.location import open_store
from index.store.points import Payload, StoreSchema
from shopwindow.values.closeable import Closeable
from shopwindow.values.encoder import Encoder
from shopwindow.values.errors import IndexNotFoundError, IndexStoreError, InvalidValueError
from shopwindow.values.product import Product
from shopwindow.values.settings import IndexSettings


class ProductIndex(IndexReader, Closeable):
    """A catalogue's products in a vector store, with the encoder that made their vectors.

    Use `open`. Searching is safe from several threads, adding from one at a time.

    Args:
        store: Where the points are.
        encoder: Makes the vectors of products and queries.
        settings: Batch size and the like.
    """

    def __init__(
        self, store: VectorStore, encoder: Encoder, settings: IndexSettings | None = None
    ) -> None:
        super().__init__(store, encoder.spec)
        self.encoder = encoder
        self._settings = settings or IndexSettings()

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
        """Open an index, or make a new one where there is none.

        Args:
            location: A folder (the embedded engine), the http(s) address of a Qdrant server, or
                ":memory:" for exact search that is gone when the process ends.
            encoder: The encoder that made the index, or is to make it.
            api_key: Key of the server.
            settings: Collection name, batch size, size from which a graph is built.
            must_exist: Refuse to make a new index.

        Returns:
            The open index; close it, or use it in a `with` block.

        Raises:
            IndexNotFoundError: `must_exist`, and there is none.
            IndexLockedError: A process that cannot be reached holds the folder.
            EncoderMismatchError: Another encoder made it.
            IndexVersionError: Another version of Shopwindow made it.
            StoreUnreachableError: The server does not answer.
            IndexStoreError: The folder holds other things, or is damaged.
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
        products: Iterable[Product] | ProductFeed,
        *,
        delete_missing: bool = False,
        merchant_id: str = "",
        progress: ProgressCallback | None = None,
    ) -> IndexReport:
        """Add products, or update those that changed; the rest costs no encoding.

        Rows of a feed that say that their product is not for sale (drafts and the like) remove it.

        Args:
            products: A feed from `read_products`, or products.
            delete_missing: The feed is complete: delete products that it does not have, of those
                merchants whom it names; rows that name none stand for products without merchant.
                Nothing is deleted when a row has no id that can be read: see
                `IndexReport.not_deleted_reason`.
            merchant_id: The only merchant whose products these are. Products that name none become
                this merchant's; others are rejected, and only this merchant's are deleted.
            progress: Called after each batch with the counts so far.

        Returns:
            Counts, and each rejected product with its line and reason.

        Raises:
            FeedError: The feed cannot be read at all.
            InvalidValueError: `merchant_id` is no name.
            DeletionRefusedError: The feed broke off, or lacks more than half of a merchant's
                products; what it has is indexed.
            IndexStoreError: The store refused.
        """
        _require_name(merchant_id)
        with self._store.lock_writes():
            mean_words = self.manifest.mean_doc_length if self.manifest else 0.0
            size = self._settings.batch_size
            run = IndexingRun(self._store, self.encoder, mean_words, size, self._create, progress)
            report = run.run(products, merchant_id)
            try:
                if self.exists:
                    delete_withdrawn_products(self._store, run.admission, report)
                    if delete_missing:
                        delete_missing_products(self._store, run.admission, report)
            finally:
                counts = (report.added, report.updated, report.deleted, report.n_withdrawn_deleted)
                self._settle(changed=any(counts))
        return report

    def delete(self, product_ids: Sequence[str]) -> int:
        """Delete products by id.

        Returns:
            How many there were; unknown ids are passed over.

        Raises:
            InvalidQueryError: What is given is no id.
            IndexStoreError: The store refused.
        """
        if not self.exists:
            return 0
        with self._store.lock_writes():
            found = list(self._store.retrieve(to_point_ids(product_ids), ()))
            self._store.delete(found)
        return len(found)

    def info(self) -> Payload:
        """Return facts to show: location, count, state of the search graph, encoder, versions."""
        manifest = self.manifest
        if manifest is None:
            return {"location": self.location, "products": 0}
        engine = {"engine": self._store.info()}
        facts = {"location": self.location, "products": self.count()}
        return {**facts, **engine, **manifest.as_dict()}

    def optimize(self, wait: bool = True) -> None:
        """Build the search graph if the index is large enough; searches go on meanwhile.

        Args:
            wait: Return only when it is built.

        Raises:
            IndexStoreError: The build failed; searches go on without the graph.
        """
        if self.exists:
            self._store.optimize(wait)

    def close(self) -> None:
        """Make everything durable and let go of the folder or connection. Idempotent."""
        self._store.close()

    def _create(self) -> bool:
        """Make whatever is missing of an index, now that there is a product for it.

        Returns:
            Whether what is stored was made by this encoder, so that it need not be made again.

        Raises:
            IndexStoreError: What is stored cannot be this encoder's.
        """
        if self.manifest is not None:
            return True
        manifest = Manifest.create(self.encoder.spec)
        schema = StoreSchema(self._columns.dims, INDEXED_FIELDS, CACHED_FIELDS)
        if not self._store.exists:
            self._store.create(schema, manifest.as_dict())
            return True
        # The manifest is gone: an older version was stopped before it wrote one, or it was deleted.
        self._check_widths()
        self._store.write_manifest(manifest.as_dict())
        return self._store.count() == 0

    def _check_widths(self) -> None:
        points, _ = self._store.scroll(limit=1, fields=())
        for point in self._store.retrieve([each.id for each in points], (), vectors=True).values():
            for name, vector in point.vectors.items():
                if len(vector) != self._columns.dims.get(name):
                    raise IndexStoreError(
                        f"the index at {self.location} has lost its manifest, and its vectors are "
                        f"{len(vector)} wide, not {self._columns.dims.get(name)} as those of "
                        f"{self.encoder.spec.name}. Index with the encoder that made it, or into a "
                        "new folder."
                    )

    def _settle(self, changed: bool) -> None:
        manifest = self.manifest
        if manifest is None:
            return
        used = manifest.mean_doc_length
        mean = reweight_on_drift(self._store, used, self._settings.batch_size)
        if changed or mean != used:
            self._store.write_manifest(manifest.with_update(mean).as_dict())
            self._store.optimize()


def _require_name(merchant: str) -> None:
    """Check that a merchant is written as feeds have them once they are read.

    Raises:
        InvalidValueError: It is not.
    """
    # No surrogates are printable, and only such a text can be cleaned.
    printable = isinstance(merchant, str) and merchant.isprintable()
    if not printable or clean_line(merchant) != merchant:
        expected = "a name on one line, without blanks around it"
        raise InvalidValueError("merchant_id", expected, merchant)
