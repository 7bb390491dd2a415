"""The questions of the frozen tests: searches with all their options, and recommendations."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from search import SearchService
from shopwindow.values import Filters, Product, Query, QueryImage, SearchResponse
from tests.frozen.shops import SAMPLES, Shops
from tests.frozen.visitors import format_visitor_id

WORDS = Path(__file__).with_name("words.txt")
N_HITS = 10
EVERYTHING = ("category", "brand", "merchant_id", "in_stock", "price")
MERCHANTS = ("liwan-fashion", "dar-finjan", "sadaf-tech")


class Question(NamedTuple):
    """One question.

    Attributes:
        name: Its name in the golden file.
        ask: Sends it to the shops and returns the response.
    """

    name: str
    ask: Callable[[Shops], SearchResponse]


def list_questions() -> Mapping[str, Sequence[Question]]:
    """Return all questions by group; 480 in all."""
    return {
        "words": list(_make_texts()),
        "steered": list(_make_steered()),
        "similar": list(_make_similar()),
        "recommended": list(_make_recommended()),
        "complements": list(_make_complements()),
    }


def _make_texts() -> Iterator[Question]:
    lines = WORDS.read_text(encoding="utf-8").splitlines()
    for line in lines:
        if line and not line.startswith("#"):
            yield _search(line, Query(line, limit=N_HITS))


def _make_steered() -> Iterator[Question]:
    for text, filters in _FILTERED:
        query = Query(text, filters=Filters(**filters), limit=N_HITS, facets=EVERYTHING)
        yield _search(f"{text} {_format(filters)}", query)
    for text, options in _OPTIONS:
        yield _search(f"{text} {_format(options)}", Query(text, limit=N_HITS, **options))
    for text in _RULED:
        yield Question(f"ruled: {text}", _search_ruled(Query(text, limit=N_HITS)))
    for text in ("", "black", "حقيبة"):
        yield _search_second_page(Query(text, limit=N_HITS))
    for name, text, photos, options in _PHOTOS:
        yield _search(
            f"photo {name} {text} {_format(options)}", _build_photo_query(text, photos, options)
        )
    yield _search_second_page(_build_photo_query("", ("queries/query-3.jpg",), {}))


def _search(name: str, query: Query) -> Question:
    return Question(name.strip(), lambda shops: shops.plain.search(query))


def _search_ruled(query: Query) -> Callable[[Shops], SearchResponse]:
    return lambda shops: shops.ruled.search(query)


def _search_second_page(query: Query) -> Question:
    def ask(shops: Shops) -> SearchResponse:
        first = shops.plain.search(query)
        return shops.plain.search(replace(query, cursor=first.next_cursor))

    return Question(
        f"second page: {query.text or ('photo' if query.images else 'everything')}", ask
    )


def _format(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in values.items())


def _build_photo_query(text: str, photos: Sequence[Any], options: Mapping[str, Any]) -> Query:
    images = [_load_photo(photo) for photo in photos]
    negatives = tuple(
        example if isinstance(example, str) else _load_photo(example)
        for example in options.get("negative_examples", ())
    )
    return Query(
        text,
        images,
        limit=N_HITS,
        **{**options, **({"negative_examples": negatives} if negatives else {})},
    )


def _load_photo(photo: Any) -> QueryImage:
    name, *rest = (photo,) if isinstance(photo, str) else photo
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
_OPTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
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


def _make_similar() -> Iterator[Question]:
    for n in range(44):
        yield Question(f"to {n}", _find_similar(n * 15 + 2, Filters()))
    filtered: Sequence[dict[str, Any]] = (
        {"merchant_id": "liwan-fashion"}, {"price_max": 150}, {"category": "Home"},
        {"in_stock": True}, {"attributes": {"color": "black"}}, {"merchant_id": "dar-finjan"},
    )  # fmt: skip
    for n, filters in enumerate(filtered):
        yield Question(f"to {n}, {_format(filters)}", _find_similar(n * 28 + 5, Filters(**filters)))
    for n in range(4):
        yield Question(f"to {n}, of {format_visitor_id(n)}", _find_similar_for(n))
    for n, draft in enumerate(_make_drafts()):
        yield Question(f"to draft {n}", _find_similar_to_draft(draft))


def _find_similar(position: int, filters: Filters) -> Callable[[Shops], SearchResponse]:
    """Take a product of the filters' merchant, where there is one: others' are unknown."""

    def ask(shops: Shops) -> SearchResponse:
        merchant = Filters(merchant_id=filters.merchant_id)
        ids = sorted(shops.plain.index.filter_products(shops.ids, merchant))
        return shops.plain.similar(ids[position % len(ids)], N_HITS, filters)

    return ask


def _find_similar_to_draft(draft: Product) -> Callable[[Shops], SearchResponse]:
    return lambda shops: shops.plain.similar(draft, N_HITS)


def _find_similar_for(number: int) -> Callable[[Shops], SearchResponse]:
    return lambda s: s.visited.similar(
        s.ids[number * 40 + 9], N_HITS, user_id=format_visitor_id(number)
    )


def _make_drafts() -> Iterator[Product]:
    yield Product("draft", "Linen summer dress")
    yield Product("draft", "كرسي خشب")
    yield Product("draft", "Wool scarf", description="Warm, in grey and blue.", language="en")
    yield Product("draft", "", image=str(SAMPLES / "queries" / "query-1.jpg"))
    yield Product("draft", "Running shoes", image=str(SAMPLES / "queries" / "query-2.jpg"))
    yield Product("draft", "Lamp", image=str(SAMPLES / "queries" / "query-4.jpg"))


def _make_recommended() -> Iterator[Question]:
    for n in range(24):
        yield Question(format_visitor_id(n), _recommend(format_visitor_id(n), Filters()))
    for n in range(12):
        yield Question(
            f"{format_visitor_id(n)}, second page", _recommend_second_page(format_visitor_id(n))
        )
    filtered: Sequence[dict[str, Any]] = (
        *({"merchant_id": merchant_id} for merchant_id in MERCHANTS),
        {"category": "Home"}, {"price_max": 100},
        {"in_stock": True}, {"brand": "Velmara"}, {"category": "Fashion > Women"},
    )  # fmt: skip
    for n, filters in enumerate(filtered):
        yield Question(
            f"{format_visitor_id(n)}, {_format(filters)}",
            _recommend(format_visitor_id(n), Filters(**filters)),
        )
    yield Question("nobody", _recommend("", Filters()))
    yield Question("a stranger", _recommend("stranger", Filters()))
    yield Question(
        "a stranger at a merchant's", _recommend("stranger", Filters(merchant_id="dar-finjan"))
    )
    for n in (4, 8, 13, 17):
        yield Question(
            f"seen by {format_visitor_id(n)}", _list_recently_viewed(format_visitor_id(n))
        )
    texts = ("dress", "bag", "black", "lamp", "حذاء", "gift", "gold", "white shirt", "coffee")
    for n, text in enumerate(texts, 5):
        query = Query(text, limit=N_HITS, user_id=format_visitor_id(n))
        yield Question(f"{format_visitor_id(n)} asks {text}", _search_as_visitor(query))


def _list_recently_viewed(user_id: str) -> Callable[[Shops], SearchResponse]:
    return lambda shops: shops.visited.recently_viewed(user_id)


def _search_as_visitor(query: Query) -> Callable[[Shops], SearchResponse]:
    return lambda shops: shops.visited.search(query)


def _recommend(user_id: str, filters: Filters) -> Callable[[Shops], SearchResponse]:
    return lambda shops: shops.visited.recommend(user_id, N_HITS, filters)


def _recommend_second_page(user_id: str) -> Callable[[Shops], SearchResponse]:
    def ask(shops: Shops) -> SearchResponse:
        first = shops.visited.recommend(user_id, N_HITS)
        return shops.visited.recommend(user_id, N_HITS, cursor=first.next_cursor)

    return ask


def _make_complements() -> Iterator[Question]:
    def visited(shops: Shops) -> SearchService:
        return shops.visited

    def plain(shops: Shops) -> SearchService:
        return shops.plain

    for n in range(38):
        yield Question(f"of {n}", _find_complements(visited, n * 9))
    for n in range(12):
        yield Question(f"of {n}, without events", _find_complements(plain, n * 14 + 3))
    for n in range(4):
        yield Question(
            f"of {n}, for {format_visitor_id(4 + n)}",
            _find_complements(visited, n * 37, format_visitor_id(4 + n)),
        )
    for n in range(6):
        yield Question(
            f"of {n}, of {MERCHANTS[n % 3]}", _find_merchant_complements(n, MERCHANTS[n % 3])
        )


def _find_complements(
    service: Callable[[Shops], SearchService], position: int, user_id: str = ""
) -> Callable[[Shops], SearchResponse]:
    return lambda s: service(s).complements(s.ids[position % len(s.ids)], N_HITS, user_id)


def _find_merchant_complements(number: int, merchant_id: str) -> Callable[[Shops], SearchResponse]:
    def ask(shops: Shops) -> SearchResponse:
        filters = Filters(merchant_id=merchant_id)
        ids = sorted(shops.visited.index.filter_products(shops.ids, filters))
        return shops.visited.complements(ids[number * 7], N_HITS, filters=filters)

    return ask
