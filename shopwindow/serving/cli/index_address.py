"""Indexing of a feed by address: fetched, skipped if it has not changed, and read like a file."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from index import FeedDownloader, FetchedFeed, IndexReport, __version__, fetch_feed
from shopwindow.serving.cli.context import open_index
from shopwindow.serving.cli.dry_run import show_dry_run
from shopwindow.serving.cli.exit_codes import ExitCode
from shopwindow.serving.cli.index_feed import FeedRequest, index_feed
from shopwindow.serving.cli.output import get_stderr_console, print_notice
from shopwindow.values import find_cache_dir
from shopwindow.values.errors import IndexNotFoundError
from shopwindow.values.settings import Settings


def index_address(
    settings: Settings, request: FeedRequest, address: str, *, refresh: bool = False
) -> ExitCode:
    """Fetch a feed and index it; one that has not changed is not read, and deletes nothing.

    A feed counts as indexed only if it was indexed without a problem that another run may not have,
    such as a photo that could not be fetched, and if the index still has as many products.

    Args:
        settings: The settings in force.
        request: How to read the feed; its path is not used.
        address: The feed.
        refresh: Read it in any case.

    Returns:
        The exit code; see `index_feed`.

    Raises:
        FeedFetchError: It cannot be fetched completely; nothing is indexed or deleted.
        FeedError: It cannot be read.
        IndexStoreError: The index cannot be opened or written.
    """
    use = _describe_use(settings, request)
    known = "" if refresh else _add_count(use, _count_products(settings))
    with _fetch(settings, address, known) as fetched:
        if fetched.is_unchanged:
            print_notice(
                f"{fetched.shown} has not changed since it was indexed ({fetched.indexed_at}): "
                "nothing was read, changed or deleted. --refresh reads it anyway."
            )
            return ExitCode.OK

        def remember(report: IndexReport, n_products: int) -> None:
            if not report.indexing_issues:
                fetched.remember(_add_count(use, n_products))

        return index_feed(settings, _to_file_request(request, fetched), remember)


def dry_run_address(
    settings: Settings, request: FeedRequest, address: str, mapping_out: Path | None
) -> ExitCode:
    """Fetch a feed and show how it would be read; see `show_dry_run`.

    Returns:
        The exit code.

    Raises:
        FeedFetchError: It cannot be fetched completely.
        FeedError: It cannot be read.
    """
    with fetch_request(settings, request, address) as fetched:
        return show_dry_run(fetched, mapping_out)


@contextmanager
def fetch_request(settings: Settings, request: FeedRequest, address: str) -> Iterator[FeedRequest]:
    """Fetch a feed whether or not it was read before, and read it as a file.

    Args:
        settings: The settings in force.
        request: How to read the feed; its path is not used.
        address: The feed.

    Yields:
        The request for the fetched file, which is there until the block ends.

    Raises:
        FeedFetchError: It cannot be fetched completely.
    """
    with _fetch(settings, address, "") as fetched:
        yield _to_file_request(request, fetched)


@contextmanager
def _fetch(settings: Settings, address: str, indexed_as: str) -> Iterator[FetchedFeed]:
    cache_dir = find_cache_dir()
    fetching = fetch_feed(
        address,
        indexed_as=indexed_as,
        state_folder=cache_dir / "feeds" if cache_dir else None,
        downloader=FeedDownloader(settings.feed),
    )
    with ExitStack() as stack:
        with get_stderr_console().status("fetching the feed"):
            fetched = stack.enter_context(fetching)
        yield fetched


def _to_file_request(request: FeedRequest, fetched: FetchedFeed) -> FeedRequest:
    return replace(
        request,
        path=fetched.path,
        encoding=request.encoding or fetched.encoding,
        base_address=fetched.base_address,
    )


def _describe_use(settings: Settings, request: FeedRequest) -> dict[str, str]:
    """Return what the feed is read with and into: with another, it must be read again."""
    mapping = request.mapping
    location = settings.index.location
    return {
        "version": __version__,
        "index": location if "://" in location else str(Path(location).resolve()),
        "collection": settings.index.collection,
        "encoder": settings.encoder.name,
        "mapping": mapping.read_text("utf-8", "replace") if mapping and mapping.is_file() else "",
        "photos": str(request.photo_folder or ""),
        "delete_missing": str(request.delete_missing),
        **{
            name: str(getattr(request, name))
            for name in ("format", "encoding", "merchant_id", "currency", "language")
        },
    }


def _add_count(use: dict[str, str], n_products: int) -> str:
    text = json.dumps({**use, "products": n_products}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _count_products(settings: Settings) -> int:
    try:
        with open_index(settings) as index:
            return index.count()
    except IndexNotFoundError:
        return 0
