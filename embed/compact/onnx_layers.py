"""Layers of the image tower as ONNX nodes, in float32."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from embed.compact.onnx_writer import FLOAT, OnnxGraph

RELU6_MAX = 6.0
"""Where ReLU6 ends."""

PIXEL_MIDPOINT = 127.5
"""A pixel of this value is 0 to the tower; 0 is -1 and 255 is 1."""


class ConvLayer(NamedTuple):
    """One convolution with its normalisation folded in.

    Attributes:
        name: Unique in the tower.
        kernel: Shape (out, in, side, side); in is 1 where each channel has its own filter.
        bias: Shape (out,).
        stride: 1 or 2.
        has_relu6: Whether ReLU6 follows.
    """

    name: str
    kernel: NDArray[np.float32]
    bias: NDArray[np.float32]
    stride: int
    has_relu6: bool

    @property
    def is_depthwise(self) -> bool:
        """Whether each channel has its own filter."""
        return bool(self.kernel.shape[1] == 1 and self.kernel.shape[2] > 1)


@dataclass(slots=True)
class FloatLayers:
    """Adds layers to a graph; each method returns the name of what the layer gives.

    Attributes:
        graph: Where they go.
    """

    graph: OnnxGraph

    def normalize_pixels(self, planes: str) -> str:
        """Bring uint8 planes, shape (n, 3, side, side), to -1 to 1.

        Returns:
            The name of the output.
        """
        values = self.graph.add_node("Cast", [planes], to=FLOAT)
        scaled = self.graph.add_node("Div", [values, self.add_scalar(PIXEL_MIDPOINT)])
        return self.graph.add_node("Sub", [scaled, self.add_scalar(1.0)])

    def add_convolution(self, x: str, layer: ConvLayer) -> str:
        """Add one convolution, and the ReLU6 that follows it.

        Returns:
            The name of the output.
        """
        kernel, bias = map(self.graph.add_constant, (layer.kernel, layer.bias))
        return self.add_relu6(self.add_conv_node([x, kernel, bias], layer), layer)

    def add_sum(self, x: str, y: str, name: str) -> str:
        """Add two activations of one shape.

        Args:
            x: One of them.
            y: The other.
            name: Unique in the tower.

        Returns:
            The name of the output.
        """
        return self.graph.add_node("Add", [x, y])

    def add_conv_node(self, inputs: list[str], layer: ConvLayer) -> str:
        """Return the output of a convolution of input, kernel and bias."""
        side = layer.kernel.shape[2]
        # TensorFlow pads a strided picture unevenly: more below and to the right.
        before = (side - layer.stride) // 2
        after = side - layer.stride - before
        return self.graph.add_node(
            "Conv",
            inputs,
            kernel_shape=[side, side],
            strides=[layer.stride, layer.stride],
            pads=[before, before, after, after],
            group=len(layer.kernel) if layer.is_depthwise else 1,
        )

    def add_relu6(self, x: str, layer: ConvLayer) -> str:
        """Return x within 0 and 6 where the layer wants it so."""
        if not layer.has_relu6:
            return x
        return self.graph.add_node("Clip", [x, self.add_scalar(0.0), self.add_scalar(RELU6_MAX)])

    def add_scalar(self, value: float) -> str:
        """Return a constant float32."""
        return self.graph.add_constant(np.array(value, dtype=np.float32))
