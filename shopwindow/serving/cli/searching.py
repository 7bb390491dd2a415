"""The work of `shopwindow search` and `shopwindow similar`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

import typer

from shopwindow.serving.cli.context import open_service
from shopwindow.serving.cli.output import print_notice
from shopwindow.serving.cli.response_tables import response_to_json, show_response
from shopwindow.values.errors import InvalidQueryError
from shopwindow.values.query import WHOLE_TEXT, Crop, Filters, Query, QueryImage, Sort
from shopwindow.values.response import SearchResponse
from shopwindow.values.settings import Settings


@dataclass(frozen=True, slots=True)
class VisualOptions:
    """What hits should look like and what not, as it was typed; see the fields of `Query`."""

    images: tuple[str, ...] = ()
    crops: tuple[str, ...] = ()
    image_weight: float | None = None
    negative_examples: tuple[str, ...] = ()

    @property
    def photos(self) -> list[QueryImage]:
        """The photos with their parts.

        Raises:
            InvalidQueryError: A crop has no sense, or there are more or fewer than photos.
        """
        crops: list[Crop | None] = [parse_crop(each) for each in self.crops]
        if len(crops) not in {0, 1, len(self.images)} or len(crops) > len(self.images):
            n_photos = len(self.images)
            raise InvalidQueryError("--crop", f"one for each --image ({n_photos})", self.crops)
        each_has = crops if len(crops) > 1 else (crops or [None]) * len(self.images)
        return [QueryImage(image, crop) for image, crop in zip(self.images, each_has, strict=True)]


@dataclass(frozen=True, slots=True)
class SortOptions:
    """In which order, as it was typed; see the fields of `Query`."""

    sort: str = "relevance"
    diversity: float | None = None
    collapse: bool = True


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """A search as it was typed; see the fields of `Query` and `Filters`."""

    text: str = ""
    visual: VisualOptions = VisualOptions()
    sorting: SortOptions = SortOptions()
    limit: int = 10
    category: str = ""
    brands: tuple[str, ...] = ()
    merchants: tuple[str, ...] = ()
    price_min: float | None = None
    price_max: float | None = None
    in_stock: bool | None = None
    attributes: tuple[str, ...] = ()
    cursor: str = ""
    verbatim: bool = False
    relax: bool = True

    def to_query(self) -> Query:
        """Return the query.

        Returns:
            The query, checked.

        Raises:
            InvalidQueryError: Something is out of range, unknown, or not written as it should be.
        """
        filters = Filters(
            category=self.category,
            brand=self.brands,
            merchant_id=self.merchants,
            price_min=self.price_min,
            price_max=self.price_max,
            in_stock=self.in_stock,
            attributes=parse_attributes(self.attributes),
        )
        return Query(
            text=self.text,
            image=self.visual.photos or None,
            image_weight=self.visual.image_weight,
            negative_examples=self.visual.negative_examples,
            sort=cast(Sort, self.sorting.sort),  # the query checks it
            diversity=self.sorting.diversity,
            collapse=self.sorting.collapse,
            relax=self.relax,
            filters=filters,
            limit=self.limit,
            cursor=self.cursor,
            verbatim=(WHOLE_TEXT,) if self.verbatim else (),
        )


def parse_attributes(given: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
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


def parse_crop(given: str) -> Crop:
    """Return what `--crop LEFT,TOP,RIGHT,BOTTOM` asks for.

    Raises:
        InvalidQueryError: These are not four numbers.
    """
    try:
        left, top, right, bottom = (float(each) for each in given.split(","))
    except ValueError as exc:
        expected = "LEFT,TOP,RIGHT,BOTTOM from 0 to 1, as 0.2,0,0.8,0.5"
        raise InvalidQueryError("--crop", expected, given) from exc
    return left, top, right, bottom


def show_search(settings: Settings, wish: SearchOptions, as_json: bool, rules: str = "") -> None:
    """Answer a search.

    Args:
        settings: The settings in force.
        wish: What was typed.
        as_json: One JSON document instead of a table.
        rules: A file of rules to search by; empty for that of the settings.

    Raises:
        InvalidQueryError: The query has no sense.
        PhotoError: A photo cannot be used.
        ProductNotFoundError: No product has an id that is to be avoided.
        RuleError: The file of rules cannot be used.
        EncoderError: The encoder cannot be loaded, or did not make this index.
        IndexStoreError: There is no index there, or it cannot be opened.
    """
    query = wish.to_query()
    if not as_json:
        query = replace(query, facets=())  # a table does not show them
    else:
        query = replace(query, facets=(*query.facets, "price"))
    if rules:
        search = settings.search.model_copy(update={"rules_file": rules})
        settings = settings.model_copy(update={"search": search})
    with open_service(settings) as service:
        page = service.search(query)
    _show(page, query.text, as_json, is_first=not query.cursor)
    if page.next_cursor and not as_json:
        print_notice(f"more: the same command with --cursor {page.next_cursor}")


def show_similar(
    settings: Settings, product_id: str, asked: tuple[int, tuple[str, ...]], as_json: bool
) -> None:
    """Show products like one of the index.

    Args:
        settings: The settings in force.
        product_id: The product.
        asked: Limit, and the merchants whose products are shown; everybody's for none.
        as_json: One JSON document instead of a table.

    Raises:
        InvalidQueryError: The limit is out of range.
        ProductNotFoundError: No product has the id.
        EncoderError: The encoder cannot be loaded, or did not make this index.
        IndexStoreError: There is no index there, or it cannot be opened.
    """
    limit, merchants = asked
    limit, filters = Query(limit=limit).limit, Filters(merchant_id=merchants)
    with open_service(settings) as service:
        page = service.similar(product_id, limit=limit, filters=filters)
    _show(page, "", as_json)


def _show(page: SearchResponse, text: str, as_json: bool, is_first: bool = True) -> None:
    if as_json:
        typer.echo(response_to_json(page, text))
    else:
        show_response(page, text, is_first_page=is_first)
