"""Products as hits show them, kept in the process that serves."""

from collections.abc import Mapping, Sequence

from index import PRODUCT_PARTS, TEXT_DIGEST, CatalogCache, ProductIndex, tokenize_product
from shopwindow.values import Product

MAX_SHOWN_PRODUCTS = 10_000
"""Products that are kept: 3 kB each with the stems of a short text, 8 kB with those of long ones in
several languages; 80 MB at most."""


class ShownProduct:
    """A product of the index, with what tells which words of a query it has.

    Args:
        product: The product.
        text_digest: Digest of its texts.
        former: The product as it was before; its stems stay if the texts did.

    Attributes:
        product: The product.
    """

    def __init__(
        self, product: Product, text_digest: str, former: "ShownProduct | None" = None
    ) -> None:
        self.product = product
        self._text_digest = text_digest
        self._stems: frozenset[str] | None = None
        if former is not None and former._text_digest == text_digest:
            self._stems = former._stems

    @property
    def stems(self) -> frozenset[str]:
        """The stems of its texts; analysed on first use."""
        if self._stems is None:
            self._stems = frozenset(token.stem for token in tokenize_product(self.product))
        return self._stems


class ShownProducts:
    """Fetches the products of hits, and caches them. Safe for several threads.

    Nothing is cached of an index that does not tell of other processes' changes.

    Args:
        index: Has the products.
    """

    def __init__(self, index: ProductIndex) -> None:
        self._index = index
        self._cache: CatalogCache[str, ShownProduct] = CatalogCache(
            index, MAX_SHOWN_PRODUCTS, None if index.counts_all_writers else 0.0
        )

    def get_many(self, product_ids: Sequence[str]) -> Mapping[str, ShownProduct]:
        """Return products by product id; products that do not exist are left out."""
        return self._cache.get_many(product_ids, self._load)

    def _load(self, product_ids: Sequence[str]) -> Mapping[str, ShownProduct]:
        former, _ = self._cache.peek_many(product_ids)
        entries = self._index.get_entries(product_ids, (*PRODUCT_PARTS, TEXT_DIGEST))
        return {
            product_id: ShownProduct(
                entry.product,
                str(entry.payload.get(TEXT_DIGEST)),
                former.get(product_id),
            )
            for product_id, entry in entries.items()
        }
