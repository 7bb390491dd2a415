"""The features of a product, beside its vector, that complements are scored by."""

import re
from dataclasses import dataclass
from typing import Self

from shopwindow.ranking.product_attributes import ProductAttributes
from shopwindow.values import Product, normalize_alef, strip_diacritics

_WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True)
class ComplementFeatures:
    """Features of one product; empty where unknown.

    Attributes:
        product_id: The product.
        category: The most specific category; products of the same one are substitutes.
        parent_category: The category above it.
        title_keywords: Words of the title that name neither the category nor the colour. What they
            share with another category's is mostly a series, a brand or a material.
        colors: Words of the colour.
        popularity: From 0 to 1, relative to the catalogue's most popular product.
        department: First category of a path of several.
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
        """Return the features of a product.

        The parent of a category that stands alone is its last word: "floor lamp" and "table lamp"
        are lamps.

        Args:
            product: The product.
            popularity: From 0 to 1, relative to the catalogue's most popular product.
        """
        path = [name.casefold().strip() for name in product.category]
        category = path[-1] if path else ""
        parent_category = (
            path[-2] if len(path) > 1 else next(reversed(_WORD.findall(category)), category)
        )
        category_words = _tokenize(" ".join(path))
        colors = _tokenize(ProductAttributes.from_product(product).color)
        title_keywords = _tokenize(product.title) - category_words - colors
        department = path[0] if len(path) > 1 else ""
        return cls(
            product.id, category, parent_category, title_keywords, colors, popularity, department
        )


def _tokenize(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(normalize_alef(strip_diacritics(text)).casefold()))
