"""What came of an indexing run."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from index.catalog.records import Rejection

MAX_KEPT = 10_000


@dataclass(slots=True)
class IndexReport:
    """Counts of one run; each list of rows keeps the first 10,000.

    Attributes:
        added: Products that are new.
        updated: Products that changed.
        unchanged: Products that were there already, just so.
        deleted: Products removed because a full feed no longer has them.
        not_deleted: Products that a full feed lacks and that were kept all the same.
        why_not_deleted: Why they were kept; empty when nothing was.
        n_withdrawn: Products that the feed has and that are not for sale: drafts and the like.
        withdrawn: The rows that say so.
        removed: Those of them that were in the index, and are no longer.
        n_rejected: Products that were not taken.
        rejected: Why they were not, with their lines.
        n_warnings: Values that products go without, because they could not be used.
        warnings: Why they could not.
        n_without: The warnings counted by the field that is missing: "price", "image"; "cells"
            stands for rows that are short.
        late: Those of the rejected rows and warnings that reading the feed alone did not show.
        photos_encoded: Photos that went through the encoder.
        took_s: Seconds in all.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0
    not_deleted: int = 0
    why_not_deleted: str = ""
    n_withdrawn: int = 0
    withdrawn: list[Rejection] = field(default_factory=list)
    removed: int = 0
    n_rejected: int = 0
    rejected: list[Rejection] = field(default_factory=list)
    n_warnings: int = 0
    warnings: list[Rejection] = field(default_factory=list)
    n_without: Counter[str] = field(default_factory=Counter)
    late: list[Rejection] = field(default_factory=list)
    photos_encoded: int = 0
    took_s: float = 0.0

    @property
    def done(self) -> int:
        """Products seen so far, whatever came of them."""
        taken = self.added + self.updated + self.unchanged
        return taken + self.n_rejected + self.n_withdrawn

    @property
    def taken(self) -> int:
        """Products of the feed that are in the index as the feed has them, or gone as it says."""
        return self.added + self.updated + self.unchanged + self.n_withdrawn

    def reject(self, rejection: Rejection, late: bool = False) -> None:
        """Count a product that was not taken."""
        self.n_rejected += 1
        _keep(self.rejected, rejection)
        if late:
            _keep(self.late, rejection)

    def withdraw(self, rejection: Rejection) -> None:
        """Count a product that is not for sale."""
        self.n_withdrawn += 1
        _keep(self.withdrawn, rejection)

    def warn(self, warning: Rejection, late: bool = False) -> None:
        """Note a value that a product goes without."""
        self.n_warnings += 1
        self.n_without[warning.field] += 1
        _keep(self.warnings, warning)
        if late:
            _keep(self.late, warning)


def _keep(rows: list[Rejection], row: Rejection) -> None:
    if len(rows) < MAX_KEPT:
        rows.append(row)


Progress: TypeAlias = Callable[[IndexReport], None]
"""Called after each batch with the counts so far."""
