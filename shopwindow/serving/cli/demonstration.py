"""The work of `shopwindow demo`."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from shopwindow.serving.cli.context import open_event_log, open_service
from shopwindow.serving.cli.demo_visitors import DEMO_VISITORS, add_demo_visitors, delete_profiles
from shopwindow.serving.cli.exit_codes import ExitCode
from shopwindow.serving.cli.indexing import FeedRequest, index_feed
from shopwindow.serving.cli.output import get_stdout_console
from shopwindow.serving.cli.response_tables import show_response
from shopwindow.values.errors import EncoderMismatchError, IndexVersionError
from shopwindow.values.query import Query
from shopwindow.values.settings import Settings

DEMO_INDEX = "var/demo"
"""The demonstration never touches the index of the settings."""

DEMO_EVENTS = "var/demo-events"
"""Nor their event log."""

DEMO_QUERIES = ("red summer dress", "حقيبة جلدية بنية")
"""What is asked when nothing else is given; the second is "brown leather bag"."""

DEMO_LIMIT = 5
_PHOTOS = frozenset({".jpg", ".jpeg", ".png", ".webp"})


def run_demo(settings: Settings, feed: Path, texts: Sequence[str], photo: Path | None) -> ExitCode:
    """Index a sample catalogue and show what it answers to words and to a photo.

    Args:
        settings: The settings, with the index and the event log of the demonstration.
        feed: The sample catalogue.
        texts: Queries by words; the usual ones when empty.
        photo: Query by photo; when None the first of the folder `queries` beside the feed, and
            none if there is none.

    Returns:
        The code of indexing; the queries are asked only if it is OK.

    Raises:
        FeedError: The feed cannot be read at all.
        PhotoError: The photo cannot be used.
        EncoderError: The encoder cannot be loaded, or did not make this index.
        IndexStoreError: The index cannot be opened or written.
        EventLogError: What the made-up visitors did cannot be logged.
        OnlineStoreError: It cannot be learned.
    """
    code = _indexed(settings, feed)
    if code is not ExitCode.OK:
        return code
    photo = photo or find_first_photo(feed.parent / "queries")
    with open_event_log(settings) as events, open_service(settings, events) as service:
        for text in texts or DEMO_QUERIES:
            page = service.search(Query(text=text, limit=DEMO_LIMIT, facets=()))
            show_response(page, text, title=f"\nsearch {text}")
        if photo:
            page = service.search(Query(image=photo, limit=DEMO_LIMIT, facets=()))
            show_response(page, "", title=f"\nsearch --image {photo}")
        add_demo_visitors(service)
    _tell_events(settings)
    return code


def _tell_events(settings: Settings) -> None:
    names = ", ".join(DEMO_VISITORS)
    get_stdout_console().print(
        f"\nWhat is done on the page is logged in {settings.events.folder}, for its tab *For you*; "
        f"nowhere else.\n{len(DEMO_VISITORS)} made-up visitors have clicked there: {names}.",
        soft_wrap=True,
    )


def _indexed(settings: Settings, feed: Path) -> ExitCode:
    try:
        return index_feed(settings, FeedRequest(feed))
    except (EncoderMismatchError, IndexVersionError):
        if settings.index.location != DEMO_INDEX:
            raise
        # Our own folder, left by an earlier version: nothing is lost by making it anew.
        shutil.rmtree(DEMO_INDEX)
        delete_profiles(settings.events.folder)  # they were of the other encoder
        return index_feed(settings, FeedRequest(feed))


def find_first_photo(folder: Path) -> Path | None:
    """Return the first photo of a folder by name; None when there is none."""
    return next((each for each in sorted(folder.glob("*")) if each.suffix.lower() in _PHOTOS), None)
