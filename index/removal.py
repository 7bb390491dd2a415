"""Taking products out of the index: those not for sale, and those that a complete feed lacks."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from typing import NoReturn

from index.catalog.admission import MERCHANT, Admission, not_yours, owner_of
from index.catalog.records import named
from index.index_report import IndexReport
from index.store.contract import VectorStore
from index.store.points import AnyOf, Condition, Missing
from shopwindow.values.errors import DeletionRefusedError

MAX_DELETED_SHARE = 0.5
_BATCH = 1000
_MAX_NAMED = 5


def remove_withdrawn(store: VectorStore, run: Admission, report: IndexReport) -> None:
    """Remove the products that the feed says are not for sale, each by its own merchant."""
    rows = iter(run.removable().items())
    while batch := dict(islice(rows, _BATCH)):
        found = store.retrieve(list(batch), (MERCHANT,))
        owners = {each: owner_of(point) for each, point in found.items()}
        yours = {each for each, owner in owners.items() if owner == batch[each].merchant_id}
        for each in sorted(owners.keys() - yours):
            reason = not_yours(owners[each], batch[each].merchant_id)
            run.reject_late(replace(batch[each], column=MERCHANT, reason=reason))
        store.delete(sorted(yours))
        report.removed += len(yours)


def delete_missing(store: VectorStore, run: Admission, report: IndexReport) -> None:
    """Delete the products that a run over a complete feed does not have, merchant by merchant.

    Only products of merchants that the feed names are looked at. When a row has no id that can
    be read, any of the missing ones may be its product: nothing is deleted, and the report says
    why, and how many would have been.

    Raises:
        DeletionRefusedError: The feed broke off, or lacks more than half of a merchant's
            products: that looks like a mistake, so none of these was deleted.
    """
    found = {merchant: _missing(store, run, merchant) for merchant in run.merchants}
    n_missing = sum(len(missing) for missing, _ in found.values())
    if run.broke_off:
        reason = (
            f"the feed broke off, so nothing was deleted ({n_missing:,} products are not in what "
            "could be read). What came before the break is indexed; repair the feed and run it "
            "again."
        )
        _refuse(report, n_missing, reason)
    if run.unknown:
        report.not_deleted = n_missing
        report.why_not_deleted = _unknown(run, n_missing) if n_missing else ""
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
    condition: Condition = AnyOf(MERCHANT, (merchant,)) if merchant else Missing(MERCHANT)
    missing: list[str] = []
    total, after = 0, ""
    while True:
        points, after = store.scroll((condition,), after=after, limit=_BATCH, fields=())
        total += len(points)
        missing += [point.id for point in points if not run.speaks_of(point.id)]
        if not after:
            return missing, total


def _too_many(n_missing: int, total: int, merchants: list[str]) -> str:
    names = ", ".join(named(each) for each in merchants[:_MAX_NAMED])
    more = f" and {len(merchants) - _MAX_NAMED:,} more" if len(merchants) > _MAX_NAMED else ""
    of, nothing = "", "nothing"
    if merchants != [""]:
        of, nothing = f" of {names}{more}", "nothing of theirs"
    return (
        f"the feed lacks {n_missing} of {total} indexed products{of}, so {nothing} was deleted. "
        "If that is meant, delete them by id or index into a new folder."
    )


def _unknown(run: Admission, n_missing: int) -> str:
    row = run.unknown
    rows = "1 row has" if run.n_unknown == 1 else f"{run.n_unknown:,} rows have"
    first = f"the first in line {row.line}: {row.reason}" if row else ""
    return (
        f"{rows} no id that can be read ({first}), so nothing was deleted: the feed lacks "
        f"{n_missing:,} of the indexed products, and any of them may be meant. Repair the feed and "
        "run it again."
    )


def _refuse(report: IndexReport, n_kept: int, reason: str) -> NoReturn:
    report.not_deleted, report.why_not_deleted = n_kept, reason
    raise DeletionRefusedError(reason, report)
