"""Admission of a feed's rows to the index, and what the run knows for deletions."""

from dataclasses import replace

from index.catalog.records import FeedRow, Rejection, describe_merchant
from index.index_report import IndexReport
from index.payload import to_point_id
from index.store.points import Point, PointId
from shopwindow.values import Product

MERCHANT_ID = "merchant_id"


class Admission:
    """Admits or rejects each row of an indexing run, and records what deletions need to know.

    A product belongs to its merchant: an id that another merchant uses, in this run or in the
    index, is rejected with both names, and no feed changes or removes another merchant's product.

    Args:
        report: Receives the rejections.
        file: Name of the feed, for rejections; empty without one.
        merchant_id: The only merchant of this run, who also owns the products that name none;
            empty when each product names its own merchant, or none.

    Attributes:
        rejected_ids: Point ids of rejected rows: not updated, but not missing from the feed either.
        withdrawn: Rows by point id that mark their product as not for sale.
        first_unidentified: The first row without a readable id.
        n_unidentified: Number of such rows.
        is_truncated: Whether the rest of the feed could not be read.
    """

    def __init__(self, report: IndexReport, file: str = "", merchant_id: str = "") -> None:
        self._report = report
        self._file = file
        self._merchant_id = merchant_id
        self._owner_by_point: dict[PointId, str] = {}
        self._seen_merchants: set[str] = set()
        self.rejected_ids: set[PointId] = set()
        self.withdrawn: dict[PointId, Rejection] = {}
        self.first_unidentified: Rejection | None = None
        self.n_unidentified = 0
        self.is_truncated = False

    @property
    def merchants(self) -> tuple[str, ...]:
        """The merchants whose products the run covers; "" for products that name none."""
        return (
            (self._merchant_id,)
            if self._merchant_id
            else tuple(sorted(self._seen_merchants)) or ("",)
        )

    def has_seen(self, point_id: PointId) -> bool:
        """Return whether a row of the run has this point, admitted or not."""
        return (
            point_id in self._owner_by_point
            or point_id in self.rejected_ids
            or point_id in self.withdrawn
        )

    def admit(self, row: FeedRow) -> FeedRow | None:
        """Return the row with its product's merchant if it is to be indexed, otherwise None."""
        if row.product is None:
            if row.rejection:
                self._record_rejection(row.rejection)
            return None
        product = self._assign_merchant(row.product)
        conflict = self._find_conflict(product, row.is_replacement)
        if conflict:
            column, reason = conflict
            self._reject(row.line, column, reason, product)
            return None
        self._owner_by_point[to_point_id(product.id)] = product.merchant_id
        for warning in row.warnings:
            self._report.add_warning(warning)
        return row if product is row.product else replace(row, product=product)

    def authorize_write(self, row: FeedRow, stored: Point | None) -> bool:
        """Return whether the row's merchant owns the stored product; otherwise reject the row."""
        product = row.product
        if product is None:
            return False
        owner = get_owner(stored) if stored else product.merchant_id
        if owner == product.merchant_id:
            self._seen_merchants.add(owner)
            return True
        reason = format_ownership_conflict(owner, product.merchant_id)
        self._reject(row.line, MERCHANT_ID, reason, product)
        return False

    def find_removable(self) -> dict[PointId, Rejection]:
        """Return the withdrawn rows by point id, without those that another row has for sale."""
        return {
            point_id: rejection
            for point_id, rejection in self.withdrawn.items()
            if point_id not in self._owner_by_point
        }

    def _assign_merchant(self, product: Product) -> Product:
        if self._merchant_id and not product.merchant_id:
            return replace(product, merchant_id=self._merchant_id)
        return product

    def _find_conflict(self, product: Product, is_replacement: bool) -> tuple[str, str] | None:
        """Return the column and the reason to reject a product; None when there is no conflict."""
        merchant_id = product.merchant_id
        if self._is_other_merchant(merchant_id):
            return MERCHANT_ID, self._format_other_merchant(merchant_id)
        first_owner = self._owner_by_point.get(to_point_id(product.id))
        if first_owner is None or (is_replacement and first_owner == merchant_id):
            return None
        reason = "the id was used before in this run; each product needs its own"
        if first_owner != merchant_id:
            owner, claimant = map(describe_merchant, (first_owner, merchant_id))
            reason += f". It was used by {owner}; this row is of {claimant}"
        return "id", reason

    def _is_other_merchant(self, merchant_id: str) -> bool:
        return bool(self._merchant_id) and merchant_id != self._merchant_id

    def _format_other_merchant(self, merchant_id: str) -> str:
        row_merchant, run_merchant = map(describe_merchant, (merchant_id, self._merchant_id))
        return f"the row is of {row_merchant}, and this run is for {run_merchant} alone"

    def _record_rejection(self, rejection: Rejection) -> None:
        self.is_truncated = self.is_truncated or rejection.is_fatal
        if rejection.withdrawn:
            self._withdraw(rejection)
            return
        self._report.reject(rejection)
        if rejection.product_id:
            self.rejected_ids.add(to_point_id(rejection.product_id))
            return
        self.n_unidentified += 1
        self.first_unidentified = self.first_unidentified or rejection

    def _withdraw(self, rejection: Rejection) -> None:
        if self._merchant_id and not rejection.merchant_id:
            rejection = replace(rejection, merchant_id=self._merchant_id)
        merchant_id = rejection.merchant_id
        if self._is_other_merchant(merchant_id):
            reason = self._format_other_merchant(merchant_id)
            self.reject_at_indexing(replace(rejection, column=MERCHANT_ID, reason=reason))
            return
        self._report.withdraw(rejection)
        self.withdrawn.setdefault(to_point_id(rejection.product_id), rejection)
        self._seen_merchants.add(merchant_id)

    def reject_at_indexing(self, rejection: Rejection) -> None:
        """Reject a row for a reason that only shows against the index or the rest of the run."""
        self._report.reject(replace(rejection, withdrawn=False), at_indexing=True)
        self.rejected_ids.add(to_point_id(rejection.product_id))

    def _reject(self, line: int, column: str, reason: str, product: Product) -> None:
        rejection = Rejection(
            self._file, line, column, reason, product.id, merchant_id=product.merchant_id
        )
        self.reject_at_indexing(rejection)


def get_owner(stored: Point) -> str:
    """Return the merchant id of an indexed product; empty when it has none."""
    return str(stored.payload.get(MERCHANT_ID, ""))


def format_ownership_conflict(owner: str, claimant: str) -> str:
    """Return the reason why a row may not change an indexed product of another merchant."""
    return (
        f"the id belongs to {describe_merchant(owner)} in the index, and this row is of "
        f"{describe_merchant(claimant)}; give it another id, or delete the product first"
    )
