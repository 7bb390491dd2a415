"""Taking products out of the index: those not for sale, and those that a complete feed lacks."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from typing import NoReturn

from index.catalog.admission import MERCHANT_ID, Admission, format_ownership_conflict, get_owner
from index.catalog.records import describe_merchant
from index.index_report import IndexReport
from index.store.contract import VectorStore
from index.store.points import Condition, In, IsEmpty
from shopwindow.values.errors import DeletionRefusedError

MAX_DELETED_SHARE = 0.5
_BATCH = 1000
_MAX_NAMED = 5


def delete_withdrawn_products(
    store: VectorStore, admission: Admission, report: IndexReport
) -> None:
    """Remove the products that the feed says are not for sale, each by its own merchant."""
    rows = iter(admission.find_removable().items())
    while batch := dict(islice(rows, _BATCH)):
        found = store.retrieve(list(batch), (MERCHANT_ID,))
        owners = {each: get_owner(point) for each, point in found.items()}
        yours = {each for each, owner in owners.items() if owner == batch[each].merchant_id}
        for each in sorted(owners.keys() - yours):
            reason = format_ownership_conflict(owners[each], batch[each].merchant_id)
            admission.reject_at_indexing(replace(batch[each], column=MERCHANT_ID, reason=reason))
        store.delete(sorted(yours))
        report.n_withdrawn_deleted += len(yours)


def delete_missing_products(store: VectorStore, admission: Admission, report: IndexReport) -> None:
    """Delete the products that a run over a complete feed does not have, merchant by merchant.

    Only products of merchants that the feed names are looked at. When a row has no id that can
    be read, any of the missing ones may be its product: nothing is deleted, and the report says
    why, and how many would have been.

    Raises:
        DeletionRefusedError: The feed broke off, or lacks more than half of a merchant's
            products: that looks like a mistake, so none of these was deleted.
    """
    found = {merchant: _missing(store, admission, merchant) for merchant in admission.merchants}
    n_missing = sum(len(missing) for missing, _ in found.values())
    if admission.is_truncated:
        reason = (
            f"the feed broke off, so nothing was deleted ({n_missing:,} products are not in what "
            "could be read). What came before the break is indexed; repair the feed and run it "
            "again."
        )
        _refuse(report, n_missing, reason)
    if admission.first_unidentified:
        report.n_not_deleted = n_missing
        report.not_deleted_reason = _unknown(admission, n_missing) if n_missing else ""
        return
    _delete_within_limits(store, report, found)


def _delete_within_limits(
    store: VectorStore, report: IndexReport, found: Mapping[str, tuple[list[str], int]]
) -> None:
    """Delete the missing products of each merchant who would keep half of them at least.

    Raises:
        DeletionRefusedError: A merchant would not.
    """
    refused = {m: f for m, f in found.items() if len(f[0]) > MAX_DELETED_SHARE * f[1]}
    for merchant, (missing, _) in found.items():
        if merchant not in refused:
            for at in range(0, len(missing), _BATCH):
                store.delete(missing[at : at + _BATCH])
            report.deleted += len(missing)
    if refused:
        n_kept = sum(len(missing) for missing, _ in refused.values())
        n_all = sum(total for _, total in refused.values())
        _refuse(report, n_kept, _too_many(n_kept, n_all, sorted(refused)))


def _missing(store: VectorStore, run: Admission, merchant: str) -> tuple[list[str], int]:
    """Return the points of a merchant that the run does not have, and how many there are."""
    condition: Condition = In(MERCHANT_ID, (merchant,)) if merchant else IsEmpty(MERCHANT_ID)
    missing: list[str] = []
    total, after = 0, ""
    while True:
        points, after = store.scroll((condition,), after=after, limit=_BATCH, fields=())
        total += len(points)
        missing += [point.id for point in points if not run.has_seen(point.id)]
        if not after:
            return missing, total


def _too_many(n_missing: int, total: int, merchants: list[str]) -> str:
    names = ", ".join(describe_merchant(each) for each in merchants[:_MAX_NAMED])
    more = f" and {len(merchants) - _MAX_NAMED:,} more" if len(merchants) > _MAX_NAMED else ""
    of, nothing = "", "nothing"
    if merchants != [""]:
        of, nothing = f" of {names}{more}", "nothing of theirs"
    return (
        f"the feed lacks {n_missing} of {total} indexed products{of}, so {nothing} was deleted. "
        "If that is meant, delete them by id or index into a new folder."
    )


def _unknown(run: Admission, n_missing: int) -> str:
    row = run.first_unidentified
    rows = "1 row has" if run.n_unidentified == 1 else f"{run.n_unidentified:,} rows have"
    first = f"the first in line {row.line}: {row.reason}" if row else ""
    return (
        f"{rows} no id that can be read ({first}), so nothing was deleted: the feed lacks "
        f"{n_missing:,} of the indexed products, and any of them may be meant. Repair the feed and "
        "run it again."
    )


def _refuse(report: IndexReport, n_kept: int, reason: str) -> NoReturn:
    report.n_not_deleted, report.not_deleted_reason = n_kept, reason
    raise DeletionRefusedError(reason, report)
