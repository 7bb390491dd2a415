"""What the cards of one gallery share."""

from dataclasses import dataclass

from ui.texts import Language


@dataclass(frozen=True, slots=True)
class CardLook:
    """What the cards of one gallery share.

    Attributes:
        language: Of titles and labels.
        of_product: The hits are like a product rather than like a query.
        is_ranked: Words or photos put them in order, so that one can be put aside.
        by_relevance: That order is the one shown.
    """

    language: Language
    of_product: bool = False
    is_ranked: bool = False
    by_relevance: bool = True
