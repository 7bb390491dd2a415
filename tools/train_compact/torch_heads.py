"""The heads while they are trained; `embed.compact.heads` runs the same arithmetic in numpy."""

from typing import TypeAlias, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from embed.compact.projection_head import CLIP, Head
from tools.train_compact.hyperparameters import Recipe

MAX_SHARPNESS = 100.0
"""Source: Radford et al., CLIP (2021), section 2.5: sharper than this is unstable."""

Evening: TypeAlias = tuple[Tensor, Tensor]
"""What is taken off each feature, and what the rest is multiplied with, each of shape (width,)."""


class TrainedHead(nn.Module):
    """Two layers with dropout, ending in unit rows, by several members side by side.

    Args:
        centre: Mean of each feature, shape (width,).
        scale: What centred features are multiplied with, shape (width,).
        recipe: Widths.
        dropout: Share of features and share of hidden units that a step leaves out.
    """

    centre: Tensor
    scale: Tensor

    def __init__(
        self, centre: Tensor, scale: Tensor, recipe: Recipe, dropout: tuple[float, float]
    ) -> None:
        super().__init__()
        self.register_buffer("centre", centre)
        self.register_buffer("scale", scale)
        self.first, self.second = nn.Dropout(dropout[0]), nn.Dropout(dropout[1])
        self.inner = nn.Linear(len(centre), recipe.members * recipe.hidden)
        part = recipe.joint_dim // recipe.members
        layers = [nn.Linear(recipe.hidden, part) for _ in range(recipe.members)]
        self.outer = nn.ModuleList(layers)

    def forward(self, features: Tensor) -> Tensor:
        """Return each member's unit rows, shape (members, n, joint_dim / members).

        Args:
            features: Shape (n, width).
        """
        even = ((features.float() - self.centre) * self.scale).clamp(-CLIP, CLIP)
        hidden = self.second(functional.gelu(self.inner(self.first(even)), approximate="tanh"))
        members = hidden.chunk(len(self.outer), dim=1)
        parts = [layer(units) for layer, units in zip(self.outer, members, strict=True)]
        return functional.normalize(torch.stack(parts).float(), dim=-1)

    def as_head(self) -> Head:
        """Return the same arithmetic in numpy."""
        layers = [cast("nn.Linear", layer) for layer in self.outer]
        return Head(
            centre=_array(self.centre),
            scale=_array(self.scale),
            inner=_array(self.inner.weight.T),
            inner_bias=_array(self.inner.bias),
            outer=np.stack([_array(layer.weight.T) for layer in layers]),
            outer_bias=np.stack([_array(layer.bias) for layer in layers]),
        )


class WordRows(nn.EmbeddingBag):
    """A learned row for each word; a text has the sum of its words' rows.

    Args:
        n_words: Words that have a row; they are numbered from 1, and 0 is no word.
        width: Width of a row.
    """

    def __init__(self, n_words: int, width: int) -> None:
        super().__init__(n_words + 1, width, mode="sum", padding_idx=0)
        nn.init.normal_(self.weight, std=0.05)
        self.weight.data[0] = 0.0

    def as_rows(self) -> NDArray[np.float32]:
        """Return the rows of the words, shape (n_words, width)."""
        rows: NDArray[np.float32] = self.weight.detach().numpy()[1:].copy()
        return rows


class Towers(nn.Module):
    """Both heads, the words' rows, and how sharply likeness is read.

    Args:
        recipe: Widths and dropout.
        photos: How the features of photos are evened.
        texts: How the features of texts are evened; the words' rows, behind them, are not.
        n_words: Words that have a row.
    """

    def __init__(self, recipe: Recipe, photos: Evening, texts: Evening, n_words: int) -> None:
        super().__init__()
        drop = (recipe.feature_dropout, recipe.image_dropout)
        self.image = TrainedHead(*photos, recipe, drop)
        centre = torch.cat([texts[0], torch.zeros(recipe.word_dim)])
        scale = torch.cat([texts[1], torch.ones(recipe.word_dim)])
        self.text = TrainedHead(centre, scale, recipe, (0.0, recipe.text_dropout))
        self.words = WordRows(n_words, recipe.word_dim)
        self.sharpness = nn.Parameter(torch.tensor(recipe.sharpness).log())
        self.words_hidden = recipe.words_hidden

    def sharp(self) -> Tensor:
        """Return what likeness is multiplied with."""
        return self.sharpness.exp().clamp(max=MAX_SHARPNESS)

    def encode_texts(self, meanings: Tensor, words: Tensor) -> Tensor:
        """Return each member's unit rows, shape (members, n, joint_dim / members).

        Args:
            meanings: The texts' features, shape (n, width).
            words: Row numbers of each text's words, 0 for none, shape (n, n_places).
        """
        if self.training:
            words = words * (torch.rand(len(words), 1) >= self.words_hidden)
        rows: Tensor = self.text(torch.cat([meanings.float(), self.words(words)], dim=1))
        return rows


def _array(tensor: Tensor) -> NDArray[np.float32]:
    return np.ascontiguousarray(tensor.detach().float().numpy())
