"""A shop's two heads, its words' rows and the sharpness of similarity, while they are trained."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embed.compact.projection_head import ProjectionHead
from embed.finetuning.head_gradients import (
    NO_DROPOUT,
    DropoutMasks,
    FloatArray,
    ParameterArrays,
    run_forward,
)
from embed.finetuning.hyperparameters import Hyperparameters

MAX_LOGIT_SCALE = 100.0
"""Source: Radford et al., CLIP (2021), section 2.5: sharper than this is unstable."""

WORD_INIT_STD = 0.05
"""Standard deviation of the words' first rows."""

LOGIT_SCALE = "logit_scale"
LAYER_NAMES = ("inner", "inner_bias", "outer", "outer_bias")


@dataclass(frozen=True, slots=True)
class FeatureScaler:
    """What is taken off each feature, and what the rest is multiplied with.

    Attributes:
        mean: Shape (width,).
        scale: Shape (width,).
    """

    mean: FloatArray
    scale: FloatArray

    @classmethod
    def fit(cls, features: FloatArray) -> "FeatureScaler":
        """Return what brings features to about the same spread, shape (n, width) of them given."""
        sample = features[:: max(1, len(features) // 4000)]
        spread = sample.std(axis=0, ddof=1)
        scale = 1.0 / (spread + 0.02 * spread.mean() + 1e-6)
        return cls(sample.mean(axis=0), scale.astype(np.float32))


@dataclass(frozen=True, slots=True)
class ContrastiveBatch:
    """Products and texts that are contrasted with each other.

    Attributes:
        image_features: Features of the photos, shape (n, photo width).
        text_features: Features of the texts, shape (n, text width).
        word_ids: Row numbers of each text's words from 1, 0 for none, shape (n, n_places).
        targets: 1 where the text of the row is true of the product of the column, shape (n, n).
        image_dropout: What the photos' head leaves out.
        text_dropout: What the texts' head leaves out.
    """

    image_features: FloatArray
    text_features: FloatArray
    word_ids: NDArray[np.int64]
    targets: FloatArray
    image_dropout: DropoutMasks = NO_DROPOUT
    text_dropout: DropoutMasks = NO_DROPOUT


@dataclass(frozen=True, slots=True)
class AdapterTowers:
    """What is trained; the optimiser changes the arrays in place.

    Attributes:
        image_head: From the features of photos.
        text_head: From the features of texts and, behind them, the sum of their words' rows.
        word_embeddings: Row 0 is that of no word and stays zero; shape (n_words + 1, word_dim).
        logit_scale: Logarithm of what similarity is multiplied with, shape (1,).
    """

    image_head: ProjectionHead
    text_head: ProjectionHead
    word_embeddings: FloatArray
    logit_scale: FloatArray

    @classmethod
    def initialize(
        cls,
        hyperparameters: Hyperparameters,
        photos: FeatureScaler,
        texts: FeatureScaler,
        n_words: int,
        rng: np.random.Generator,
    ) -> "AdapterTowers":
        """Return towers that have learned nothing yet.

        Args:
            hyperparameters: Widths, for one member.
            photos: Of the photos' features.
            texts: Of the texts' features; the words' rows, behind them, are not scaled.
            n_words: Words that have a row.
            rng: Draws the first weights.
        """
        width = hyperparameters.word_dim
        centre = np.concatenate([texts.mean, np.zeros(width, np.float32)])
        scale = np.concatenate([texts.scale, np.ones(width, np.float32)])
        words = WORD_INIT_STD * rng.standard_normal((n_words + 1, width), dtype=np.float32)
        words[0] = 0.0
        return cls(
            image_head=_untrained(photos, hyperparameters, rng),
            text_head=_untrained(FeatureScaler(centre, scale), hyperparameters, rng),
            word_embeddings=words,
            logit_scale=np.log(np.array([hyperparameters.logit_scale], dtype=np.float32)),
        )

    def copy(self) -> "AdapterTowers":
        """Return towers with arrays of their own."""
        arrays = [self.word_embeddings.copy(), self.logit_scale.copy()]
        return AdapterTowers(_copied(self.image_head), _copied(self.text_head), *arrays)

    def get_parameters(self) -> dict[str, FloatArray]:
        """Return every array that is trained: the arrays themselves, not copies."""
        layers = {
            f"{name}.{layer}": getattr(head, layer)
            for name, head in (("image", self.image_head), ("text", self.text_head))
            for layer in LAYER_NAMES
        }
        return {**layers, "words": self.word_embeddings, LOGIT_SCALE: self.logit_scale}

    def compute_gradients(self, batch: ContrastiveBatch) -> tuple[float, ParameterArrays]:
        """Return the loss of a batch, and its gradient for each of the weights."""
        sums = self.word_embeddings[batch.word_ids].sum(axis=1)  # (n, word_dim)
        worded = np.concatenate([batch.text_features, sums], axis=1)
        photos = run_forward(self.image_head, batch.image_features, batch.image_dropout)
        texts = run_forward(self.text_head, worded, batch.text_dropout)
        sharp = np.minimum(np.exp(self.logit_scale), np.float32(MAX_LOGIT_SCALE))  # (1,)
        similarity = texts.outputs @ photos.outputs.T  # (n texts, n photos)
        loss, slope = contrastive_loss_and_gradient(similarity * sharp, batch.targets)
        is_free = np.exp(self.logit_scale) <= MAX_LOGIT_SCALE
        image, _ = photos.backward(sharp * (slope.T @ texts.outputs))
        text, of_sums = texts.backward(sharp * (slope @ photos.outputs), sums.shape[1])
        return loss, {
            **{f"image.{layer}": each for layer, each in image.items()},
            **{f"text.{layer}": each for layer, each in text.items()},
            "words": _spread_over_words(of_sums, batch.word_ids, len(self.word_embeddings)),
            LOGIT_SCALE: np.where(is_free, sharp * (slope * similarity).sum(), np.float32(0.0)),
        }


def contrastive_loss_and_gradient(
    similarity: FloatArray, targets: FloatArray
) -> tuple[float, FloatArray]:
    """Return the loss of similarity that does not follow the matches, and its slope.

    Cross-entropy from each text to the photos it is true of, in equal shares, and from each photo
    to its true texts; every text must be true of a photo, and every photo have a true text.

    Args:
        similarity: Texts by photos, shape (n, n).
        targets: 1 where the text of the row is true of the photo of the column, shape (n, n).

    Returns:
        The loss, and its derivative by similarity, shape (n, n).

    Source: Khosla et al., Supervised Contrastive Learning (2020), equation 2.
    """
    loss, slope = 0.0, np.zeros_like(similarity)
    for axis in (1, 0):
        wanted = targets / targets.sum(axis=axis, keepdims=True)
        likely = _log_softmax(similarity, axis)
        loss -= float((wanted * likely).sum()) / len(similarity)
        slope += (np.exp(likely) - wanted) / np.float32(len(similarity))
    return loss, slope


def _log_softmax(values: FloatArray, axis: int) -> FloatArray:
    level = values - values.max(axis=axis, keepdims=True)
    logs: FloatArray = level - np.log(np.exp(level).sum(axis=axis, keepdims=True))
    return logs


def _spread_over_words(of_sums: FloatArray, words: NDArray[np.int64], n_rows: int) -> FloatArray:
    """Return the sum of the gradients of each word's texts, shape (n_rows, width)."""
    texts, places = np.nonzero(words)
    used = words[texts, places]
    order = np.argsort(used, kind="stable")
    gradient = np.zeros((n_rows, of_sums.shape[1]), dtype=np.float32)
    if len(used):
        rows, firsts = np.unique(used[order], return_index=True)
        gradient[rows] = np.add.reduceat(of_sums[texts[order]], firsts, axis=0)
    return gradient


def _untrained(
    scaling: FeatureScaler, recipe: Hyperparameters, rng: np.random.Generator
) -> ProjectionHead:
    """Return a head of random layers.

    Source: He et al., Delving Deep into Rectifiers (2015), with the range that torch's `nn.Linear`
    has: evenly within one over the root of the inputs, weights and biases alike.
    """
    width, hidden, dim = len(scaling.mean), recipe.hidden_dim, recipe.joint_dim

    def drawn(n_inputs: int, shape: Sequence[int]) -> FloatArray:
        reach = np.float32(n_inputs**-0.5)
        return reach * (2 * rng.random(shape, dtype=np.float32) - 1)

    return ProjectionHead(
        centre=scaling.mean,
        scale=scaling.scale,
        inner=drawn(width, (width, hidden)),
        inner_bias=drawn(width, (hidden,)),
        outer=drawn(hidden, (1, hidden, dim)),
        outer_bias=drawn(hidden, (1, dim)),
    )


def _copied(head: ProjectionHead) -> ProjectionHead:
    return ProjectionHead(**{name: getattr(head, name).copy() for name in ProjectionHead.__slots__})
