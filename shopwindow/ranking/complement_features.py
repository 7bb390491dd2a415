"""What complements look at in a product beside its vector."""

import re
from dataclasses import dataclass
from typing import Self

from shopwindow.ranking.product_attributes import ProductAttributes
from shopwindow.values import Product
from shopwindow.values.arabic import normalize_alef, strip_diacritics

_WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True)
class ComplementFeatures:
    """The facts about one product; empty where unknown.

    Attributes:
        product_id: Its id.
        category: The most special category: what is of the same kind is more of the same.
        parent_category: What its kind is one of: the category above it.
        title_keywords: Words of its title that name neither its category nor its colour. What they share
            with another kind's is mostly a series, a brand or a material.
        colors: Words of its colour.
        popularity: From 0 to 1, that of the catalogue's most popular.
        department: The first category of a path of several: the part of the shop it stands in.
    """

    product_id: str
    category: str = ""
    parent_category: str = ""
    title_keywords: frozenset[str] = frozenset()
    colors: frozenset[str] = frozenset()
    popularity: float = 0.0
    department: str = ""

    @classmethod
    def from_product(cls, product: Product, popularity: float = 0.0) -> Self:
        """Return the traits of a product of the catalogue.

        The family of a category that stands alone is its last word: "floor lamp" and "table lamp"
        are lamps.

        Args:
            product: Of the catalogue.
            popularity: From 0 to 1, that of the catalogue's most popular.
        """
        path = [each.casefold().strip() for each in product.category]
        kind = path[-1] if path else ""
        family = path[-2] if len(path) > 1 else next(reversed(_WORD.findall(kind)), kind)
        named = _words(" ".join(path))
        colors = _words(ProductAttributes.from_product(product).color)
        words = _words(product.title) - named - colors
        department = path[0] if len(path) > 1 else ""
        return cls(product.id, kind, family, words, colors, popularity, department)


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(normalize_alef(strip_diacritics(text)).casefold()))
