"""A visitor's data as a file, for the visitor: their profile, and every event that is logged.

The line of the profile names what they did last, fifty deeds at most; the events have them all.
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
from shopwindow.eventlog.event_rows import to_cells
from shopwindow.values import Event
from shopwindow.values.errors import InvalidEventError, ShopwindowError
from shopwindow.values.profile_view import UserProfileView, serialize_profile_view

EXPORT_ROUTE = "visitor-data"
"""Where the page gets the file of a visitor."""

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_MAX_NAME_CHARS = 60
_NOT_KEPT = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
LOG = logging.getLogger(__name__)


def get_export_url(user_id: str) -> str:
    """Return where a browser gets the file of a visitor."""
    return f"{EXPORT_ROUTE}?{urlencode({'id': user_id})}"


def build_export_route(service: SearchService) -> Route:
    """Return the route that answers a visitor's id with their profile and all their events."""

    async def exported(request: Request) -> Response:
        return await run_in_threadpool(_answer, service, request.query_params.get("id", ""))

    return Route(f"/{EXPORT_ROUTE}", exported)


def build_file_name(user_id: str, now: datetime) -> str:
    """Return the name of a visitor's file: of letters that every system takes.

    Args:
        user_id: The visitor.
        now: The day of the file.
    """
    name = _UNSAFE.sub("_", user_id)[:_MAX_NAME_CHARS].strip("._") or "visitor"
    return f"shopwindow-{name}-{now:%Y-%m-%d}.jsonl"


def iter_export_lines(profile: UserProfileView, events: list[Event]) -> Iterator[str]:
    """Return JSON Lines: the profile, then each event as `shopwindow events import` reads it.

    Args:
        profile: What is known of the visitor.
        events: Everything that is logged of them.

    Yields:
        Lines, each with its end.
    """
    yield _json({"profile": serialize_profile_view(profile, include_titles=True)})
    for event in events:
        yield _json(to_cells(event, nested=True, times=False))


def _json(cells: dict[str, Any]) -> str:
    return json.dumps(cells, ensure_ascii=False) + "\n"


def _answer(service: SearchService, user_id: str) -> Response:
    try:
        events = service.history(user_id)
        body = "".join(iter_export_lines(service.profile(user_id), events))
    except InvalidEventError:
        return Response("no such visitor", 404, _NOT_KEPT, media_type="text/plain")
    except ShopwindowError:
        LOG.exception("what is known of a visitor cannot be written")
        told = "this cannot be read just now; the log has the details"
        return Response(told, 503, _NOT_KEPT, media_type="text/plain")
    name = build_file_name(user_id, datetime.now(UTC))
    headers = {**_NOT_KEPT, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, headers=headers, media_type="application/x-ndjson")
