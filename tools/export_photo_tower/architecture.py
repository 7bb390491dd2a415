"""The frozen image tower: EfficientNet-Lite0 as an ONNX graph.

Batch normalisation is folded into the convolutions, and pooling is part of the graph. Outputs agree
with torch's (`tests/embed/test_image_tower.py`).

Source: Tan and Le, EfficientNet (ICML 2019), table 1; the Lite family without squeeze-and-excite
and with ReLU6, as in timm's `tf_efficientnet_lite0`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from embed.compact.tower_files import IMAGE_SIZE, N_LAST_CHANNELS, PATCH_SIZE
from tools.export_photo_tower.checkpoint import TowerWeights
from tools.export_photo_tower.graph import FLOAT, UINT8, OnnxGraph
from tools.export_photo_tower.layers import ConvLayer, FloatLayers

N_BLOCKS = 16
STRIDED_BLOCKS = frozenset({1, 3, 5, 11})
"""Blocks that halve the resolution."""

FEATURE_BLOCKS = (4, 10)
"""Blocks whose statistics are features too: texture and shape, before object classes dominate."""

BATCH_NORM_EPSILON = 1e-3
"""What the checkpoint's batch normalisation adds to variances."""


@dataclass(frozen=True, slots=True)
class TowerBuilder:
    """Builds ONNX models from one checkpoint.

    Args:
        weights: The checkpoint's tensors.
    """

    weights: TowerWeights

    def build(self, layers: FloatLayers, metadata: Mapping[str, str] | None = None) -> bytes:
        """Return an ONNX model of one input and two outputs.

        `pixels`: (n, IMAGE_SIZE, IMAGE_SIZE, 3) uint8. `features`: (n, width), the means and the
        maxima of the last layer, then mean, standard deviation and maximum of each channel of
        FEATURE_BLOCKS, then the last block averaged over overlapping thirds of the photo.
        `patches`: mean colours of squares of PATCH_SIZE, from 0 to 255, shape
        (n, 3, IMAGE_SIZE / PATCH_SIZE, IMAGE_SIZE / PATCH_SIZE).

        Args:
            layers: Adds each layer to its graph, in its own precision.
            metadata: What the file says of itself, by name.

        Raises:
            KeyError: A tensor is missing.
        """
        graph = layers.graph
        planes = self._add_input_planes(graph)
        blocks = self._add_blocks(layers, layers.normalize_pixels(planes))
        statistics = (_add_mean, _add_std, _add_max)
        block_features = [
            add(graph, blocks[number]) for number in FEATURE_BLOCKS for add in statistics
        ]
        x = layers.add_convolution(blocks[-1], self._build_layer("_conv_head", "_bn1"))
        features = [
            _add_mean(graph, x),
            _add_max(graph, x),
            *block_features,
            _add_overlapping_thirds(graph, blocks[-1]),
        ]
        graph.add_node("Concat", features, name="features", axis=1)
        graph.add_output("features", ("n", "width"))
        pooling = {"kernel_shape": [PATCH_SIZE] * 2, "strides": [PATCH_SIZE] * 2}
        values = graph.add_node("Cast", [planes], to=FLOAT)
        graph.add_node("AveragePool", [values], name="patches", **pooling)
        graph.add_output("patches", ("n", 3, *[IMAGE_SIZE // PATCH_SIZE] * 2))
        return graph.serialize(metadata)

    def build_pooled(self, layers: FloatLayers) -> bytes:
        """Return a model whose one output, `features`, is the means of the last layer alone.

        Args:
            layers: Adds each layer to its graph, in its own precision.
        """
        graph = layers.graph
        blocks = self._add_blocks(layers, layers.normalize_pixels(self._add_input_planes(graph)))
        x = layers.add_convolution(blocks[-1], self._build_layer("_conv_head", "_bn1"))
        graph.add_node("ReduceMean", [x], name="features", axes=[2, 3], keepdims=0)
        graph.add_output("features", ("n", N_LAST_CHANNELS))
        return graph.serialize()

    def _add_input_planes(self, graph: OnnxGraph) -> str:
        pixels = graph.add_input("pixels", UINT8, ("n", IMAGE_SIZE, IMAGE_SIZE, 3))
        return graph.add_node("Transpose", [pixels], perm=[0, 3, 1, 2])  # (n, 3, height, width)

    def _add_blocks(self, layers: FloatLayers, x: str) -> list[str]:
        """Return the names of the blocks' outputs."""
        outputs = [layers.add_convolution(x, self._build_layer("_conv_stem", "_bn0", stride=2))]
        for number in range(N_BLOCKS):
            outputs.append(self._add_block(layers, outputs[-1], number))
        return outputs[1:]

    def _add_block(self, layers: FloatLayers, x: str, number: int) -> str:
        """Add one inverted residual block: expand, depthwise convolution, project, add the input.

        Returns:
            The name of the block's output.
        """
        prefix = f"_blocks.{number}."
        stride = 2 if number in STRIDED_BLOCKS else 1
        y = x
        if prefix + "_expand_conv.weight" in self.weights:
            y = layers.add_convolution(
                y, self._build_layer(prefix + "_expand_conv", prefix + "_bn0")
            )
        filtered = self._build_layer(prefix + "_depthwise_conv", prefix + "_bn1", stride=stride)
        y = layers.add_convolution(y, filtered)
        projected = self._build_layer(prefix + "_project_conv", prefix + "_bn2", has_relu6=False)
        y = layers.add_convolution(y, projected)
        return layers.add_sum(x, y, f"{prefix}sum") if self._has_residual(number) else y

    def _has_residual(self, number: int) -> bool:
        if number == 0 or number in STRIDED_BLOCKS:
            return False
        n_inputs, n_outputs = (
            self.weights[f"_blocks.{block}._project_conv.weight"].shape[0]
            for block in (number - 1, number)
        )
        return bool(n_inputs == n_outputs)

    def _build_layer(
        self, convolution: str, batch_norm: str, *, stride: int = 1, has_relu6: bool = True
    ) -> ConvLayer:
        """Return a convolution with its batch normalisation folded in."""
        weights = self.weights
        scale = weights[batch_norm + ".weight"] / np.sqrt(
            weights[batch_norm + ".running_var"] + BATCH_NORM_EPSILON
        )
        bias = weights[batch_norm + ".bias"] - weights[batch_norm + ".running_mean"] * scale
        kernel = weights[convolution + ".weight"] * scale[:, None, None, None]
        return ConvLayer(
            convolution, kernel.astype(np.float32), bias.astype(np.float32), stride, has_relu6
        )


def _add_mean(graph: OnnxGraph, x: str) -> str:
    return graph.add_node("ReduceMean", [x], axes=[2, 3], keepdims=0)  # (n, channels)


def _add_max(graph: OnnxGraph, x: str) -> str:
    return graph.add_node("ReduceMax", [x], axes=[2, 3], keepdims=0)  # (n, channels)


def _add_std(graph: OnnxGraph, x: str) -> str:
    mean = graph.add_node("ReduceMean", [x], axes=[2, 3], keepdims=1)
    offset = graph.add_node("Sub", [x, mean])
    variance = _add_mean(graph, graph.add_node("Mul", [offset, offset]))
    return graph.add_node("Sqrt", [variance])  # (n, channels)


def _add_overlapping_thirds(graph: OnnxGraph, x: str) -> str:
    """Average overlapping thirds of the photo, upper left to lower right, channel by channel.

    Returns:
        The name of the output.
    """
    pooled = graph.add_node("AveragePool", [x], kernel_shape=[3, 3], strides=[2, 2])
    return graph.add_node("Flatten", [pooled], axis=1)  # (n, channels * 9)
