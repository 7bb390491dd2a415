"""Prices that cannot be right: zero, far from their category's, or in another currency."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from statistics import median

from search.audit.entries import AuditEntry
from search.audit.findings import Finding

OUTLIER_RATIO = 20.0
"""A price this many times its category's median, or this part of it, is far off."""

MIN_CATEGORY_PRICES = 20
"""Prices of one category and currency from which a median is taken."""


def find_suspicious_prices(entries: Sequence[AuditEntry]) -> list[Finding]:
    """Return prices of zero, then those far off, the farthest first, then odd currencies."""
    zero = [
        Finding("price_zero", (each.product,), f"the price is 0 {each.currency}".rstrip())
        for each in entries
        if each.price == 0
    ]
    return zero + _far_off(entries) + _odd_currencies(entries)


def _far_off(entries: Iterable[AuditEntry]) -> list[Finding]:
    shelves: defaultdict[tuple[str, str], list[AuditEntry]] = defaultdict(list)
    for each in entries:
        if each.price and each.category:
            shelves[each.category, each.currency].append(each)
    found = []
    for (category, currency), some in shelves.items():
        if len(some) < MIN_CATEGORY_PRICES:
            continue
        middle = median(each.price or 0.0 for each in some)
        for each in some:
            times = max((each.price or middle) / middle, middle / (each.price or middle))
            if times > OUTLIER_RATIO:
                text = (
                    f"{each.price:,.2f} {currency}, where the middle price of {category} is "
                    f"{middle:,.2f} {currency}"
                )
                found.append((times, Finding("price_outlier", (each.product,), text)))
    return [finding for _, finding in sorted(found, key=lambda pair: -pair[0])]


def _odd_currencies(entries: Iterable[AuditEntry]) -> list[Finding]:
    merchants: defaultdict[str, list[AuditEntry]] = defaultdict(list)
    for each in entries:
        if each.price is not None:
            merchants[each.merchant_id].append(each)
    found = []
    for merchant, some in merchants.items():
        counts = Counter(each.currency for each in some)
        usual = min(counts, key=lambda code: (-counts[code], code))
        whose = f"of {merchant}'s prices" if merchant else "of the prices"
        for each in some:
            if each.currency != usual:
                own = each.currency or "no currency"
                text = f"{own}, where {counts[usual]:,} {whose} are in {usual or 'none'}"
                found.append(Finding("several_currencies", (each.product,), text))
    return found
