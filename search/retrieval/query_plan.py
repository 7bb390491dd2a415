"""From what is asked to the retrievals that answer it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from index.store.points import PHOTO, TEXT, WORDS, Condition, LegQuery
from index.text.bm25 import SparseVector
from shopwindow.values.encoder import Vectors
from shopwindow.values.settings import SearchSettings

LEXICAL = "lexical"
TEXT_TEXT = "text"
TEXT_IMAGE = "text_image"
IMAGE = "image"


LEAST_COVERAGE = 0.1
"""Words keep this share: a word that stands in descriptions alone counts as not covered."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A query after analysis and encoding; what is None was not asked.

    Attributes:
        words: Sparse vector of the query's words.
        text: Unit vector of the query's text, shape (dim,).
        photo: Unit vector of the query's photo, shape (dim,).
        coverage: How far the catalogue has the query's words, 0 to 1.
    """

    words: SparseVector | None = None
    text: Vectors | None = None
    photo: Vectors | None = None
    coverage: float = 1.0


def weights(settings: SearchSettings, coverage: float = 1.0) -> Mapping[str, float]:
    """Return the weight of each leg; a leg of weight 0 is not run.

    Args:
        settings: The weights as set.
        coverage: Words weigh by how far the catalogue has the query's words: a query whose only
            known word is "red" is not about everything red.
    """
    return {
        LEXICAL: settings.weight_lexical * max(coverage, LEAST_COVERAGE),
        TEXT_TEXT: settings.weight_text,
        TEXT_IMAGE: settings.weight_text_image,
        IMAGE: settings.weight_image,
    }


def shared(
    weighed: Mapping[str, float], photo_share: float, legs: Collection[str]
) -> Mapping[str, float]:
    """Return weights under which the photos count for a share of the whole.

    Args:
        weighed: The weights as they are.
        photo_share: The photos' share, 0 to 1.
        legs: The legs that run.
    """
    words = sum(weighed[name] for name in legs if name != IMAGE) or 1.0
    rest = {name: weight * (1 - photo_share) / words for name, weight in weighed.items()}
    return {**rest, IMAGE: photo_share}


def plan(
    asked: Asked,
    settings: SearchSettings,
    conditions: tuple[Condition, ...],
    exclude: tuple[str, ...] = (),
) -> dict[str, LegQuery]:
    """Return one retrieval for each leg that the query feeds and whose weight is not 0."""
    feeds = {
        LEXICAL: (WORDS, asked.words or None),
        TEXT_TEXT: (TEXT, asked.text),
        TEXT_IMAGE: (PHOTO, asked.text),
        IMAGE: (PHOTO, asked.photo),
    }
    weighed = weights(settings)
    return {
        name: LegQuery(using, vector, conditions, exclude, settings.depth)
        for name, (using, vector) in feeds.items()
        if vector is not None and weighed[name] > 0
    }
