"""The kinds of findings: their names, headings and advice."""

from dataclasses import dataclass

DUPLICATES, PHOTO_MISMATCH, DATA, PHOTOS = "duplicates", "photo_and_title", "data", "photos"

SECTIONS = {
    DUPLICATES: "Duplicates",
    PHOTO_MISMATCH: "Photos that do not fit their title",
    DATA: "Missing or contradicting",
    PHOTOS: "Photos that cannot be used",
}
"""Headings of the sections by name, in the order of the report."""


@dataclass(frozen=True, slots=True)
class FindingKind:
    """One kind of finding.

    Attributes:
        name: Its name in exports.
        section: Its section; a key of `SECTIONS`.
        heading: The heading shown to people.
        advice: What to do.
    """

    name: str
    section: str
    heading: str
    advice: str


_FILL = "Fill it in: shoppers find and filter by it."

FINDING_KINDS = (
    FindingKind(
        "same_photo",
        DUPLICATES,
        "The same photo on several products",
        "Delete doubles, give variants one group_id, or give each product its own photo.",
    ),
    FindingKind(
        "same_title",
        DUPLICATES,
        "The same title on several products",
        "Delete doubles, give variants one group_id, or say in the title what differs.",
    ),
    FindingKind(
        "photo_title_mismatch",
        PHOTO_MISMATCH,
        "The photo fits its title no better than most other photos",
        "Look whether photo and title belong together; say in the title what the photo shows.",
    ),
    FindingKind(
        "color_mismatch",
        DATA,
        "Title and attribute name different colours",
        "Correct the one that is wrong.",
    ),
    FindingKind(
        "audience_mismatch",
        DATA,
        "Title and attribute are for different people",
        "Correct the one that is wrong.",
    ),
    FindingKind(
        "price_zero", DATA, "Price of 0", "Give the price, or leave it empty while it is unknown."
    ),
    FindingKind(
        "price_outlier",
        DATA,
        "Price far from its category's",
        "Look for a lost decimal point, another unit or another currency.",
    ),
    FindingKind(
        "several_currencies",
        DATA,
        "Another currency than the merchant's usual one",
        "Give all prices of one merchant in one currency: prices are compared as numbers.",
    ),
    FindingKind(
        "no_title", DATA, "No title", "Give a title: without words only its photo is found."
    ),
    FindingKind("no_description", DATA, "No description", _FILL),
    FindingKind("no_price", DATA, "No price", _FILL),
    FindingKind("no_category", DATA, "No category", _FILL),
    FindingKind("no_brand", DATA, "No brand", _FILL),
    FindingKind(
        "no_photo", DATA, "No photo", "Give a photo: without it no photo finds the product."
    ),
    FindingKind(
        "no_translation",
        DATA,
        "No title in a language that most products have",
        "Translate the title: shoppers of that language do not find the product by its words.",
    ),
    FindingKind(
        "photo_unreadable",
        PHOTOS,
        "Named photo that could not be read",
        "Correct the path or address, or save the photo anew as JPEG; then index the feed again.",
    ),
    FindingKind(
        "photo_small",
        PHOTOS,
        "Photo too small to see details",
        "Give a larger photo: at least 200 pixels on its shorter side, better 800.",
    ),
)
"""Every kind, in the order of the report."""

FINDING_KIND_BY_NAME = {kind.name: kind for kind in FINDING_KINDS}
