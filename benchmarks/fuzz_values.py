"""Fuzz what people type and programs hand over: queries, filters, cursors, rules, settings, events.

`python -m benchmarks.fuzz_values [N]` runs every target with N inputs each, 10,000 when not said.
"""

import base64
import json
import logging
import os
import random
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from benchmarks import mutations
from benchmarks.fuzzing import FuzzTarget, fuzz
from benchmarks.valid_inputs import (
    ASKED,
    EVENT_FIELDS,
    EVENT_LINES,
    EVENT_OBJECTS,
    FEED,
    FILTERS,
    GIVEN_UP,
    PLACES,
    QUERIES,
    RULES,
    SETTINGS,
    TOML_VALUES,
)
from embed import FakeEncoder
from index import ProductIndex
from search import SearchService
from search.rules import read_rules
from shopwindow.eventlog import EventLog, export_events, import_events
from shopwindow.values import Event, Filters, Product, Query, SearchResponse, Translation
from shopwindow.values.query import SORTS
from shopwindow.values.settings import DOTENV, SearchSettings, read_settings

_TOML_VALUE = re.compile(r'"[^"]*"|\d{4}-\S+|\d[\d.]*|true')


@cache
def _service() -> SearchService:
    index = ProductIndex.open(":memory:", FakeEncoder())
    index.add([_product(number) for number in range(30)])
    return SearchService(index, SearchSettings(relative_score_cutoff=0))


def _product(number: int) -> Product:
    color, arabic = (("red", "أحمر"), ("blue", "أزرق"), ("green", "أخضر"))[number % 3]
    return Product(
        f"p{number}",
        f"{color} {('dress', 'mug')[number % 2]} {number}",
        translations={"ar": Translation(f"{('فستان', 'كوب')[number % 2]} {arabic}")},
        price=number * 5.0 if number % 4 else None,
        brand=f"Brand {number % 4}",
        category=("Clothing", "Dresses") if number % 2 == 0 else ("Home", "Mugs"),
        attributes={"color": color},
        merchant_id=f"m{number % 2}",
        group_id=f"g{number % 11}",
        created_at=datetime(2025, 1, 1 + number % 5, tzinfo=UTC),
        language="en",
    )


@cache
def _temporary() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="fuzz-values-")  # removed when the process ends


def _folder() -> Path:
    return Path(_temporary().name)


@cache
def _log() -> EventLog:
    return EventLog.open(_folder() / "log")


def _read_query(text: str) -> object:
    _service().suggest(text[-2000:])
    return _service().search(Query(text=text, limit=5))


def _filtered(rng: random.Random) -> tuple[dict[str, Any], dict[str, Any]]:
    filters = mutations.values(rng, FILTERS, QUERIES) if rng.random() < 0.7 else {}
    asked = {"text": rng.choice(QUERIES)} if filters else mutations.values(rng, ASKED, QUERIES)
    return filters, asked


def _search_filtered(made: tuple[dict[str, Any], dict[str, Any]]) -> object:
    filters, asked = made
    _service().recommend(asked.get("user_id", "u1"), filters=Filters(**filters))
    return _service().search(Query(**asked, filters=Filters(**filters)))


def _cursor(rng: random.Random) -> tuple[str, str, str]:
    text, sort = rng.choice(("", "red dress", FEED)), rng.choice(SORTS)
    cursor = _page(text, sort, "").next_cursor
    if rng.random() < 0.3:
        return text, sort, mutations.text(rng, [cursor])
    head, _, shown = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).partition(b"\0")
    own, after, given_up = json.loads(head)
    after = rng.choice((after, *PLACES, mutations.value(rng, after, QUERIES)))
    given_up = rng.choice((given_up, *GIVEN_UP, mutations.value(rng, ["brand"], QUERIES)))
    parts = [own if rng.random() < 0.9 else "x", after, given_up]
    try:
        written = json.dumps(parts, default=str)
    except ValueError:  # a number of too many digits
        written = "[" * 5000
    shown = shown[: rng.randint(0, len(shown))] * rng.randint(0, 3)
    return text, sort, base64.urlsafe_b64encode(written.encode() + b"\0" + shown).decode()


