"""The report on a catalogue: a clean one gives nothing, and each fault is found where it is."""

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
    """Return a product in each pair of colours: nothing is missing, no two are alike."""
    folder.mkdir()
    return [_product(folder, number) for number in range(len(PAIRS))]


def _product(folder: Path, number: int) -> Product:
    one, other = PAIRS[number]
    photo = folder / f"{number}.png"
    pixels = np.empty((240, 240, 3), dtype=np.uint8)
    pixels[:, :120], pixels[:, 120:] = COLORS[one][0], COLORS[other][0]
    Image.fromarray(pixels).save(photo)
    arabic = " ".join(COLORS[name][1][-1] for name in (one, other))
    return Product(
        id=f"p{number:02}",
        title=f"{one} {other} mug",
        description="For coffee.",
        translations={"ar": Translation(f"كوب {arabic}")},
        price=40.0 + number % 5,
        currency="AED",
        brand="Nuqta",
        category=("Home", "Mugs"),
        attributes={"color": one, "gender": "women"},
        image=str(photo),
        merchant_id="liwan",
        language="en",
    )


@pytest.fixture
def clean(tmp_path: Path) -> list[Product]:
    return clean_products(tmp_path / "photos")


def report_on(products: list[Product]) -> CatalogAudit:
    with ProductIndex.open(":memory:", FakeEncoder()) as index:
        index.add(products)
        return audit_catalog(index)


def found(report: CatalogAudit, kind: str) -> list[tuple[list[str], str]]:
    """Return the product ids and words of all findings of one kind."""
    some = [each for each in report.findings if each.kind == kind]
    return [([shown.id for shown in each.products], each.detail) for each in some]


def test_a_clean_catalogue_gives_nothing(clean: list[Product]) -> None:
    report = report_on(clean)
    assert report.findings == ()
    assert (report.n_products, report.n_affected) == (len(clean), 0)
    assert [section.name for section in report.sections] == list(SECTIONS)
    assert all(section.was_checked for section in report.sections)


def saved_anew(product: Product, of: Product) -> Product:
    """Return the product with another one's photo, saved as a JPEG."""
    path = Path(product.image).with_suffix(".jpg")
    Image.open(of.image).save(path, "JPEG", quality=85, subsampling=0)
    return replace(product, image=str(path))


def shrunk(product: Product) -> Product:
    path = Path(product.image).with_suffix(".small.png")
    Image.open(product.image).resize((150, 150)).save(path)
    return replace(product, image=str(path))


def broken(product: Product) -> Product:
    path = Path(product.image).with_suffix(".jpg")
    path.write_bytes(b"no photo")
    return replace(product, image=str(path))


ARABIC_ONLY = {"ar": Translation("كوب خزفي")}
FAULTS: tuple[tuple[str, Callable[[Product], Product], str], ...] = (
    ("no_title", lambda p: replace(p, title="", translations={}), "the title is empty"),
    ("no_description", lambda p: replace(p, description=" "), "the description is empty"),
    ("no_price", lambda p: replace(p, price=None), "the price is empty"),
    ("no_category", lambda p: replace(p, category=()), "the category is empty"),
    ("no_brand", lambda p: replace(p, brand=""), "the brand is empty"),
    ("no_photo", lambda p: replace(p, image=""), "the photo is empty"),
    ("no_translation", lambda p: replace(p, translations={}), "no title in Arabic"),
    ("no_translation", lambda p: replace(p, title="", translations=ARABIC_ONLY), "in English"),
    ("price_zero", lambda p: replace(p, price=0.0), "the price is 0 AED"),
    ("price_outlier", lambda p: replace(p, price=4200.0), "4,200.00 AED, where the middle price"),
    ("price_outlier", lambda p: replace(p, price=0.42), "of Home > Mugs is 42.00 AED"),
    ("several_currencies", lambda p: replace(p, currency="SAR"), "SAR, where 54 of liwan's"),
    (
        "color_mismatch",
        lambda p: replace(p, attributes={"Colour": "Navy"}),
        "the title says “red”, “orange”, the attribute Colour says “Navy”",
    ),
    (
        "color_mismatch",
        lambda p: replace(p, title="mug", translations={"ar": Translation("كوب أخضر")}),
        "the title says “أخضر”, the attribute color says “red”",
    ),
    (
        "audience_mismatch",
        lambda p: replace(p, title=f"Men's {p.title}"),
        "the title says “Men”, the attribute gender says “women”",
    ),
    ("photo_unreadable", broken, "not a photo of a known format"),
    ("photo_small", shrunk, "150 x 150 pixels"),
)


