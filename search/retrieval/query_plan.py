"""Plans a query's retrievals: one vector query for each retriever, and its weight."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from index import ProductCondition, ProductQuery
from index.store import PHOTO, SPARSE, TEXT
from index.text import SparseVector
from shopwindow.values import Vectors
from shopwindow.values.setting_groups import SearchSettings

LEXICAL = "lexical"
TEXT_TEXT = "text"
TEXT_IMAGE = "text_image"
IMAGE = "image"
"""Names of the retrievers, which are also those of their score contributions."""

MIN_COVERAGE = 0.1
"""Least coverage that weighs the lexical retriever: coverage does not count words that only
descriptions have."""


@dataclass(frozen=True, slots=True)
class RetrievalInput:
    """A query after analysis and encoding; a retriever without its vector does not run.

    Attributes:
        sparse_vector: Sparse vector of the query's words.
        text_vector: Unit vector of the query's text, shape (dim,).
        photo_vector: Unit vector of the query's photos, shape (dim,).
        coverage: Share of the query's words that the catalogue has, 0 to 1.
    """

    sparse_vector: SparseVector | None = None
    text_vector: Vectors | None = None
    photo_vector: Vectors | None = None
    coverage: float = 1.0


def weigh_retrievers(settings: SearchSettings, coverage: float = 1.0) -> Mapping[str, float]:
    """Return the weight of each retriever; one of weight 0 does not run.

    Args:
        settings: The configured weights.
        coverage: Share of the query's words that the catalogue has. It scales the lexical weight: a
            query whose only known word is "red" is not about everything red.
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
    """Return weights rescaled so that the photos have a given share of the total.

    Args:
        weights: By retriever.
        image_weight: Share of the photos, 0 to 1.
        retrievers: The retrievers that run.
    """
    text_total = sum(weights[name] for name in retrievers if name != IMAGE) or 1.0
    text_share = 1 - image_weight
    rescaled = {name: weight * text_share / text_total for name, weight in weights.items()}
    return {**rescaled, IMAGE: image_weight}


def plan_queries(
    inputs: RetrievalInput,
    settings: SearchSettings,
    conditions: tuple[ProductCondition, ...],
    exclude: tuple[str, ...] = (),
) -> dict[str, ProductQuery]:
    """Return the vector query of each retriever that has input and a weight above 0.

    Args:
        inputs: The vectors of the query.
        settings: Weights, and the number of candidates per retriever.
        conditions: What every product must fulfil.
        exclude: Product ids to leave out.
    """
    vectors = {
        LEXICAL: (SPARSE, inputs.sparse_vector or None),
        TEXT_TEXT: (TEXT, inputs.text_vector),
        TEXT_IMAGE: (PHOTO, inputs.text_vector),
        IMAGE: (PHOTO, inputs.photo_vector),
    }
    weights = weigh_retrievers(settings)
    return {
        name: ProductQuery(using, vector, conditions, exclude, settings.candidates_per_retriever)
        for name, (using, vector) in vectors.items()
        if vector is not None and weights[name] > 0
    }
