"""The trainable parameters of an adapter: two heads, word embeddings and the logit scale."""

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
"""Source: Radford et al., CLIP (2021), section 2.5: larger ones make training unstable."""

WORD_INIT_STD = 0.05
"""Standard deviation of the initial word embeddings."""

LOGIT_SCALE = "logit_scale"
LAYER_NAMES = ("hidden_weights", "hidden_bias", "output_weights", "output_bias")


@dataclass(frozen=True, slots=True)
class FeatureScaler:
    """Standardises features: (features - mean) * scale.

    Attributes:
        mean: Shape (width,).
        scale: Shape (width,).
    """

    mean: FloatArray
    scale: FloatArray

    @classmethod
    def fit(cls, features: FloatArray) -> "FeatureScaler":
        """Return the scaler that brings features, shape (n, width), to about equal deviation."""
        sample = features[:: max(1, len(features) // 4000)]
        std = sample.std(axis=0, ddof=1)
        scale = 1.0 / (std + 0.02 * std.mean() + 1e-6)
        return cls(sample.mean(axis=0), scale.astype(np.float32))


@dataclass(frozen=True, slots=True)
class ContrastiveBatch:
    """A batch of photos and texts that are contrasted with each other.

    Attributes:
        image_features: Features of the photos, shape (n, image width).
        text_features: Features of the texts, shape (n, text width).
        word_ids: Rows of each text's words, 0 for padding, shape (n, max_words).
        targets: 1 where the text of the row matches the product of the column, shape (n, n).
        image_dropout: Dropout masks of the image head.
        text_dropout: Dropout masks of the text head.
    """

    image_features: FloatArray
    text_features: FloatArray
    word_ids: NDArray[np.int64]
    targets: FloatArray
    image_dropout: DropoutMasks = NO_DROPOUT
    text_dropout: DropoutMasks = NO_DROPOUT


@dataclass(frozen=True, slots=True)
class AdapterTowers:
    """The trainable parameters; the optimiser changes the arrays in place.

    Attributes:
        image_head: Takes the features of photos.
        text_head: Takes the features of texts and, after them, the sum of their word embeddings.
        word_embeddings: Shape (n_words + 1, word_dim); row 0 is padding and stays zero.
        logit_scale: Logarithm of the factor of the similarity, shape (1,).
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
        """Return randomly initialised towers.

        Args:
            hyperparameters: Widths; the ensemble has one member.
            photos: Scaler of the photos' features.
            texts: Scaler of the texts' features; word embeddings are not scaled.
            n_words: Size of the vocabulary.
            rng: Samples the initial weights.
        """
        width = hyperparameters.word_dim
        mean = np.concatenate([texts.mean, np.zeros(width, np.float32)])
        scale = np.concatenate([texts.scale, np.ones(width, np.float32)])
        word_embeddings = WORD_INIT_STD * rng.standard_normal(
            (n_words + 1, width), dtype=np.float32
        )
        word_embeddings[0] = 0.0
        return cls(
            image_head=_initialize_head(photos, hyperparameters, rng),
            text_head=_initialize_head(FeatureScaler(mean, scale), hyperparameters, rng),
            word_embeddings=word_embeddings,
            logit_scale=np.log(np.array([hyperparameters.logit_scale], dtype=np.float32)),
        )

    def copy(self) -> "AdapterTowers":
        """Return towers with copies of all arrays."""
        arrays = [self.word_embeddings.copy(), self.logit_scale.copy()]
        return AdapterTowers(_copy_head(self.image_head), _copy_head(self.text_head), *arrays)

    def get_parameters(self) -> dict[str, FloatArray]:
        """Return every trainable array by name: the arrays themselves, not copies.

        Returns:
            The layers of both heads, "image.LAYER" and "text.LAYER", each of the shape that
            `ProjectionHead` says; "words", shape (n_words + 1, word_dim); and the logit scale,
            shape (1,).
        """
        layers = {
            f"{name}.{layer}": getattr(head, layer)
            for name, head in (("image", self.image_head), ("text", self.text_head))
            for layer in LAYER_NAMES
        }
        return {**layers, "words": self.word_embeddings, LOGIT_SCALE: self.logit_scale}

    def compute_gradients(self, batch: ContrastiveBatch) -> tuple[float, ParameterArrays]:
        """Return the loss of a batch, and its gradient by each trainable array."""
        word_sums = self.word_embeddings[batch.word_ids].sum(axis=1)  # (n, word_dim)
        text_inputs = np.concatenate([batch.text_features, word_sums], axis=1)
        photos = run_forward(self.image_head, batch.image_features, batch.image_dropout)
        texts = run_forward(self.text_head, text_inputs, batch.text_dropout)
        scale = np.minimum(np.exp(self.logit_scale), np.float32(MAX_LOGIT_SCALE))  # (1,)
        similarity = texts.outputs @ photos.outputs.T  # (n texts, n photos)
        loss, by_logits = contrastive_loss_and_gradient(similarity * scale, batch.targets)
        is_unclamped = np.exp(self.logit_scale) <= MAX_LOGIT_SCALE
        by_scale = scale * (by_logits * similarity).sum()
        image, _ = photos.backward(scale * (by_logits.T @ texts.outputs))
        text, by_word_sums = texts.backward(
            scale * (by_logits @ photos.outputs), word_sums.shape[1]
        )
        return loss, {
            **{f"image.{layer}": gradient for layer, gradient in image.items()},
            **{f"text.{layer}": gradient for layer, gradient in text.items()},
            "words": _sum_word_gradients(by_word_sums, batch.word_ids, len(self.word_embeddings)),
            LOGIT_SCALE: np.where(is_unclamped, by_scale, np.float32(0.0)),
        }


def contrastive_loss_and_gradient(
    similarity: FloatArray, targets: FloatArray
) -> tuple[float, FloatArray]:
    """Compute the supervised contrastive loss and its gradient.

    Cross-entropy from each text to its matching photos, in equal shares, and from each photo to its
    matching texts; every text and every photo must have a match.

    Args:
        similarity: Scaled similarities, texts by photos, shape (n, n).
        targets: 1 where the text of the row matches the photo of the column, shape (n, n).

    Returns:
        The loss, and its gradient by `similarity`, shape (n, n).

    Source: Khosla et al., Supervised Contrastive Learning (2020), equation 2.
    """
    loss, gradient = 0.0, np.zeros_like(similarity)
    for axis in (1, 0):
        target_probabilities = targets / targets.sum(axis=axis, keepdims=True)
        log_probabilities = _log_softmax(similarity, axis)
        loss -= float((target_probabilities * log_probabilities).sum()) / len(similarity)
        gradient += (np.exp(log_probabilities) - target_probabilities) / np.float32(len(similarity))
    return loss, gradient


def _log_softmax(values: FloatArray, axis: int) -> FloatArray:
    """Return the logarithm of the softmax along an axis, of the same shape."""
    shifted = values - values.max(axis=axis, keepdims=True)
    logs: FloatArray = shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))
    return logs


def _sum_word_gradients(
    by_word_sums: FloatArray, word_ids: NDArray[np.int64], n_rows: int
) -> FloatArray:
    """Return the gradient by each word embedding: the sum over the texts that contain the word.

    Args:
        by_word_sums: Gradient by each text's sum of word embeddings, shape (n_texts, width).
        word_ids: Rows of each text's words, 0 for padding, shape (n_texts, max_words).
        n_rows: Number of word embeddings.
    """
    texts, positions = np.nonzero(word_ids)
    ids = word_ids[texts, positions]
    order = np.argsort(ids, kind="stable")
    gradient = np.zeros((n_rows, by_word_sums.shape[1]), dtype=np.float32)
    if len(ids):
        rows, starts = np.unique(ids[order], return_index=True)
        gradient[rows] = np.add.reduceat(by_word_sums[texts[order]], starts, axis=0)
    return gradient


def _initialize_head(
    scaler: FeatureScaler, hyperparameters: Hyperparameters, rng: np.random.Generator
) -> ProjectionHead:
    """Return a head of one member with random layers.

    Source: He et al., Delving Deep into Rectifiers (2015), in the form of torch's `nn.Linear`:
    weights and biases uniform within plus or minus 1 / sqrt(n_inputs).
    """
    width = len(scaler.mean)
    hidden_dim, dim = hyperparameters.hidden_dim, hyperparameters.joint_dim

    def sample(n_inputs: int, shape: Sequence[int]) -> FloatArray:
        """Return random weights of this shape, float32, within plus or minus 1 / sqrt(n_inputs)."""
        bound = np.float32(n_inputs**-0.5)
        return bound * (2 * rng.random(shape, dtype=np.float32) - 1)

    return ProjectionHead(
        mean=scaler.mean,
        scale=scaler.scale,
        hidden_weights=sample(width, (width, hidden_dim)),
        hidden_bias=sample(width, (hidden_dim,)),
        output_weights=sample(hidden_dim, (1, hidden_dim, dim)),
        output_bias=sample(hidden_dim, (1, dim)),
    )


def _copy_head(head: ProjectionHead) -> ProjectionHead:
    return ProjectionHead(**{name: getattr(head, name).copy() for name in ProjectionHead.__slots__})
