"""A small shop that every suite can use: coloured pictures, titles in two languages."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from PIL import Image

from embed import FakeEncoder
from index import ProductIndex
from search import SearchService
from shopwindow.values import Product, Translation
from shopwindow.values.setting_groups import SearchSettings
from tests.skip_report import SkipReport, read_available

# The gate gives one verdict for one state of the code: it tries the same examples each time, and no
# slow machine fails it. "explore" looks for new ones: HYPOTHESIS_PROFILE=explore pytest ...
hypothesis.settings.register_profile("gate", derandomize=True, deadline=None)
hypothesis.settings.register_profile("explore", deadline=None, print_blob=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "gate"))

# What tests unpack into the user's cache stays in the checkout, and serves the next run.
os.environ["XDG_CACHE_HOME"] = str(Path(__file__).resolve().parents[1] / "var" / "cache")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(SkipReport(read_available()))


COLORS = {
    "red": ((200, 30, 30), "أحمر"),
    "blue": ((30, 30, 200), "أزرق"),
    "green": ((30, 160, 30), "أخضر"),
}
KINDS = {"dress": ("Clothing", "Dresses", "فستان"), "mug": ("Home", "Mugs", "كوب")}


def make_products(folder: Path, n_products: int = 24) -> list[Product]:
    """Return products in all colours and kinds by turns, their photos written to the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    return [_product(folder, number) for number in range(n_products)]


def _product(folder: Path, number: int) -> Product:
    color = list(COLORS)[number % 3]
    kind = list(KINDS)[number // 3 % 2]
    department, shelf, kind_ar = KINDS[kind]
    rgb, color_ar = COLORS[color]
    photo = folder / f"{number}.png"
    Image.new("RGB", (40 + number, 50), rgb).save(photo)
    return Product(
        id=f"sku-{number}",
        title=f"{color.title()} {kind} number {number}",
        description=f"A {kind} in {color}.",
        translations={"ar": Translation(f"{kind_ar} {color_ar} {number}", "")},
        price=float(10 * number),
        currency="AED",
        brand=f"Brand {number % 4}",
        category=(department, shelf),
        attributes={"color": color},
        image=str(photo),
        merchant_id=f"m{number % 2}",
        in_stock=number % 5 != 0,
        language="en",
    )


@pytest.fixture
def products(tmp_path: Path) -> list[Product]:
    return make_products(tmp_path / "photos")


@pytest.fixture(scope="session")
def encoder() -> FakeEncoder:
    return FakeEncoder()


@pytest.fixture(scope="session")
def shop(encoder: FakeEncoder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProductIndex]:
    """A filled index in memory, to be read only."""
    with ProductIndex.open(":memory:", encoder) as index:
        index.add(make_products(tmp_path_factory.mktemp("shop")))
        yield index


WHOLE = SearchSettings(relative_score_cutoff=0)
"""A search that keeps the irrelevant tail, so that tests can tell whether anything is lost."""


@pytest.fixture(scope="session")
def service(shop: ProductIndex) -> SearchService:
    return SearchService(shop, WHOLE)


@pytest.fixture
def open_index(encoder: FakeEncoder, tmp_path: Path) -> Iterator[Callable[[], ProductIndex]]:
    """Opens the same index folder again and again; closes what is left open."""
    opened: list[ProductIndex] = []

    def open_again() -> ProductIndex:
        for each in opened:
            each.close()
        opened.append(ProductIndex.open(tmp_path / "index", encoder))
        return opened[-1]

    yield open_again
    for each in opened:
        each.close()
