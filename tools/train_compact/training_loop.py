"""The training loop: contrastive learning of the two heads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from embed.compact.appearance import AppearanceProjection
from embed.compact.heads import CompactHeads
from embed.compact.hubness import fit_hubness
from embed.compact.sentence_part import SentencePart
from embed.compact.word_embeddings import WordEmbeddings
from embed.finetuning.hyperparameters import Hyperparameters
from tools.train_compact.examples import CaptionBatchSampler
from tools.train_compact.optimizer import TorchOptimizer, contrastive_loss
from tools.train_compact.torch_heads import ScalingTensors, TorchTowers

EpochCallback = Callable[[int, float, CompactHeads], None]
"""Called after each epoch with its number, its mean loss and the averaged heads."""

SENTENCE_SCALE = 16.0
"""Factor that brings the sentence encoder's unit vectors to the scale of the word embeddings."""

_SENTENCE_SCALING: ScalingTensors = (torch.zeros(512), torch.full((512,), SENTENCE_SCALE))


@dataclass(slots=True)
class Trainer:
    """Trains the heads.

    Attributes:
        hyperparameters: The hyperparameters.
        feature_copies: Features of the photos as they are, then of augmented copies, each of shape
            (n_products, width).
        sampler: Samples texts of the same products.
        appearance: Part of the heads, fitted before.
        sentence_part: Part of the heads, fitted before.
    """

    hyperparameters: Hyperparameters
    feature_copies: Sequence[NDArray[np.float16]]
    sampler: CaptionBatchSampler
    appearance: AppearanceProjection
    sentence_part: SentencePart
    _rng: np.random.Generator = field(init=False)

    def fit(self, train: NDArray[np.int64], on_epoch: EpochCallback) -> CompactHeads:
        """Train on some products.

        Args:
            train: Their rows.
            on_epoch: Called after each epoch.

        Returns:
            The averaged heads.
        """
        hyperparameters = self.hyperparameters
        torch.manual_seed(hyperparameters.seed)
        self._rng = np.random.default_rng(hyperparameters.seed)
        image_scaling = _compute_scaling(self.feature_copies[0][train[::4]])
        n_words = len(self.sampler.vocabulary)
        towers = TorchTowers(hyperparameters, image_scaling, _SENTENCE_SCALING, n_words)
        n_batches = len(train) // hyperparameters.batch_size
        n_used = n_batches * hyperparameters.batch_size
        optimizer = TorchOptimizer(towers, hyperparameters, hyperparameters.epochs * n_batches)
        for epoch in range(1, hyperparameters.epochs + 1):
            losses: list[float] = []
            for rows in self._rng.permutation(train)[:n_used].reshape(n_batches, -1):
                loss = self._compute_loss(towers, rows)
                optimizer.step(loss)
                losses.append(loss.item())
            heads = self._build_heads(optimizer.ema_towers, train)
            on_epoch(epoch, float(np.mean(losses)), heads)
        return heads

    def _compute_loss(self, towers: TorchTowers, rows: NDArray[np.int64]) -> Tensor:
        batch = self.sampler.sample_batch(rows.tolist(), self._rng)
        with torch.autocast("cpu", torch.bfloat16):
            # Both (n_members, n, member_dim).
            photos = towers.image_head(self._sample_image_features(rows))
            texts = towers.encode_texts(batch.sentence_vectors, batch.word_ids)
        return contrastive_loss(texts @ photos.mT * towers.clamp_logit_scale(), batch.targets)

    def _sample_image_features(self, rows: NDArray[np.int64]) -> Tensor:
        is_augmented = self._rng.random(len(rows)) < self.hyperparameters.augmentation_rate
        random_copies = self._rng.integers(1, len(self.feature_copies), len(rows))
        copy_indices = np.where(is_augmented, random_copies, 0)  # (n,)
        features = self.feature_copies[0][rows]  # (n, width), a copy
        for index in range(1, len(self.feature_copies)):
            selected = copy_indices == index
            features[selected] = self.feature_copies[index][rows[selected]]
        return torch.from_numpy(features)

    def _build_heads(self, towers: TorchTowers, train: NDArray[np.int64]) -> CompactHeads:
        image_head, text_head = towers.image_head.as_head(), towers.text_head.as_head()
        word_embeddings = WordEmbeddings(self.sampler.vocabulary, towers.word_embeddings.as_array())
        sentence_vectors, titles = self.sampler.get_titles(train.tolist())
        text_features = np.concatenate(
            [sentence_vectors, word_embeddings.embed_texts(titles)], axis=1
        )
        texts = text_head.project(text_features)
        photos = image_head.project(self.feature_copies[0][train[::10]].astype(np.float32))
        return CompactHeads(
            image_head=image_head,
            text_head=text_head,
            word_embeddings=word_embeddings,
            hubness_correction=fit_hubness(texts, photos, self.hyperparameters.hubness_weight),
            appearance=self.appearance,
            sentence_part=self.sentence_part,
            joint_weight=self.hyperparameters.joint_weight,
        )


def _compute_scaling(photos: NDArray[np.float16]) -> ScalingTensors:
    sample = torch.from_numpy(photos).float()
    return sample.mean(dim=0), 1.0 / (sample.std(dim=0) + 1e-3)
