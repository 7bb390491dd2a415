"""A reference: a shop's heads trained on the same batches by torch's modules and gradients."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from embed.compact.projection_head import ProjectionHead
from embed.compact.word_embeddings import WordEmbeddings, split_unicode_words
from embed.finetuning.hyperparameters import Hyperparameters
from embed.finetuning.sampling import AdapterBatchSampler, TrainingData
from embed.finetuning.trainable_heads import AdapterTowers, ContrastiveBatch
from embed.finetuning.training_loop import TrainedAdapter, plan_epochs
from tools.train_compact.optimizer import TorchOptimizer, contrastive_loss
from tools.train_compact.torch_heads import ScalingTensors, TorchHead, TorchTowers


class FixedMask(nn.Module):
    """Dropout that leaves out what it is told; shape (n, width), or None for nothing."""

    mask: Tensor | None = None

    def forward(self, values: Tensor) -> Tensor:
        """Return the values that are left."""
        return values if self.mask is None else values * self.mask


def torch_towers(recipe: Hyperparameters, ours: AdapterTowers) -> TorchTowers:
    """Return torch's towers with these weights, and masks that a batch brings along."""
    width = len(ours.text_head.centre) - recipe.word_dim
    photos = torch.from_numpy(ours.image_head.centre), torch.from_numpy(ours.image_head.scale)
    texts = (
        torch.from_numpy(ours.text_head.centre[:width]),
        torch.from_numpy(ours.text_head.scale[:width]),
    )
    towers = TorchTowers(recipe, photos, texts, len(ours.word_embeddings) - 1)
    towers.word_dropout = 0.0  # a batch has them hidden already
    with torch.no_grad():
        for theirs, head in (
            (towers.image_head, ours.image_head),
            (towers.text_head, ours.text_head),
        ):
            for place in ("first", "second"):
                theirs.add_module(place, FixedMask())
            _set_layers(theirs, head)
        towers.word_embeddings.weight.copy_(torch.from_numpy(ours.word_embeddings))
        towers.logit_scale.copy_(torch.from_numpy(ours.logit_scale)[0])
    return towers


def torch_loss(towers: TorchTowers, batch: ContrastiveBatch) -> Tensor:
    """Return the loss of a batch."""
    for head, masks in (
        (towers.image_head, batch.image_dropout),
        (towers.text_head, batch.text_dropout),
    ):
        for layer, mask in ((head.first, masks.features), (head.second, masks.hidden)):
            assert isinstance(layer, FixedMask)
            layer.mask = None if mask is None else torch.from_numpy(mask)
    texts = towers.encode_texts(
        torch.from_numpy(batch.text_features), torch.from_numpy(batch.word_ids)
    )
    likeness = (
        texts
        @ towers.image_head(torch.from_numpy(batch.image_features)).mT
        * towers.clamp_logit_scale()
    )
    return contrastive_loss(likeness, torch.from_numpy(batch.targets))


def torch_weights(towers: TorchTowers, gradients: bool = False) -> dict[str, NDArray[np.float32]]:
    """Return torch's weights, or their gradients, under our names and in our shapes."""
    found = {}
    for name, head in (("image", towers.image_head), ("text", towers.text_head)):
        outer = head.outer[0]
        assert isinstance(outer, nn.Linear)
        found[f"{name}.inner"] = head.inner.weight, "T"
        found[f"{name}.inner_bias"] = head.inner.bias, ""
        found[f"{name}.outer"] = outer.weight, "T1"
        found[f"{name}.outer_bias"] = outer.bias, "1"
    found["words"] = towers.word_embeddings.weight, ""
    found["logit_scale"] = towers.logit_scale, "1"
    arrays = {}
    for name, (parameter, form) in found.items():
        tensor = parameter.grad if gradients else parameter
        assert tensor is not None
        array = tensor.detach().numpy()
        array = array.T if "T" in form else array
        arrays[name] = array[None] if "1" in form else array
    return arrays


def torch_fit(material: TrainingData, recipe: Hyperparameters) -> TrainedAdapter:
    """Train on the batches that `fit` would draw, by torch's modules, gradients and dropout."""
    torch.manual_seed(recipe.seed)
    draws = AdapterBatchSampler.create(material, recipe)
    n_batches, size, epochs = plan_epochs(len(material.examples), recipe)
    evenings = _evening(material.image_features), _evening(material.texts.features)
    towers = TorchTowers(recipe, *evenings, len(draws.vocabulary))
    towers.word_dropout = 0.0
    descent = TorchOptimizer(towers, recipe, epochs * n_batches)
    for _ in range(epochs):
        for rows in draws.shuffle_rows()[: n_batches * size].reshape(n_batches, -1):
            batch = draws.sample_batch(rows)
            own = towers.encode_texts(
                torch.from_numpy(batch.text_features), torch.from_numpy(batch.word_ids)
            )
            likeness = (
                own
                @ towers.image_head(torch.from_numpy(batch.image_features)).mT
                * towers.clamp_logit_scale()
            )
            descent.step(contrastive_loss(likeness, torch.from_numpy(batch.targets)))
    averaged = descent.ema_towers
    table = WordEmbeddings(
        draws.vocabulary, averaged.word_embeddings.as_array(), split_unicode_words
    )
    return TrainedAdapter(averaged.image_head.as_head(), averaged.text_head.as_head(), table)


def _set_layers(theirs: TorchHead, head: ProjectionHead) -> None:
    outer = theirs.outer[0]
    assert isinstance(outer, nn.Linear)
    theirs.inner.weight.copy_(torch.from_numpy(head.inner.T.copy()))
    theirs.inner.bias.copy_(torch.from_numpy(head.inner_bias))
    outer.weight.copy_(torch.from_numpy(head.outer[0].T.copy()))
    outer.bias.copy_(torch.from_numpy(head.outer_bias[0]))


def _evening(features: NDArray[np.float32]) -> ScalingTensors:
    sample = torch.from_numpy(features[:: max(1, len(features) // 4000)]).float()
    spread = sample.std(dim=0)
    return sample.mean(dim=0), 1.0 / (spread + 0.02 * spread.mean() + 1e-6)
