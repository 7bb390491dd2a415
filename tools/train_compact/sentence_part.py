"""Fit the sentence part: which texts are in-domain for the trained heads."""

from embed.compact.sentence_part import SentencePart
from embed.finetuning.hyperparameters import Hyperparameters
from embed.out_of_domain import DomainDetector, FeatureMatrix

MAX_FIT_TEXTS = 8000
"""Texts that the distribution is fitted on; more do not change it."""


def fit_sentence_part(
    train: FeatureMatrix, unseen: FeatureMatrix, hyperparameters: Hyperparameters
) -> SentencePart:
    """Fit the detector of in-domain texts.

    Args:
        train: Sentence vectors of texts that are trained on, shape (n, SENTENCE_DIM).
        unseen: The same of texts of held-out products, shape (m, SENTENCE_DIM).
        hyperparameters: Weights and margin of the sentence part.

    Returns:
        The sentence part.
    """
    sample = train[:: max(1, len(train) // MAX_FIT_TEXTS)]
    domain = DomainDetector.fit(sample, unseen, hyperparameters.sentence_domain_margin)
    return SentencePart(
        domain,
        hyperparameters.sentence_in_domain_weight,
        hyperparameters.sentence_out_of_domain_weight,
    )
