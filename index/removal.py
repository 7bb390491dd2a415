"""Delete products that are not for sale, and products that a complete feed lacks."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from typing import NoReturn

from index.catalog.admission import MERCHANT_ID, Admission, format_ownership_conflict, get_owner
from index.catalog.records import describe_merchant
from index.index_report import IndexReport
from index.store.contract import VectorStore
from index.store.points import Condition, In, IsEmpty, PointId
from shopwindow.values.errors import DeletionRefusedError

MAX_DELETED_SHARE = 0.5
"""Greatest share of a merchant's products that one feed may delete by lacking them."""

_BATCH_SIZE = 1000
_MAX_LISTED_MERCHANTS = 5


def delete_withdrawn_products(
    store: VectorStore, admission: Admission, report: IndexReport
) -> None:
    """Delete the products that their own merchant's rows say are not for sale."""
    rows = iter(admission.find_removable().items())
    while batch := dict(islice(rows, _BATCH_SIZE)):
        points = store.retrieve(list(batch), (MERCHANT_ID,))
        owners = {point_id: get_owner(point) for point_id, point in points.items()}
        owned = {
            point_id for point_id, owner in owners.items() if owner == batch[point_id].merchant_id
        }
        for point_id in sorted(owners.keys() - owned):
            row = batch[point_id]
            reason = format_ownership_conflict(owners[point_id], row.merchant_id)
            admission.reject_at_indexing(replace(row, column=MERCHANT_ID, reason=reason))
        store.delete(sorted(owned))
        report.n_withdrawn_deleted += len(owned)


def delete_missing_products(store: VectorStore, admission: Admission, report: IndexReport) -> None:
    """Delete the products that a complete feed lacks, merchant by merchant.

    Only products of merchants that the feed names are deleted. If a row has no readable id, any
    missing product may be meant by it: nothing is deleted, and the report says why and how many
    products would have been deleted.

    Raises:
        DeletionRefusedError: The feed is truncated, or lacks more than half of a merchant's
            products: that looks like a mistake, so none of these products was deleted.
    """
    missing_by_merchant = {
        merchant_id: _find_missing(store, admission, merchant_id)
        for merchant_id in admission.merchants
    }
    n_missing = sum(len(missing) for missing, _ in missing_by_merchant.values())
    if admission.is_truncated:
        reason = (
            f"the feed broke off, so nothing was deleted ({n_missing:,} products are not in what "
            "could be read). What came before the break is indexed; repair the feed and run it "
            "again."
        )
        _refuse(report, n_missing, reason)
    if admission.first_unidentified:
        report.n_not_deleted = n_missing
        report.not_deleted_reason = (
            _format_unidentified_rows(admission, n_missing) if n_missing else ""
        )
        return
    _delete_within_limits(store, report, missing_by_merchant)


def _delete_within_limits(
    store: VectorStore,
    report: IndexReport,
    missing_by_merchant: Mapping[str, tuple[list[PointId], int]],
) -> None:
    """Delete the missing products of each merchant who keeps at least half of their products.

    Raises:
        DeletionRefusedError: A merchant would lose more than half of their products.
    """
    refused = {
        merchant_id: (missing, total)
        for merchant_id, (missing, total) in missing_by_merchant.items()
        if len(missing) > MAX_DELETED_SHARE * total
    }
    for merchant_id, (missing, _) in missing_by_merchant.items():
        if merchant_id not in refused:
            for start in range(0, len(missing), _BATCH_SIZE):
                store.delete(missing[start : start + _BATCH_SIZE])
            report.deleted += len(missing)
    if refused:
        n_not_deleted = sum(len(missing) for missing, _ in refused.values())
        n_indexed = sum(total for _, total in refused.values())
        reason = _format_excessive_deletion(n_not_deleted, n_indexed, sorted(refused))
        _refuse(report, n_not_deleted, reason)


def _find_missing(
    store: VectorStore, admission: Admission, merchant_id: str
) -> tuple[list[PointId], int]:
    """Return the ids of a merchant's points that the feed lacks; also count all their points."""
    condition: Condition = In(MERCHANT_ID, (merchant_id,)) if merchant_id else IsEmpty(MERCHANT_ID)
    missing: list[PointId] = []
    total, after = 0, ""
    while True:
        points, after = store.scroll((condition,), after=after, limit=_BATCH_SIZE, fields=())
        total += len(points)
        missing += [point.id for point in points if not admission.has_seen(point.id)]
        if not after:
            return missing, total


def _format_excessive_deletion(n_missing: int, total: int, merchant_ids: list[str]) -> str:
    names = ", ".join(map(describe_merchant, merchant_ids[:_MAX_LISTED_MERCHANTS]))
    n_more = len(merchant_ids) - _MAX_LISTED_MERCHANTS
    more = f" and {n_more:,} more" if n_more > 0 else ""
    of, nothing = "", "nothing"
    if merchant_ids != [""]:
        of, nothing = f" of {names}{more}", "nothing of theirs"
    return (
        f"the feed lacks {n_missing} of {total} indexed products{of}, so {nothing} was deleted. "
        "If that is meant, delete them by id or index into a new folder."
    )


def _format_unidentified_rows(admission: Admission, n_missing: int) -> str:
    row = admission.first_unidentified
    n_rows = admission.n_unidentified
    rows = "1 row has" if n_rows == 1 else f"{n_rows:,} rows have"
    first = f"the first in line {row.line}: {row.reason}" if row else ""
    return (
        f"{rows} no id that can be read ({first}), so nothing was deleted: the feed lacks "
        f"{n_missing:,} of the indexed products, and any of them may be meant. Repair the feed and "
        "run it again."
    )


def _refuse(report: IndexReport, n_not_deleted: int, reason: str) -> NoReturn:
    report.n_not_deleted, report.not_deleted_reason = n_not_deleted, reason
    raise DeletionRefusedError(reason, report)
