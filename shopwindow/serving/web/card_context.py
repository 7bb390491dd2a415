"""What the cards of one gallery share."""

from dataclasses import dataclass

from shopwindow.serving.web.translations import Language
from shopwindow.values.event import Surface


@dataclass(frozen=True, slots=True)
class CardContext:
    """What the cards of one gallery share.

    Attributes:
        language: Of titles and labels.
        is_similar_page: The hits are like a product rather than like a query.
        has_query: Words or photos put them in order, so that one can be put aside.
        is_sorted_by_relevance: That order is the one shown.
        surface: What the hits are shown in, as events call it.
        can_interact: A visitor is chosen, so that what they do with a card is recorded.
    """

    language: Language
    is_similar_page: bool = False
    has_query: bool = False
    is_sorted_by_relevance: bool = True
    surface: Surface = "search"
    can_interact: bool = False
