"""The trainable heads in torch; `embed.compact.projection_head` is the same in numpy."""

from typing import TypeAlias, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from embed.compact.projection_head import MAX_DEVIATION, ProjectionHead
from embed.finetuning.hyperparameters import Hyperparameters

MAX_LOGIT_SCALE = 100.0
"""Source: Radford et al., CLIP (2021), section 2.5: larger ones make training unstable."""

ScalingTensors: TypeAlias = tuple[Tensor, Tensor]
"""Mean of each feature, and the factor of the centred one, each of shape (width,)."""


class TorchHead(nn.Module):
    """A two-layer ensemble with dropout that ends in unit rows.

    Args:
        mean: Mean of each feature, shape (width,).
        scale: Factor of each centred feature, shape (width,).
        hyperparameters: Widths and ensemble size.
        dropout: Dropout rates of features and of hidden units.
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
        n_members, hidden_dim = hyperparameters.ensemble_size, hyperparameters.hidden_dim
        self.feature_dropout, self.hidden_dropout = map(nn.Dropout, dropout)
        self.hidden = nn.Linear(len(mean), n_members * hidden_dim)
        member_dim = hyperparameters.joint_dim // n_members
        self.outputs = nn.ModuleList(nn.Linear(hidden_dim, member_dim) for _ in range(n_members))

    def forward(self, features: Tensor) -> Tensor:
        """Return each member's unit rows, shape (n_members, n, joint_dim / n_members).

        Args:
            features: Shape (n, width).
        """
        standardized = (features.float() - self.mean) * self.scale
        inputs = self.feature_dropout(standardized.clamp(-MAX_DEVIATION, MAX_DEVIATION))
        hidden = self.hidden_dropout(functional.gelu(self.hidden(inputs), approximate="tanh"))
        members = hidden.chunk(len(self.outputs), dim=1)
        outputs = [layer(units) for layer, units in zip(self.outputs, members, strict=True)]
        return functional.normalize(torch.stack(outputs).float(), dim=-1)

    def as_head(self) -> ProjectionHead:
        """Return the same arithmetic in numpy."""
        layers = [cast("nn.Linear", layer) for layer in self.outputs]
        return ProjectionHead(
            mean=_to_array(self.mean),
            scale=_to_array(self.scale),
            hidden_weights=_to_array(self.hidden.weight.T),
            hidden_bias=_to_array(self.hidden.bias),
            output_weights=np.stack([_to_array(layer.weight.T) for layer in layers]),
            output_bias=np.stack([_to_array(layer.bias) for layer in layers]),
        )


class WordEmbeddingBag(nn.EmbeddingBag):
    """A learned embedding for each word; a text has the sum of its words' embeddings.

    Args:
        n_words: Size of the vocabulary; word ids start at 1, and 0 is padding.
        width: Width of an embedding.
    """

    def __init__(self, n_words: int, width: int) -> None:
        super().__init__(n_words + 1, width, mode="sum", padding_idx=0)
        nn.init.normal_(self.weight, std=0.05)
        self.weight.data[0] = 0.0

    def as_array(self) -> NDArray[np.float32]:
        """Return the words' embeddings without the padding row, shape (n_words, width)."""
        rows: NDArray[np.float32] = self.weight.detach().numpy()[1:].copy()
        return rows


class TorchTowers(nn.Module):
    """The trainable parameters: both heads, word embeddings and the logit scale.

    Args:
        hyperparameters: Widths and dropout.
        photos: Scaling of the photos' features.
        texts: Scaling of the texts' features; word embeddings are not scaled.
        n_words: Size of the vocabulary.
    """

    def __init__(
        self,
        hyperparameters: Hyperparameters,
        photos: ScalingTensors,
        texts: ScalingTensors,
        n_words: int,
    ) -> None:
        super().__init__()
        image_dropout = (hyperparameters.feature_dropout, hyperparameters.image_dropout)
        self.image_head = TorchHead(*photos, hyperparameters, image_dropout)
        mean = torch.cat([texts[0], torch.zeros(hyperparameters.word_dim)])
        scale = torch.cat([texts[1], torch.ones(hyperparameters.word_dim)])
        text_dropout = (0.0, hyperparameters.text_dropout)
        self.text_head = TorchHead(mean, scale, hyperparameters, text_dropout)
        self.word_embeddings = WordEmbeddingBag(n_words, hyperparameters.word_dim)
        self.logit_scale = nn.Parameter(torch.tensor(hyperparameters.logit_scale).log())
        self.word_dropout = hyperparameters.word_dropout

    def clamp_logit_scale(self) -> Tensor:
        """Return the factor of the similarity, at most MAX_LOGIT_SCALE."""
        return self.logit_scale.exp().clamp(max=MAX_LOGIT_SCALE)

    def encode_texts(self, features: Tensor, word_ids: Tensor) -> Tensor:
        """Return each member's unit rows, shape (n_members, n, joint_dim / n_members).

        Args:
            features: The texts' features, shape (n, width).
            word_ids: Row + 1 of each text's words, 0 for padding, shape (n, max_words).
        """
        if self.training:
            word_ids = word_ids * (torch.rand(len(word_ids), 1) >= self.word_dropout)
        inputs = torch.cat([features.float(), self.word_embeddings(word_ids)], dim=1)
        outputs: Tensor = self.text_head(inputs)
        return outputs


def _to_array(tensor: Tensor) -> NDArray[np.float32]:
    return np.ascontiguousarray(tensor.detach().float().numpy())
