"""A reference: a shop's heads trained on the same batches by torch's modules and gradients."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from embed.compact.projection_head import Head
from embed.compact.word_embeddings import WordTable, split_any_words
from embed.finetuning.sampling import Draws, Material
from embed.finetuning.trainable_heads import Batch, ShopTowers
from embed.finetuning.training_loop import Trained, n_passes
from tools.train_compact.hyperparameters import Recipe
from tools.train_compact.optimizer import Descent, contrast
from tools.train_compact.torch_heads import Evening, Towers, TrainedHead


class FixedMask(nn.Module):
    """Dropout that leaves out what it is told; shape (n, width), or None for nothing."""

    mask: Tensor | None = None

    def forward(self, values: Tensor) -> Tensor:
        """Return the values that are left."""
        return values if self.mask is None else values * self.mask


def torch_towers(recipe: Recipe, ours: ShopTowers) -> Towers:
    """Return torch's towers with these weights, and masks that a batch brings along."""
    width = len(ours.text.centre) - recipe.word_dim
    photos = torch.from_numpy(ours.image.centre), torch.from_numpy(ours.image.scale)
    texts = torch.from_numpy(ours.text.centre[:width]), torch.from_numpy(ours.text.scale[:width])
    towers = Towers(recipe, photos, texts, len(ours.words) - 1)
    towers.words_hidden = 0.0  # a batch has them hidden already
    with torch.no_grad():
        for theirs, head in ((towers.image, ours.image), (towers.text, ours.text)):
            for place in ("first", "second"):
                theirs.add_module(place, FixedMask())
            _set_layers(theirs, head)
        towers.words.weight.copy_(torch.from_numpy(ours.words))
        towers.sharpness.copy_(torch.from_numpy(ours.sharpness)[0])
    return towers


def torch_loss(towers: Towers, batch: Batch) -> Tensor:
    """Return the loss of a batch."""
    for head, masks in ((towers.image, batch.photo_masks), (towers.text, batch.text_masks)):
        for layer, mask in ((head.first, masks.features), (head.second, masks.hidden)):
            assert isinstance(layer, FixedMask)
            layer.mask = None if mask is None else torch.from_numpy(mask)
    texts = towers.encode_texts(torch.from_numpy(batch.meanings), torch.from_numpy(batch.words))
    likeness = texts @ towers.image(torch.from_numpy(batch.photos)).mT * towers.sharp()
    return contrast(likeness, torch.from_numpy(batch.matches))


def torch_weights(towers: Towers, gradients: bool = False) -> dict[str, NDArray[np.float32]]:
    """Return torch's weights, or their gradients, under our names and in our shapes."""
    found = {}
    for name, head in (("image", towers.image), ("text", towers.text)):
        outer = head.outer[0]
        assert isinstance(outer, nn.Linear)
        found[f"{name}.inner"] = head.inner.weight, "T"
        found[f"{name}.inner_bias"] = head.inner.bias, ""
        found[f"{name}.outer"] = outer.weight, "T1"
        found[f"{name}.outer_bias"] = outer.bias, "1"
    found["words"] = towers.words.weight, ""
    found["sharpness"] = towers.sharpness, "1"
    arrays = {}
    for name, (parameter, form) in found.items():
        tensor = parameter.grad if gradients else parameter
        assert tensor is not None
        array = tensor.detach().numpy()
        array = array.T if "T" in form else array
        arrays[name] = array[None] if "1" in form else array
    return arrays


def torch_fit(material: Material, recipe: Recipe) -> Trained:
    """Train on the batches that `fit` would draw, by torch's modules, gradients and dropout."""
    torch.manual_seed(recipe.seed)
    draws = Draws.of(material, recipe)
    n_batches, size, epochs = n_passes(len(material.lessons), recipe)
    evenings = _evening(material.photos), _evening(material.texts.features)
    towers = Towers(recipe, *evenings, len(draws.vocabulary))
    towers.words_hidden = 0.0
    descent = Descent(towers, recipe, epochs * n_batches)
    for _ in range(epochs):
        for rows in draws.order()[: n_batches * size].reshape(n_batches, -1):
            batch = draws.batch(rows)
            own = towers.encode_texts(
                torch.from_numpy(batch.meanings), torch.from_numpy(batch.words)
            )
            likeness = own @ towers.image(torch.from_numpy(batch.photos)).mT * towers.sharp()
            descent.step(contrast(likeness, torch.from_numpy(batch.matches)))
    averaged = descent.averaged
    table = WordTable(draws.vocabulary, averaged.words.as_rows(), split_any_words)
    return Trained(averaged.image.as_head(), averaged.text.as_head(), table)


def _set_layers(theirs: TrainedHead, head: Head) -> None:
    outer = theirs.outer[0]
    assert isinstance(outer, nn.Linear)
    theirs.inner.weight.copy_(torch.from_numpy(head.inner.T.copy()))
    theirs.inner.bias.copy_(torch.from_numpy(head.inner_bias))
    outer.weight.copy_(torch.from_numpy(head.outer[0].T.copy()))
    outer.bias.copy_(torch.from_numpy(head.outer_bias[0]))


def _evening(features: NDArray[np.float32]) -> Evening:
    sample = torch.from_numpy(features[:: max(1, len(features) // 4000)]).float()
    spread = sample.std(dim=0)
    return sample.mean(dim=0), 1.0 / (spread + 0.02 * spread.mean() + 1e-6)
