"""What one visitor sees: an immutable value that every action turns into the next one."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from shopwindow.serving.web.visitor_state import CardImpression, VisitorState
from shopwindow.values import (
    Filters,
    Hit,
    PriceBucket,
    Product,
    QueryImage,
    QueryInterpretation,
    Sort,
    Surface,
    as_tuple,
)
from shopwindow.values.display_formats import Language
from shopwindow.values.errors import InvalidQueryError

FacetCounts: TypeAlias = Mapping[str, Mapping[str, int]]
"""Numbers of products by facet, by value."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A message about something that went wrong or was left out.

    Attributes:
        text: One plain sentence.
        help: What to do about it; may be empty.
    """

    text: str
    help: str = ""


@dataclass(frozen=True, slots=True)
class ResultChoices:
    """How a visitor wants results ordered and grouped.

    Attributes:
        sort: The sort order.
        diversity: How far hits must differ, 0 to 1; None for the shop's default.
        image_weight: How much the photos count against the text, 0 to 1; None for the default.
        collapse: Whether one hit stands for all its variants; reset to True by another text.
        negative_examples: Products that hits should not be like; cleared by another text.
    """

    sort: Sort = "relevance"
    diversity: float | None = None
    image_weight: float | None = None
    collapse: bool = True
    negative_examples: tuple[Product, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """One state of the page.

    Attributes:
        text: Text of the query.
        photos: Photos of the query, all of one product.
        filters: The active filters.
        choices: How the results are ordered and grouped.
        language: Language of the labels, and the preferred one for titles.
        hits: All hits shown so far, best first.
        cursor: Where "Load more" continues; empty at the end.
        facets: Facet counts of the response.
        facet_scope: What they count; see `SearchResponse.facet_scope`.
        n_found: Products that the response found, shown or not.
        took_ms: Milliseconds that the last request took.
        similar_to: The product whose similar products are shown; None for a search.
        previous: The view to return to from there.
        notice: What went wrong, if anything.
        interpretations: How the query was interpreted.
        verbatim: Phrases that are searched for as typed.
        price_buckets: Price ranges of the response.
        price_currency: ISO code of price ranges and price filters; empty without prices.
        relaxed: Names of the filters that were dropped to find anything.
        n_collapsed: Products that are grouped under a variant of theirs.
        is_confident: Whether the query was matched; when not, the hits are only the closest.
        redirect: Where the shop sends who searches this; empty when it does not.
        visitor: The visitor and their profile.
        impressions: Where each product is shown, as events record it.
        complements: Products that go with `similar_to`.
    """

    text: str = ""
    photos: tuple[QueryImage, ...] = ()
    filters: Filters = field(default_factory=Filters)
    choices: ResultChoices = field(default_factory=ResultChoices)
    language: Language = "en"
    hits: tuple[Hit, ...] = ()
    cursor: str = ""
    facets: FacetCounts = field(default_factory=dict)
    facet_scope: str = "catalog"
    n_found: int = 0
    took_ms: float = 0.0
    similar_to: Product | None = None
    previous: "View | None" = None
    notice: Notice | None = None
    interpretations: tuple[QueryInterpretation, ...] = ()
    verbatim: tuple[str, ...] = ()
    price_buckets: tuple[PriceBucket, ...] = ()
    price_currency: str = ""
    relaxed: tuple[str, ...] = ()
    n_collapsed: int = 0
    is_confident: bool = True
    redirect: str = ""
    visitor: VisitorState = field(default_factory=VisitorState)
    impressions: tuple[CardImpression, ...] = ()
    complements: tuple[Hit, ...] = ()

    @property
    def is_for_you(self) -> bool:
        """Whether the visitor's recommendations are shown."""
        return self.similar_to is None and self.visitor.tab == "for_you"

    @property
    def has_query(self) -> bool:
        """Whether text or photos are searched for, rather than browsing or a product's page."""
        return (
            self.similar_to is None
            and not self.is_for_you
            and bool(self.text.strip() or self.photos)
        )

    @property
    def surface(self) -> Surface:
        """The surface of the hits, as events name it."""
        if self.similar_to is not None:
            return "similar"
        if self.is_for_you:
            return "store" if self.filters.merchant_id else "feed"
        return "search"

    def find_impression(self, surface: str, product_id: str) -> CardImpression | None:
        """Return where a product is shown on a surface; None when it is not."""
        matches = (
            impression
            for impression in self.impressions
            if (impression.surface, impression.product.id) == (surface, product_id)
        )
        return next(matches, None)


def get_selected_values(filters: Filters, name: str) -> tuple[str, ...]:
    """Return the selected values of a facet; none for a name that is not a facet's."""
    values = {
        "category": filters.category,
        "brand": filters.brand,
        "merchant_id": filters.merchant_id,
    }
    value = values.get(name, ())
    return as_tuple(value) if value else ()


def toggle_filter(filters: Filters, name: str, value: str) -> Filters:
    """Return the filters with one value of a facet added, or removed if it was selected.

    Args:
        filters: The filters so far.
        name: "category", "brand", "merchant_id", "group_id" or "in_stock".
        value: The facet's value; "in_stock" needs none.

    Raises:
        InvalidQueryError: There is no facet with that name.
    """
    selected = get_selected_values(filters, name)
    if value in selected:
        toggled = tuple(other for other in selected if other != value)
    else:
        toggled = (*selected, value)
    match name:
        case "brand":
            return replace(filters, brand=toggled)
        case "merchant_id":
            return replace(filters, merchant_id=toggled)
        case "category":
            return replace(filters, category="" if value in selected else value)
        case "group_id":
            return replace(filters, group_id="" if value == filters.group_id else value)
        case "in_stock":
            return replace(filters, in_stock=None if filters.in_stock else True)
        case _:
            raise InvalidQueryError(
                "filter", "category, brand, merchant_id, group_id or in_stock", name
            )


def remove_filter(filters: Filters, name: str, value: str) -> Filters:
    """Return the filters without one of the active ones.

    Args:
        filters: The filters so far.
        name: "price", or a name that `toggle_filter` takes.
        value: The facet's value.

    Raises:
        InvalidQueryError: There is no filter with that name.
    """
    if name == "price":
        return replace(filters, price_min=None, price_max=None)
    return toggle_filter(filters, name, value)
