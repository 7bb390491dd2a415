"""Exports a visitor's data as a file: their profile, and every logged event.

The profile lists the last interactions, fifty at most; the events have them all.
"""

import json
import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from search import SearchService
from shopwindow.eventlog import to_cells
from shopwindow.values import Event, UserProfileView, serialize_profile_view
from shopwindow.values.errors import InvalidEventError, ShopwindowError

EXPORT_ROUTE = "visitor-data"
"""Route of a visitor's file."""

_UNSAFE_CHARACTERS = re.compile(r"[^A-Za-z0-9._-]+")
_MAX_NAME_CHARS = 60
_NO_STORE_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
LOG = logging.getLogger(__name__)


def get_export_url(user_id: str) -> str:
    """Return the URL of a visitor's file."""
    return f"{EXPORT_ROUTE}?{urlencode({'id': user_id})}"


def build_export_route(service: SearchService) -> Route:
    """Return the route that answers a visitor's id with their profile and all their events."""

    async def export(request: Request) -> Response:
        return await run_in_threadpool(_answer, service, request.query_params.get("id", ""))

    return Route(f"/{EXPORT_ROUTE}", export)


def build_file_name(user_id: str, now: datetime) -> str:
    """Return the name of a visitor's file, of characters that every file system accepts.

    Args:
        user_id: The visitor.
        now: Its date is part of the name.
    """
    name = _UNSAFE_CHARACTERS.sub("_", user_id)[:_MAX_NAME_CHARS].strip("._") or "visitor"
    return f"shopwindow-{name}-{now:%Y-%m-%d}.jsonl"


def iter_export_lines(profile: UserProfileView, events: list[Event]) -> Iterator[str]:
    """Yield JSON Lines: the profile, then each event as `shopwindow events import` reads it.

    Args:
        profile: The visitor's profile.
        events: All their logged events.

    Yields:
        Lines, each with its line break.
    """
    yield _to_json_line({"profile": serialize_profile_view(profile, include_titles=True)})
    for event in events:
        yield _to_json_line(to_cells(event, nested=True, times=False))


def _to_json_line(cells: dict[str, Any]) -> str:
    return json.dumps(cells, ensure_ascii=False) + "\n"


def _answer(service: SearchService, user_id: str) -> Response:
    try:
        events = service.history(user_id)
        body = "".join(iter_export_lines(service.profile(user_id), events))
    except InvalidEventError:
        return Response("no such visitor", 404, _NO_STORE_HEADERS, media_type="text/plain")
    except ShopwindowError:
        LOG.exception("the data of a visitor could not be exported")
        message = "the data cannot be read right now; details are in the server log"
        return Response(message, 503, _NO_STORE_HEADERS, media_type="text/plain")
    name = build_file_name(user_id, datetime.now(UTC))
    headers = {**_NO_STORE_HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, headers=headers, media_type="application/x-ndjson")
