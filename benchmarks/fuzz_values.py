"""Fuzz queries, filters, cursors, rules, settings and events.

`python -m benchmarks.fuzz_values [N]` runs every target with N inputs each; 10,000 by default.
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
    CURSOR_POSITIONS,
    EVENT_FIELDS,
    EVENT_LINES,
    EVENT_OBJECTS,
    FILTER_FIELDS,
    QUERIES,
    QUERY_FIELDS,
    RECOMMENDATIONS,
    RELAXED_FILTERS,
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
from shopwindow.values.setting_groups import SearchSettings
from shopwindow.values.settings import DOTENV, read_settings

_TOML_VALUE = re.compile(r'"[^"]*"|\d{4}-\S+|\d[\d.]*|true')


@cache
def _get_service() -> SearchService:
    index = ProductIndex.open(":memory:", FakeEncoder())
    index.add([_build_product(number) for number in range(30)])
    return SearchService(index, SearchSettings(relative_score_cutoff=0))


def _build_product(number: int) -> Product:
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
def _temporary_folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="fuzz-values-")  # removed when the process ends


def _get_folder() -> Path:
    return Path(_temporary_folder().name)


@cache
def _open_log() -> EventLog:
    return EventLog.open(_get_folder() / "log")


def _search_text(text: str) -> object:
    _get_service().suggest(text[-2000:])
    return _get_service().search(Query(text=text, limit=5))


def _make_filtered_query(rng: random.Random) -> tuple[dict[str, Any], dict[str, Any]]:
    filters = mutations.mutate_fields(rng, FILTER_FIELDS, QUERIES) if rng.random() < 0.7 else {}
    if filters:
        return filters, {"text": rng.choice(QUERIES)}
    return filters, mutations.mutate_fields(rng, QUERY_FIELDS, QUERIES)


def _search_filtered(arguments: tuple[dict[str, Any], dict[str, Any]]) -> object:
    filters, query = arguments
    _get_service().recommend(query.get("user_id", "u1"), filters=Filters(**filters))
    return _get_service().search(Query(**query, filters=Filters(**filters)))


def _make_cursor(rng: random.Random) -> tuple[str, str, str]:
    text, sort = rng.choice(("", "red dress", RECOMMENDATIONS)), rng.choice(SORTS)
    cursor = _fetch_page(text, sort, "").next_cursor
    if rng.random() < 0.3:
        return text, sort, mutations.mutate_text(rng, [cursor])
    head, _, hashes = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).partition(b"\0")
    query_digest, after, relaxed = json.loads(head)
    after = rng.choice((after, *CURSOR_POSITIONS, mutations.mutate_value(rng, after, QUERIES)))
    relaxed = rng.choice(
        (relaxed, *RELAXED_FILTERS, mutations.mutate_value(rng, ["brand"], QUERIES))
    )
    parts = [query_digest if rng.random() < 0.9 else "x", after, relaxed]
    try:
        head_text = json.dumps(parts, default=str)
    except ValueError:  # a number of too many digits
        head_text = "[" * 5000
    hashes = hashes[: rng.randint(0, len(hashes))] * rng.randint(0, 3)
    return text, sort, base64.urlsafe_b64encode(head_text.encode() + b"\0" + hashes).decode()


def _fetch_page(text: str, sort: str, cursor: str) -> SearchResponse:
    if text == RECOMMENDATIONS:
        return _get_service().recommend("u1", limit=3, cursor=cursor)
    return _get_service().search(Query(text, limit=3, sort=sort, cursor=cursor))  # type: ignore[arg-type]


def _make_rules(rng: random.Random) -> bytes:
    if rng.random() < 0.3:
        return mutations.mutate_bytes(rng, [RULES])
    matches = list(_TOML_VALUE.finditer(RULES))
    rules = RULES
    for match in sorted(rng.sample(matches, rng.choice((1, 1, 2))), key=lambda m: -m.start()):
        if match[0].startswith('"') and rng.random() < 0.6:
            value = _format_toml_string(mutations.mutate_text(rng, QUERIES))
        else:
            value = rng.choice(TOML_VALUES)
        rules = rules[: match.start()] + value + rules[match.end() :]
    return rules.encode("utf-8", "surrogatepass")


def _format_toml_string(text: str) -> str:
    escaped = (c if c >= " " and c not in '"\\\x7f' else f"\\u{ord(c):04x}" for c in text)
    return f'"{"".join(escaped)}"'


def _apply_rules(data: bytes) -> None:
    path = _get_folder() / "rules.toml"
    path.write_bytes(data)
    service, original_rules = _get_service(), _get_service().rules
    try:
        service.rules = read_rules(path)
        service.rules.find_conflicts()
        for text in ("red dress", "sale"):
            service.search(Query(text, limit=5))
    finally:
        service.rules = original_rules


def _make_settings(rng: random.Random) -> tuple[dict[bytes, bytes], bytes]:
    variables: dict[bytes, bytes] = {}
    for name in rng.sample(list(SETTINGS), 3):
        key = mutations.mutate_bytes(rng, [name]) if rng.random() < 0.1 else name.encode()
        value = SETTINGS[name].encode()
        if rng.random() < 0.4:
            value = mutations.mutate_bytes(rng, [SETTINGS[name]])
        variables[key.replace(b"\0", b"").replace(b"=", b"") or b"X"] = value.replace(b"\0", b"")
    lines = "\n".join(f"{name}={value}" for name, value in SETTINGS.items() if rng.random() < 0.3)
    return variables, mutations.mutate_bytes(rng, [lines]) if rng.random() < 0.4 else lines.encode()


logging.getLogger("dotenv").setLevel(logging.ERROR)  # it warns about each line that it skips


def _read_settings(sources: tuple[dict[bytes, bytes], bytes]) -> object:
    variables, dotenv = sources
    with _change_directory(_get_folder()):
        Path(DOTENV).write_bytes(dotenv)
        with patch.dict(os.environ, {os.fsdecode(n): os.fsdecode(v) for n, v in variables.items()}):
            return read_settings()


@contextmanager
def _change_directory(folder: Path) -> Iterator[None]:
    previous = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(previous)


def _make_events_file(rng: random.Random) -> tuple[str, bytes]:
    suffix = rng.choice((".csv", ".jsonl"))
    return suffix, mutations.mutate_bytes(rng, EVENT_LINES if suffix == ".csv" else EVENT_OBJECTS)


def _import_events(file: tuple[str, bytes]) -> object:
    suffix, data = file
    path = _get_folder() / f"events{suffix}"
    path.write_bytes(data)
    return import_events(_open_log(), path)


def _make_event(rng: random.Random) -> dict[str, Any]:
    return {
        "kind": "click",
        "product_id": "p1",
        **mutations.mutate_fields(rng, EVENT_FIELDS, QUERIES),
    }


def _log_event(values: dict[str, Any]) -> object:
    event = Event(**values)
    with EventLog.open(_get_folder() / "one") as log:
        log.append([event])
        events = log.read_user_events(event.user_id) if event.user_id.strip() else log.read()[0]
        export_events(log, _get_folder() / "out.csv")
        if event.user_id.strip():
            log.erase(event.user_id)
        return events


TARGETS: tuple[FuzzTarget, ...] = (
    FuzzTarget("query reader", lambda rng: mutations.mutate_text(rng, QUERIES), _search_text),
    FuzzTarget("filters", _make_filtered_query, _search_filtered),
    FuzzTarget("cursors", _make_cursor, lambda arguments: _fetch_page(*arguments)),
    FuzzTarget("rules", _make_rules, _apply_rules),
    FuzzTarget("settings", _make_settings, _read_settings),
    FuzzTarget("event files", _make_events_file, _import_events),
    FuzzTarget("events", _make_event, _log_event),
)


def main(n_inputs: int) -> None:
    """Run every target and print its outcome."""
    for target in TARGETS:
        print(fuzz(target, n_inputs, seed=13), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
