"""What a query's photos and the products it names look like, as vectors to retrieve by."""

from collections.abc import Mapping
from dataclasses import replace

from index.payload import encoded_texts
from index.product_index import ProductIndex
from index.store.points import PHOTO, TEXT
from search.cursor import query_digest
from search.merchant_scope import merchants_of, unknown_to
from search.retrieval.query_encoder import Looks, PreparedPhoto, QueryEncoder
from search.retrieval.query_plan import Asked
from shopwindow.values.encoder import Vectors
from shopwindow.values.errors import ProductNotFoundError
from shopwindow.values.product import Product
from shopwindow.values.query import Filters, Photo, Query


class Looking:
    """Finds the vectors of what a query points at. Safe to call from several threads.

    Args:
        index: Has the products.
        encoder: Encodes the photos.
    """

    def __init__(self, index: ProductIndex, encoder: QueryEncoder) -> None:
        self._index = index
        self._encoder = encoder

    def looks(self, query: Query) -> Looks:
        """Return the query's photos decoded.

        Raises:
            PhotoError: One of them cannot be used.
            ProductNotFoundError: No indexed product that may be seen has an id to be avoided.
        """
        ids = [each for each in query.avoid if isinstance(each, str)]
        unknown = unknown_to(self._index, ids, query.filters)
        if unknown:
            raise ProductNotFoundError(unknown[0])
        unlike = tuple(
            each if isinstance(each, str) else self._encoder.prepare((each,))[0]
            for each in query.avoid
        )
        return Looks(self._encoder.prepare(query.photos), unlike)

    def unwanted(self, each: str | PreparedPhoto) -> tuple[str, Vectors]:
        """Return what hits should not be like: by its photo, if it has one.

        Raises:
            ProductNotFoundError: No indexed product has the id.
        """
        if not isinstance(each, str):
            return PHOTO, self._encoder.photo((each,))
        vectors = self._vectors(each)
        name = PHOTO if PHOTO in vectors else TEXT
        return name, vectors[name]

    def asked(self, product: str | Product, filters: Filters) -> Asked:
        """Return what finds products like one that is indexed (its id), or like any other.

        Args:
            product: The product.
            filters: Their merchants' products alone are known by their ids.

        Raises:
            ProductNotFoundError: No indexed product that may be seen has the id.
            PhotoError: The photo of a product that is not indexed cannot be used.
        """
        if isinstance(product, Product):
            return self._described(product)
        if merchants_of(filters) and unknown_to(self._index, (product,), filters):
            raise ProductNotFoundError(product)
        return self._stored(product)

    def _stored(self, product_id: str) -> Asked:
        vectors = self._vectors(product_id)
        return Asked(text=vectors.get(TEXT), photo=vectors.get(PHOTO))

    def _vectors(self, product_id: str) -> Mapping[str, Vectors]:
        vectors = self._index.vectors(product_id)
        if vectors is None:
            raise ProductNotFoundError(product_id)
        return vectors

    def _described(self, product: Product) -> Asked:
        texts = encoded_texts(product)
        photos = self._encoder.prepare((Photo(product.image),) if product.image else ())
        return Asked(
            text=self._encoder.text(texts[0]) if texts else None,
            photo=self._encoder.photo(photos) if photos else None,
        )


def identity(query: Query, looks: Looks) -> str:
    """Return what a cursor remembers of its query: all that the order of the answer depends on."""
    asked = replace(query, image=None, avoid=(), cursor="", facets=(), limit=1)
    like = sorted((each.digest, each.weight) for each in looks.like)
    unlike = [each if isinstance(each, str) else each.digest for each in looks.unlike]
    return query_digest(asked, like, unlike)
