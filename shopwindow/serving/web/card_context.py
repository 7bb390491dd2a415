"""What the cards of one gallery share."""

from dataclasses import dataclass

from shopwindow.serving.web.translations import Language
from shopwindow.values.event import Surface


@dataclass(frozen=True, slots=True)
class CardLook:
    """What the cards of one gallery share.

    Attributes:
        language: Of titles and labels.
        of_product: The hits are like a product rather than like a query.
        is_ranked: Words or photos put them in order, so that one can be put aside.
        by_relevance: That order is the one shown.
        surface: What the hits are shown in, as events call it.
        can_act: A visitor is chosen, so that what they do with a card is recorded.
    """

    language: Language
    of_product: bool = False
    is_ranked: bool = False
    by_relevance: bool = True
    surface: Surface = "search"
    can_act: bool = False
