"""The meaning part: which texts the trained heads know well, and which they should leave alone."""

from embed.compact.sentence_part import SentencePart
from embed.finetuning.hyperparameters import Hyperparameters
from embed.out_of_domain import DomainDetector, FeatureMatrix

MAX_FIT_TEXTS = 8000
"""Texts that the distribution is learned from; more change nothing."""


def fit_sentence_part(
    train: FeatureMatrix, unseen: FeatureMatrix, hyperparameters: Hyperparameters
) -> SentencePart:
    """Learn which texts are like those of the training.

    Args:
        train: The sentence encoder's vectors of texts that were trained on, shape (n, width).
        unseen: The same of texts of products that were not, shape (m, width).
        hyperparameters: The shares, and how far what is familiar reaches.

    Returns:
        The meaning part.
    """
    sample = train[:: max(1, len(train) // MAX_FIT_TEXTS)]
    known = DomainDetector.fit(sample, unseen, hyperparameters.sentence_domain_margin)
    return SentencePart(
        known,
        hyperparameters.sentence_in_domain_weight,
        hyperparameters.sentence_out_of_domain_weight,
    )
