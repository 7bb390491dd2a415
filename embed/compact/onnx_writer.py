"""Write an ONNX model: the little of its protocol-buffer format that a chain of layers needs.

Source: field numbers of onnx.proto3 (github.com/onnx/onnx, IR version 8).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

IR_VERSION = 8
OPSET = 17
FLOAT = 1
UINT8 = 2
_TENSOR_KINDS = {"float32": FLOAT, "uint8": UINT8, "int8": 3, "int32": 6, "int64": 7}


@dataclass(slots=True)
class OnnxGraph:
    """A graph that grows node by node.

    Attributes:
        nodes: Encoded nodes, in the order of computation.
        initializers: Encoded constants.
        inputs: Encoded descriptions of what the caller gives.
        outputs: Encoded descriptions of what the caller gets.
    """

    nodes: list[bytes] = field(default_factory=list)
    initializers: list[bytes] = field(default_factory=list)
    inputs: list[bytes] = field(default_factory=list)
    outputs: list[bytes] = field(default_factory=list)

    def add_input(self, name: str, elem_type: int, shape: Sequence[int | str]) -> str:
        """Declare an input, whose named axes may have any length.

        Returns:
            Its name.
        """
        self.inputs.append(_value_info(name, elem_type, shape))
        return name

    def add_output(self, name: str, shape: Sequence[int | str]) -> None:
        """Declare a float32 output; named axes may have any length."""
        self.outputs.append(_value_info(name, FLOAT, shape))

    def add_constant(self, values: NDArray[Any]) -> str:
        """Store an array in the model.

        Returns:
            Its name.
        """
        name = f"constant_{len(self.initializers)}"
        shape = b"".join(_number(1, size) for size in values.shape)
        kind = _number(2, _TENSOR_KINDS[values.dtype.name])
        raw = np.ascontiguousarray(values).tobytes()
        self.initializers.append(shape + kind + _text(8, name) + _bytes(9, raw))
        return name

    def add_node(self, op_type: str, inputs: Sequence[str], name: str = "", **settings: Any) -> str:
        """Compute one operator of the ONNX standard.

        Args:
            op_type: The operator's name, such as "Conv".
            inputs: Names of its inputs, in the standard's order; "" leaves an optional one out.
            name: Name of its one output; made up when empty.
            **settings: The operator's attributes: an int, or a sequence of ints.

        Returns:
            The name of its output.
        """
        output = name or f"{op_type}_{len(self.nodes)}"
        ends = b"".join(_text(1, each) for each in inputs) + _text(2, output)
        attributes = b"".join(_bytes(5, _attribute(*item)) for item in settings.items())
        self.nodes.append(ends + _text(3, output) + _text(4, op_type) + attributes)
        return output

    def serialize(self) -> bytes:
        """Return the model as the bytes of an `.onnx` file."""
        graph = b"".join(_bytes(1, node) for node in self.nodes) + _text(2, "graph")
        graph += b"".join(_bytes(5, each) for each in self.initializers)
        graph += b"".join(_bytes(11, each) for each in self.inputs)
        graph += b"".join(_bytes(12, each) for each in self.outputs)
        opset = _text(1, "") + _number(2, OPSET)
        return _number(1, IR_VERSION) + _bytes(7, graph) + _bytes(8, opset)


def _varint(value: int) -> bytes:
    out = bytearray()
    value &= (1 << 64) - 1  # negative numbers travel as 64-bit two's complement
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _number(tag: int, value: int) -> bytes:
    return _varint(tag << 3) + _varint(value)


def _bytes(tag: int, data: bytes) -> bytes:
    return _varint(tag << 3 | 2) + _varint(len(data)) + data


def _text(tag: int, text: str) -> bytes:
    return _bytes(tag, text.encode())


def _attribute(name: str, value: int | Sequence[int]) -> bytes:
    if isinstance(value, int):
        return _text(1, name) + _number(3, value) + _number(20, 2)
    return _text(1, name) + b"".join(_number(8, each) for each in value) + _number(20, 7)


def _value_info(name: str, kind: int, shape: Sequence[int | str]) -> bytes:
    axes = [_text(2, axis) if isinstance(axis, str) else _number(1, axis) for axis in shape]
    dims = b"".join(_bytes(1, axis) for axis in axes)
    tensor = _number(1, kind) + _bytes(2, dims)
    return _text(1, name) + _bytes(2, _bytes(1, tensor))
