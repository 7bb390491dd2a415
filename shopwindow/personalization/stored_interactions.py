"""A visitor's interactions as the online store gives them."""

from typing import NamedTuple


class InteractionRecord(NamedTuple):
    """A visitor's latest interaction of one kind with one product.

    Attributes:
        product_id: The product.
        kind: Kind of the event.
        time_s: When, in seconds since 1970.
    """

    product_id: str
    kind: str
    time_s: float
