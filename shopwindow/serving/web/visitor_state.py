"""Who looks at the page, and what is known and told of them: the visitor's part of a view."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from shopwindow.values import Hit, Product, SearchResponse
from shopwindow.values.event import EventKind, Surface
from shopwindow.values.profile_view import UserProfileView

Tab: TypeAlias = Literal["search", "foryou"]


@dataclass(frozen=True, slots=True)
class CardImpression:
    """Where a product was shown, as events tell it.

    Attributes:
        product: The product.
        surface: In what.
        query_id: In which answer.
        position: Its place, from 1, counted on over "Load more"; 0 when unknown.
        propensity: Probability with which it was put there; None when nothing was left to chance.
    """

    product: Product
    surface: Surface
    query_id: str = ""
    position: int = 0
    propensity: float | None = None


def build_impressions(
    response: SearchResponse, surface: Surface, n_before: int = 0
) -> tuple[CardImpression, ...]:
    """Return where the hits of a page are shown.

    Args:
        response: The page.
        surface: In what.
        n_before: Hits of the pages before.
    """
    return tuple(
        CardImpression(hit.product, surface, response.query_id, n_before + number, hit.propensity)
        for number, hit in enumerate(response.hits, 1)
    )


@dataclass(frozen=True, slots=True)
class InterestChange:
    """How the weight of an interest changed.

    Attributes:
        product: The product that stands for it.
        share: What it weighs now, 0 to 1.
        previous_share: What it weighed before; None for an interest that is new.
        is_dislike: Whether it is something that the visitor turns down.
    """

    product: Product
    share: float
    previous_share: float | None
    is_dislike: bool = False


@dataclass(frozen=True, slots=True)
class InteractionEffect:
    """What came of something that a visitor did.

    Attributes:
        kind: What they did.
        n_shown: Products shown now; 0 when it was not shown anew.
        n_new: Those of them that were not shown before.
        n_moved: Those that stand elsewhere.
        interest_change: How the interest changed that the product belongs to; None when it has none.
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
        user_id: Who it was.
        n_events: How many events of theirs there were.
    """

    user_id: str
    n_events: int


@dataclass(frozen=True, slots=True)
class VisitorState:
    """The visitor's part of a view.

    Attributes:
        tab: Whether they search, or see what is for them.
        user_id: The visitor; empty for a stranger.
        has_event_log: Whether events are logged; without that nobody can be chosen.
        known_user_ids: Visitors to choose from, who did something last first.
        profile: What is known of the visitor; None for a stranger.
        recently_viewed: What they did something with last.
        flash_message: What came of what was done last.
        is_confirming_erasure: Whether the page asks if they shall really be erased.
    """

    tab: Tab = "search"
    user_id: str = ""
    has_event_log: bool = False
    known_user_ids: tuple[str, ...] = ()
    profile: UserProfileView | None = None
    recently_viewed: tuple[Hit, ...] = ()
    flash_message: InteractionEffect | ErasureResult | None = None
    is_confirming_erasure: bool = False
