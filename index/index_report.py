"""The report of an indexing run."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from index.catalog.records import Rejection
from index.issue_groups import IssueGroups

MAX_REPORTED_ROWS = 10_000


@dataclass(slots=True)
class IndexReport:
    """Counts of one indexing run; each list holds at most the first 10,000 rows.

    Attributes:
        added: Number of new products.
        updated: Number of products that changed.
        unchanged: Number of products that were already indexed as the feed has them.
        deleted: Number of products deleted because a full feed no longer has them.
        n_not_deleted: Number of products that a full feed lacks but that were not deleted.
        not_deleted_reason: Why they were not deleted; empty when there are none.
        n_withdrawn: Number of products that the feed says are not for sale, such as drafts.
        withdrawn: The rows that say so.
        n_withdrawn_deleted: Number of withdrawn products that were deleted from the index.
        n_unknown: Number of updates of products that are not in the index.
        unknown: The rows of these updates.
        ignored_columns: Columns that a feed of updates has but cannot update, with the reason.
        n_rejected: Number of products that were rejected.
        rejected: The rejected rows with line and reason.
        n_warnings: Number of values that could not be used; their products are indexed without.
        warnings: The rows of these values with line and reason.
        warnings_by_field: Number of warnings by the field that is missing: "price", "image";
            "cells" stands for rows that are too short.
        rejection_groups: The rejected rows by reason, however many.
        unknown_groups: The updates of products that are not in the index.
        withdrawal_groups: The rows that are not for sale by reason.
        warning_groups: The warnings by reason.
        indexing_issues: The rejected rows and warnings that were found only while indexing, not
            while reading the feed.
        n_encoded_photos: Number of photos that were encoded.
        duration_s: Total time in seconds.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0
    n_not_deleted: int = 0
    not_deleted_reason: str = ""
    n_withdrawn: int = 0
    withdrawn: list[Rejection] = field(default_factory=list)
    n_withdrawn_deleted: int = 0
    n_unknown: int = 0
    unknown: list[Rejection] = field(default_factory=list)
    ignored_columns: dict[str, str] = field(default_factory=dict)
    n_rejected: int = 0
    rejected: list[Rejection] = field(default_factory=list)
    n_warnings: int = 0
    warnings: list[Rejection] = field(default_factory=list)
    warnings_by_field: Counter[str] = field(default_factory=Counter)
    rejection_groups: IssueGroups = field(default_factory=IssueGroups)
    unknown_groups: IssueGroups = field(default_factory=IssueGroups)
    withdrawal_groups: IssueGroups = field(default_factory=IssueGroups)
    warning_groups: IssueGroups = field(default_factory=IssueGroups)
    indexing_issues: list[Rejection] = field(default_factory=list)
    n_encoded_photos: int = 0
    duration_s: float = 0.0

    @property
    def n_processed(self) -> int:
        """Number of products processed so far, whatever their outcome."""
        return self.n_accepted + self.n_rejected + self.n_unknown

    @property
    def n_accepted(self) -> int:
        """Number of products whose row took effect: indexed as it says, or withdrawn."""
        return self.added + self.updated + self.unchanged + self.n_withdrawn

    @property
    def rejected_share(self) -> float:
        """Share of the products that were rejected, 0 to 1."""
        return self.n_rejected / self.n_processed if self.n_processed else 0.0

    def reject(self, rejection: Rejection, at_indexing: bool = False) -> None:
        """Count a rejected product."""
        self.n_rejected += 1
        self.rejection_groups.add(rejection)
        _append_capped(self.rejected, rejection)
        if at_indexing:
            _append_capped(self.indexing_issues, rejection)

    def report_unknown(self, rejection: Rejection) -> None:
        """Count an update of a product that is not in the index."""
        self.n_unknown += 1
        self.unknown_groups.add(rejection)
        _append_capped(self.unknown, rejection)
        _append_capped(self.indexing_issues, rejection)

    def withdraw(self, rejection: Rejection) -> None:
        """Count a product that is not for sale."""
        self.n_withdrawn += 1
        self.withdrawal_groups.add(rejection)
        _append_capped(self.withdrawn, rejection)

    def add_warning(self, warning: Rejection, at_indexing: bool = False) -> None:
        """Count a value that a product is indexed without."""
        self.n_warnings += 1
        self.warnings_by_field[warning.field] += 1
        self.warning_groups.add(warning)
        _append_capped(self.warnings, warning)
        if at_indexing:
            _append_capped(self.indexing_issues, warning)


def _append_capped(rows: list[Rejection], row: Rejection) -> None:
    if len(rows) < MAX_REPORTED_ROWS:
        rows.append(row)


ProgressCallback: TypeAlias = Callable[[IndexReport], None]
"""Called after each batch with the counts so far."""
