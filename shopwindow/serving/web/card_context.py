"""What the cards of one gallery share."""

from dataclasses import dataclass

from shopwindow.values import Surface
from shopwindow.values.display_formats import Language


@dataclass(frozen=True, slots=True)
class CardContext:
    """What the cards of one gallery share.

    Attributes:
        language: Language of titles and labels.
        is_similar_page: Whether the hits are similar to a product rather than to a query.
        has_query: Whether text or photos ranked them, so that one can be a negative example.
        is_sorted_by_relevance: Whether they are shown in that ranking.
        surface: Surface of the hits, as events name it.
        can_interact: Whether a visitor is selected, whose interactions are recorded.
    """

    language: Language
    is_similar_page: bool = False
    has_query: bool = False
    is_sorted_by_relevance: bool = True
    surface: Surface = "search"
    can_interact: bool = False
