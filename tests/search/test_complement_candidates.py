"""Complements of a product: from baskets, or in its style from other categories."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from embed import FakeEncoder
from index import ProductIndex
from search import SearchService
from search.rules import Hide, Rule, RuleSet, Selection
from shopwindow.eventlog import EventLog
from shopwindow.values import Event, Filters, Product, SearchResponse
from shopwindow.values.errors import InvalidQueryError, ProductNotFoundError
from tests.conftest import WHOLE

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
COLORS = {"red": (200, 30, 30), "blue": (30, 30, 200), "green": (30, 160, 30)}
CATEGORIES = ("Sofas", "Rugs", "Lamps", "Shelves")


def make_furniture(folder: Path) -> list[Product]:
    """Return furniture of four categories in three colours, two of each, of two merchants."""
    products: list[Product] = []
    for category in CATEGORIES:
        for color, rgb in COLORS.items():
            for n in range(2):
                photo = folder / f"{category}-{color}-{n}.png"
                Image.new("RGB", (40 + len(products), 50), rgb).save(photo)
                products.append(
                    Product(
                        f"{category}-{color}-{n}".lower(),
                        f"{color} {category.lower()} {n}",
                        category=("Furniture", category),
                        attributes={"color": color},
                        image=str(photo),
                        merchant_id=f"m{n}",
                        group_id="sofa" if category == "Sofas" and color == "red" else "",
                    )
                )
    return products


@pytest.fixture
def index(encoder: FakeEncoder, tmp_path: Path) -> Iterator[ProductIndex]:
    with ProductIndex.open(":memory:", encoder) as opened_index:
        opened_index.add(make_furniture(tmp_path))
        yield opened_index


@pytest.fixture
def service(index: ProductIndex, tmp_path: Path) -> Iterator[SearchService]:
    with EventLog.open(tmp_path / "events") as log:
        opened_service = SearchService(index, WHOLE, event_log=log)
        yield opened_service
        opened_service.close()


def get_ids(response: SearchResponse) -> list[str]:
    return [hit.product.id for hit in response.hits]


def buy(service: SearchService, *baskets: tuple[str, ...]) -> None:
    for n, basket in enumerate(baskets):
        for minute, product_id in enumerate(basket):
            time = NOON + timedelta(days=3 * n, minutes=minute)
            service.record(Event("purchase", product_id, user_id=f"buyer-{n}", time=time))
    service.flush()


def test_without_baskets_other_categories_in_the_same_colour_come_first(
    service: SearchService,
) -> None:
    response = service.complements("sofas-red-0", limit=6)
    assert {hit.product.category[-1] for hit in response.hits} == {"Rugs", "Lamps", "Shelves"}
    assert {hit.product.attributes["color"] for hit in response.hits} == {"red"}
    for hit in response.hits:
        assert sum(hit.contributions.values()) == pytest.approx(hit.score)
        assert hit.contributions["visual_similarity"] > 0


def test_products_bought_together_come_first(service: SearchService) -> None:
    baskets = [("sofas-red-0", "lamps-green-1")] * 30
    other_baskets = [("rugs-red-0", "shelves-blue-0"), ("rugs-red-1", "shelves-red-0")] * 15
    buy(service, *baskets, *other_baskets)
    response = service.complements("sofas-red-0", limit=3)
    assert get_ids(response)[0] == "lamps-green-1"
    assert response.hits[0].contributions["co_purchase"] > 0
    assert response.hits[0].contributions["category_lift"] > 0


def test_the_anchor_its_variants_and_its_category_are_left_out(service: SearchService) -> None:
    response = service.complements("sofas-red-0", limit=24)
    assert not {hit.product.category[-1] for hit in response.hits} & {"Sofas"}
    assert sum(hit.n_variants for hit in response.hits) == 18


def test_products_of_its_category_come_when_bought_with_it(service: SearchService) -> None:
    buy(service, *[("lamps-red-0", "lamps-blue-0")] * 4, *[("rugs-red-0", "sofas-blue-0")] * 4)
    complement_ids = get_ids(service.complements("lamps-red-0", limit=24))
    assert "lamps-blue-0" in complement_ids
    assert "lamps-green-0" not in complement_ids


def test_one_merchants_page_has_only_its_products(service: SearchService) -> None:
    buy(service, *[("sofas-red-0", "lamps-green-1")] * 4)  # of m0 and m1
    response = service.complements("sofas-red-0", filters=Filters(merchant_id="m0"), limit=24)
    assert {hit.product.merchant_id for hit in response.hits} == {"m0"}
    assert len(response.hits) == 9


def test_products_hidden_by_the_visitor_or_a_rule_are_left_out(
    service: SearchService, index: ProductIndex
) -> None:
    service.record(Event("hide", "rugs-red-0", user_id="u1"))
    service.flush()
    assert "rugs-red-0" not in get_ids(service.complements("sofas-red-0", user_id="u1", limit=24))
    assert "rugs-red-0" in get_ids(service.complements("sofas-red-0", user_id="u2", limit=24))
    lamp_selection = Selection(filters=Filters(category="Lamps"))
    service_with_rules = SearchService(
        index, WHOLE, rules=RuleSet([Rule("no lamps", Hide(lamp_selection))])
    )
    response = service_with_rules.complements("sofas-red-0", limit=24)
    assert not {hit.product.category[-1] for hit in response.hits} & {"Lamps"}
    service_with_rules.close()


def test_unknown_products_and_limits_are_refused(service: SearchService) -> None:
    with pytest.raises(ProductNotFoundError, match="nothing"):
        service.complements("nothing")
    with pytest.raises(InvalidQueryError, match="limit"):
        service.complements("sofas-red-0", limit=0)


def test_a_product_with_only_a_title_has_complements(encoder: FakeEncoder, tmp_path: Path) -> None:
    with ProductIndex.open(":memory:", encoder) as index:
        index.add([Product("t", "Oak table"), Product("c", "Oak chair"), Product("x", "Red mug")])
        with SearchService(index) as service:
            assert get_ids(service.complements("t"))[0] == "c"
