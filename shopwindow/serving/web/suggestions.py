"""Suggestions while typing: the route that the page calls, and the list that shows them."""

import json
import logging
from dataclasses import asdict

from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from search import SearchService
from shopwindow.serving.web.components import render_block
from shopwindow.serving.web.translations import translate
from shopwindow.serving.web.typed_input import sanitize_text
from shopwindow.serving.web.view_model import get_selected_values
from shopwindow.values import MAX_TEXT_CHARS, Filters
from shopwindow.values.display_formats import Language
from shopwindow.values.errors import ShopwindowError

SUGGESTION_ROUTE = "suggestions"
"""Route of the completions of a query that is being typed."""

_NO_STORE_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
LOG = logging.getLogger(__name__)


def build_suggestion_route(service: SearchService) -> Route:
    """Return the route that answers a partly typed text with suggestions as JSON.

    Its query parameters are `text`, and `merchant` once for each merchant that the page is
    filtered to.
    """

    async def suggest(request: Request) -> Response:
        text = request.query_params.get("text", "")
        merchants = tuple(request.query_params.getlist("merchant"))
        return await run_in_threadpool(_answer, service, text, merchants)

    return Route(f"/{SUGGESTION_ROUTE}", suggest)


def render_suggestion_list(language: Language, filters: Filters) -> Markup:
    """Return the empty list under the query box; `suggest.js` fills it.

    Args:
        language: Of the labels.
        filters: The active ones: suggestions come from the products of their merchants.
    """
    return render_block(
        "suggestions",
        language,
        label=translate("suggestions", language),
        route=SUGGESTION_ROUTE,
        merchants=json.dumps(get_selected_values(filters, "merchant_id")),
        category=translate("category", language),
        brand=translate("brand", language),
    )


def _answer(service: SearchService, text: str, merchants: tuple[str, ...]) -> Response:
    try:
        filters = Filters(merchant_id=merchants)
        suggestions = service.suggest(sanitize_text(text[-MAX_TEXT_CHARS:]), filters=filters)
    except ShopwindowError:  # the search itself will say so
        LOG.exception("suggestions could not be made")
        suggestions = ()
    return JSONResponse(
        [asdict(suggestion) for suggestion in suggestions], headers=_NO_STORE_HEADERS
    )
