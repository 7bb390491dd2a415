"""Suspicious prices: zero, far from their category's median, or in another currency."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from statistics import median

from search.audit.entries import AuditEntry
from search.audit.findings import Finding
from shopwindow.values.display_formats import format_price

OUTLIER_RATIO = 20.0
"""Ratio to the category's median, or its inverse, from which a price is an outlier."""

MIN_CATEGORY_PRICES = 20
"""Least number of prices of one category and currency for a median."""


def find_suspicious_prices(entries: Sequence[AuditEntry]) -> list[Finding]:
    """Return prices of zero, then outliers, the farthest first, then unusual currencies."""
    zero = [
        Finding("price_zero", (entry.product,), f"the price is {format_price(0.0, entry.currency)}")
        for entry in entries
        if entry.price == 0
    ]
    return zero + _find_outliers(entries) + _find_odd_currencies(entries)


def _find_outliers(entries: Iterable[AuditEntry]) -> list[Finding]:
    entries_by_category: defaultdict[tuple[str, str], list[AuditEntry]] = defaultdict(list)
    for entry in entries:
        if entry.price and entry.category:
            entries_by_category[entry.category, entry.currency].append(entry)
    outliers = []
    for (category, currency), members in entries_by_category.items():
        if len(members) < MIN_CATEGORY_PRICES:
            continue
        median_price = median(entry.price or 0.0 for entry in members)
        for entry in members:
            price = entry.price or median_price
            ratio = max(price / median_price, median_price / price)
            if ratio > OUTLIER_RATIO:
                detail = (
                    f"{format_price(price, currency)}, where the middle price of {category} is "
                    f"{format_price(median_price, currency)}"
                )
                outliers.append((ratio, Finding("price_outlier", (entry.product,), detail)))
    return [finding for _, finding in sorted(outliers, key=lambda pair: -pair[0])]


def _find_odd_currencies(entries: Iterable[AuditEntry]) -> list[Finding]:
    entries_by_merchant: defaultdict[str, list[AuditEntry]] = defaultdict(list)
    for entry in entries:
        if entry.price is not None:
            entries_by_merchant[entry.merchant_id].append(entry)
    findings = []
    for merchant, members in entries_by_merchant.items():
        counts = Counter(entry.currency for entry in members)
        usual_currency = min(counts, key=lambda code: (-counts[code], code))
        scope = f"of {merchant}'s prices" if merchant else "of the prices"
        for entry in members:
            if entry.currency != usual_currency:
                currency = entry.currency or "no currency"
                usual = f"{counts[usual_currency]:,} {scope} are in {usual_currency or 'none'}"
                detail = f"{currency}, where {usual}"
                findings.append(Finding("several_currencies", (entry.product,), detail))
    return findings
