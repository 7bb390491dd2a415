"""Invalid values are rejected without ending the engine: the next request succeeds."""

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

HALF_SURROGATE = "red \ud83d"
POINT = "00000000-0000-0000-0000-000000000000"

Call = Callable[[SearchService], object]


@pytest.fixture(scope="module")
def embedded(
    encoder: FakeEncoder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SearchService]:
    folder = tmp_path_factory.mktemp("odd")
    with ProductIndex.open(folder / "index", encoder) as index:
        index.add(make_products(folder / "photos"))
        with SearchService(index, WHOLE) as service:
            yield service


def search_filtered(**values: Any) -> Call:
    return lambda service: service.search(Query(filters=Filters(**values)))


CALLS: dict[str, Call] = {
    "text": lambda service: service.search(Query(HALF_SURROGATE)),
    "brand": search_filtered(brand=HALF_SURROGATE),
    "brands": search_filtered(brand=("Brand 1", HALF_SURROGATE)),
    "merchant": search_filtered(merchant_id=HALF_SURROGATE),
    "category": search_filtered(category=HALF_SURROGATE),
    "attribute": search_filtered(attributes={"color": HALF_SURROGATE}),
    "attribute's name": search_filtered(attributes={HALF_SURROGATE: "red"}),
    "group": search_filtered(group_id=HALF_SURROGATE),
    "price beyond floats": search_filtered(price_max=10**400),
    "price as text": search_filtered(price_max="5"),
    "nobody": search_filtered(merchant_id=""),
    "verbatim": lambda service: service.search(Query("red", verbatim=(HALF_SURROGATE,))),
    "cursor": lambda service: service.search(Query("red", cursor=HALF_SURROGATE)),
    "user": lambda service: service.search(Query("red", user_id=HALF_SURROGATE)),
    "negative example": lambda service: service.search(
        Query("red", negative_examples=(HALF_SURROGATE,))
    ),
    "image": lambda service: service.search(Query(image=QueryImage(HALF_SURROGATE))),
    "similar": lambda service: service.similar(HALF_SURROGATE),
    "similar to a number": lambda service: service.similar(5),  # type: ignore[arg-type]
    "similar, filtered": lambda service: service.similar(
        "sku-1", filters=Filters(brand=HALF_SURROGATE)
    ),
    "complements": lambda service: service.complements(HALF_SURROGATE),
    "recommend": lambda service: service.recommend(HALF_SURROGATE),
    "recently viewed": lambda service: service.recently_viewed(HALF_SURROGATE),
    "profile": lambda service: service.profile(HALF_SURROGATE),
    "suggest": lambda service: service.suggest(HALF_SURROGATE),
    "suggest a number": lambda service: service.suggest(5),  # type: ignore[arg-type]
    "get": lambda service: service.index.get([HALF_SURROGATE]),
    "get None": lambda service: service.index.get([None]),  # type: ignore[list-item]
    "get letters": lambda service: service.index.get("sku-1"),
    "delete": lambda service: service.index.delete([HALF_SURROGATE]),
    "delete letters": lambda service: service.index.delete("sku-1"),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_an_invalid_value_is_rejected_and_the_engine_continues(
    embedded: SearchService, call: Call
) -> None:
    with pytest.raises(InvalidQueryError, match=r"expected .*, got ") as error:
        call(embedded)
    str(error.value).encode()
    assert embedded.search(Query("red", filters=Filters(brand="Brand 1"))).hits
    assert embedded.index.count() == 24


def forge_cursor(cursor: str, after: object, relaxed: object) -> str:
    """Return a cursor of the same query with other contents."""
    query_digest, *_ = json.loads(base64.urlsafe_b64decode(cursor + "==").partition(b"\0")[0])
    head = json.dumps([query_digest, after, relaxed]).encode()
    return base64.urlsafe_b64encode(head + b"\0").decode()


@pytest.mark.parametrize(
    ("sort", "after", "relaxed"),
    [
        ("relevance", HALF_SURROGATE, []),
        ("relevance", "nowhere", []),
        ("relevance", "=5.0", []),
        ("relevance", f"~{POINT}", []),
        ("relevance", 5, []),
        ("relevance", POINT, "brand"),
        ("relevance", POINT, ["merchant_id"]),
        ("relevance", POINT, [HALF_SURROGATE]),
        ("relevance", POINT, ["brand"] * 11),
        ("price_asc", HALF_SURROGATE, []),
        ("price_asc", POINT, []),
        ("price_asc", "~nowhere", []),
        ("price_asc", "=nan", []),
        ("price_asc", "=1e400", []),
        ("price_asc", "=٥", []),
    ],
)
def test_a_forged_cursor_is_rejected_and_the_engine_continues(
    embedded: SearchService, sort: Any, after: object, relaxed: object
) -> None:
    query = Query(limit=5, sort=sort)
    cursor = embedded.search(query).next_cursor
    with pytest.raises(InvalidQueryError, match="cursor: expected the `next_cursor` of a page"):
        embedded.search(Query(limit=5, sort=sort, cursor=forge_cursor(cursor, after, relaxed)))
    assert len(embedded.search(Query(limit=5, sort=sort, cursor=cursor)).hits) == 5


def test_a_photo_may_have_any_file_name(
    embedded: SearchService, products: list[Product], tmp_path: Path
) -> None:
    """File names need not be valid Unicode: this is what a Latin-1 byte becomes."""
    photo = Path(products[0].image).rename(tmp_path / "caf\udce9.png")
    assert embedded.search(Query(image=photo)).hits
