"""The audit: a clean catalogue has no findings, and each fault is found where it is."""

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from embed import FakeEncoder
from embed.fake_encoder import COLORS
from index import ProductIndex
from index.perceptual_hash import PerceptualHashes, is_same_photo
from search.audit import CatalogAudit, audit_catalog
from search.audit.attribute_contradictions import find_contradictions
from search.audit.finding_kinds import FINDING_KINDS, SECTIONS
from search.audit.near_duplicates import find_near_pairs
from shopwindow.values import Product, Translation

PAIRS = list(combinations(COLORS, 2))


def clean_products(folder: Path) -> list[Product]:
    """Return a product in each pair of colours: nothing is missing, no two are similar."""
    folder.mkdir()
    return [_product(folder, number) for number in range(len(PAIRS))]


def _product(folder: Path, number: int) -> Product:
    first, second = PAIRS[number]
    photo = folder / f"{number}.png"
    pixels = np.empty((240, 240, 3), dtype=np.uint8)
    pixels[:, :120], pixels[:, 120:] = COLORS[first][0], COLORS[second][0]
    Image.fromarray(pixels).save(photo)
    arabic = " ".join(COLORS[name][1][-1] for name in (first, second))
    return Product(
        id=f"p{number:02}",
        title=f"{first} {second} mug",
        description="For coffee.",
        translations={"ar": Translation(f"كوب {arabic}")},
        price=40.0 + number % 5,
        currency="AED",
        brand="Nuqta",
        category=("Home", "Mugs"),
        attributes={"color": first, "gender": "women"},
        image=str(photo),
        merchant_id="liwan",
        language="en",
    )


@pytest.fixture
def clean(tmp_path: Path) -> list[Product]:
    return clean_products(tmp_path / "photos")


def audit(products: list[Product]) -> CatalogAudit:
    with ProductIndex.open(":memory:", FakeEncoder()) as index:
        index.add(products)
        return audit_catalog(index)


def find(result: CatalogAudit, kind: str) -> list[tuple[list[str], str]]:
    """Return the product ids and the details of all findings of one kind."""
    findings = [finding for finding in result.findings if finding.kind == kind]
    return [([product.id for product in finding.products], finding.detail) for finding in findings]


def test_a_clean_catalogue_has_no_findings(clean: list[Product]) -> None:
    result = audit(clean)
    assert result.findings == ()
    assert (result.n_products, result.n_affected) == (len(clean), 0)
    assert [section.name for section in result.sections] == list(SECTIONS)
    assert all(section.was_checked for section in result.sections)


def resave_photo(product: Product, other: Product) -> Product:
    """Return the product with another one's photo, saved as a JPEG."""
    path = Path(product.image).with_suffix(".jpg")
    Image.open(other.image).save(path, "JPEG", quality=85, subsampling=0)
    return replace(product, image=str(path))


def shrink_photo(product: Product) -> Product:
    path = Path(product.image).with_suffix(".small.png")
    Image.open(product.image).resize((150, 150)).save(path)
    return replace(product, image=str(path))


def break_photo(product: Product) -> Product:
    path = Path(product.image).with_suffix(".jpg")
    path.write_bytes(b"no photo")
    return replace(product, image=str(path))


ARABIC_ONLY = {"ar": Translation("كوب خزفي")}
FAULTS: tuple[tuple[str, Callable[[Product], Product], str], ...] = (
    ("no_title", lambda product: replace(product, title="", translations={}), "the title is empty"),
    (
        "no_description",
        lambda product: replace(product, description=" "),
        "the description is empty",
    ),
    ("no_price", lambda product: replace(product, price=None), "the price is empty"),
    ("no_category", lambda product: replace(product, category=()), "the category is empty"),
    ("no_brand", lambda product: replace(product, brand=""), "the brand is empty"),
    ("no_photo", lambda product: replace(product, image=""), "the photo is empty"),
    ("no_translation", lambda product: replace(product, translations={}), "no title in Arabic"),
    (
        "no_translation",
        lambda product: replace(product, title="", translations=ARABIC_ONLY),
        "in English",
    ),
    ("price_zero", lambda product: replace(product, price=0.0), "the price is AED\u00a00.00"),
    (
        "price_outlier",
        lambda product: replace(product, price=4200.0),
        "AED\u00a04,200.00, where the middle price",
    ),
    (
        "price_outlier",
        lambda product: replace(product, price=0.42),
        "Mugs is AED\u00a042.00",
    ),
    (
        "several_currencies",
        lambda product: replace(product, currency="SAR"),
        "SAR, where 54 of liwan's",
    ),
    (
        "color_mismatch",
        lambda product: replace(product, attributes={"Colour": "Navy"}),
        "the title says “red”, “orange”, the attribute Colour says “Navy”",
    ),
    (
        "color_mismatch",
        lambda product: replace(product, title="mug", translations={"ar": Translation("كوب أخضر")}),
        "the title says “أخضر”, the attribute color says “red”",
    ),
    (
        "audience_mismatch",
        lambda product: replace(product, title=f"Men's {product.title}"),
        "the title says “Men”, the attribute gender says “women”",
    ),
    ("photo_unreadable", break_photo, "not a photo of a known format"),
    ("photo_small", shrink_photo, "150 x 150 pixels"),
)


@pytest.mark.parametrize(("kind", "fault", "detail"), FAULTS)
def test_each_fault_is_found_once(
    clean: list[Product], kind: str, fault: Callable[[Product], Product], detail: str
) -> None:
    result = audit([fault(clean[0]), *clean[1:]])
    ((ids, actual_detail),) = find(result, kind)
    assert ids == ["p00"]
    assert detail in actual_detail