@pytest.mark.parametrize(("kind", "fault", "title_similarity"), FAULTS)
def test_each_fault_is_found_once(
    clean: list[Product], kind: str, fault: Callable[[Product], Product], words: str
) -> None:
    report = report_on([fault(clean[0]), *clean[1:]])
    ((ids, said),) = found(report, kind)
    assert ids == ["p00"]
    assert words in said


def test_every_kind_is_tried() -> None:
    others = {"same_photo", "same_title", "photo_title_mismatch"}
    assert {kind for kind, _, _ in FAULTS} | others == {kind.name for kind in FINDING_KINDS}


def test_exchanged_photos_do_not_fit(clean: list[Product]) -> None:
    first, last = clean[0], clean[PAIRS.index(("purple", "brown"))]
    changed = [each for each in clean if each not in (first, last)]
    changed += [replace(first, image=last.image), replace(last, image=first.image)]
    assert {ids[0] for ids, _ in found(report_on(changed), "photo_title_mismatch")} == {
        first.id,
        last.id,
    }


def test_what_the_encoder_does_not_know_is_not_judged(clean: list[Product]) -> None:
    colourless = [
        replace(each, title=f"Thing {each.id}", translations={}, attributes={}) for each in clean
    ]
    section = report_on(colourless).sections[1]
    assert (section.findings, section.was_checked) == ((), False)
    assert "cannot be told" in section.note


def test_a_handful_is_not_judged(clean: list[Product]) -> None:
    section = report_on(clean[:20]).sections[1]
    assert (section.findings, section.was_checked) == ((), False)
    assert "50 products" in section.note


def test_the_same_photo_is_found_however_it_was_saved(clean: list[Product]) -> None:
    same_file = replace(clean[1], image=clean[2].image)
    again = saved_anew(clean[3], of=clean[4])
    report = report_on([clean[0], same_file, clean[2], again, *clean[4:]])
    assert found(report, "same_photo") == [
        (["p01", "p02"], "the same photo file"),
        (["p03", "p04"], "the same photo or nearly so, in different files"),
    ]


def test_the_same_words_are_the_same_title(clean: list[Product]) -> None:
    shouted = replace(clean[1], title=clean[0].title.upper() + " !")
    assert found(report_on([clean[0], shouted, *clean[2:]]), "same_title") == [
        (["p00", "p01"], "the same words in the title")
    ]


def test_variants_are_no_doubles(clean: list[Product]) -> None:
    variants = [
        replace(clean[0], group_id="mug"),
        replace(clean[0], id="other size", group_id="mug"),
    ]
    report = report_on([*variants, *clean[1:]])
    assert report.findings == ()
    report = report_on([*variants, replace(clean[0], id="third"), *clean[1:]])
    assert found(report, "same_photo")[0][0] == ["other size", "p00", "third"]


def test_what_no_product_has_is_one_finding(clean: list[Product]) -> None:
    report = report_on([replace(each, brand="") for each in clean])
    assert found(report, "no_brand") == [([], "no product has a brand; was its column recognised?")]


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
def test_what_agrees_is_no_contradiction(
    title: str, attributes: dict[str, str], brand: str
) -> None:
    product = Product(id="1", title=title, attributes=attributes, brand=brand)
    assert list(find_contradictions(product)) == []


def joined(pairs: list[tuple[int, int]], n: int) -> list[int]:
    """Return for each number the least number that pairs join it with."""
    least, before = list(range(n)), [-1]
    while before != least:
        before = list(least)
        for one, other in pairs:
            least[one] = least[other] = min(least[one], least[other])
    return least


def test_near_pairs_join_what_comparing_all_would() -> None:
    random = np.random.default_rng(5)
    originals = random.integers(60, 120, (400, 192)) + random.integers(0, 80, (400, 1))
    copies = originals[random.integers(0, 400, 1200)] + random.integers(-3, 4, (1200, 1))
    flat = np.full((3, 192), 90)
    rows: PerceptualHashes = np.concatenate([originals, copies, flat, originals[:5]]).astype(
        np.uint8
    )
    all_pairs = [
        (int(a), int(b))
        for a, b in np.argwhere(
            [is_same_photo(np.broadcast_to(row, rows.shape), rows) for row in rows]
        )
    ]
    n_joined = len(set(joined(all_pairs, len(rows))))
    assert 400 < n_joined < 1600  # some copies are near enough, some are not
    assert joined(list(find_near_pairs(rows)), len(rows)) == joined(all_pairs, len(rows))


def test_no_photos_make_no_pairs() -> None:
    assert list(find_near_pairs(np.empty((0, 192), dtype=np.uint8))) == []
    assert list(find_near_pairs(np.full((2, 192), 9, dtype=np.uint8))) == []


def test_an_empty_index_has_nothing_to_report() -> None:
    with ProductIndex.open(":memory:", FakeEncoder()) as index:
        report = audit_catalog(index)
    assert (report.n_products, report.findings) == (0, ())
