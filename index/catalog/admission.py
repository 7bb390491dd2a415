"""Which rows of a run become products, and which indexed products a run speaks for."""

from dataclasses import replace

from index.catalog.records import FeedRow, Rejection, describe_merchant
from index.index_report import IndexReport
from index.payload import to_point_id
from index.store.points import Point
from shopwindow.values.product import Product

MERCHANT_ID = "merchant_id"


class Admission:
    """Takes or rejects each row of a run, and remembers what the run says of the whole index.

    A product belongs to its merchant: an id that another merchant uses, in this run or in the
    index, is rejected with both names, and nobody's feed changes or removes what is another's.

    Args:
        report: Takes the rejections.
        file: Name of the feed, for rejections; empty without one.
        merchant_id: The only merchant of this run, who also has the products that name none; empty
            when each product names its own, or none.

    Attributes:
        rejected_ids: Point ids of rows that were rejected: not for sale today, and not gone either.
        withdrawn: Rows by point id that say that their product is not for sale.
        first_unidentified: The first row whose id is not known.
        n_unidentified: How many of them there are.
        is_truncated: Whether the rest of the feed could not be read.
    """

    def __init__(self, report: IndexReport, file: str = "", merchant_id: str = "") -> None:
        self._report = report
        self._file = file
        self._merchant = merchant_id
        self._taken: dict[str, str] = {}
        self._named: set[str] = set()
        self.rejected_ids: set[str] = set()
        self.withdrawn: dict[str, Rejection] = {}
        self.first_unidentified: Rejection | None = None
        self.n_unidentified = 0
        self.is_truncated = False

    @property
    def merchants(self) -> tuple[str, ...]:
        """The merchants that the run speaks for; "" stands for products that name none."""
        return (self._merchant,) if self._merchant else tuple(sorted(self._named)) or ("",)

    def has_seen(self, point_id: str) -> bool:
        """Return whether a point is among the rows of the run, taken or not."""
        return (
            point_id in self._taken or point_id in self.rejected_ids or point_id in self.withdrawn
        )

    def admit(self, row: FeedRow) -> FeedRow | None:
        """Return a row whose product is to be indexed, with its merchant; None if it is not."""
        if row.product is None:
            if row.rejection:
                self._turn_away(row.rejection)
            return None
        product = self._owned(row.product)
        reason = self._conflict(product, row.is_replacement)
        if reason:
            self._reject(row.line, *reason, product)
            return None
        self._taken[to_point_id(product.id)] = product.merchant_id
        for warning in row.warnings:
            self._report.add_warning(warning)
        return row if product is row.product else replace(row, product=product)

    def authorize_write(self, row: FeedRow, stored: Point | None) -> bool:
        """Return whether a product is its merchant's to change; else it is rejected."""
        product = row.product
        if product is None:
            return False
        owner = get_owner(stored) if stored else product.merchant_id
        if owner == product.merchant_id:
            self._named.add(owner)
            return True
        self._reject(
            row.line, MERCHANT_ID, format_ownership_conflict(owner, product.merchant_id), product
        )
        return False

    def find_removable(self) -> dict[str, Rejection]:
        """Return the withdrawn rows whose product no other row of the run has for sale."""
        taken = self._taken
        return {each: row for each, row in self.withdrawn.items() if each not in taken}

    def _owned(self, product: Product) -> Product:
        if self._merchant and not product.merchant_id:
            return replace(product, merchant_id=self._merchant)
        return product

    def _conflict(self, product: Product, replaces: bool) -> tuple[str, str] | None:
        """Return the column and the reason for which a product cannot be taken."""
        mine = product.merchant_id
        if self._merchant and mine != self._merchant:
            return MERCHANT_ID, (
                f"the row is of {describe_merchant(mine)}, and this run is for {describe_merchant(self._merchant)} alone"
            )
        first = self._taken.get(to_point_id(product.id))
        if first is None or (replaces and first == mine):
            return None
        reason = "the id was used before in this run; each product needs its own"
        if first != mine:
            reason += f". It was used by {describe_merchant(first)}; this row is of {describe_merchant(mine)}"
        return "id", reason

    def _turn_away(self, rejection: Rejection) -> None:
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
        if self._merchant and not rejection.merchant_id:
            rejection = replace(rejection, merchant_id=self._merchant)
        mine = rejection.merchant_id
        if self._merchant and mine != self._merchant:
            reason = f"the row is of {describe_merchant(mine)}, and this run is for {describe_merchant(self._merchant)}"
            self.reject_at_indexing(
                replace(rejection, column=MERCHANT_ID, reason=f"{reason} alone")
            )
            return
        self._report.withdraw(rejection)
        self.withdrawn.setdefault(to_point_id(rejection.product_id), rejection)
        self._named.add(mine)

    def reject_at_indexing(self, rejection: Rejection) -> None:
        """Reject a row for what the feed itself could not see."""
        self._report.reject(replace(rejection, withdrawn=False), at_indexing=True)
        self.rejected_ids.add(to_point_id(rejection.product_id))

    def _reject(self, line: int, column: str, reason: str, product: Product) -> None:
        rejection = Rejection(
            self._file, line, column, reason, product.id, merchant_id=product.merchant_id
        )
        self.reject_at_indexing(rejection)


def get_owner(stored: Point) -> str:
    """Return the merchant of an indexed product; empty when it has none."""
    return str(stored.payload.get(MERCHANT_ID, ""))


def format_ownership_conflict(owner: str, claimant: str) -> str:
    """Return the reason for which a row may not change an indexed product."""
    return (
        f"the id belongs to {describe_merchant(owner)} in the index, and this row is of {describe_merchant(claimant)}; "
        "give it another id, or delete the product first"
    )
