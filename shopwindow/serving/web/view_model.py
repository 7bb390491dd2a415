"""What one visitor sees: a value that every action turns into the next one."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from shopwindow.serving.web.translations import Language
from shopwindow.serving.web.visitor_state import CardImpression, VisitorState
from shopwindow.values import Filters, Hit, Product
from shopwindow.values.errors import InvalidQueryError
from shopwindow.values.event import Surface
from shopwindow.values.query import QueryImage, Sort, as_tuple
from shopwindow.values.response import PriceBucket, QueryInterpretation

FacetCounts: TypeAlias = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that the visitor must know.

    Attributes:
        text: One plain sentence.
        help: What to do about it; may be empty.
    """

    text: str
    help: str = ""


@dataclass(frozen=True, slots=True)
class ResultChoices:
    """How a visitor wants answers put together.

    Attributes:
        sort: The order.
        diversity: How far hits must differ, 0 to 1; None as the shop has set it.
        image_weight: How much the photos count against the words, 0 to 1; None likewise.
        collapse: Whether one of several variants stands for all; so again for other words.
        negative_examples: Products that hits should not be like; none for other words.
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
        text: Words of the query.
        photos: What the visitor gave, all of one thing.
        filters: What is filtered by.
        choices: How the answer is put together.
        language: Language of the labels, and the one that titles are shown in.
        hits: Everything shown so far, best first.
        cursor: Where "Load more" goes on; empty at the end.
        facets: Counts of the answer.
        facet_scope: What they are over; see `core.Page`.
        n_found: Products of the answer, shown or not.
        took_ms: Milliseconds that the last step took.
        similar_to: The product whose likes are shown; None for a search.
        previous: The search to go back to from there.
        notice: What went wrong, if anything.
        interpretations: What was read out of the words.
        verbatim: Words that the visitor wants searched for as they are.
        price_buckets: Ranges of prices of the answer.
        relaxed: Names of the filters that were given up.
        n_collapsed: Products that stand behind others.
        is_confident: Whether the words were found; when not, the hits are only what comes nearest.
        redirect: Where the shop sends who searches this; empty when it does not.
        visitor: Who looks, and what is known of them.
        impressions: Where each product is shown, as events tell it.
        complements: What goes with `similar_to`.
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
    relaxed: tuple[str, ...] = ()
    n_collapsed: int = 0
    is_confident: bool = True
    redirect: str = ""
    visitor: VisitorState = field(default_factory=VisitorState)
    impressions: tuple[CardImpression, ...] = ()
    complements: tuple[Hit, ...] = ()

    @property
    def is_for_you(self) -> bool:
        """Whether what is for the visitor is shown."""
        return self.similar_to is None and self.visitor.tab == "foryou"

    @property
    def has_query(self) -> bool:
        """Whether words or photos were asked for: neither browsing nor the likes of a product."""
        return (
            self.similar_to is None
            and not self.is_for_you
            and bool(self.text.strip() or self.photos)
        )

    @property
    def surface(self) -> Surface:
        """What the hits are shown in, as events call it."""
        if self.similar_to is not None:
            return "similar"
        if self.is_for_you:
            return "store" if self.filters.merchant_id else "feed"
        return "search"

    def find_impression(self, surface: str, product_id: str) -> CardImpression | None:
        """Return where a product is shown on a surface; None when it is not."""
        found = (p for p in self.impressions if (p.surface, p.product.id) == (surface, product_id))
        return next(found, None)


def get_selected_values(filters: Filters, name: str) -> tuple[str, ...]:
    """Return the values that a facet is filtered by; none for a name that is not a facet's."""
    values = {
        "category": filters.category,
        "brand": filters.brand,
        "merchant_id": filters.merchant_id,
    }
    value = values.get(name, ())
    return as_tuple(value) if value else ()


def toggle_filter(filters: Filters, name: str, value: str) -> Filters:
    """Return the filters with one value of a facet put on, or taken off if it was on.

    Args:
        filters: The filters so far.
        name: "category", "brand", "merchant_id", "group_id" or "in_stock".
        value: The facet's value; "in_stock" needs none.

    Raises:
        InvalidQueryError: There is no facet with that name.
    """
    now = get_selected_values(filters, name)
    after = tuple(each for each in now if each != value) if value in now else (*now, value)
    match name:
        case "brand":
            return replace(filters, brand=after)
        case "merchant_id":
            return replace(filters, merchant_id=after)
        case "category":
            return replace(filters, category="" if value in now else value)
        case "group_id":
            return replace(filters, group_id="" if value == filters.group_id else value)
        case "in_stock":
            return replace(filters, in_stock=None if filters.in_stock else True)
        case _:
            raise InvalidQueryError(
                "filter", "category, brand, merchant_id, group_id or in_stock", name
            )


def remove_filter(filters: Filters, name: str, value: str) -> Filters:
    """Return the filters without one of those that are on.

    Args:
        filters: The filters so far.
        name: "price", or what `toggle_filter` takes.
        value: The facet's value.

    Raises:
        InvalidQueryError: There is no filter with that name.
    """
    if name == "price":
        return replace(filters, price_min=None, price_max=None)
    return toggle_filter(filters, name, value)
