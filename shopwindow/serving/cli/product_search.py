"""Search results, and products similar to another: a table for people, JSON for programs."""

from dataclasses import replace

from shopwindow.serving.cli.context import open_service
from shopwindow.serving.cli.response_tables import show_page
from shopwindow.values import Filters, Query
from shopwindow.values.settings import Settings


def show_search(settings: Settings, query: Query, as_json: bool, rules: str = "") -> None:
    """Show the results of a search.

    Args:
        settings: The settings in force.
        query: The query.
        as_json: One JSON document instead of a table.
        rules: A file of rules to search by; empty for that of the settings.

    Raises:
        InvalidQueryError: The cursor is not of this query.
        PhotoError: A photo cannot be used.
        ProductNotFoundError: A negative example is not in the index.
        RuleError: The file of rules cannot be used.
        EncoderError: The encoder cannot be loaded, or did not make this index.
        IndexStoreError: There is no index there, or it cannot be opened.
    """
    facets = (*query.facets, "price") if as_json else ()  # a table does not show them
    if rules:
        search = settings.search.model_copy(update={"rules_file": rules})
        settings = settings.model_copy(update={"search": search})
    with open_service(settings) as service:
        response = service.search(replace(query, facets=facets))
    show_page(response, query.text, as_json, is_first_page=not query.cursor)


def show_similar(
    settings: Settings, product_id: str, limit: int, merchants: tuple[str, ...], as_json: bool
) -> None:
    """Show products similar to one of the index.

    Args:
        settings: The settings in force.
        product_id: The product.
        limit: Products shown, 1 to 500.
        merchants: Sellers whose products are shown; everybody's for none.
        as_json: One JSON document instead of a table.

    Raises:
        InvalidQueryError: The limit is out of range, or a merchant is empty.
        ProductNotFoundError: No product has the id.
        EncoderError: The encoder cannot be loaded, or did not make this index.
        IndexStoreError: There is no index there, or it cannot be opened.
    """
    query = Query(limit=limit, filters=Filters(merchant_id=merchants))
    with open_service(settings) as service:
        response = service.similar(product_id, limit=query.limit, filters=query.filters)
    show_page(response, "", as_json)
