"""Layers of the image tower as ONNX nodes, in float32."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tools.export_photo_tower.graph import FLOAT, OnnxGraph

RELU6_MAX = 6.0
"""Upper bound of ReLU6."""

PIXEL_MIDPOINT = 127.5
"""The pixel value that is 0 to the tower; 0 is -1 and 255 is 1."""


class ConvLayer(NamedTuple):
    """One convolution with its batch normalisation folded in.

    Attributes:
        name: Unique in the tower.
        kernel: Shape (out, in, side, side); in is 1 for depthwise convolutions.
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
        """Whether each channel has a filter of its own."""
        return bool(self.kernel.shape[1] == 1 and self.kernel.shape[2] > 1)


@dataclass(slots=True)
class FloatLayers:
    """Adds layers to a graph; each method returns the name of the layer's output.

    Attributes:
        graph: The graph.
    """

    graph: OnnxGraph

    def normalize_pixels(self, planes: str) -> str:
        """Scale uint8 planes, shape (n, 3, side, side), to the range -1 to 1.

        Returns:
            The name of the output.
        """
        values = self.graph.add_node("Cast", [planes], to=FLOAT)
        scaled = self.graph.add_node("Div", [values, self.add_scalar(PIXEL_MIDPOINT)])
        return self.graph.add_node("Sub", [scaled, self.add_scalar(1.0)])

    def add_convolution(self, x: str, layer: ConvLayer) -> str:
        """Add one convolution, and its ReLU6 if it has one.

        Returns:
            The name of the output.
        """
        kernel, bias = map(self.graph.add_constant, (layer.kernel, layer.bias))
        return self.add_relu6(self.add_conv_node([x, kernel, bias], layer), layer)

    def add_sum(self, x: str, y: str, name: str) -> str:
        """Add the sum of two activations of one shape.

        Args:
            x: The first.
            y: The second.
            name: Unique in the tower.

        Returns:
            The name of the output.
        """
        return self.graph.add_node("Add", [x, y])

    def add_conv_node(self, inputs: list[str], layer: ConvLayer) -> str:
        """Return the output of a convolution node with the inputs x, kernel and bias."""
        side = layer.kernel.shape[2]
        # TensorFlow pads strided convolutions unevenly: more below and to the right.
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
        """Return x clipped to 0 and 6 where the layer has ReLU6, else x."""
        if not layer.has_relu6:
            return x
        return self.graph.add_node("Clip", [x, self.add_scalar(0.0), self.add_scalar(RELU6_MAX)])

    def add_scalar(self, value: float) -> str:
        """Return a float32 constant."""
        return self.graph.add_constant(np.array(value, dtype=np.float32))
