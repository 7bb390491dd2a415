"""A graph of the ONNX standard that grows node by node."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

IR_VERSION = 8
OPSET = 17
"""Versions of the format that the oldest ONNX Runtime we allow reads."""

FLOAT = onnx.TensorProto.FLOAT
UINT8 = onnx.TensorProto.UINT8


@dataclass(slots=True)
class OnnxGraph:
    """A graph that grows node by node.

    Attributes:
        nodes: In topological order.
        initializers: Constants.
        inputs: Descriptions of the graph's inputs.
        outputs: Descriptions of the graph's outputs.
    """

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    initializers: list[onnx.TensorProto] = field(default_factory=list)
    inputs: list[onnx.ValueInfoProto] = field(default_factory=list)
    outputs: list[onnx.ValueInfoProto] = field(default_factory=list)

    def add_input(self, name: str, elem_type: int, shape: Sequence[int | str]) -> str:
        """Declare an input; named axes may have any length.

        Returns:
            Its name.
        """
        self.inputs.append(helper.make_tensor_value_info(name, elem_type, shape))
        return name

    def add_output(self, name: str, shape: Sequence[int | str]) -> None:
        """Declare a float32 output; named axes may have any length."""
        self.outputs.append(helper.make_tensor_value_info(name, FLOAT, shape))

    def add_constant(self, values: NDArray[Any]) -> str:
        """Store an array in the model.

        Args:
            values: Of any shape.

        Returns:
            Its name.
        """
        name = f"constant_{len(self.initializers)}"
        self.initializers.append(numpy_helper.from_array(values, name))
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
        self.nodes.append(helper.make_node(op_type, inputs, [output], name=output, **settings))
        return output

    def serialize(self, metadata: Mapping[str, str] | None = None) -> bytes:
        """Return the model as the bytes of an `.onnx` file, after ONNX's own check of it.

        Args:
            metadata: What the file says of itself, by name.

        Raises:
            onnx.checker.ValidationError: The graph is not valid.
        """
        graph = helper.make_graph(
            self.nodes, "graph", self.inputs, self.outputs, initializer=self.initializers
        )
        opset = helper.make_opsetid("", OPSET)
        model = helper.make_model(
            graph, opset_imports=[opset], ir_version=IR_VERSION, producer_name="shopwindow"
        )
        helper.set_model_props(model, dict(metadata or {}))
        onnx.checker.check_model(model)
        return bytes(model.SerializeToString(deterministic=True))
