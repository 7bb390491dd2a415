"""The heads while they are trained; `embed.compact.heads` runs the same arithmetic in numpy."""

from typing import TypeAlias, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from embed.compact.projection_head import MAX_DEVIATION, ProjectionHead
from embed.finetuning.hyperparameters import Hyperparameters

MAX_LOGIT_SCALE = 100.0
"""Source: Radford et al., CLIP (2021), section 2.5: sharper than this is unstable."""

ScalingTensors: TypeAlias = tuple[Tensor, Tensor]
"""What is taken off each feature, and what the rest is multiplied with, each of shape (width,)."""


class TorchHead(nn.Module):
    """Two layers with dropout, ending in unit rows, by several members side by side.

    Args:
        mean: Mean of each feature, shape (width,).
        scale: What centred features are multiplied with, shape (width,).
        hyperparameters: Widths.
        dropout: Share of features and share of hidden units that a step leaves out.
    """

    mean: Tensor
    scale: Tensor

    def __init__(
        self,
        mean: Tensor,
        scale: Tensor,
        hyperparameters: Hyperparameters,
        dropout: tuple[float, float],
    ) -> None:
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("scale", scale)
        self.first, self.second = nn.Dropout(dropout[0]), nn.Dropout(dropout[1])
        self.inner = nn.Linear(
            len(mean), hyperparameters.ensemble_size * hyperparameters.hidden_dim
        )
        part = hyperparameters.joint_dim // hyperparameters.ensemble_size
        layers = [
            nn.Linear(hyperparameters.hidden_dim, part)
            for _ in range(hyperparameters.ensemble_size)
        ]
        self.outer = nn.ModuleList(layers)

    def forward(self, features: Tensor) -> Tensor:
        """Return each member's unit rows, shape (members, n, joint_dim / members).

        Args:
            features: Shape (n, width).
        """
        even = ((features.float() - self.mean) * self.scale).clamp(-MAX_DEVIATION, MAX_DEVIATION)
        hidden = self.second(functional.gelu(self.inner(self.first(even)), approximate="tanh"))
        members = hidden.chunk(len(self.outer), dim=1)
        parts = [layer(units) for layer, units in zip(self.outer, members, strict=True)]
        return functional.normalize(torch.stack(parts).float(), dim=-1)

    def as_head(self) -> ProjectionHead:
        """Return the same arithmetic in numpy."""
        layers = [cast("nn.Linear", layer) for layer in self.outer]
        return ProjectionHead(
            centre=_array(self.mean),
            scale=_array(self.scale),
            inner=_array(self.inner.weight.T),
            inner_bias=_array(self.inner.bias),
            outer=np.stack([_array(layer.weight.T) for layer in layers]),
            outer_bias=np.stack([_array(layer.bias) for layer in layers]),
        )


class WordEmbeddingBag(nn.EmbeddingBag):
    """A learned row for each word; a text has the sum of its words' rows.

    Args:
        n_words: Words that have a row; they are numbered from 1, and 0 is no word.
        width: Width of a row.
    """

    def __init__(self, n_words: int, width: int) -> None:
        super().__init__(n_words + 1, width, mode="sum", padding_idx=0)
        nn.init.normal_(self.weight, std=0.05)
        self.weight.data[0] = 0.0

    def as_array(self) -> NDArray[np.float32]:
        """Return the rows of the words, shape (n_words, width)."""
        rows: NDArray[np.float32] = self.weight.detach().numpy()[1:].copy()
        return rows


class TorchTowers(nn.Module):
    """Both heads, the words' rows, and how sharply likeness is read.

    Args:
        hyperparameters: Widths and dropout.
        photos: How the features of photos are evened.
        texts: How the features of texts are evened; the words' rows, behind them, are not.
        n_words: Words that have a row.
    """

    def __init__(
        self,
        hyperparameters: Hyperparameters,
        photos: ScalingTensors,
        texts: ScalingTensors,
        n_words: int,
    ) -> None:
        super().__init__()
        drop = (hyperparameters.feature_dropout, hyperparameters.image_dropout)
        self.image_head = TorchHead(*photos, hyperparameters, drop)
        centre = torch.cat([texts[0], torch.zeros(hyperparameters.word_dim)])
        scale = torch.cat([texts[1], torch.ones(hyperparameters.word_dim)])
        self.text_head = TorchHead(
            centre, scale, hyperparameters, (0.0, hyperparameters.text_dropout)
        )
        self.word_embeddings = WordEmbeddingBag(n_words, hyperparameters.word_dim)
        self.logit_scale = nn.Parameter(torch.tensor(hyperparameters.logit_scale).log())
        self.word_dropout = hyperparameters.word_dropout

    def clamp_logit_scale(self) -> Tensor:
        """Return what likeness is multiplied with."""
        return self.logit_scale.exp().clamp(max=MAX_LOGIT_SCALE)

    def encode_texts(self, meanings: Tensor, words: Tensor) -> Tensor:
        """Return each member's unit rows, shape (members, n, joint_dim / members).

        Args:
            meanings: The texts' features, shape (n, width).
            words: Row numbers of each text's words, 0 for none, shape (n, n_places).
        """
        if self.training:
            words = words * (torch.rand(len(words), 1) >= self.word_dropout)
        rows: Tensor = self.text_head(
            torch.cat([meanings.float(), self.word_embeddings(words)], dim=1)
        )
        return rows


def _array(tensor: Tensor) -> NDArray[np.float32]:
    return np.ascontiguousarray(tensor.detach().float().numpy())
