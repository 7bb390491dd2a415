"""What goes with a product: baskets first, other kinds in its style where there are none."""

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
KINDS = ("Sofas", "Rugs", "Lamps", "Shelves")


def room(folder: Path) -> list[Product]:
    """Return furniture of four kinds in three colours, two of each, of two merchants."""
    made: list[Product] = []
    for kind in KINDS:
        for color, rgb in COLORS.items():
            for n in range(2):
                photo = folder / f"{kind}-{color}-{n}.png"
                Image.new("RGB", (40 + len(made), 50), rgb).save(photo)
                made.append(
                    Product(
                        f"{kind}-{color}-{n}".lower(),
                        f"{color} {kind.lower()} {n}",
                        category=("Furniture", kind),
                        attributes={"color": color},
                        image=str(photo),
                        merchant_id=f"m{n}",
                        group_id="sofa" if kind == "Sofas" and color == "red" else "",
                    )
                )
    return made


@pytest.fixture
def index(encoder: FakeEncoder, tmp_path: Path) -> Iterator[ProductIndex]:
    with ProductIndex.open(":memory:", encoder) as opened:
        opened.add(room(tmp_path))
        yield opened


@pytest.fixture
def service(index: ProductIndex, tmp_path: Path) -> Iterator[SearchService]:
    with EventLog.open(tmp_path / "events") as log:
        opened = SearchService(index, WHOLE, event_log=log)
        yield opened
        opened.close()


def ids(page: SearchResponse) -> list[str]:
    return [hit.product.id for hit in page.hits]


def buy(service: SearchService, *baskets: tuple[str, ...]) -> None:
    for n, basket in enumerate(baskets):
        for minute, each in enumerate(basket):
            time = NOON + timedelta(days=3 * n, minutes=minute)
            service.record(Event("purchase", each, user_id=f"buyer-{n}", time=time))
    service.flush()


def test_without_baskets_other_kinds_in_the_same_colour_come_first(service: SearchService) -> None:
    page = service.complements("sofas-red-0", limit=6)
    assert {hit.product.category[-1] for hit in page.hits} == {"Rugs", "Lamps", "Shelves"}
    assert {hit.product.attributes["color"] for hit in page.hits} == {"red"}
    for hit in page.hits:
        assert sum(hit.contributions.values()) == pytest.approx(hit.score)
        assert hit.contributions["visual_similarity"] > 0


def test_what_was_bought_together_comes_first(service: SearchService) -> None:
    together = [("sofas-red-0", "lamps-green-1")] * 30
    apart = [("rugs-red-0", "shelves-blue-0"), ("rugs-red-1", "shelves-red-0")] * 15
    buy(service, *together, *apart)
    page = service.complements("sofas-red-0", limit=3)
    assert ids(page)[0] == "lamps-green-1"
    assert page.hits[0].contributions["co_purchase"] > 0
    assert page.hits[0].contributions["category_lift"] > 0


def test_itself_its_variants_and_its_kind_are_left_out(service: SearchService) -> None:
    page = service.complements("sofas-red-0", limit=24)
    assert not {hit.product.category[-1] for hit in page.hits} & {"Sofas"}
    assert sum(hit.n_variants for hit in page.hits) == 18


def test_its_kind_comes_when_it_was_bought_with_it(service: SearchService) -> None:
    buy(service, *[("lamps-red-0", "lamps-blue-0")] * 4, *[("rugs-red-0", "sofas-blue-0")] * 4)
    found = ids(service.complements("lamps-red-0", limit=24))
    assert "lamps-blue-0" in found
    assert "lamps-green-0" not in found


def test_one_merchants_page_shows_nobody_elses(service: SearchService) -> None:
    buy(service, *[("sofas-red-0", "lamps-green-1")] * 4)  # of m0 and m1
    page = service.complements("sofas-red-0", filters=Filters(merchant_id="m0"), limit=24)
    assert {hit.product.merchant_id for hit in page.hits} == {"m0"}
    assert len(page.hits) == 9


def test_what_is_hidden_by_the_visitor_or_a_rule_is_left_out(
    service: SearchService, index: ProductIndex
) -> None:
    service.record(Event("hide", "rugs-red-0", user_id="u1"))
    service.flush()
    assert "rugs-red-0" not in ids(service.complements("sofas-red-0", user_id="u1", limit=24))
    assert "rugs-red-0" in ids(service.complements("sofas-red-0", user_id="u2", limit=24))
    lamps = Selection(filters=Filters(category="Lamps"))
    ruled = SearchService(index, WHOLE, rules=RuleSet([Rule("no lamps", Hide(lamps))]))
    shown = ruled.complements("sofas-red-0", limit=24)
    assert not {hit.product.category[-1] for hit in shown.hits} & {"Lamps"}
    ruled.close()


def test_unknown_products_and_limits_are_refused(service: SearchService) -> None:
    with pytest.raises(ProductNotFoundError, match="nothing"):
        service.complements("nothing")
    with pytest.raises(InvalidQueryError, match="limit"):
        service.complements("sofas-red-0", limit=0)


def test_a_product_with_only_a_title_has_complements(encoder: FakeEncoder, tmp_path: Path) -> None:
    with ProductIndex.open(":memory:", encoder) as index:
        index.add([Product("t", "Oak table"), Product("c", "Oak chair"), Product("x", "Red mug")])
        with SearchService(index) as service:
            assert ids(service.complements("t"))[0] == "c"
