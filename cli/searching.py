"""The work of `shopwindow search` and `shopwindow similar`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import typer

from cli.answers import as_document, show_page
from cli.invocation import opened_service
from cli.output import say
from core.answer import Page
from core.errors import InvalidQueryError
from core.query import ALL, Filters, Query
from core.settings import Settings


@dataclass(frozen=True, slots=True)
class Wish:
    """A search as it was typed; see the fields of `Query` and `Filters`."""

    text: str = ""
    image: str = ""
    limit: int = 10
    category: str = ""
    brands: tuple[str, ...] = ()
    merchants: tuple[str, ...] = ()
    price_min: float | None = None
    price_max: float | None = None
    in_stock: bool | None = None
    attributes: tuple[str, ...] = ()
    cursor: str = ""
    literal: bool = False

    def query(self) -> Query:
        """Return the query.

        Returns:
            The query, checked.

        Raises:
            InvalidQueryError: Something is out of range, or an attribute is not NAME=VALUE.
        """
        filters = Filters(
            category=self.category,
            brand=self.brands,
            merchant_id=self.merchants,
            price_min=self.price_min,
            price_max=self.price_max,
            in_stock=self.in_stock,
            attributes=parsed_attributes(self.attributes),
        )
        return Query(
            text=self.text,
            image=self.image or None,
            filters=filters,
            limit=self.limit,
            cursor=self.cursor,
            literal=(ALL,) if self.literal else (),
        )


def parsed_attributes(given: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """Return what `--attribute NAME=VALUE` asks for; a name that comes twice takes either value.

    Raises:
        InvalidQueryError: One of them has no name, no value or no equals sign.
    """
    found: dict[str, tuple[str, ...]] = {}
    for each in given:
        name, _, value = (part.strip() for part in each.partition("="))
        if not name or not value:
            raise InvalidQueryError("--attribute", "NAME=VALUE, as color=red", each)
        found[name] = (*found.get(name, ()), value)
    return found


def show_search(settings: Settings, wish: Wish, as_json: bool) -> None:
    """Answer a search.

    Raises:
        InvalidQueryError: The query has no sense.
        PhotoError: The photo cannot be used.
        EncoderError: The encoder cannot be loaded, or did not make this index.
        IndexStoreError: There is no index there, or it cannot be opened.
    """
    query = wish.query()
    if not as_json:
        query = replace(query, facets=())  # a table does not show them
    with opened_service(settings) as service:
        page = service.search(query)
    _show(page, query.text, as_json)
    if page.next_cursor and not as_json:
        say(f"more: the same command with --cursor {page.next_cursor}")


def show_similar(settings: Settings, product_id: str, limit: int, as_json: bool) -> None:
    """Show products like one of the index.

    Raises:
        InvalidQueryError: The limit is out of range.
        ProductNotFoundError: No product has the id.
        EncoderError: The encoder cannot be loaded, or did not make this index.
        IndexStoreError: There is no index there, or it cannot be opened.
    """
    limit = Query(limit=limit).limit
    with opened_service(settings) as service:
        page = service.similar(product_id, limit=limit)
    _show(page, "", as_json)


def _show(page: Page, text: str, as_json: bool) -> None:
    if as_json:
        typer.echo(as_document(page, text))
    else:
        show_page(page, text)
