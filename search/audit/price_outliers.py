"""Prices that cannot be right: zero, far from their category's, or in another currency."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from statistics import median

from search.audit.entries import Entry
from search.audit.findings import Finding

FAR_OFF = 20.0
"""A price this many times its category's median, or this part of it, is far off."""

LEAST_PRICES = 20
"""Prices of one category and currency from which a median is taken."""


def doubtful_prices(entries: Sequence[Entry]) -> list[Finding]:
    """Return prices of zero, then those far off, the farthest first, then odd currencies."""
    zero = [
        Finding("price_zero", (each.shown,), f"the price is 0 {each.currency}".rstrip())
        for each in entries
        if each.price == 0
    ]
    return zero + _far_off(entries) + _odd_currencies(entries)


def _far_off(entries: Iterable[Entry]) -> list[Finding]:
    shelves: defaultdict[tuple[str, str], list[Entry]] = defaultdict(list)
    for each in entries:
        if each.price and each.category:
            shelves[each.category, each.currency].append(each)
    found = []
    for (category, currency), some in shelves.items():
        if len(some) < LEAST_PRICES:
            continue
        middle = median(each.price or 0.0 for each in some)
        for each in some:
            times = max((each.price or middle) / middle, middle / (each.price or middle))
            if times > FAR_OFF:
                text = (
                    f"{each.price:,.2f} {currency}, where the middle price of {category} is "
                    f"{middle:,.2f} {currency}"
                )
                found.append((times, Finding("price_far_off", (each.shown,), text)))
    return [finding for _, finding in sorted(found, key=lambda pair: -pair[0])]


def _odd_currencies(entries: Iterable[Entry]) -> list[Finding]:
    merchants: defaultdict[str, list[Entry]] = defaultdict(list)
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
                found.append(Finding("several_currencies", (each.shown,), text))
    return found
