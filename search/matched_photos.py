"""Which photo of a product answered a query, for the hits that are shown."""

from collections.abc import Sequence
from dataclasses import replace

from index import ProductIndex
from search.retrieval.query_plan import IMAGE, TEXT_IMAGE
from shopwindow.values import Hit, Vectors


def name_matched_images(
    index: ProductIndex, hits: Sequence[Hit], vector: Vectors | None
) -> tuple[Hit, ...]:
    """Return the hits with `Hit.matched_image`.

    Only products with several photos are looked up.

    Args:
        index: Has the photos' vectors.
        hits: The hits of one page.
        vector: What photos were compared with, shape (dim,); None if with nothing.
    """
    if vector is None:
        return tuple(hits)
    several = [
        hit.product.id for hit in hits if len(hit.product.photos) > 1 and _was_found_by_photo(hit)
    ]
    positions = index.photos.find_best(several, vector)
    return tuple(_name_image(hit, positions.get(hit.product.id, 0)) for hit in hits)


def _was_found_by_photo(hit: Hit) -> bool:
    return any(hit.contributions.get(name, 0.0) > 0 for name in (IMAGE, TEXT_IMAGE))


def _name_image(hit: Hit, position: int) -> Hit:
    # The product may have lost photos since it was fetched.
    photos = hit.product.photos
    return replace(hit, matched_image=photos[position]) if 0 < position < len(photos) else hit
