"""Write an ONNX model: the subset of its protocol-buffer format that the image tower needs.

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
_ELEM_TYPES = {"float32": FLOAT, "uint8": UINT8, "int8": 3, "int32": 6, "int64": 7}


@dataclass(slots=True)
class OnnxGraph:
    """A graph that grows node by node.

    Attributes:
        nodes: Encoded nodes, in topological order.
        initializers: Encoded constants.
        inputs: Encoded descriptions of the graph's inputs.
        outputs: Encoded descriptions of the graph's outputs.
    """

    nodes: list[bytes] = field(default_factory=list)
    initializers: list[bytes] = field(default_factory=list)
    inputs: list[bytes] = field(default_factory=list)
    outputs: list[bytes] = field(default_factory=list)

    def add_input(self, name: str, elem_type: int, shape: Sequence[int | str]) -> str:
        """Declare an input; named axes may have any length.

        Returns:
            Its name.
        """
        self.inputs.append(_encode_value_info(name, elem_type, shape))
        return name

    def add_output(self, name: str, shape: Sequence[int | str]) -> None:
        """Declare a float32 output; named axes may have any length."""
        self.outputs.append(_encode_value_info(name, FLOAT, shape))

    def add_constant(self, values: NDArray[Any]) -> str:
        """Store an array in the model.

        Args:
            values: Of any shape; float32, uint8, int8, int32 or int64.

        Returns:
            Its name.
        """
        name = f"constant_{len(self.initializers)}"
        shape = b"".join(_encode_int(1, size) for size in values.shape)
        elem_type = _encode_int(2, _ELEM_TYPES[values.dtype.name])
        raw_data = np.ascontiguousarray(values).tobytes()
        self.initializers.append(
            shape + elem_type + _encode_text(8, name) + _encode_bytes(9, raw_data)
        )
        return name

    def add_node(self, op_type: str, inputs: Sequence[str], name: str = "", **settings: Any) -> str:
        """Add a node that computes one operator of the ONNX standard.

        Args:
            op_type: The operator's name, such as "Conv".
            inputs: Names of its inputs, in the standard's order; "" omits an optional one.
            name: Name of its one output; generated when empty.
            **settings: The operator's attributes: an int, or a sequence of ints.

        Returns:
            The name of its output.
        """
        output = name or f"{op_type}_{len(self.nodes)}"
        ends = b"".join(_encode_text(1, input_name) for input_name in inputs)
        ends += _encode_text(2, output)
        attributes = b"".join(
            _encode_bytes(5, _encode_attribute(*item)) for item in settings.items()
        )
        self.nodes.append(ends + _encode_text(3, output) + _encode_text(4, op_type) + attributes)
        return output

    def serialize(self) -> bytes:
        """Return the model as the bytes of an `.onnx` file."""
        graph = b"".join(_encode_bytes(1, node) for node in self.nodes) + _encode_text(2, "graph")
        graph += b"".join(_encode_bytes(5, constant) for constant in self.initializers)
        graph += b"".join(_encode_bytes(11, value_info) for value_info in self.inputs)
        graph += b"".join(_encode_bytes(12, value_info) for value_info in self.outputs)
        opset = _encode_text(1, "") + _encode_int(2, OPSET)
        return _encode_int(1, IR_VERSION) + _encode_bytes(7, graph) + _encode_bytes(8, opset)


def _encode_varint(value: int) -> bytes:
    encoded = bytearray()
    value &= (1 << 64) - 1  # negative numbers are encoded as 64-bit two's complement
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def _encode_int(tag: int, value: int) -> bytes:
    return _encode_varint(tag << 3) + _encode_varint(value)


def _encode_bytes(tag: int, data: bytes) -> bytes:
    return _encode_varint(tag << 3 | 2) + _encode_varint(len(data)) + data


def _encode_text(tag: int, text: str) -> bytes:
    return _encode_bytes(tag, text.encode())


def _encode_attribute(name: str, value: int | Sequence[int]) -> bytes:
    if isinstance(value, int):
        return _encode_text(1, name) + _encode_int(3, value) + _encode_int(20, 2)
    return (
        _encode_text(1, name)
        + b"".join(_encode_int(8, item) for item in value)
        + _encode_int(20, 7)
    )


def _encode_value_info(name: str, elem_type: int, shape: Sequence[int | str]) -> bytes:
    axes = [
        _encode_text(2, axis) if isinstance(axis, str) else _encode_int(1, axis) for axis in shape
    ]
    dims = b"".join(_encode_bytes(1, axis) for axis in axes)
    tensor = _encode_int(1, elem_type) + _encode_bytes(2, dims)
    return _encode_text(1, name) + _encode_bytes(2, _encode_bytes(1, tensor))
