"""Fields that products lack, and titles in languages that most have."""

from collections import Counter
from collections.abc import Sequence

from search.audit.entries import AuditEntry
from search.audit.findings import Finding

_KINDS = {
    "title": "no_title",
    "description": "no_description",
    "price": "no_price",
    "category": "no_category",
    "brand": "no_brand",
    "image": "no_photo",
}
_NAMES = {"ar": "Arabic", "en": "English", "fr": "French", "hi": "Hindi", "ur": "Urdu"}


def find_missing_fields(entries: Sequence[AuditEntry]) -> list[Finding]:
    """Return what products lack.

    What no product has is one finding about the catalogue: the shop does not use the field, or
    its column was not recognised.

    Returns:
        Findings field by field, and then language by language.
    """
    counts = Counter(name for each in entries for name in each.missing_fields)
    found = []
    for name, kind in _KINDS.items():
        field = "photo" if name == "image" else name
        if entries and counts[name] == len(entries):
            text = f"no product has a {field}; was its column recognised?"
            found.append(Finding(kind, (), text))
            continue
        lacking = (each for each in entries if name in each.missing_fields)
        found += [Finding(kind, (each.product,), f"the {field} is empty") for each in lacking]
    return found + _untranslated(entries)


def _untranslated(entries: Sequence[AuditEntry]) -> list[Finding]:
    titled = [each for each in entries if "title" not in each.missing_fields]
    counts = Counter(code for each in titled for code in each.languages)
    usual = sorted(code for code, n in counts.items() if 2 * n > len(titled))
    return [
        Finding("no_translation", (each.product,), f"no title in {_NAMES.get(code, code)}")
        for code in usual
        for each in titled
        if code not in each.languages
    ]
