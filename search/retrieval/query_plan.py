"""From what is asked to the retrievals that answer it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from index.store.points import PHOTO, SPARSE, TEXT, Condition, VectorQuery
from index.text.bm25 import SparseVector
from shopwindow.values.encoder import Vectors
from shopwindow.values.settings import SearchSettings

LEXICAL = "lexical"
TEXT_TEXT = "text"
TEXT_IMAGE = "text_image"
IMAGE = "image"


MIN_COVERAGE = 0.1
"""Words keep this share: a word that stands in descriptions alone counts as not covered."""


@dataclass(frozen=True, slots=True)
class RetrievalInput:
    """A query after analysis and encoding; what is None was not asked.

    Attributes:
        sparse_vector: Sparse vector of the query's words.
        text_vector: Unit vector of the query's text, shape (dim,).
        photo_vector: Unit vector of the query's photo, shape (dim,).
        coverage: How far the catalogue has the query's words, 0 to 1.
    """

    sparse_vector: SparseVector | None = None
    text_vector: Vectors | None = None
    photo_vector: Vectors | None = None
    coverage: float = 1.0


def weigh_retrievers(settings: SearchSettings, coverage: float = 1.0) -> Mapping[str, float]:
    """Return the weight of each leg; a leg of weight 0 is not run.

    Args:
        settings: The weights as set.
        coverage: Words weigh by how far the catalogue has the query's words: a query whose only
            known word is "red" is not about everything red.
    """
    return {
        LEXICAL: settings.weight_lexical * max(coverage, MIN_COVERAGE),
        TEXT_TEXT: settings.weight_text,
        TEXT_IMAGE: settings.weight_text_image,
        IMAGE: settings.weight_image,
    }


def apply_image_weight(
    weights: Mapping[str, float], image_weight: float, retrievers: Collection[str]
) -> Mapping[str, float]:
    """Return weights under which the photos count for a share of the whole.

    Args:
        weights: The weights as they are.
        image_weight: The photos' share, 0 to 1.
        retrievers: The legs that run.
    """
    words = sum(weights[name] for name in retrievers if name != IMAGE) or 1.0
    rest = {name: weight * (1 - image_weight) / words for name, weight in weights.items()}
    return {**rest, IMAGE: image_weight}


def plan_queries(
    inputs: RetrievalInput,
    settings: SearchSettings,
    conditions: tuple[Condition, ...],
    exclude: tuple[str, ...] = (),
) -> dict[str, VectorQuery]:
    """Return one retrieval for each leg that the query feeds and whose weight is not 0."""
    feeds = {
        LEXICAL: (SPARSE, inputs.sparse_vector or None),
        TEXT_TEXT: (TEXT, inputs.text_vector),
        TEXT_IMAGE: (PHOTO, inputs.text_vector),
        IMAGE: (PHOTO, inputs.photo_vector),
    }
    weighed = weigh_retrievers(settings)
    return {
        name: VectorQuery(using, vector, conditions, exclude, settings.candidates_per_retriever)
        for name, (using, vector) in feeds.items()
        if vector is not None and weighed[name] > 0
    }
