"""The image tower in int8: quantized layers.

Source: Jacob et al., Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-
Only Inference (CVPR 2018), section 2.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tools.export_photo_tower.activation_ranges import ActivationRange, ActivationRanges
from tools.export_photo_tower.layers import PIXEL_MIDPOINT, RELU6_MAX, ConvLayer, FloatLayers

_MAX_BIAS_STEPS = np.float32(2**28)
"""Most steps that a bias may take; an int32 holds eight times as many."""


@dataclass(slots=True)
class Int8Layers(FloatLayers):
    """Layers with kernels quantized to int8, one step per output channel, activations to uint8.

    Every quantized activation is dequantized to float32 again: ONNX Runtime turns this QDQ form
    into integer kernels.

    Attributes:
        activation_ranges: Of a tower with these weights.
    """

    activation_ranges: ActivationRanges
    _steps: dict[str, np.float32] = field(default_factory=dict)

    def normalize_pixels(self, planes: str) -> str:
        """Dequantize the pixels as they are: 127 stands for 0, which is off by half a step.

        Returns:
            The name of the output.
        """
        step = np.float32(1 / PIXEL_MIDPOINT)
        return self._add_dequantize(planes, step, self._add_scale(step, np.uint8(PIXEL_MIDPOINT)))

    def add_convolution(self, x: str, layer: ConvLayer) -> str:
        """Add one convolution; see `FloatLayers`.

        Returns:
            The name of the output.

        Raises:
            KeyError: The layer's range is missing.
        """
        step = self._steps[x]
        min_steps = np.maximum(
            np.abs(layer.kernel).max(axis=(1, 2, 3)) / np.float32(127),
            # A channel with tiny weights still has a bias, which must fit into an int32.
            np.abs(layer.bias) / step / _MAX_BIAS_STEPS,
        )
        steps = np.maximum(min_steps, np.float32(1e-12))  # (out,)
        kernel = round_kernel(layer.kernel / steps[:, None, None, None])
        bias = np.rint(layer.bias / (steps * step)).astype(np.int32)
        rows = [
            self._add_dequantized_rows(kernel, steps),
            self._add_dequantized_rows(bias, steps * step),
        ]
        y = self.add_relu6(self.add_conv_node([x, *rows], layer), layer)
        return self._add_quantize_dequantize(
            y,
            ActivationRange(0.0, RELU6_MAX)
            if layer.has_relu6
            else self.activation_ranges[layer.name],
        )

    def add_sum(self, x: str, y: str, name: str) -> str:
        """Add two activations; see `FloatLayers`.

        Returns:
            The name of the output.

        Raises:
            KeyError: The sum's range is missing.
        """
        return self._add_quantize_dequantize(
            FloatLayers.add_sum(self, x, y, name), self.activation_ranges[name]
        )

    def _add_quantize_dequantize(self, x: str, span: ActivationRange) -> str:
        min_value, max_value = min(span.min_value, 0.0), max(span.max_value, 0.0)
        step = np.float32((max_value - min_value) / 255)
        zero_point = np.uint8(round(-min_value / float(step)))
        scale = self._add_scale(step, zero_point)
        return self._add_dequantize(self.graph.add_node("QuantizeLinear", [x, *scale]), step, scale)

    def _add_scale(self, step: np.float32, zero_point: np.uint8) -> list[str]:
        return [self.graph.add_constant(np.array(value)) for value in (step, zero_point)]

    def _add_dequantize(self, x: str, step: np.float32, scale: list[str]) -> str:
        y = self.graph.add_node("DequantizeLinear", [x, *scale])
        self._steps[y] = step
        return y

    def _add_dequantized_rows(self, values: NDArray[Any], steps: NDArray[np.float32]) -> str:
        """Add quantized values, shape (out, ...), with the step of each row, shape (out,).

        Returns:
            The name of the output.
        """
        zero_points = np.zeros(len(steps), dtype=values.dtype)
        constants = [self.graph.add_constant(array) for array in (values, steps, zero_points)]
        return self.graph.add_node("DequantizeLinear", constants, axis=0)


def round_kernel(kernel: NDArray[np.float32]) -> NDArray[np.int8]:
    """Round a kernel to int8 so that the sum of each filter is preserved.

    Neighbouring pixels are similar, and most of a studio photo is one colour: there the rounding
    errors of a filter's weights add up instead of cancelling. So the weights are rounded down, and
    those with the largest remainders up (of equal ones the first), until the sum is right. Filters
    of one pixel are rounded to nearest.

    Args:
        kernel: In quantization steps, -127 to 127, shape (out, in, side, side).

    Returns:
        The rounded kernel, of the same shape.
    """
    if kernel.shape[2] == 1:
        return np.rint(kernel).astype(np.int8)
    flat = kernel.reshape(len(kernel), -1)  # (out, in * side * side)
    floors = np.floor(flat)
    n_up = np.rint(flat.sum(axis=1)) - floors.sum(axis=1)  # (out,), whole numbers
    # Stable, else the order of equal remainders, and so the result, would depend on the CPU.
    order = np.argsort(floors - flat, axis=1, kind="stable")
    ranks = np.argsort(order, axis=1, kind="stable")  # 0: the largest remainder
    is_rounded_up = ranks < n_up[:, None]
    rounded = np.clip(floors + is_rounded_up, -127, 127).reshape(kernel.shape)
    return np.asarray(rounded, dtype=np.int8)
