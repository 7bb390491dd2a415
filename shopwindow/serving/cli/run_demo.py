"""The demo: a sample catalogue indexed, and a few searches of it."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from shopwindow.serving.cli.context import open_event_log, open_service
from shopwindow.serving.cli.demo_visitors import DEMO_VISITORS, add_demo_visitors, delete_profiles
from shopwindow.serving.cli.exit_codes import ExitCode
from shopwindow.serving.cli.index_feed import FeedRequest, index_feed
from shopwindow.serving.cli.output import get_stdout_console
from shopwindow.serving.cli.response_tables import show_response
from shopwindow.values import Query
from shopwindow.values.errors import EncoderMismatchError, IndexVersionError
from shopwindow.values.settings import Settings

DEMO_INDEX = "var/demo"
"""Index of the demo, which never touches that of the settings."""

DEMO_EVENTS = "var/demo-events"
"""Event log of the demo, which never touches that of the settings."""

DEMO_QUERIES = ("red summer dress", "حقيبة جلدية بنية")
"""Queries when none are given; the second is "brown leather bag"."""

DEMO_LIMIT = 5
_PHOTO_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp"})


def run_demo(settings: Settings, feed: Path, texts: Sequence[str], photo: Path | None) -> ExitCode:
    """Index a sample catalogue and show the results of searches by text and by photo.

    Args:
        settings: The settings, with the index and the event log of the demo.
        feed: The sample catalogue.
        texts: Text queries; `DEMO_QUERIES` when empty.
        photo: Photo query; when None the first of the folder `queries` beside the feed, and
            none if there is none.

    Returns:
        The exit code of indexing; the searches run only if it is OK.

    Raises:
        FeedError: The feed cannot be read at all.
        PhotoError: The photo cannot be used.
        EncoderError: The encoder cannot be loaded, or did not make this index.
        IndexStoreError: The index cannot be opened or written.
        EventLogError: The interactions of the made-up visitors cannot be logged.
        OnlineStoreError: Their profiles cannot be updated.
    """
    code = _index_samples(settings, feed)
    if code is not ExitCode.OK:
        return code
    photo = photo or find_first_photo(feed.parent / "queries")
    with open_event_log(settings) as events, open_service(settings, events) as service:
        for text in texts or DEMO_QUERIES:
            response = service.search(Query(text=text, limit=DEMO_LIMIT, facets=()))
            show_response(response, text, title=f"\nsearch {text}")
        if photo:
            response = service.search(Query(image=photo, limit=DEMO_LIMIT, facets=()))
            show_response(response, "", title=f"\nsearch --image {photo}")
        add_demo_visitors(service)
    _show_event_hint(settings)
    return code


def _show_event_hint(settings: Settings) -> None:
    names = ", ".join(DEMO_VISITORS)
    get_stdout_console().print(
        f"\nInteractions on the page are logged only in {settings.events.folder}, for its tab "
        f"*For you*.\n{len(DEMO_VISITORS)} made-up visitors have clicked there: {names}.",
        soft_wrap=True,
    )


def _index_samples(settings: Settings, feed: Path) -> ExitCode:
    try:
        return index_feed(settings, FeedRequest(feed))
    except (EncoderMismatchError, IndexVersionError):
        if settings.index.location != DEMO_INDEX:
            raise
        # Our own folder, left by an earlier version: nothing is lost by rebuilding it.
        shutil.rmtree(DEMO_INDEX)
        delete_profiles(settings.events.folder)  # they were made with the other encoder
        return index_feed(settings, FeedRequest(feed))


def find_first_photo(folder: Path) -> Path | None:
    """Return the first photo of a folder by name; None when there is none."""
    photos = (path for path in sorted(folder.glob("*")) if path.suffix.lower() in _PHOTO_SUFFIXES)
    return next(photos, None)
