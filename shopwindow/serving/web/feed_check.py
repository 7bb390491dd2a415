"""A page that shows what an uploaded feed's columns are used for; nothing is indexed."""

import logging
import shutil
import tempfile
import threading
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path, PurePath
from typing import NamedTuple
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from index import IssueGroups, keep_clip, preview_feed, read_products
from shopwindow.serving.web.components import render_block
from shopwindow.serving.web.translations import translate
from shopwindow.values.display_formats import Language
from shopwindow.values.errors import FeedError, ShopwindowError
from shopwindow.values.setting_groups import ServerSettings

FEED_CHECK_ROUTE = "check-feed"
MAX_UPLOAD_BYTES = 200_000_000
MAX_PREVIEW_ROWS = 20_000
MAX_GROUPS = 30
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_STATUS_BUSY, _STATUS_TOO_LARGE, _STATUS_UNUSABLE = 503, 413, 422
_turn = threading.Lock()
LOG = logging.getLogger(__name__)


class CheckedFeed(NamedTuple):
    """What the page says of a feed: the report's HTML, and the status of the answer."""

    report: Markup
    status: int = 200


def is_feed_check_enabled(server: ServerSettings) -> bool:
    """Return whether feeds may be checked: as set, or else if only this machine is served."""
    if server.feed_check is not None:
        return server.feed_check
    try:
        return server.host == "localhost" or ip_address(server.host).is_loopback
    except ValueError:
        return False


def get_feed_check_url(language: Language) -> str:
    """Return the URL of the page."""
    return f"{FEED_CHECK_ROUTE}?{urlencode({'language': language})}"


def build_feed_check_route() -> Route:
    """Return the route of the page: a form, and the report of the feed that it was sent."""

    async def answer(request: Request) -> Response:
        language: Language = "ar" if request.query_params.get("language") == "ar" else "en"
        checked = CheckedFeed(Markup())
        if request.method == "POST":
            checked = await _check_request(request, language)
        page = render_page(checked.report, language)
        return HTMLResponse(page, checked.status, _HEADERS)

    return Route(f"/{FEED_CHECK_ROUTE}", answer, methods=["GET", "POST"])


async def _check_request(request: Request, language: Language) -> CheckedFeed:
    n_bytes = request.headers.get("content-length", "")
    if not n_bytes.isdecimal() or int(n_bytes) > MAX_UPLOAD_BYTES:
        message = translate("feed_too_large", language, n=MAX_UPLOAD_BYTES // 1_000_000)
        return CheckedFeed(_render_problem([message], language), _STATUS_TOO_LARGE)
    async with request.form(max_files=1, max_fields=2) as form:
        upload = form.get("feed")
        if not isinstance(upload, UploadFile) or not upload.filename:
            message = translate("feed_missing", language)
            return CheckedFeed(_render_problem([message], language), _STATUS_UNUSABLE)
        return await run_in_threadpool(_check_upload, upload, language)


def _check_upload(upload: UploadFile, language: Language) -> CheckedFeed:
    if not _turn.acquire(blocking=False):
        message = translate("feed_check_busy", language)
        return CheckedFeed(_render_problem([message], language), _STATUS_BUSY)
    try:
        with tempfile.TemporaryDirectory(prefix="shopwindow-feed-") as folder:
            name = PurePath((upload.filename or "").replace("\\", "/")).name or "feed"
            path = Path(folder) / name.replace("\0", "")[-100:]
            with path.open("wb") as file:
                shutil.copyfileobj(upload.file, file)
            return CheckedFeed(check_feed(path, language))
    except FeedError as exc:
        reason = str(exc.reason).replace(exc.path, path.name)
        return CheckedFeed(_render_problem(reason.split("\n"), language), _STATUS_UNUSABLE)
    except ShopwindowError as exc:
        return CheckedFeed(_render_problem([str(exc)], language), _STATUS_UNUSABLE)
    finally:
        _turn.release()


def check_feed(path: Path, language: Language) -> Markup:
    """Return the report of a feed as HTML: columns, counts, problems, a mapping to start from.

    Args:
        path: The feed.
        language: Of the report; reasons and uses are in English.

    Raises:
        FeedError: It cannot be read at all.
    """
    feed = read_products(path, photo_folder=path.parent / "photos", read_clip=keep_clip)
    preview = preview_feed(feed, MAX_PREVIEW_ROWS)
    report = preview.report
    note = translate("feed_first_rows", language, n=MAX_PREVIEW_ROWS)
    counts = (
        ("feed_products", preview.n_products),
        ("feed_withdrawn", report.n_withdrawn),
        ("feed_rejected", report.n_rejected),
        ("feed_warnings", report.n_warnings),
    )
    problems = (
        ("feed_withdrawn", report.withdrawal_groups),
        ("feed_rejected", report.rejection_groups),
        ("feed_warnings", report.warning_groups),
    )
    return render_block(
        "feed_report",
        language,
        title=f"{path.name} ({feed.format})",
        note="" if preview.is_complete else note,
        counts=[(translate(key, language), f"{count:,}") for key, count in counts],
        headings=[translate(f"feed_column_{name}", language)
                  for name in ("name", "use", "samples", "note")],
        columns_label=translate("feed_columns", language),
        columns=preview.columns,
        guess=translate("feed_guess", language),
        problem_headings=[translate(f"feed_problem_{name}", language)
                          for name in ("rows", "lines", "id", "column", "reason")],
        problems=[
            (translate(key, language), _list_groups(groups))
            for key, groups in problems
            if groups.by_key
        ],
        mapping_label=translate("feed_mapping", language),
        mapping=feed.format_mapping(),
    )  # fmt: skip


def render_page(report: Markup, language: Language) -> Markup:
    """Return the whole page."""
    other: Language = "en" if language == "ar" else "ar"
    return render_block(
        "feed_check",
        language,
        title=translate("feed_check", language),
        explanation=translate("feed_check_explanation", language),
        choose=translate("feed_choose", language),
        check=translate("feed_check", language),
        action=get_feed_check_url(language),
        other_url=get_feed_check_url(other),
        other_name=translate("other_language", language),
        other_language=other,
        report=report,
    )


def _render_problem(lines: Sequence[str], language: Language) -> Markup:
    title = translate("feed_unusable", language)
    return render_block("feed_problem", language, title=title, lines=lines)


def _list_groups(groups: IssueGroups) -> list[tuple[str, str, str, str, str]]:
    return [
        (
            f"{group.n_rows:,}",
            group.format_lines(),
            group.first.product_id,
            group.first.column,
            group.first.reason,
        )
        for group in groups.list_largest(MAX_GROUPS)
    ]
