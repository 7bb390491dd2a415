"""The image tower in int8: what it must know of the activations, and its layers.

Source: Jacob et al., Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-
Only Inference (CVPR 2018), section 2.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from embed.compact.onnx_layers import PIXEL_MIDPOINT, RELU6_MAX, ConvLayer, FloatLayers

_PREFIX = "range."

UINT8_ZERO_POINT = 128
"""What stands for 0 in a kernel of uint8."""

_BIAS_ROOM = np.float32(2**28)
"""Most steps that a bias may take; an int32 holds eight times as many."""


class ActivationRange(NamedTuple):
    """Least and greatest value of an activation."""

    min_value: float
    max_value: float


ActivationRanges: TypeAlias = Mapping[str, ActivationRange]
"""By layer, of every activation that no ReLU6 bounds."""


def ranges_as_arrays(ranges: ActivationRanges) -> dict[str, NDArray[Any]]:
    """Return an array of two numbers for each range, under a dotted name."""
    return {_PREFIX + name: np.array(each, np.float32) for name, each in ranges.items()}


def ranges_from_arrays(arrays: Mapping[str, NDArray[Any]]) -> ActivationRanges:
    """Return the ranges that `ranges_as_arrays` wrote, found among other arrays.

    Raises:
        ValueError: A range has not two ends, or the upper one is not above the lower.
    """
    ranges = {}
    for name, ends in arrays.items():
        if name.startswith(_PREFIX):
            least, most = ends.tolist()
            if not least < most:
                raise ValueError(f"{name} from {least} to {most}")
            ranges[name.removeprefix(_PREFIX)] = ActivationRange(least, most)
    return ranges


@dataclass(slots=True)
class CalibrationLayers(FloatLayers):
    """Float32 layers that also give the ends of every activation that no ReLU6 bounds.

    Attributes:
        observed: Names of the layers; the graph outputs `NAME.least` and `NAME.most`, by photo.
    """

    observed: list[str] = field(default_factory=list)

    def add_convolution(self, x: str, layer: ConvLayer) -> str:
        """Add one convolution; see `FloatLayers`.

        Returns:
            The name of the output.
        """
        y = FloatLayers.add_convolution(self, x, layer)
        if not layer.has_relu6:
            self._watch(y, layer.name)
        return y

    def add_sum(self, x: str, y: str, name: str) -> str:
        """Add two activations; see `FloatLayers`.

        Returns:
            The name of the output.
        """
        z = FloatLayers.add_sum(self, x, y, name)
        self._watch(z, name)
        return z

    def _watch(self, x: str, name: str) -> None:
        self.observed.append(name)
        for kind, end in (("ReduceMin", "least"), ("ReduceMax", "most")):
            self.graph.add_node(kind, [x], name=f"{name}.{end}", axes=[1, 2, 3], keepdims=0)
            self.graph.add_output(f"{name}.{end}", ("n",))


@dataclass(slots=True)
class Int8Layers(FloatLayers):
    """Kernels rounded to int8, with a step for each output channel, activations to uint8.

    Every rounded activation is given back as the float32 that it stands for: that is the form
    which ONNX Runtime turns into integer kernels.

    Attributes:
        activation_ranges: Of a tower with these weights.
        use_uint8_kernels: Whether kernels are stored in uint8, where 128 stands for 0. The numbers are the
            same, and slower to multiply where int8 is native; but x86 processors without VNNI add
            up products with int8 in 16 bits, which overflow, and those with uint8 in 32.
    """

    activation_ranges: ActivationRanges
    use_uint8_kernels: bool = False
    _steps: dict[str, np.float32] = field(default_factory=dict)

    def normalize_pixels(self, planes: str) -> str:
        """Take the pixels as they are: 127 stands for 0, which is off by half a step.

        Returns:
            The name of the output.
        """
        step = np.float32(1 / PIXEL_MIDPOINT)
        return self._restored(planes, step, self._scale(step, np.uint8(PIXEL_MIDPOINT)))

    def add_convolution(self, x: str, layer: ConvLayer) -> str:
        """Add one convolution; see `FloatLayers`.

        Returns:
            The name of the output.

        Raises:
            KeyError: The layer's range is not known.
        """
        step = self._steps[x]
        bounds = np.maximum(
            np.abs(layer.kernel).max(axis=(1, 2, 3)) / np.float32(127),
            # A channel that is nearly off still has a bias, which must fit into an int32.
            np.abs(layer.bias) / step / _BIAS_ROOM,
        )
        steps = np.maximum(bounds, np.float32(1e-12))  # (out,)
        kernel = round_kernel(layer.kernel / steps[:, None, None, None])
        bias = np.rint(layer.bias / (steps * step)).astype(np.int32)
        rows = [self._restored_kernel(kernel, steps), self._restored_rows(bias, steps * step)]
        y = self.add_relu6(self.add_conv_node([x, *rows], layer), layer)
        return self._rounded(
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
            KeyError: The sum's range is not known.
        """
        return self._rounded(FloatLayers.add_sum(self, x, y, name), self.activation_ranges[name])

    def _rounded(self, x: str, span: ActivationRange) -> str:
        least, most = min(span.min_value, 0.0), max(span.max_value, 0.0)
        step = np.float32((most - least) / 255)
        zero = np.uint8(round(-least / float(step)))
        scale = self._scale(step, zero)
        return self._restored(self.graph.add_node("QuantizeLinear", [x, *scale]), step, scale)

    def _scale(self, step: np.float32, zero: np.uint8) -> list[str]:
        return [self.graph.add_constant(np.array(each)) for each in (step, zero)]

    def _restored(self, x: str, step: np.float32, scale: list[str]) -> str:
        y = self.graph.add_node("DequantizeLinear", [x, *scale])
        self._steps[y] = step
        return y

    def _restored_kernel(self, kernel: NDArray[np.int8], steps: NDArray[np.float32]) -> str:
        if not self.use_uint8_kernels:
            return self._restored_rows(kernel, steps)
        moved = (kernel.astype(np.int16) + UINT8_ZERO_POINT).astype(np.uint8)
        return self._restored_rows(moved, steps, UINT8_ZERO_POINT)

    def _restored_rows(
        self, values: NDArray[Any], steps: NDArray[np.float32], zero: int = 0
    ) -> str:
        zeros = np.full(len(steps), zero, dtype=values.dtype)
        constants = [self.graph.add_constant(each) for each in (values, steps, zeros)]
        return self.graph.add_node("DequantizeLinear", constants, axis=0)


def round_kernel(kernel: NDArray[np.float32]) -> NDArray[np.int8]:
    """Round a kernel to whole numbers, each channel so that the sum of its filter stays.

    Neighbouring pixels are alike, and most of a studio photo is one colour: there the errors of a
    filter's numbers add up instead of cancelling. So the numbers are rounded down, and those with
    the greatest remainders up (of equal ones the first), until the sum is right. A filter of one
    pixel has no neighbours.

    Args:
        kernel: In steps, -127 to 127, shape (out, in, side, side).

    Returns:
        The same shape.
    """
    if kernel.shape[2] == 1:
        return np.rint(kernel).astype(np.int8)
    flat = kernel.reshape(len(kernel), -1)  # (out, in * side * side)
    down = np.floor(flat)
    missing = np.rint(flat.sum(axis=1)) - down.sum(axis=1)  # (out,), whole numbers
    # Else the order of equal remainders, and so the numbers, would depend on the processor.
    order = np.argsort(down - flat, axis=1, kind="stable")
    places = np.argsort(order, axis=1, kind="stable")  # 0: the greatest remainder
    up = places < missing[:, None]
    rounded = np.clip(down + up, -127, 127).reshape(kernel.shape)
    return np.asarray(rounded, dtype=np.int8)
