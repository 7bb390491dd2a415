"""Product ids: the shop's own, as its feed writes them."""

import uuid
from typing import TypeAlias

ProductId: TypeAlias = str
"""The id of a product in the shop's feed; never the id of a point in the vector store."""

_NAMESPACE = uuid.UUID("6d2ff1a8-6f0b-5a3e-9a51-2b1f60c2f0c7")


def hash_product_id(product_id: ProductId) -> str:
    """Return the UUIDv5 of a product id, the same in every process and on every machine.

    An order by it favours nobody: ids themselves would let the merchant whose ids begin with "a"
    win every tie.
    """
    return str(uuid.uuid5(_NAMESPACE, product_id))
