"""What a feed would give, without indexing it."""

from dataclasses import dataclass
from itertools import islice

from index.catalog.column_uses import ColumnUse
from index.catalog.product_feed import ProductFeed
from index.index_report import IndexReport


@dataclass(frozen=True, slots=True)
class FeedPreview:
    """What a feed's columns are used for, and what its rows would give.

    Attributes:
        columns: The use of each column, in the order of the feed.
        n_products: Products that would be indexed; a row that replaces an earlier one counts once.
        report: Counts everything else, problems grouped by reason.
        is_complete: Whether all rows were read.
    """

    columns: tuple[ColumnUse, ...]
    n_products: int
    report: IndexReport
    is_complete: bool = True


def keep_clip(clip: str) -> tuple[str, ...]:
    """Return a clip as its only frame: a preview opens neither photos nor videos.

    Args:
        clip: Path or address of the clip.
    """
    return (clip,)


def preview_feed(feed: ProductFeed, max_rows: int | None = None) -> FeedPreview:
    """Return what a feed would give.

    Args:
        feed: The feed.
        max_rows: Rows to read; None for all.

    Raises:
        FeedError: The feed cannot be read at all.
    """
    columns = feed.describe_columns()
    report = IndexReport()
    rows = feed.iter_rows()
    for row in islice(rows, max_rows):
        report.added += row.product is not None and not row.is_replacement
        for warning in row.warnings:
            report.add_warning(warning)
        if row.rejection and row.rejection.withdrawn:
            report.withdraw(row.rejection)
        elif row.rejection:
            report.reject(row.rejection)
    is_complete = max_rows is None or next(rows, None) is None
    return FeedPreview(columns, report.added, report, is_complete)