def test_every_kind_is_tested() -> None:
    other_kinds = {"same_photo", "same_title", "photo_title_mismatch"}
    assert {kind for kind, _, _ in FAULTS} | other_kinds == {kind.name for kind in FINDING_KINDS}


def test_exchanged_photos_do_not_fit(clean: list[Product]) -> None:
    first, last = clean[0], clean[PAIRS.index(("purple", "brown"))]
    changed = [product for product in clean if product not in (first, last)]
    changed += [replace(first, image=last.image), replace(last, image=first.image)]
    assert {ids[0] for ids, _ in find(audit(changed), "photo_title_mismatch")} == {
        first.id,
        last.id,
    }


def test_photos_are_not_checked_if_the_encoder_is_unreliable(clean: list[Product]) -> None:
    colorless = [
        replace(product, title=f"Thing {product.id}", translations={}, attributes={})
        for product in clean
    ]
    section = audit(colorless).sections[1]
    assert (section.findings, section.was_checked) == ((), False)
    assert "cannot be checked" in section.note


def test_photos_are_not_checked_with_few_products(clean: list[Product]) -> None:
    section = audit(clean[:20]).sections[1]
    assert (section.findings, section.was_checked) == ((), False)
    assert "50 products" in section.note


def test_the_same_photo_is_found_however_it_was_saved(clean: list[Product]) -> None:
    same_file = replace(clean[1], image=clean[2].image)
    resaved = resave_photo(clean[3], other=clean[4])
    result = audit([clean[0], same_file, clean[2], resaved, *clean[4:]])
    assert find(result, "same_photo") == [
        (["p01", "p02"], "the same photo file"),
        (["p03", "p04"], "the same photo or nearly so, in different files"),
    ]


def test_titles_are_compared_by_their_words(clean: list[Product]) -> None:
    upper_case = replace(clean[1], title=clean[0].title.upper() + " !")
    assert find(audit([clean[0], upper_case, *clean[2:]]), "same_title") == [
        (["p00", "p01"], "the same words in the title")
    ]


def test_variants_are_no_duplicates(clean: list[Product]) -> None:
    variants = [
        replace(clean[0], group_id="mug"),
        replace(clean[0], id="other size", group_id="mug"),
    ]
    result = audit([*variants, *clean[1:]])
    assert result.findings == ()
    result = audit([*variants, replace(clean[0], id="third"), *clean[1:]])
    assert find(result, "same_photo")[0][0] == ["other size", "p00", "third"]


def test_a_field_that_no_product_has_is_one_finding(clean: list[Product]) -> None:
    result = audit([replace(product, brand="") for product in clean])
    assert find(result, "no_brand") == [([], "no product has a brand; was its column recognised?")]


@pytest.mark.parametrize(
    ("title", "attributes", "brand"),
    [
        ("Navy shirt", {"color": "blue"}, ""),
        ("Red and white scarf", {"color": "white"}, ""),
        ("Red Tape shoes", {"color": "black"}, "Red Tape"),
        ("Red shirt", {"color": "sage"}, ""),
        ("Red shirt", {"color": "multi"}, ""),
        ("Gold-plated ring", {"color": "silver"}, ""),
        ("Silver black steel watch", {"color": "steel"}, ""),
        ("Red shirt", {"lining": "blue"}, ""),
        ("دلة من النحاس الأحمر", {"اللون": "copper"}, ""),
        ("Kids shirt", {"gender": "Girls"}, ""),
        ("Men's shirt", {"gender": "unisex"}, ""),
    ],
)
def test_agreeing_titles_are_no_contradiction(
    title: str, attributes: dict[str, str], brand: str
) -> None:
    product = Product(id="1", title=title, attributes=attributes, brand=brand)
    assert list(find_contradictions(product)) == []


def find_roots(pairs: list[tuple[int, int]], n_rows: int) -> list[int]:
    """Return for each index the least index that pairs connect it with."""
    roots, previous = list(range(n_rows)), [-1]
    while previous != roots:
        previous = list(roots)
        for first, second in pairs:
            roots[first] = roots[second] = min(roots[first], roots[second])
    return roots


def test_near_pairs_connect_the_same_as_all_pairs() -> None:
    rng = np.random.default_rng(5)
    originals = rng.integers(60, 120, (400, 192)) + rng.integers(0, 80, (400, 1))
    copies = originals[rng.integers(0, 400, 1200)] + rng.integers(-3, 4, (1200, 1))
    flat = np.full((3, 192), 90)
    hashes: PerceptualHashes = np.concatenate([originals, copies, flat, originals[:5]]).astype(
        np.uint8
    )
    all_pairs = [
        (int(first), int(second))
        for first, second in np.argwhere(
            [is_same_photo(np.broadcast_to(hash_, hashes.shape), hashes) for hash_ in hashes]
        )
    ]
    n_roots = len(set(find_roots(all_pairs, len(hashes))))
    assert 400 < n_roots < 1600  # some copies are near enough, some are not
    assert find_roots(list(find_near_pairs(hashes)), len(hashes)) == find_roots(
        all_pairs, len(hashes)
    )


def test_no_photos_make_no_pairs() -> None:
    assert list(find_near_pairs(np.empty((0, 192), dtype=np.uint8))) == []
    assert list(find_near_pairs(np.full((2, 192), 9, dtype=np.uint8))) == []


def test_an_empty_index_has_no_findings() -> None:
    with ProductIndex.open(":memory:", FakeEncoder()) as index:
        result = audit_catalog(index)
    assert (result.n_products, result.findings) == (0, ())
