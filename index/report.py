"""What came of an indexing run."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from index.feeds.records import Rejection

MAX_KEPT = 10_000


@dataclass(slots=True)
class IndexReport:
    """Counts of one run; `rejected` and `warnings` keep the first 10,000 each.

    Attributes:
        added: Products that are new.
        updated: Products that changed.
        unchanged: Products that were there already, just so.
        deleted: Products removed because a full feed no longer has them.
        n_rejected: Products that were not taken.
        rejected: Why they were not, with their lines.
        n_warnings: Products that were taken without their photo.
        warnings: Why they were.
        photos_encoded: Photos that went through the encoder.
        took_s: Seconds in all.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0
    n_rejected: int = 0
    rejected: list[Rejection] = field(default_factory=list)
    n_warnings: int = 0
    warnings: list[Rejection] = field(default_factory=list)
    photos_encoded: int = 0
    took_s: float = 0.0

    @property
    def done(self) -> int:
        """Products seen so far, whatever came of them."""
        return self.added + self.updated + self.unchanged + self.n_rejected

    def reject(self, rejection: Rejection) -> None:
        """Count a product that was not taken."""
        self.n_rejected += 1
        if len(self.rejected) < MAX_KEPT:
            self.rejected.append(rejection)

    def warn(self, rejection: Rejection) -> None:
        """Note a product that was taken without its photo."""
        self.n_warnings += 1
        if len(self.warnings) < MAX_KEPT:
            self.warnings.append(rejection)


Progress: TypeAlias = Callable[[IndexReport], None]
"""Called after each batch with the counts so far."""
