"""Recommendations for a visitor, and complements of a product."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from search import SearchService
from shopwindow.eventlog import EventLog
from shopwindow.serving.cli.context import open_service
from shopwindow.serving.cli.response_tables import show_page
from shopwindow.values import Filters, Query
from shopwindow.values.settings import Settings


def show_recommendations(settings: Settings, query: Query, as_json: bool) -> None:
    """Show the recommendations for a visitor.

    Args:
        settings: The settings in force.
        query: Visitor (empty for an anonymous one), limit, filters and cursor.
        as_json: One JSON document instead of a table.

    Raises:
        InvalidQueryError: The cursor is not of these recommendations.
        ProfileError: The visitor's profile cannot be read.
        IndexStoreError: There is no index there, or it cannot be opened.
        EventLogError: The log cannot be read.
    """
    with open_personalized_service(settings) as service:
        response = service.recommend(query.user_id, query.limit, query.filters, query.cursor)
    show_page(response, "", as_json, is_first_page=False)


def show_complements(
    settings: Settings, product_id: str, limit: int, merchants: tuple[str, ...], as_json: bool
) -> None:
    """Show what goes with a product.

    Args:
        settings: The settings in force.
        product_id: The product.
        limit: Products shown, 1 to 500.
        merchants: Sellers whose products are shown; everybody's for none.
        as_json: One JSON document instead of a table.

    Raises:
        InvalidQueryError: The limit is out of range, or a merchant is empty.
        ProductNotFoundError: No product has the id.
        IndexStoreError: There is no index there, or it cannot be opened.
        EventLogError: The log cannot be read.
    """
    query = Query(limit=limit, filters=Filters(merchant_id=merchants))
    with open_personalized_service(settings) as service:
        response = service.complements(product_id, query.limit, filters=query.filters)
    show_page(response, "", as_json, is_first_page=False)


@contextmanager
def open_personalized_service(settings: Settings) -> Iterator[SearchService]:
    """Open a search service with the profiles of the event log, without logging impressions.

    Yields:
        The service; it, its index and the log are closed when the block ends.

    Raises:
        IndexStoreError: There is no index there, or it cannot be opened.
        EventLogError: The log cannot be read.
        OnlineStoreError: The profiles cannot be read or written.
    """
    if not Path(settings.events.folder).is_dir():
        with open_service(settings) as service:
            yield service
        return
    with (
        EventLog.open(settings.events.folder) as log,
        open_service(settings, log, logs_impressions=False) as service,
    ):
        service.flush()
        yield service
