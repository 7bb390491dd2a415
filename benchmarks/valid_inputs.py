"""Valid inputs for fuzzing to mutate, and invalid ones that random mutation would not find."""

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from shopwindow.values import Event

QUERIES = (
    "red dress", "red dress under 50", "dress without sleeves", "not red mug -leather",
    "T-shirt 256 GB",
    "between 100 and 200 AED", "فستان أحمر بدون أكمام", "أقل من ٢٠٠ ريال", "sunglases for wemen",
    "l'été",
    "cheap blue mugs or red ones", "كوب أزرق 500 مل", "size 42", "brand 1 dresses in stock",
)  # fmt: skip
FILTER_FIELDS: Mapping[str, Any] = {
    "category": "Clothing > Dresses",
    "brand": ("Brand 1", "Brand 2"),
    "merchant_id": "m1",
    "price_min": 1.0,
    "price_max": 100.0,
    "in_stock": True,
    "attributes": {"color": ("red", "blue")},
    "created_since": datetime(2020, 1, 1, tzinfo=UTC),
    "group_id": "g1",
}
QUERY_FIELDS: Mapping[str, Any] = {
    "text": "red dress",
    "limit": 10,
    "user_id": "u1",
    "collapse": True,
    "verbatim": ("red",),
    "facets": ("brand", "price"),
    "image_weight": 0.5,
    "negative_examples": ("p1",),
    "sort": "price_asc",
    "diversity": 0.2,
    "relax": True,
}
RECOMMENDATIONS = "(recommendations)"
"""Stands for a page of recommendations where a query's text is expected."""

RULES = """[[rule]]
name = "Eid"
query = ["dress", "فستان"]
match = "words"
category = "Clothing"
merchant = "m1"
from = 2020-01-01T00:00:00+04:00
until = 2030-01-01T00:00:00+04:00
pin = ["p1", "p2"]
place = 2

[[rule]]
name = "More of these"
boost = {brand = ["Brand 1"], price_max = 50, in_stock = true, attributes = {color = "red"}}
by = 0.3

[[rule]]
name = "Words"
synonyms = [["frock", "dress"], ["tee", "shirt"]]

[[rule]]
name = "Sale"
query = "sale"
redirect = "/sale"

[[rule]]
name = "Gone"
hide = ["p3"]
"""
TOML_VALUES = (
    "0", "-1", "1e400", "nan", "inf", "9" * 400, "9" * 5000, "0x" + "f" * 5000, "1e-400", "0.5",
    "50",
    "true", "[]", "{}", '""', '" "', '["a", "a"]', '["a", 5]', "[[1]]", '[["a", "b"]]', "{a = 1}",
    '{ids = ["p1"]}', '{brand = "Brand 2", price_min = 1e308}', "1979-05-27", "07:32:00",
    "1979-05-27T07:32:00", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59.999999-23:59",
    "[" * 900 + "]" * 900, "{a = " * 300 + "1" + "}" * 300, '"' + "a" * 5000 + '"', '"//host"',
    '"javascript:alert(1)"', "[" + '"p1", ' * 2000 + "]", str([f"p{n}" for n in range(999)]),
)  # fmt: skip
CURSOR_POSITIONS = (
    "", "~", "=5.0", "=1e400", "=-0.0", "=nan", "~=5", "00000000-0000-0000-0000-000000000000",
    "~00000000-0000-0000-0000-000000000000", "=00000000-0000-0000-0000-000000000000", "\ud83d",
)  # fmt: skip
RELAXED_FILTERS: tuple[Any, ...] = (
    [], ["named"], ["brand", "price"], ["merchant_id"], ["brand"] * 10, ["brand"] * 11, "brand", {},
)  # fmt: skip
SETTINGS = {
    "SHOPWINDOW_SERVER__PORT": "8000",
    "SHOPWINDOW_SERVER": '{"port": 8000, "host": "0.0.0.0"}',
    "SHOPWINDOW_INDEX__LOCATION": "var/index",
    "SHOPWINDOW_INDEX__API_KEY": "secret",
    "SHOPWINDOW_SEARCH__CANDIDATES_PER_RETRIEVER": "200",
    "SHOPWINDOW_SEARCH__FUSION": "rrf",
    "SHOPWINDOW_SEARCH__WEIGHT_TEXT": "0.3",
    "SHOPWINDOW_EVENTS__ENABLED": "true",
    "SHOPWINDOW_PHOTO__FETCH_TIMEOUT_S": "2.5",
    "SHOPWINDOW_ENCODER__NAME": "compact",
}
EVENT = Event("click", "p1", "u1", "s1", "q1", "search", 3, 0.5, "search", "v1", {"text": 0.5})
FIXED_FIELDS = {"time": datetime(2026, 3, 1, tzinfo=UTC), "event_id": "e1"}
EVENT_FIELDS: Mapping[str, Any] = {
    **{field.name: getattr(EVENT, field.name) for field in fields(Event)},
    "features": {"text": 0.5},
    "value": 5.0,
    **FIXED_FIELDS,
}
EVENT_LINES = (
    "kind,product_id,user_id,time,value,position,event_id\n"
    "click,p1,u1,2026-03-01T08:30:00Z,,1,e1\nview,p2,=u2,1772353800000,5.5,,e2\n",
    "event,item,visitor,timestamp\ntransaction,p1,257597,1772353800\naddtocart,p2,u,20260301\n",
)
EVENT_OBJECTS = tuple(
    json.dumps(
        {"kind": "click", "product_id": "p1", "time": time, "features": {"a": 1}, "value": 5}
    )
    for time in ("2026-03-01", 1772353800, "2026-03-01 08:30:00 UTC")
)
