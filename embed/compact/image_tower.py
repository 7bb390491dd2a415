"""The frozen image tower: EfficientNet-Lite0, run by ONNX Runtime on the processor.

The model is put together in memory from the weights that the package index delivered: batch
normalisation is folded into the convolutions, and pooling is part of the graph. Outputs agree with
torch's to five digits (`tests/embed/test_compact_tower.py`), and nothing is written to disk.

Source: Tan and Le, EfficientNet (ICML 2019), table 1; the Lite family without squeeze-and-excite
and with ReLU6, as in timm's `tf_efficientnet_lite0`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from embed.compact.onnx_layers import ConvLayer, FloatLayers
from embed.compact.onnx_writer import FLOAT, UINT8, OnnxGraph

TowerWeights: TypeAlias = Mapping[str, NDArray[Any]]
"""Arrays by the names of the checkpoint."""

N_BLOCKS = 16
STRIDED_BLOCKS = frozenset({1, 3, 5, 11})
"""Blocks that halve the picture."""

FEATURE_BLOCKS = (4, 10)
"""Blocks whose statistics are features too: texture and cut, before objects take over."""

N_LAST_CHANNELS = 1280
"""Channels of the last layer; the first features are their means."""

PATCH_SIZE = 8
"""Side in pixels of the fields whose mean colours are given."""

BATCH_NORM_EPSILON = 1e-3
"""What the checkpoint's batch normalisation adds to variances."""


@dataclass(frozen=True, slots=True)
class TowerBuilder:
    """Builds the model of one checkpoint.

    Args:
        weights: The checkpoint's tensors.
        image_size: Side of the pictures in pixels, a multiple of 32.
    """

    weights: TowerWeights
    image_size: int

    def build(self, layers: FloatLayers) -> bytes:
        """Return an ONNX model of one input and two outputs.

        `pixels`: (n, side, side, 3) uint8. `features`: (n, width), the means and the maxima of the
        last layer, then mean, deviation and maximum of each channel of the tapped blocks, then
        the last block by thirds of the picture. `fields`: (n, 3, side / FIELD, side / FIELD), mean
        colours from 0 to 255.

        Args:
            layers: Adds each layer to its graph, in its own numbers.

        Raises:
            KeyError: A tensor is missing.
        """
        graph, side = layers.graph, self.image_size
        planes = self._add_planes(graph)
        blocks = self._add_blocks(layers, layers.normalize_pixels(planes))
        statistics = (_mean, _deviation, _maximum)
        tapped = [add(graph, blocks[number]) for number in FEATURE_BLOCKS for add in statistics]
        x = layers.add_convolution(blocks[-1], self._layer("_conv_head", "_bn1"))
        parts = [_mean(graph, x), _maximum(graph, x), *tapped, _thirds(graph, blocks[-1])]
        graph.add_node("Concat", parts, name="features", axis=1)
        graph.add_output("features", ("n", "width"))
        field = {"kernel_shape": [PATCH_SIZE] * 2, "strides": [PATCH_SIZE] * 2}
        values = graph.add_node("Cast", [planes], to=FLOAT)
        graph.add_node("AveragePool", [values], name="patches", **field)
        graph.add_output("patches", ("n", 3, side // PATCH_SIZE, side // PATCH_SIZE))
        return graph.serialize()

    def build_pooled(self, layers: FloatLayers) -> bytes:
        """Return a model whose one output, `features`, is the means of the last layer alone.

        Args:
            layers: Adds each layer to its graph, in its own numbers.
        """
        graph = layers.graph
        blocks = self._add_blocks(layers, layers.normalize_pixels(self._add_planes(graph)))
        x = layers.add_convolution(blocks[-1], self._layer("_conv_head", "_bn1"))
        graph.add_node("ReduceMean", [x], name="features", axes=[2, 3], keepdims=0)
        graph.add_output("features", ("n", N_LAST_CHANNELS))
        return graph.serialize()

    def _add_planes(self, graph: OnnxGraph) -> str:
        side = self.image_size
        pixels = graph.add_input("pixels", UINT8, ("n", side, side, 3))
        return graph.add_node("Transpose", [pixels], perm=[0, 3, 1, 2])  # (n, 3, side, side)

    def _add_blocks(self, layers: FloatLayers, x: str) -> list[str]:
        """Return the name of each block's output."""
        outputs = [layers.add_convolution(x, self._layer("_conv_stem", "_bn0", stride=2))]
        for number in range(N_BLOCKS):
            outputs.append(self._add_block(layers, outputs[-1], number))
        return outputs[1:]

    def _add_block(self, layers: FloatLayers, x: str, number: int) -> str:
        """Expand, filter each channel, project; add the input where the shape stayed.

        Returns:
            The name of the block's output.
        """
        prefix = f"_blocks.{number}."
        stride = 2 if number in STRIDED_BLOCKS else 1
        y = x
        if prefix + "_expand_conv.weight" in self.weights:
            y = layers.add_convolution(y, self._layer(prefix + "_expand_conv", prefix + "_bn0"))
        filtered = self._layer(prefix + "_depthwise_conv", prefix + "_bn1", stride=stride)
        y = layers.add_convolution(y, filtered)
        projected = self._layer(prefix + "_project_conv", prefix + "_bn2", active=False)
        y = layers.add_convolution(y, projected)
        return layers.add_sum(x, y, f"{prefix}sum") if self._keeps_shape(number) else y

    def _keeps_shape(self, number: int) -> bool:
        if number == 0 or number in STRIDED_BLOCKS:
            return False
        shapes = [
            self.weights[f"_blocks.{n}._project_conv.weight"].shape for n in (number - 1, number)
        ]
        return bool(shapes[0][0] == shapes[1][0])

    def _layer(
        self, convolution: str, normalisation: str, *, stride: int = 1, active: bool = True
    ) -> ConvLayer:
        """Return one layer that does convolution and normalisation at once."""
        weights, norm = self.weights, normalisation
        scale = weights[norm + ".weight"] / np.sqrt(
            weights[norm + ".running_var"] + BATCH_NORM_EPSILON
        )
        bias = weights[norm + ".bias"] - weights[norm + ".running_mean"] * scale
        kernel = weights[convolution + ".weight"] * scale[:, None, None, None]
        return ConvLayer(
            convolution, kernel.astype(np.float32), bias.astype(np.float32), stride, active
        )


def _mean(graph: OnnxGraph, x: str) -> str:
    return graph.add_node("ReduceMean", [x], axes=[2, 3], keepdims=0)  # (n, channels)


def _maximum(graph: OnnxGraph, x: str) -> str:
    return graph.add_node("ReduceMax", [x], axes=[2, 3], keepdims=0)  # (n, channels)


def _deviation(graph: OnnxGraph, x: str) -> str:
    centre = graph.add_node("ReduceMean", [x], axes=[2, 3], keepdims=1)
    offset = graph.add_node("Sub", [x, centre])
    variance = _mean(graph, graph.add_node("Mul", [offset, offset]))
    return graph.add_node("Sqrt", [variance])  # (n, channels)


def _thirds(graph: OnnxGraph, x: str) -> str:
    """Average overlapping thirds of the picture, upper left to lower right, channel by channel.

    Returns:
        The name of the output.
    """
    pooled = graph.add_node("AveragePool", [x], kernel_shape=[3, 3], strides=[2, 2])
    return graph.add_node("Flatten", [pooled], axis=1)  # (n, channels * 9)
