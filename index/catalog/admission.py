"""Which rows of a run become products, and which indexed products a run speaks for."""

from dataclasses import replace

from index.catalog.records import FeedRow, Rejection, named
from index.index_report import IndexReport
from index.payload import point_id
from index.store.points import Point
from shopwindow.values.product import Product

MERCHANT = "merchant_id"


class Admission:
    """Takes or rejects each row of a run, and remembers what the run says of the whole index.

    A product belongs to its merchant: an id that another merchant uses, in this run or in the
    index, is rejected with both names, and nobody's feed changes or removes what is another's.

    Args:
        report: Takes the rejections.
        file: Name of the feed, for rejections; empty without one.
        merchant: The only merchant of this run, who also has the products that name none; empty
            when each product names its own, or none.

    Attributes:
        rejected: Point ids of rows that were rejected: not for sale today, and not gone either.
        withdrawn: Rows by point id that say that their product is not for sale.
        unknown: The first row whose id is not known.
        n_unknown: How many of them there are.
        broke_off: Whether the rest of the feed could not be read.
    """

    def __init__(self, report: IndexReport, file: str = "", merchant: str = "") -> None:
        self._report = report
        self._file = file
        self._merchant = merchant
        self._taken: dict[str, str] = {}
        self._named: set[str] = set()
        self.rejected: set[str] = set()
        self.withdrawn: dict[str, Rejection] = {}
        self.unknown: Rejection | None = None
        self.n_unknown = 0
        self.broke_off = False

    @property
    def merchants(self) -> tuple[str, ...]:
        """The merchants that the run speaks for; "" stands for products that name none."""
        return (self._merchant,) if self._merchant else tuple(sorted(self._named)) or ("",)

    def speaks_of(self, each: str) -> bool:
        """Return whether a point is among the rows of the run, taken or not."""
        return each in self._taken or each in self.rejected or each in self.withdrawn

    def admitted(self, row: FeedRow) -> FeedRow | None:
        """Return a row whose product is to be indexed, with its merchant; None if it is not."""
        if row.product is None:
            if row.rejection:
                self._turn_away(row.rejection)
            return None
        product = self._owned(row.product)
        reason = self._conflict(product, row.replaces)
        if reason:
            self._reject(row.line, *reason, product)
            return None
        self._taken[point_id(product.id)] = product.merchant_id
        for warning in row.warnings:
            self._report.warn(warning)
        return row if product is row.product else replace(row, product=product)

    def may_write(self, row: FeedRow, stored: Point | None) -> bool:
        """Return whether a product is its merchant's to change; else it is rejected."""
        product = row.product
        if product is None:
            return False
        owner = owner_of(stored) if stored else product.merchant_id
        if owner == product.merchant_id:
            self._named.add(owner)
            return True
        self._reject(row.line, MERCHANT, not_yours(owner, product.merchant_id), product)
        return False

    def removable(self) -> dict[str, Rejection]:
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
            return MERCHANT, (
                f"the row is of {named(mine)}, and this run is for {named(self._merchant)} alone"
            )
        first = self._taken.get(point_id(product.id))
        if first is None or (replaces and first == mine):
            return None
        reason = "the id was used before in this run; each product needs its own"
        if first != mine:
            reason += f". It was used by {named(first)}; this row is of {named(mine)}"
        return "id", reason

    def _turn_away(self, rejection: Rejection) -> None:
        self.broke_off = self.broke_off or rejection.broke_off
        if rejection.withdrawn:
            self._withdraw(rejection)
            return
        self._report.reject(rejection)
        if rejection.product_id:
            self.rejected.add(point_id(rejection.product_id))
            return
        self.n_unknown += 1
        self.unknown = self.unknown or rejection

    def _withdraw(self, rejection: Rejection) -> None:
        if self._merchant and not rejection.merchant_id:
            rejection = replace(rejection, merchant_id=self._merchant)
        mine = rejection.merchant_id
        if self._merchant and mine != self._merchant:
            reason = f"the row is of {named(mine)}, and this run is for {named(self._merchant)}"
            self.reject_late(replace(rejection, column=MERCHANT, reason=f"{reason} alone"))
            return
        self._report.withdraw(rejection)
        self.withdrawn.setdefault(point_id(rejection.product_id), rejection)
        self._named.add(mine)

    def reject_late(self, rejection: Rejection) -> None:
        """Reject a row for what the feed itself could not see."""
        self._report.reject(replace(rejection, withdrawn=False), late=True)
        self.rejected.add(point_id(rejection.product_id))

    def _reject(self, line: int, column: str, reason: str, product: Product) -> None:
        rejection = Rejection(
            self._file, line, column, reason, product.id, merchant_id=product.merchant_id
        )
        self.reject_late(rejection)


def owner_of(stored: Point) -> str:
    """Return the merchant of an indexed product; empty when it has none."""
    return str(stored.payload.get(MERCHANT, ""))


def not_yours(owner: str, claimant: str) -> str:
    """Return the reason for which a row may not change an indexed product."""
    return (
        f"the id belongs to {named(owner)} in the index, and this row is of {named(claimant)}; "
        "give it another id, or delete the product first"
    )
