"""The meaning part: which texts the trained heads know well, and which they should leave alone."""

from embed.compact.sentence_part import Meaning
from embed.out_of_domain import Familiarity, Rows
from tools.train_compact.hyperparameters import Recipe

MOST = 8000
"""Texts that the distribution is learned from; more change nothing."""


def fit_meaning(train: Rows, unseen: Rows, recipe: Recipe) -> Meaning:
    """Learn which texts are like those of the training.

    Args:
        train: The sentence encoder's vectors of texts that were trained on, shape (n, width).
        unseen: The same of texts of products that were not, shape (m, width).
        recipe: The shares, and how far what is familiar reaches.

    Returns:
        The meaning part.
    """
    sample = train[:: max(1, len(train) // MOST)]
    known = Familiarity.of(sample, unseen, recipe.meaning_reach)
    return Meaning(known, recipe.meaning_familiar, recipe.meaning_foreign)
