"""No value that anybody hands over ends the engine: it is refused, and the next is answered."""

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from embed import FakeEncoder
from index import ProductIndex
from search import SearchService
from shopwindow.values import Filters, Product, Query, QueryImage
from shopwindow.values.errors import InvalidQueryError
from tests.conftest import WHOLE, make_products

HALF = "red \ud83d"
POINT = "00000000-0000-0000-0000-000000000000"

Ask = Callable[[SearchService], object]


@pytest.fixture(scope="module")
def embedded(
    encoder: FakeEncoder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SearchService]:
    folder = tmp_path_factory.mktemp("odd")
    with ProductIndex.open(folder / "index", encoder) as index:
        index.add(make_products(folder / "photos"))
        with SearchService(index, WHOLE) as service:
            yield service


def filtered(**values: Any) -> Ask:
    return lambda service: service.search(Query(filters=Filters(**values)))


ASKED: dict[str, Ask] = {
    "text": lambda s: s.search(Query(HALF)),
    "brand": filtered(brand=HALF),
    "brands": filtered(brand=("Brand 1", HALF)),
    "merchant": filtered(merchant_id=HALF),
    "category": filtered(category=HALF),
    "attribute": filtered(attributes={"color": HALF}),
    "attribute's name": filtered(attributes={HALF: "red"}),
    "group": filtered(group_id=HALF),
    "price beyond floats": filtered(price_max=10**400),
    "price as text": filtered(price_max="5"),
    "nobody": filtered(merchant_id=""),
    "literal": lambda s: s.search(Query("red", verbatim=(HALF,))),
    "cursor": lambda s: s.search(Query("red", cursor=HALF)),
    "user": lambda s: s.search(Query("red", user_id=HALF)),
    "avoid": lambda s: s.search(Query("red", negative_examples=(HALF,))),
    "image": lambda s: s.search(Query(image=QueryImage(HALF))),
    "similar": lambda s: s.similar(HALF),
    "similar to a number": lambda s: s.similar(5),  # type: ignore[arg-type]
    "similar, filtered": lambda s: s.similar("sku-1", filters=Filters(brand=HALF)),
    "complements": lambda s: s.complements(HALF),
    "feed": lambda s: s.recommend(HALF),
    "recently seen": lambda s: s.recently_viewed(HALF),
    "profile": lambda s: s.profile(HALF),
    "suggest": lambda s: s.suggest(HALF),
    "suggest a number": lambda s: s.suggest(5),  # type: ignore[arg-type]
    "get": lambda s: s.index.get([HALF]),
    "get None": lambda s: s.index.get([None]),  # type: ignore[list-item]
    "get letters": lambda s: s.index.get("sku-1"),
    "delete": lambda s: s.index.delete([HALF]),
    "delete letters": lambda s: s.index.delete("sku-1"),
}


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
def test_an_odd_value_is_refused_and_the_engine_goes_on(embedded: SearchService, ask: Ask) -> None:
    with pytest.raises(InvalidQueryError, match=r"expected .*, got ") as caught:
        ask(embedded)
    str(caught.value).encode()
    assert embedded.search(Query("red", filters=Filters(brand="Brand 1"))).hits
    assert embedded.index.count() == 24


def made_up(cursor: str, after: object, given_up: object) -> str:
    """Return a cursor of the same query with other contents."""
    own, *_ = json.loads(base64.urlsafe_b64decode(cursor + "==").partition(b"\0")[0])
    written = json.dumps([own, after, given_up]).encode()
    return base64.urlsafe_b64encode(written + b"\0").decode()


@pytest.mark.parametrize(
    ("sort", "after", "given_up"),
    [
        ("relevance", HALF, []),
        ("relevance", "nowhere", []),
        ("relevance", "=5.0", []),
        ("relevance", f"~{POINT}", []),
        ("relevance", 5, []),
        ("relevance", POINT, "brand"),
        ("relevance", POINT, ["merchant_id"]),
        ("relevance", POINT, [HALF]),
        ("relevance", POINT, ["brand"] * 11),
        ("price_asc", HALF, []),
        ("price_asc", POINT, []),
        ("price_asc", "~nowhere", []),
        ("price_asc", "=nan", []),
        ("price_asc", "=1e400", []),
        ("price_asc", "=٥", []),
    ],
)
def test_a_cursor_that_was_made_up_is_refused_and_the_engine_goes_on(
    embedded: SearchService, sort: Any, after: object, given_up: object
) -> None:
    query = Query(limit=5, sort=sort)
    cursor = embedded.search(query).next_cursor
    with pytest.raises(InvalidQueryError, match="cursor: expected the `next_cursor` of a page"):
        embedded.search(Query(limit=5, sort=sort, cursor=made_up(cursor, after, given_up)))
    assert len(embedded.search(Query(limit=5, sort=sort, cursor=cursor)).hits) == 5


def test_a_photo_may_have_any_name(
    embedded: SearchService, products: list[Product], tmp_path: Path
) -> None:
    """Names of files need not be valid Unicode: this is what a byte of Latin-1 becomes."""
    photo = Path(products[0].image).rename(tmp_path / "caf\udce9.png")
    assert embedded.search(Query(image=photo)).hits
