"""Missing fields, and missing titles in languages that most products have."""

from collections import Counter
from collections.abc import Sequence

from search.audit.entries import AuditEntry
from search.audit.findings import Finding

_KIND_BY_FIELD = {
    "title": "no_title",
    "description": "no_description",
    "price": "no_price",
    "category": "no_category",
    "brand": "no_brand",
    "image": "no_photo",
}
_LANGUAGE_NAMES = {"ar": "Arabic", "en": "English", "fr": "French", "hi": "Hindi", "ur": "Urdu"}


def find_missing_fields(entries: Sequence[AuditEntry]) -> list[Finding]:
    """Return missing fields, and missing translations of titles.

    A field that no product has is one finding about the catalogue: the shop does not use it, or
    its column was not recognised.

    Returns:
        Findings by field, then by language.
    """
    counts = Counter(name for entry in entries for name in entry.missing_fields)
    findings = []
    for name, kind in _KIND_BY_FIELD.items():
        field = "photo" if name == "image" else name
        if entries and counts[name] == len(entries):
            text = f"no product has a {field}; was its column recognised?"
            findings.append(Finding(kind, (), text))
            continue
        incomplete = (entry for entry in entries if name in entry.missing_fields)
        findings += [
            Finding(kind, (entry.product,), f"the {field} is empty") for entry in incomplete
        ]
    return findings + _find_untranslated(entries)


def _find_untranslated(entries: Sequence[AuditEntry]) -> list[Finding]:
    titled = [entry for entry in entries if "title" not in entry.missing_fields]
    counts = Counter(code for entry in titled for code in entry.languages)
    common_languages = sorted(code for code, count in counts.items() if 2 * count > len(titled))
    return [
        Finding(
            "no_translation", (entry.product,), f"no title in {_LANGUAGE_NAMES.get(code, code)}"
        )
        for code in common_languages
        for entry in titled
        if code not in entry.languages
    ]
