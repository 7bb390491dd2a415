"""The visitor's part of a view: who it is, their profile, and the effect of their last action."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from shopwindow.values import EventKind, Hit, Product, SearchResponse, Surface, UserProfileView

Tab: TypeAlias = Literal["search", "for_you"]


@dataclass(frozen=True, slots=True)
class CardImpression:
    """Where a product was shown, as events record it.

    Attributes:
        product: The product.
        surface: The surface that it was shown on.
        query_id: Id of the response that it was in.
        position: Its position, from 1, counted on over "Load more"; 0 when unknown.
        propensity: Probability with which it was put there; None when nothing was randomised.
    """

    product: Product
    surface: Surface
    query_id: str = ""
    position: int = 0
    propensity: float | None = None


def build_impressions(
    response: SearchResponse, surface: Surface, n_before: int = 0
) -> tuple[CardImpression, ...]:
    """Return the impressions of a response's hits, in their order.

    Args:
        response: One page.
        surface: The surface that shows it.
        n_before: Hits of the pages before.
    """
    return tuple(
        CardImpression(hit.product, surface, response.query_id, position, hit.propensity)
        for position, hit in enumerate(response.hits, n_before + 1)
    )


@dataclass(frozen=True, slots=True)
class InterestChange:
    """How the weight of an interest changed.

    Attributes:
        product: The product that represents it.
        share: Its weight now, 0 to 1.
        previous_share: Its weight before; None for a new interest.
        is_dislike: Whether it is a dislike.
    """

    product: Product
    share: float
    previous_share: float | None
    is_dislike: bool = False


@dataclass(frozen=True, slots=True)
class InteractionEffect:
    """What an interaction changed on the page.

    Attributes:
        kind: Kind of the interaction.
        n_shown: Products shown now; 0 when the hits were not reloaded.
        n_new: Products among them that were not shown before.
        n_moved: Products among them whose rank changed.
        interest_change: Change of the interest that the product belongs to; None without one.
    """

    kind: EventKind
    n_shown: int = 0
    n_new: int = 0
    n_moved: int = 0
    interest_change: InterestChange | None = None


@dataclass(frozen=True, slots=True)
class ErasureResult:
    """A visitor who was erased.

    Attributes:
        user_id: The visitor.
        n_events: How many events were deleted.
    """

    user_id: str
    n_events: int


@dataclass(frozen=True, slots=True)
class VisitorState:
    """The visitor's part of a view.

    Attributes:
        tab: Whether the search or the recommendations are shown.
        user_id: The selected visitor; empty for an anonymous one.
        has_event_log: Whether events are logged; without that nobody can be selected.
        known_user_ids: Visitors to choose from, the most recently active first.
        profile: The visitor's profile; None for an anonymous one.
        recently_viewed: Products that they interacted with last, the newest first.
        flash_message: Effect of the last action, shown once.
        is_confirming_erasure: Whether the page asks to confirm the erasure.
    """

    tab: Tab = "search"
    user_id: str = ""
    has_event_log: bool = False
    known_user_ids: tuple[str, ...] = ()
    profile: UserProfileView | None = None
    recently_viewed: tuple[Hit, ...] = ()
    flash_message: InteractionEffect | ErasureResult | None = None
    is_confirming_erasure: bool = False
