"""The training loop: photos and texts that belong together attract, others repel."""

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
"""Told the epoch, its loss and the averaged heads after each epoch."""

SENTENCE_SCALE = 16.0
"""The sentence encoder's unit vectors are stretched to the size of the words' rows."""

_MEANINGS: ScalingTensors = (torch.zeros(512), torch.full((512,), SENTENCE_SCALE))


@dataclass(slots=True)
class Trainer:
    """Trains the heads of one recipe.

    Attributes:
        hyperparameters: Every number.
        feature_copies: Photo features: as they are, then varied, each of shape (n_products, width).
        sampler: Texts of the same products.
        appearance: A part of the heads that is not trained here.
        sentence_part: Another.
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
            train: Their row numbers.
            on_epoch: Called after each epoch.

        Returns:
            The averaged heads.
        """
        recipe = self.hyperparameters
        torch.manual_seed(recipe.seed)
        self._rng = np.random.default_rng(recipe.seed)
        photos = _evening(self.feature_copies[0][train[::4]])
        towers = TorchTowers(recipe, photos, _MEANINGS, len(self.sampler.vocabulary))
        n_batches = len(train) // recipe.batch_size
        descent = TorchOptimizer(towers, recipe, recipe.epochs * n_batches)
        for epoch in range(1, recipe.epochs + 1):
            losses: list[float] = []
            for rows in self._rng.permutation(train)[: n_batches * recipe.batch_size].reshape(
                n_batches, -1
            ):
                loss = self._loss(towers, rows)
                descent.step(loss)
                losses.append(loss.item())
            heads = self._heads(descent.ema_towers, train)
            on_epoch(epoch, float(np.mean(losses)), heads)
        return heads

    def _loss(self, towers: TorchTowers, rows: NDArray[np.int64]) -> Tensor:
        batch = self.sampler.sample_batch(rows.tolist(), self._rng)
        with torch.autocast("cpu", torch.bfloat16):
            photos = towers.image_head(self._photos(rows))  # (members, n, part)
            texts = towers.encode_texts(
                batch.sentence_vectors, batch.word_ids
            )  # (members, n, part)
        return contrastive_loss(texts @ photos.mT * towers.clamp_logit_scale(), batch.targets)

    def _photos(self, rows: NDArray[np.int64]) -> Tensor:
        varied = self._rng.random(len(rows)) < self.hyperparameters.augmentation_rate
        source = np.where(varied, self._rng.integers(1, len(self.feature_copies), len(rows)), 0)
        features = self.feature_copies[0][rows]  # (n, width), a copy
        for number in range(1, len(self.feature_copies)):
            features[source == number] = self.feature_copies[number][rows[source == number]]
        return torch.from_numpy(features)

    def _heads(self, towers: TorchTowers, train: NDArray[np.int64]) -> CompactHeads:
        text = towers.text_head.as_head()
        words = WordEmbeddings(self.sampler.vocabulary, towers.word_embeddings.as_array())
        meanings, titles = self.sampler.get_titles(train.tolist())
        joints = text.project(np.concatenate([meanings, words.embed_texts(titles)], axis=1))
        image = towers.image_head.as_head()
        photos = image.project(self.feature_copies[0][train[::10]].astype(np.float32))
        return CompactHeads(
            image_head=image,
            text_head=text,
            word_embeddings=words,
            hubness_correction=fit_hubness(joints, photos, self.hyperparameters.hubness_weight),
            appearance=self.appearance,
            sentence_part=self.sentence_part,
            joint_weight=self.hyperparameters.joint_weight,
        )


def _evening(photos: NDArray[np.float16]) -> ScalingTensors:
    sample = torch.from_numpy(photos).float()
    return sample.mean(dim=0), 1.0 / (sample.std(dim=0) + 1e-3)
