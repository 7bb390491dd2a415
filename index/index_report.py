"""What came of an indexing run."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from index.catalog.records import Rejection

MAX_REPORTED_ROWS = 10_000


@dataclass(slots=True)
class IndexReport:
    """Counts of one run; each list of rows keeps the first 10,000.

    Attributes:
        added: Products that are new.
        updated: Products that changed.
        unchanged: Products that were there already, just so.
        deleted: Products removed because a full feed no longer has them.
        n_not_deleted: Products that a full feed lacks and that were kept all the same.
        not_deleted_reason: Why they were kept; empty when nothing was.
        n_withdrawn: Products that the feed has and that are not for sale: drafts and the like.
        withdrawn: The rows that say so.
        n_withdrawn_deleted: Those of them that were in the index, and are no longer.
        n_rejected: Products that were not taken.
        rejected: Why they were not, with their lines.
        n_warnings: Values that products go without, because they could not be used.
        warnings: Why they could not.
        warnings_by_field: The warnings counted by the field that is missing: "price", "image"; "cells"
            stands for rows that are short.
        indexing_issues: Those of the rejected rows and warnings that reading the feed alone did not show.
        n_encoded_photos: Photos that went through the encoder.
        duration_s: Seconds in all.
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
    n_rejected: int = 0
    rejected: list[Rejection] = field(default_factory=list)
    n_warnings: int = 0
    warnings: list[Rejection] = field(default_factory=list)
    warnings_by_field: Counter[str] = field(default_factory=Counter)
    indexing_issues: list[Rejection] = field(default_factory=list)
    n_encoded_photos: int = 0
    duration_s: float = 0.0

    @property
    def n_processed(self) -> int:
        """Products seen so far, whatever came of them."""
        taken = self.added + self.updated + self.unchanged
        return taken + self.n_rejected + self.n_withdrawn

    @property
    def n_accepted(self) -> int:
        """Products of the feed that are in the index as the feed has them, or gone as it says."""
        return self.added + self.updated + self.unchanged + self.n_withdrawn

    def reject(self, rejection: Rejection, at_indexing: bool = False) -> None:
        """Count a product that was not taken."""
        self.n_rejected += 1
        _keep(self.rejected, rejection)
        if at_indexing:
            _keep(self.indexing_issues, rejection)

    def withdraw(self, rejection: Rejection) -> None:
        """Count a product that is not for sale."""
        self.n_withdrawn += 1
        _keep(self.withdrawn, rejection)

    def add_warning(self, warning: Rejection, at_indexing: bool = False) -> None:
        """Note a value that a product goes without."""
        self.n_warnings += 1
        self.warnings_by_field[warning.field] += 1
        _keep(self.warnings, warning)
        if at_indexing:
            _keep(self.indexing_issues, warning)


def _keep(rows: list[Rejection], row: Rejection) -> None:
    if len(rows) < MAX_REPORTED_ROWS:
        rows.append(row)


ProgressCallback: TypeAlias = Callable[[IndexReport], None]
"""Called after each batch with the counts so far."""
