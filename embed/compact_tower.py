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

from embed.compact_onnx import UINT8, OnnxGraph

TowerWeights: TypeAlias = Mapping[str, NDArray[Any]]
"""Arrays by the names of the checkpoint."""

BLOCKS = 16
STRIDED = frozenset({1, 3, 5, 11})
"""Blocks that halve the picture."""

TAPPED = (4, 10)
"""Blocks whose statistics are features too: texture and cut, before objects take over."""

LAST = 1280
"""Channels of the last layer; the first features are their means."""

FIELD = 8
"""Side in pixels of the fields whose mean colours are given."""

EPSILON = 1e-3
"""What the checkpoint's batch normalisation adds to variances."""


@dataclass(frozen=True, slots=True)
class TowerGraph:
    """Builds the model of one checkpoint.

    Args:
        weights: The checkpoint's tensors.
        image_size: Side of the pictures in pixels, a multiple of 32.
    """

    weights: TowerWeights
    image_size: int

    def build(self) -> bytes:
        """Return an ONNX model of one input and two outputs.

        `pixels`: (n, side, side, 3) uint8. `features`: (n, width), the means and the maxima of the
        last layer, then mean, deviation and maximum of each channel of the tapped blocks, then
        the last block by thirds of the picture. `fields`: (n, 3, side / FIELD, side / FIELD), mean
        colours from 0 to 255.

        Raises:
            KeyError: A tensor is missing.
        """
        graph = OnnxGraph()
        side = self.image_size
        pixels = graph.add_input("pixels", UINT8, ("n", side, side, 3))
        values = graph.add_node("Cast", [pixels], to=1)
        planes = graph.add_node("Transpose", [values], perm=[0, 3, 1, 2])
        scaled = graph.add_node("Div", [planes, _scalar(graph, 127.5)])
        x = graph.add_node("Sub", [scaled, _scalar(graph, 1.0)])  # -1 to 1, (n, 3, side, side)
        tapped, x = self._add_blocks(graph, x)
        thirds = _thirds(graph, x)
        x = self._add_convolution(graph, x, ("_conv_head", "_bn1"))
        parts = [_mean(graph, x), _maximum(graph, x), *tapped, thirds]
        graph.add_node("Concat", parts, name="features", axis=1)
        graph.add_output("features", ("n", "width"))
        field = {"kernel_shape": [FIELD] * 2, "strides": [FIELD] * 2}
        graph.add_node("AveragePool", [planes], name="fields", **field)
        graph.add_output("fields", ("n", 3, side // FIELD, side // FIELD))
        return graph.as_model()

    def _add_blocks(self, graph: OnnxGraph, x: str) -> tuple[list[str], str]:
        tapped = []
        x = self._add_convolution(graph, x, ("_conv_stem", "_bn0"), stride=2)
        for number in range(BLOCKS):
            x = self._add_block(graph, x, number)
            if number in TAPPED:
                tapped += [_mean(graph, x), _deviation(graph, x), _maximum(graph, x)]
        return tapped, x

    def _add_block(self, graph: OnnxGraph, x: str, number: int) -> str:
        """Expand, filter each channel, project; add the input where the shape stayed.

        Returns:
            The name of the block's output.
        """
        prefix = f"_blocks.{number}."
        stride = 2 if number in STRIDED else 1
        y = x
        if prefix + "_expand_conv.weight" in self.weights:
            y = self._add_convolution(graph, y, (prefix + "_expand_conv", prefix + "_bn0"))
        layers = (prefix + "_depthwise_conv", prefix + "_bn1")
        y = self._add_convolution(graph, y, layers, stride=stride)
        layers = (prefix + "_project_conv", prefix + "_bn2")
        y = self._add_convolution(graph, y, layers, active=False)
        return graph.add_node("Add", [x, y]) if self._keeps_shape(number) else y

    def _keeps_shape(self, number: int) -> bool:
        if number == 0 or number in STRIDED:
            return False
        shapes = [
            self.weights[f"_blocks.{n}._project_conv.weight"].shape for n in (number - 1, number)
        ]
        return bool(shapes[0][0] == shapes[1][0])

    def _add_convolution(
        self,
        graph: OnnxGraph,
        x: str,
        layers: tuple[str, str],
        *,
        stride: int = 1,
        active: bool = True,
    ) -> str:
        kernel, bias = self._folded(*layers)
        side = kernel.shape[2]
        # TensorFlow pads a strided picture unevenly: more below and to the right.
        before = (side - stride) // 2
        after = side - stride - before
        y = graph.add_node(
            "Conv",
            [x, graph.add_constant(kernel), graph.add_constant(bias)],
            kernel_shape=[side, side],
            strides=[stride, stride],
            pads=[before, before, after, after],
            group=kernel.shape[0] if side > 1 and kernel.shape[1] == 1 else 1,
        )
        return (
            graph.add_node("Clip", [y, _scalar(graph, 0.0), _scalar(graph, 6.0)]) if active else y
        )

    def _folded(
        self, convolution: str, normalisation: str
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return kernel (out, in, side, side) and bias (out,) that do both layers at once."""
        weights, norm = self.weights, normalisation
        scale = weights[norm + ".weight"] / np.sqrt(weights[norm + ".running_var"] + EPSILON)
        bias = weights[norm + ".bias"] - weights[norm + ".running_mean"] * scale
        kernel = weights[convolution + ".weight"] * scale[:, None, None, None]
        return kernel.astype(np.float32), bias.astype(np.float32)


def _scalar(graph: OnnxGraph, value: float) -> str:
    return graph.add_constant(np.array(value, dtype=np.float32))


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
