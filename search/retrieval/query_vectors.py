"""What a query's photos and the products it names look like, as vectors to retrieve by."""

from collections.abc import Mapping
from dataclasses import replace

from index.payload import build_encoder_texts
from index.product_index import ProductIndex
from index.store.points import PHOTO, TEXT
from search.cursor import digest_parts
from search.merchant_scope import find_unknown, get_merchant_ids
from search.retrieval.query_encoder import PreparedPhoto, QueryEncoder, VisualConstraints
from search.retrieval.query_plan import RetrievalInput
from shopwindow.values.encoder import Vectors
from shopwindow.values.errors import ProductNotFoundError
from shopwindow.values.product import Product
from shopwindow.values.query import Filters, Query, QueryImage


class QueryVectorizer:
    """Finds the vectors of what a query points at. Safe to call from several threads.

    Args:
        index: Has the products.
        encoder: Encodes the photos.
    """

    def __init__(self, index: ProductIndex, encoder: QueryEncoder) -> None:
        self._index = index
        self._encoder = encoder

    def prepare_constraints(self, query: Query) -> VisualConstraints:
        """Return the query's photos decoded.

        Raises:
            PhotoError: One of them cannot be used.
            ProductNotFoundError: No indexed product that may be seen has an id to be avoided.
        """
        ids = [each for each in query.negative_examples if isinstance(each, str)]
        unknown = find_unknown(self._index, ids, query.filters)
        if unknown:
            raise ProductNotFoundError(unknown[0])
        unlike = tuple(
            each if isinstance(each, str) else self._encoder.prepare_photos((each,))[0]
            for each in query.negative_examples
        )
        return VisualConstraints(self._encoder.prepare_photos(query.images), unlike)

    def resolve_negative(self, negative: str | PreparedPhoto) -> tuple[str, Vectors]:
        """Return what hits should not be like: by its photo, if it has one.

        Raises:
            ProductNotFoundError: No indexed product has the id.
        """
        if not isinstance(negative, str):
            return PHOTO, self._encoder.encode_photos((negative,))
        vectors = self._vectors(negative)
        name = PHOTO if PHOTO in vectors else TEXT
        return name, vectors[name]

    def resolve_product(self, product: str | Product, filters: Filters) -> RetrievalInput:
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
        if get_merchant_ids(filters) and find_unknown(self._index, (product,), filters):
            raise ProductNotFoundError(product)
        return self._stored(product)

    def _stored(self, product_id: str) -> RetrievalInput:
        vectors = self._vectors(product_id)
        return RetrievalInput(text_vector=vectors.get(TEXT), photo_vector=vectors.get(PHOTO))

    def _vectors(self, product_id: str) -> Mapping[str, Vectors]:
        vectors = self._index.get_vectors(product_id)
        if vectors is None:
            raise ProductNotFoundError(product_id)
        return vectors

    def _described(self, product: Product) -> RetrievalInput:
        texts = build_encoder_texts(product)
        photos = self._encoder.prepare_photos((QueryImage(product.image),) if product.image else ())
        return RetrievalInput(
            text_vector=self._encoder.encode_text(texts[0]) if texts else None,
            photo_vector=self._encoder.encode_photos(photos) if photos else None,
        )


def digest_query(query: Query, constraints: VisualConstraints) -> str:
    """Return what a cursor remembers of its query: all that the order of the answer depends on."""
    asked = replace(query, image=None, negative_examples=(), cursor="", facets=(), limit=1)
    like = sorted((each.digest, each.weight) for each in constraints.positive)
    unlike = [each if isinstance(each, str) else each.digest for each in constraints.negative]
    return digest_parts(asked, like, unlike)
