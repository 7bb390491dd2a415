"""A shop's two heads, its words' rows and the sharpness of similarity, while they are trained."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embed.compact.projection_head import Head
from embed.finetuning.head_gradients import KEEP_ALL, DropoutMasks, Rows, Weights, pass_through
from tools.train_compact.hyperparameters import Recipe

MAX_SHARPNESS = 100.0
"""Source: Radford et al., CLIP (2021), section 2.5: sharper than this is unstable."""

WORD_SPREAD = 0.05
"""Standard deviation of the words' first rows."""

SHARPNESS = "sharpness"
LAYERS = ("inner", "inner_bias", "outer", "outer_bias")


@dataclass(frozen=True, slots=True)
class Scaling:
    """What is taken off each feature, and what the rest is multiplied with.

    Attributes:
        centre: Shape (width,).
        scale: Shape (width,).
    """

    centre: Rows
    scale: Rows

    @classmethod
    def of(cls, features: Rows) -> "Scaling":
        """Return what brings features to about the same spread, shape (n, width) of them given."""
        sample = features[:: max(1, len(features) // 4000)]
        spread = sample.std(axis=0, ddof=1)
        scale = 1.0 / (spread + 0.02 * spread.mean() + 1e-6)
        return cls(sample.mean(axis=0), scale.astype(np.float32))


@dataclass(frozen=True, slots=True)
class Batch:
    """Products and texts that are contrasted with each other.

    Attributes:
        photos: Features of the photos, shape (n, photo width).
        meanings: Features of the texts, shape (n, text width).
        words: Row numbers of each text's words from 1, 0 for none, shape (n, n_places).
        matches: 1 where the text of the row is true of the product of the column, shape (n, n).
        photo_masks: What the photos' head leaves out.
        text_masks: What the texts' head leaves out.
    """

    photos: Rows
    meanings: Rows
    words: NDArray[np.int64]
    matches: Rows
    photo_masks: DropoutMasks = KEEP_ALL
    text_masks: DropoutMasks = KEEP_ALL


@dataclass(frozen=True, slots=True)
class ShopTowers:
    """What is trained; the optimiser changes the arrays in place.

    Attributes:
        image: From the features of photos.
        text: From the features of texts and, behind them, the sum of their words' rows.
        words: Row 0 is that of no word and stays zero; shape (n_words + 1, word_dim).
        sharpness: Logarithm of what similarity is multiplied with, shape (1,).
    """

    image: Head
    text: Head
    words: Rows
    sharpness: Rows

    @classmethod
    def start(
        cls,
        recipe: Recipe,
        photos: Scaling,
        texts: Scaling,
        n_words: int,
        rng: np.random.Generator,
    ) -> "ShopTowers":
        """Return towers that have learned nothing yet.

        Args:
            recipe: Widths, for one member.
            photos: Of the photos' features.
            texts: Of the texts' features; the words' rows, behind them, are not scaled.
            n_words: Words that have a row.
            rng: Draws the first weights.
        """
        width = recipe.word_dim
        centre = np.concatenate([texts.centre, np.zeros(width, np.float32)])
        scale = np.concatenate([texts.scale, np.ones(width, np.float32)])
        words = WORD_SPREAD * rng.standard_normal((n_words + 1, width), dtype=np.float32)
        words[0] = 0.0
        return cls(
            image=_untrained(photos, recipe, rng),
            text=_untrained(Scaling(centre, scale), recipe, rng),
            words=words,
            sharpness=np.log(np.array([recipe.sharpness], dtype=np.float32)),
        )

    def copy(self) -> "ShopTowers":
        """Return towers with arrays of their own."""
        arrays = [self.words.copy(), self.sharpness.copy()]
        return ShopTowers(_copied(self.image), _copied(self.text), *arrays)

    def weights(self) -> dict[str, Rows]:
        """Return every array that is trained: the arrays themselves, not copies."""
        layers = {
            f"{name}.{layer}": getattr(head, layer)
            for name, head in (("image", self.image), ("text", self.text))
            for layer in LAYERS
        }
        return {**layers, "words": self.words, SHARPNESS: self.sharpness}

    def gradients(self, batch: Batch) -> tuple[float, Weights]:
        """Return the loss of a batch, and its gradient for each of the weights."""
        sums = self.words[batch.words].sum(axis=1)  # (n, word_dim)
        worded = np.concatenate([batch.meanings, sums], axis=1)
        photos = pass_through(self.image, batch.photos, batch.photo_masks)
        texts = pass_through(self.text, worded, batch.text_masks)
        sharp = np.minimum(np.exp(self.sharpness), np.float32(MAX_SHARPNESS))  # (1,)
        similarity = texts.rows @ photos.rows.T  # (n texts, n photos)
        loss, slope = contrast(similarity * sharp, batch.matches)
        is_free = np.exp(self.sharpness) <= MAX_SHARPNESS
        image, _ = photos.gradients(sharp * (slope.T @ texts.rows))
        text, of_sums = texts.gradients(sharp * (slope @ photos.rows), sums.shape[1])
        return loss, {
            **{f"image.{layer}": each for layer, each in image.items()},
            **{f"text.{layer}": each for layer, each in text.items()},
            "words": _spread_over_words(of_sums, batch.words, len(self.words)),
            SHARPNESS: np.where(is_free, sharp * (slope * similarity).sum(), np.float32(0.0)),
        }


def contrast(similarity: Rows, matches: Rows) -> tuple[float, Rows]:
    """Return the loss of similarity that does not follow the matches, and its slope.

    Cross-entropy from each text to the photos it is true of, in equal shares, and from each photo
    to its true texts; every text must be true of a photo, and every photo have a true text.

    Args:
        similarity: Texts by photos, shape (n, n).
        matches: 1 where the text of the row is true of the photo of the column, shape (n, n).

    Returns:
        The loss, and its derivative by similarity, shape (n, n).

    Source: Khosla et al., Supervised Contrastive Learning (2020), equation 2.
    """
    loss, slope = 0.0, np.zeros_like(similarity)
    for axis in (1, 0):
        wanted = matches / matches.sum(axis=axis, keepdims=True)
        likely = _log_softmax(similarity, axis)
        loss -= float((wanted * likely).sum()) / len(similarity)
        slope += (np.exp(likely) - wanted) / np.float32(len(similarity))
    return loss, slope


def _log_softmax(values: Rows, axis: int) -> Rows:
    level = values - values.max(axis=axis, keepdims=True)
    logs: Rows = level - np.log(np.exp(level).sum(axis=axis, keepdims=True))
    return logs


def _spread_over_words(of_sums: Rows, words: NDArray[np.int64], n_rows: int) -> Rows:
    """Return the sum of the gradients of each word's texts, shape (n_rows, width)."""
    texts, places = np.nonzero(words)
    used = words[texts, places]
    order = np.argsort(used, kind="stable")
    gradient = np.zeros((n_rows, of_sums.shape[1]), dtype=np.float32)
    if len(used):
        rows, firsts = np.unique(used[order], return_index=True)
        gradient[rows] = np.add.reduceat(of_sums[texts[order]], firsts, axis=0)
    return gradient


def _untrained(scaling: Scaling, recipe: Recipe, rng: np.random.Generator) -> Head:
    """Return a head of random layers.

    Source: He et al., Delving Deep into Rectifiers (2015), with the range that torch's `nn.Linear`
    has: evenly within one over the root of the inputs, weights and biases alike.
    """
    width, hidden, dim = len(scaling.centre), recipe.hidden, recipe.joint_dim

    def drawn(n_inputs: int, shape: Sequence[int]) -> Rows:
        reach = np.float32(n_inputs**-0.5)
        return reach * (2 * rng.random(shape, dtype=np.float32) - 1)

    return Head(
        centre=scaling.centre,
        scale=scaling.scale,
        inner=drawn(width, (width, hidden)),
        inner_bias=drawn(width, (hidden,)),
        outer=drawn(hidden, (1, hidden, dim)),
        outer_bias=drawn(hidden, (1, dim)),
    )


def _copied(head: Head) -> Head:
    return Head(**{name: getattr(head, name).copy() for name in Head.__slots__})
