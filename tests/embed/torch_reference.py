"""A reference implementation of adapter training, with torch's modules and gradients."""

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
    """Dropout with a given mask, shape (n, width); None drops nothing."""

    mask: Tensor | None = None

    def forward(self, values: Tensor) -> Tensor:
        """Return the values times the mask."""
        return values if self.mask is None else values * self.mask


def build_torch_towers(hyperparameters: Hyperparameters, ours: AdapterTowers) -> TorchTowers:
    """Return torch's towers with these weights, and dropout by the masks of a batch."""
    width = len(ours.text_head.mean) - hyperparameters.word_dim
    photos = torch.from_numpy(ours.image_head.mean), torch.from_numpy(ours.image_head.scale)
    texts = (
        torch.from_numpy(ours.text_head.mean[:width]),
        torch.from_numpy(ours.text_head.scale[:width]),
    )
    towers = TorchTowers(hyperparameters, photos, texts, len(ours.word_embeddings) - 1)
    towers.word_dropout = 0.0  # the sampler has applied it already
    with torch.no_grad():
        for torch_head, head in (
            (towers.image_head, ours.image_head),
            (towers.text_head, ours.text_head),
        ):
            for layer in ("feature_dropout", "hidden_dropout"):
                torch_head.add_module(layer, FixedMask())
            _copy_layers(torch_head, head)
        towers.word_embeddings.weight.copy_(torch.from_numpy(ours.word_embeddings))
        towers.logit_scale.copy_(torch.from_numpy(ours.logit_scale)[0])
    return towers


def compute_torch_loss(towers: TorchTowers, batch: ContrastiveBatch) -> Tensor:
    """Return the loss of a batch."""
    for head, masks in (
        (towers.image_head, batch.image_dropout),
        (towers.text_head, batch.text_dropout),
    ):
        for layer, mask in (
            (head.feature_dropout, masks.features),
            (head.hidden_dropout, masks.hidden),
        ):
            assert isinstance(layer, FixedMask)
            layer.mask = None if mask is None else torch.from_numpy(mask)
    texts = towers.encode_texts(
        torch.from_numpy(batch.text_features), torch.from_numpy(batch.word_ids)
    )
    similarity = (
        texts
        @ towers.image_head(torch.from_numpy(batch.image_features)).mT
        * towers.clamp_logit_scale()
    )
    return contrastive_loss(similarity, torch.from_numpy(batch.targets))


def collect_torch_parameters(
    towers: TorchTowers, gradients: bool = False
) -> dict[str, NDArray[np.float32]]:
    """Return torch's weights, or their gradients, under our names and in our shapes."""
    parameters = {}
    for name, head in (("image", towers.image_head), ("text", towers.text_head)):
        output = head.outputs[0]
        assert isinstance(output, nn.Linear)
        parameters[f"{name}.hidden_weights"] = head.hidden.weight, "T"
        parameters[f"{name}.hidden_bias"] = head.hidden.bias, ""
        parameters[f"{name}.output_weights"] = output.weight, "T1"
        parameters[f"{name}.output_bias"] = output.bias, "1"
    parameters["words"] = towers.word_embeddings.weight, ""
    parameters["logit_scale"] = towers.logit_scale, "1"
    arrays = {}
    for name, (parameter, layout) in parameters.items():
        tensor = parameter.grad if gradients else parameter
        assert tensor is not None
        array = tensor.detach().numpy()
        array = array.T if "T" in layout else array
        arrays[name] = array[None] if "1" in layout else array
    return arrays


def train_with_torch(
    training_data: TrainingData, hyperparameters: Hyperparameters
) -> TrainedAdapter:
    """Train on the batches of `train_adapter`, with torch's modules, gradients and dropout."""
    torch.manual_seed(hyperparameters.seed)
    sampler = AdapterBatchSampler.create(training_data, hyperparameters)
    n_batches, batch_size, epochs = plan_epochs(len(training_data.examples), hyperparameters)
    towers = TorchTowers(
        hyperparameters,
        _compute_scaling(training_data.image_features),
        _compute_scaling(training_data.texts.features),
        len(sampler.vocabulary),
    )
    towers.word_dropout = 0.0
    optimizer = TorchOptimizer(towers, hyperparameters, epochs * n_batches)
    for _ in range(epochs):
        for rows in sampler.shuffle_rows()[: n_batches * batch_size].reshape(n_batches, -1):
            batch = sampler.sample_batch(rows)
            texts = towers.encode_texts(
                torch.from_numpy(batch.text_features), torch.from_numpy(batch.word_ids)
            )
            similarity = (
                texts
                @ towers.image_head(torch.from_numpy(batch.image_features)).mT
                * towers.clamp_logit_scale()
            )
            optimizer.step(contrastive_loss(similarity, torch.from_numpy(batch.targets)))
    averaged = optimizer.ema_towers
    word_embeddings = WordEmbeddings(
        sampler.vocabulary, averaged.word_embeddings.as_array(), split_unicode_words
    )
    return TrainedAdapter(
        averaged.image_head.as_head(), averaged.text_head.as_head(), word_embeddings
    )


def _copy_layers(torch_head: TorchHead, head: ProjectionHead) -> None:
    output = torch_head.outputs[0]
    assert isinstance(output, nn.Linear)
    torch_head.hidden.weight.copy_(torch.from_numpy(head.hidden_weights.T.copy()))
    torch_head.hidden.bias.copy_(torch.from_numpy(head.hidden_bias))
    output.weight.copy_(torch.from_numpy(head.output_weights[0].T.copy()))
    output.bias.copy_(torch.from_numpy(head.output_bias[0]))


def _compute_scaling(features: NDArray[np.float32]) -> ScalingTensors:
    sample = torch.from_numpy(features[:: max(1, len(features) // 4000)]).float()
    std = sample.std(dim=0)
    return sample.mean(dim=0), 1.0 / (std + 0.02 * std.mean() + 1e-6)
