"""Resolves the photos and products of a query to vectors for retrieval."""

from collections.abc import Mapping
from dataclasses import replace

from index import ProductIndex, build_encoder_texts
from index.store import PHOTO, TEXT
from search.cursor import digest_parts
from search.merchant_scope import find_unknown, get_merchant_ids
from search.retrieval.query_encoder import PreparedPhoto, QueryEncoder, VisualConstraints
from search.retrieval.query_plan import RetrievalInput
from shopwindow.values import Filters, Product, Query, QueryImage, Vectors
from shopwindow.values.errors import ProductNotFoundError


class QueryVectorizer:
    """Returns vectors for a query's photos and example products.

    Safe to call from several threads.

    Args:
        index: Has the vectors of indexed products.
        encoder: Encodes photos and the texts of other products.
    """

    def __init__(self, index: ProductIndex, encoder: QueryEncoder) -> None:
        self._index = index
        self._encoder = encoder

    def prepare_constraints(self, query: Query) -> VisualConstraints:
        """Return the query's photos decoded, and its negative examples checked.

        Raises:
            PhotoError: One of the photos cannot be used.
            ProductNotFoundError: A negative example is the id of no visible indexed product.
        """
        ids = [example for example in query.negative_examples if isinstance(example, str)]
        unknown = find_unknown(self._index, ids, query.filters)
        if unknown:
            raise ProductNotFoundError(unknown[0])
        negative = tuple(
            example if isinstance(example, str) else self._encoder.prepare_photos((example,))[0]
            for example in query.negative_examples
        )
        return VisualConstraints(self._encoder.prepare_photos(query.images), negative)

    def resolve_negative(self, negative: str | PreparedPhoto) -> tuple[str, Vectors]:
        """Return the vector of a negative example: that of its photo if it has one, else its text.

        Returns:
            Name of the vector, PHOTO or TEXT, and the unit vector, shape (dim,).

        Raises:
            ProductNotFoundError: No indexed product has the id.
        """
        if not isinstance(negative, str):
            return PHOTO, self._encoder.encode_photos((negative,))
        vectors = self._get_vectors(negative)
        using = PHOTO if PHOTO in vectors else TEXT
        return using, vectors[using]

    def resolve_product(self, product: str | Product, filters: Filters) -> RetrievalInput:
        """Return the vectors that retrieve products similar to one.

        Args:
            product: The id of an indexed product, whose stored vectors are used, or any product,
                which is encoded.
            filters: Only the ids of their merchants' products are known.

        Raises:
            ProductNotFoundError: No visible indexed product has the id.
            PhotoError: The photo of a product that is not indexed cannot be used.
        """
        if isinstance(product, Product):
            return self._encode_product(product)
        if get_merchant_ids(filters) and find_unknown(self._index, (product,), filters):
            raise ProductNotFoundError(product)
        return self._get_stored(product)

    def _get_stored(self, product_id: str) -> RetrievalInput:
        vectors = self._get_vectors(product_id)
        return RetrievalInput(text_vector=vectors.get(TEXT), photo_vector=vectors.get(PHOTO))

    def _get_vectors(self, product_id: str) -> Mapping[str, Vectors]:
        """Return the embeddings of an indexed product by vector name, each of shape (dim,).

        Raises:
            ProductNotFoundError: No indexed product has the id.
        """
        vectors = self._index.get_vectors(product_id)
        if vectors is None:
            raise ProductNotFoundError(product_id)
        return vectors

    def _encode_product(self, product: Product) -> RetrievalInput:
        texts = build_encoder_texts(product)
        main = product.photos[:1]
        photos = self._encoder.prepare_photos(tuple(QueryImage(image) for image in main))
        return RetrievalInput(
            text_vector=self._encoder.encode_text(texts[0]) if texts else None,
            photo_vector=self._encoder.encode_photos(photos) if photos else None,
        )


def digest_query(query: Query, constraints: VisualConstraints) -> str:
    """Return a digest of everything in a query that the order of its hits depends on."""
    normalized = replace(query, image=None, negative_examples=(), cursor="", facets=(), limit=1)
    positive = sorted((photo.digest, photo.weight) for photo in constraints.positive)
    negative = [item if isinstance(item, str) else item.digest for item in constraints.negative]
    return digest_parts(normalized, positive, negative)
