"""The export of a visitor's data."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from index import ProductIndex
from search import SearchService
from shopwindow.eventlog import import_events
from shopwindow.serving.web.actions import PageController
from shopwindow.serving.web.data_export import (
    build_export_route,
    build_file_name,
    iter_export_lines,
)
from shopwindow.values import Event, EventKind
from tests.conftest import WHOLE
from tests.serving.web.visitors import USER, for_you, interact, open_log

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def test_the_export_has_all_events_of_the_visitor(shop: ProductIndex, tmp_path: Path) -> None:
    with open_log(tmp_path) as log:
        service = SearchService(shop, WHOLE, event_log=log)
        controller = PageController(service)
        interact(
            controller,
            "purchase",
            1,
            interact(controller, "like", 0, for_you(controller, "ليلى <1>")),
        )
        interact(controller, "like", 0, for_you(controller, "omar"))
        with TestClient(Starlette(routes=[build_export_route(service)])) as client:
            answer = client.get("/visitor-data", params={"id": "ليلى <1>"})
            assert client.get("/visitor-data").status_code == 404
        events = service.history("ليلى <1>")
        service.close()
    assert 'attachment; filename="shopwindow-1-' in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store"
    profile, *rows = [json.loads(line) for line in answer.text.splitlines()]
    assert profile["profile"]["user_id"] == "ليلى <1>"
    assert profile["profile"]["interests"][0]["products"][0]["title"]
    assert [interaction["kind"] for interaction in profile["profile"]["recent_interactions"]] == [
        "purchase",
        "like",
    ]
    assert [row["event_id"] for row in rows] == [event.event_id for event in events]
    assert {row["user_id"] for row in rows} == {"ليلى <1>"}
    (tmp_path / "theirs.jsonl").write_text(answer.text, encoding="utf-8")
    with open_log(tmp_path / "other") as other:
        report = import_events(other, tmp_path / "theirs.jsonl")
        assert (report.written, report.n_rejected) == (len(events), 1)  # the profile is no event
        assert other.read_user_events("ليلى <1>") == events


def test_the_exported_profile_has_fifty_interactions_and_the_events_have_all(
    shop: ProductIndex, tmp_path: Path
) -> None:
    kinds: tuple[EventKind, ...] = ("click", "like", "cart")
    with open_log(tmp_path) as log:
        service = SearchService(shop, WHOLE, event_log=log)
        for n in range(72):
            time = NOW + timedelta(seconds=n)
            service.record(Event(kinds[n // 24], f"sku-{n % 24}", user_id=USER, time=time))
        service.flush()
        profile, *events = map(
            json.loads, iter_export_lines(service.profile(USER), service.history(USER))
        )
        service.close()
    assert len(events) == 72
    interactions = [
        (interaction["kind"], interaction["product_id"])
        for interaction in profile["profile"]["recent_interactions"]
    ]
    assert interactions == [(event["kind"], event["product_id"]) for event in reversed(events[22:])]


def test_the_export_needs_an_event_log(service: SearchService) -> None:
    with TestClient(Starlette(routes=[build_export_route(service)])) as client:
        answer = client.get("/visitor-data", params={"id": USER})
    assert answer.status_code == 503
    assert "profile" not in answer.text


@pytest.mark.parametrize(
    ("user_id", "name"),
    [
        ("layla", "shopwindow-layla-2026-11-22.jsonl"),
        ('a"\r\nSet-Cookie: b', "shopwindow-a_Set-Cookie_b-2026-11-22.jsonl"),
        ("../../etc", "shopwindow-etc-2026-11-22.jsonl"),
        ("ليلى", "shopwindow-visitor-2026-11-22.jsonl"),
    ],
)
def test_the_file_name_is_safe(user_id: str, name: str) -> None:
    assert build_file_name(user_id, NOW) == name
