"""What is asked of the frozen shops: words, everything that steers an answer, and feeds."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from search import SearchService
from shopwindow.values import Filters, Product, Query, QueryImage, SearchResponse
from tests.frozen.shops import SAMPLES, Shops
from tests.frozen.visitors import visitor

WORDS = Path(__file__).with_name("words.txt")
N_HITS = 10
EVERYTHING = ("category", "brand", "merchant_id", "in_stock", "price")
MERCHANTS = ("liwan-fashion", "dar-finjan", "sadaf-tech")


class Ask(NamedTuple):
    """One question.

    Attributes:
        name: What it is called in the golden file.
        of: Asks it.
    """

    name: str
    of: Callable[[Shops], SearchResponse]


def asks() -> Mapping[str, Sequence[Ask]]:
    """Return all questions by group; 480 in all."""
    return {
        "words": list(_words()),
        "steered": list(_steered()),
        "similar": list(_similar()),
        "recommended": list(_recommended()),
        "complements": list(_complements()),
    }


def _words() -> Iterator[Ask]:
    lines = WORDS.read_text(encoding="utf-8").splitlines()
    for line in lines:
        if line and not line.startswith("#"):
            yield _search(line, Query(line, limit=N_HITS))


def _steered() -> Iterator[Ask]:
    for text, filters in _FILTERED:
        query = Query(text, filters=Filters(**filters), limit=N_HITS, facets=EVERYTHING)
        yield _search(f"{text} {_said(filters)}", query)
    for text, more in _TURNED:
        yield _search(f"{text} {_said(more)}", Query(text, limit=N_HITS, **more))
    for text in _RULED:
        yield Ask(f"ruled: {text}", _ruled(Query(text, limit=N_HITS)))
    for text in ("", "black", "حقيبة"):
        yield _second_page(Query(text, limit=N_HITS))
    for name, text, photos, more in _PHOTOS:
        yield _search(f"photo {name} {text} {_said(more)}", _by_photo(text, photos, more))
    yield _second_page(_by_photo("", ("queries/query-3.jpg",), {}))


def _search(name: str, query: Query) -> Ask:
    return Ask(name.strip(), lambda shops: shops.plain.search(query))


def _ruled(query: Query) -> Callable[[Shops], SearchResponse]:
    return lambda shops: shops.ruled.search(query)


def _second_page(query: Query) -> Ask:
    def asked(shops: Shops) -> SearchResponse:
        first = shops.plain.search(query)
        return shops.plain.search(replace(query, cursor=first.next_cursor))

    return Ask(f"second page: {query.text or ('photo' if query.images else 'everything')}", asked)


def _said(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in values.items())


def _by_photo(text: str, photos: Sequence[Any], more: Mapping[str, Any]) -> Query:
    several = [_photo(photo) for photo in photos]
    avoid = tuple(
        example if isinstance(example, str) else _photo(example)
        for example in more.get("negative_examples", ())
    )
    return Query(
        text, several, limit=N_HITS, **{**more, **({"negative_examples": avoid} if avoid else {})}
    )


def _photo(given: Any) -> QueryImage:
    name, *rest = (given,) if isinstance(given, str) else given
    return QueryImage(str(SAMPLES / name), *rest)


_FILTERED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("", {"category": "Dresses"}),
    ("", {"merchant_id": "sadaf-tech", "in_stock": True}),
    ("", {"price_min": 100, "price_max": 140}),
    ("", {"group_id": "dress-summer"}),
    ("red", {"category": "Fashion > Women"}),
    ("red", {"brand": ("Velmara", "Tarqa")}),
    ("bag", {"merchant_id": "liwan-fashion", "price_max": 200}),
    ("shoes", {"attributes": {"color": "black"}}),
    ("shoes", {"attributes": {"color": ("black", "brown"), "material": "leather"}}),
    ("lamp", {"in_stock": False}),
    ("new arrivals", {"created_since": datetime(2026, 7, 1, tzinfo=UTC)}),
    ("حقيبة", {"category": "Bags", "price_min": 70, "price_max": 600}),
    ("summer dress", {"group_id": "dress-summer"}),
    ("dress", {"category": "Electronics"}),
    ("watch", {"brand": "Nobody"}),
    ("mug", {"merchant_id": ("dar-finjan", "sadaf-tech"), "price_max": 60}),
    ("headphones", {"merchant_id": "sadaf-tech"}),
    ("dress under 300", {"price_max": 700}),
)
_TURNED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("", {"sort": "price_asc"}),
    ("", {"sort": "newest"}),
    ("dress", {"sort": "price_asc"}),
    ("bag", {"sort": "price_desc"}),
    ("lamp", {"sort": "newest"}),
    ("shoes", {"sort": "popular"}),
    ("black", {"diversity": 0.3}),
    ("dress", {"diversity": 0.8}),
    ("حقيبة", {"diversity": 0.5}),
    ("t-shirt", {"collapse": False}),
    ("white", {"collapse": False, "facets": ("price", "in_stock")}),
    ("abaya", {"collapse": False, "sort": "price_desc"}),
    ("read dress", {"verbatim": ("read",)}),
    ("dress under 300 -red", {"verbatim": ("*",)}),
    ("gold ring", {"negative_examples": ("ring-solitaire-gold",)}),
    ("bag", {"negative_examples": ("handbag-flap-red", "tote-canvas-cream"), "diversity": 0.2}),
    ("dress", {"relax": False, "filters": Filters(category="Electronics")}),
)
_RULED = (
    "abaya", "arabic coffee pot", "incense burner", "lamp", "red dress", "gift for her",
    "returns", "fumigator",
)  # fmt: skip
_PHOTOS: tuple[tuple[str, str, tuple[Any, ...], dict[str, Any]], ...] = (
    ("mug", "", ("queries/query-1.jpg",), {}),
    ("sneaker", "", ("queries/query-2.jpg",), {"collapse": False}),
    ("lamp", "", ("queries/query-4.jpg",), {"filters": Filters(category="Home")}),
    ("dress", "", ("queries/query-6.jpg",), {"sort": "price_asc"}),
    ("crop of headphones", "", (("queries/query-5.jpg", (0.1, 0.1, 0.9, 0.8)),), {}),
    ("crop of handbag", "", (("photos/handbag-flap-tan.jpg", (0.0, 0.2, 1.0, 1.0)),), {}),
    ("handbag", "black", ("queries/query-3.jpg",), {}),
    ("sneaker", "red", ("queries/query-2.jpg",), {"image_weight": 0.3}),
    ("dress", "فستان أزرق", ("queries/query-6.jpg",), {"image_weight": 0.7}),
    ("two", "", ("queries/query-1.jpg", "photos/vase-fluted-pink.jpg"), {}),
    (
        "three weighed",
        "",
        (
            ("queries/query-5.jpg", None, 2.0),
            ("photos/earbuds-mini-white.jpg", None, 0.5),
            ("photos/speaker-portable-red.jpg", (0.2, 0.0, 0.8, 1.0)),
        ),
        {"diversity": 0.3},
    ),
    (
        "handbag unlike one",
        "",
        ("queries/query-3.jpg",),
        {"negative_examples": ("handbag-flap-red",)},
    ),
    ("unlike a photo", "shoes", (), {"negative_examples": (("queries/query-2.jpg",),)}),
)


def _similar() -> Iterator[Ask]:
    for n in range(44):
        yield Ask(f"to {n}", _similar_to(n * 15 + 2, Filters()))
    filtered: Sequence[dict[str, Any]] = (
        {"merchant_id": "liwan-fashion"}, {"price_max": 150}, {"category": "Home"},
        {"in_stock": True}, {"attributes": {"color": "black"}}, {"merchant_id": "dar-finjan"},
    )  # fmt: skip
    for n, filters in enumerate(filtered):
        yield Ask(f"to {n}, {_said(filters)}", _similar_to(n * 28 + 5, Filters(**filters)))
    for n in range(4):
        yield Ask(f"to {n}, of {visitor(n)}", _similar_of(n))
    for n, draft in enumerate(_drafts()):
        yield Ask(f"to draft {n}", _similar_to_draft(draft))


def _similar_to(at: int, filters: Filters) -> Callable[[Shops], SearchResponse]:
    """Ask for a product of the filters' merchant, where there is one: others' are unknown."""

    def asked(shops: Shops) -> SearchResponse:
        theirs = Filters(merchant_id=filters.merchant_id)
        ids = sorted(shops.plain.index.filter_products(shops.ids, theirs).values())
        return shops.plain.similar(ids[at % len(ids)], N_HITS, filters)

    return asked


def _similar_to_draft(draft: Product) -> Callable[[Shops], SearchResponse]:
    return lambda shops: shops.plain.similar(draft, N_HITS)


def _similar_of(number: int) -> Callable[[Shops], SearchResponse]:
    return lambda s: s.visited.similar(s.ids[number * 40 + 9], N_HITS, user_id=visitor(number))


def _drafts() -> Iterator[Product]:
    yield Product("draft", "Linen summer dress")
    yield Product("draft", "كرسي خشب")
    yield Product("draft", "Wool scarf", description="Warm, in grey and blue.", language="en")
    yield Product("draft", "", image=str(SAMPLES / "queries" / "query-1.jpg"))
    yield Product("draft", "Running shoes", image=str(SAMPLES / "queries" / "query-2.jpg"))
    yield Product("draft", "Lamp", image=str(SAMPLES / "queries" / "query-4.jpg"))


def _recommended() -> Iterator[Ask]:
    for n in range(24):
        yield Ask(visitor(n), _feed(visitor(n), Filters()))
    for n in range(12):
        yield Ask(f"{visitor(n)}, second page", _second_feed(visitor(n)))
    filtered: Sequence[dict[str, Any]] = (
        *({"merchant_id": merchant_id} for merchant_id in MERCHANTS), {"category": "Home"}, {"price_max": 100},
        {"in_stock": True}, {"brand": "Velmara"}, {"category": "Fashion > Women"},
    )  # fmt: skip
    for n, filters in enumerate(filtered):
        yield Ask(f"{visitor(n)}, {_said(filters)}", _feed(visitor(n), Filters(**filters)))
    yield Ask("nobody", _feed("", Filters()))
    yield Ask("a stranger", _feed("stranger", Filters()))
    yield Ask("a stranger at a merchant's", _feed("stranger", Filters(merchant_id="dar-finjan")))
    for n in (4, 8, 13, 17):
        yield Ask(f"seen by {visitor(n)}", _seen_by(visitor(n)))
    texts = ("dress", "bag", "black", "lamp", "حذاء", "gift", "gold", "white shirt", "coffee")
    for n, text in enumerate(texts, 5):
        query = Query(text, limit=N_HITS, user_id=visitor(n))
        yield Ask(f"{visitor(n)} asks {text}", _of_visitor(query))


def _seen_by(user_id: str) -> Callable[[Shops], SearchResponse]:
    return lambda shops: shops.visited.recently_viewed(user_id)


def _of_visitor(query: Query) -> Callable[[Shops], SearchResponse]:
    return lambda shops: shops.visited.search(query)


def _feed(user_id: str, filters: Filters) -> Callable[[Shops], SearchResponse]:
    return lambda shops: shops.visited.recommend(user_id, N_HITS, filters)


def _second_feed(user_id: str) -> Callable[[Shops], SearchResponse]:
    def asked(shops: Shops) -> SearchResponse:
        first = shops.visited.recommend(user_id, N_HITS)
        return shops.visited.recommend(user_id, N_HITS, cursor=first.next_cursor)

    return asked


def _complements() -> Iterator[Ask]:
    def visited(shops: Shops) -> SearchService:
        return shops.visited

    def plain(shops: Shops) -> SearchService:
        return shops.plain

    for n in range(38):
        yield Ask(f"of {n}", _goes_with(visited, n * 9))
    for n in range(12):
        yield Ask(f"of {n}, without events", _goes_with(plain, n * 14 + 3))
    for n in range(4):
        yield Ask(f"of {n}, for {visitor(4 + n)}", _goes_with(visited, n * 37, visitor(4 + n)))
    for n in range(6):
        yield Ask(f"of {n}, of {MERCHANTS[n % 3]}", _of_merchant(n, MERCHANTS[n % 3]))


def _goes_with(
    service: Callable[[Shops], SearchService], at: int, user_id: str = ""
) -> Callable[[Shops], SearchResponse]:
    return lambda s: service(s).complements(s.ids[at % len(s.ids)], N_HITS, user_id)


def _of_merchant(number: int, merchant_id: str) -> Callable[[Shops], SearchResponse]:
    def asked(shops: Shops) -> SearchResponse:
        filters = Filters(merchant_id=merchant_id)
        ids = sorted(shops.visited.index.filter_products(shops.ids, filters).values())
        return shops.visited.complements(ids[number * 7], N_HITS, filters=filters)

    return asked