def _page(text: str, sort: str, cursor: str) -> SearchResponse:
    if text == FEED:
        return _service().recommend("u1", limit=3, cursor=cursor)
    return _service().search(Query(text, limit=3, sort=sort, cursor=cursor))  # type: ignore[arg-type]


def _rules(rng: random.Random) -> bytes:
    if rng.random() < 0.3:
        return mutations.data(rng, [RULES])
    found = list(_TOML_VALUE.finditer(RULES))
    written = RULES
    for each in sorted(rng.sample(found, rng.choice((1, 1, 2))), key=lambda m: -m.start()):
        is_text = each[0].startswith('"') and rng.random() < 0.6
        new = _toml_text(mutations.text(rng, QUERIES)) if is_text else rng.choice(TOML_VALUES)
        written = written[: each.start()] + new + written[each.end() :]
    return written.encode("utf-8", "surrogatepass")


def _toml_text(text: str) -> str:
    plain = (c if c >= " " and c not in '"\\\x7f' else f"\\u{ord(c):04x}" for c in text)
    return f'"{"".join(plain)}"'


def _apply_rules(written: bytes) -> None:
    path = _folder() / "rules.toml"
    path.write_bytes(written)
    service, before = _service(), _service().rules
    try:
        service.rules = read_rules(path)
        service.rules.find_conflicts()
        for text in ("red dress", "sale"):
            service.search(Query(text, limit=5))
    finally:
        service.rules = before


def _settings(rng: random.Random) -> tuple[dict[bytes, bytes], bytes]:
    variables: dict[bytes, bytes] = {}
    for name in rng.sample(list(SETTINGS), 3):
        wrong = mutations.data(rng, [name]) if rng.random() < 0.1 else name.encode()
        is_wrong = rng.random() < 0.4
        value = mutations.data(rng, [SETTINGS[name]]) if is_wrong else SETTINGS[name].encode()
        variables[wrong.replace(b"\0", b"").replace(b"=", b"") or b"X"] = value.replace(b"\0", b"")
    lines = "\n".join(f"{name}={value}" for name, value in SETTINGS.items() if rng.random() < 0.3)
    return variables, mutations.data(rng, [lines]) if rng.random() < 0.4 else lines.encode()


logging.getLogger("dotenv").setLevel(logging.ERROR)  # it warns of each line that it passes over


def _read_settings(made: tuple[dict[bytes, bytes], bytes]) -> object:
    variables, dotenv = made
    with _inside(_folder()):
        Path(DOTENV).write_bytes(dotenv)
        with patch.dict(os.environ, {os.fsdecode(n): os.fsdecode(v) for n, v in variables.items()}):
            return read_settings()


@contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def _events_file(rng: random.Random) -> tuple[str, bytes]:
    suffix = rng.choice((".csv", ".jsonl"))
    return suffix, mutations.data(rng, EVENT_LINES if suffix == ".csv" else EVENT_OBJECTS)


def _import(made: tuple[str, bytes]) -> object:
    suffix, written = made
    path = _folder() / f"events{suffix}"
    path.write_bytes(written)
    return import_events(_log(), path)


def _event(rng: random.Random) -> dict[str, Any]:
    return {"kind": "click", "product_id": "p1", **mutations.values(rng, EVENT_FIELDS, QUERIES)}


def _record(values: dict[str, Any]) -> object:
    event = Event(**values)
    with EventLog.open(_folder() / "one") as log:
        log.append([event])
        found = log.read_user_events(event.user_id) if event.user_id.strip() else log.read()[0]
        export_events(log, _folder() / "out.csv")
        if event.user_id.strip():
            log.erase(event.user_id)
        return found


TARGETS: tuple[FuzzTarget, ...] = (
    FuzzTarget("query reader", lambda rng: mutations.text(rng, QUERIES), _read_query),
    FuzzTarget("filters", _filtered, _search_filtered),
    FuzzTarget("cursors", _cursor, lambda made: _page(*made)),
    FuzzTarget("rules", _rules, _apply_rules),
    FuzzTarget("settings", _settings, _read_settings),
    FuzzTarget("event files", _events_file, _import),
    FuzzTarget("events", _event, _record),
)


def main(n_inputs: int) -> None:
    """Run every target and print what came of it."""
    for target in TARGETS:
        print(fuzz(target, n_inputs, seed=13), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
