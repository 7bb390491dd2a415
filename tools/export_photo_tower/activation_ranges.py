"""Activation ranges of the image tower, by which int8 activations have their steps."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, TypeAlias

RANGES_FILE = Path(__file__).with_name("activation_ranges.json")


class ActivationRange(NamedTuple):
    """Smallest and largest value of an activation."""

    min_value: float
    max_value: float


ActivationRanges: TypeAlias = Mapping[str, ActivationRange]
"""By layer, for every activation that is not bounded by ReLU6."""


def read_ranges(path: Path = RANGES_FILE) -> ActivationRanges:
    """Return the ranges that `write_ranges` wrote.

    Raises:
        ValueError: A range does not have two ends, or its max is not above its min.
    """
    stored = json.loads(path.read_text(encoding="utf-8"))
    return {layer: _parse_range(layer, bounds) for layer, bounds in stored.items()}


def write_ranges(ranges: ActivationRanges, path: Path = RANGES_FILE) -> None:
    """Write each range as [min, max], one layer a line."""
    lines = (f"  {json.dumps(layer)}: {json.dumps(span)}" for layer, span in sorted(ranges.items()))
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def _parse_range(layer: str, bounds: list[float]) -> ActivationRange:
    min_value, max_value = bounds
    if not min_value < max_value:
        raise ValueError(f"{layer}: expected min below max, got {min_value} to {max_value}")
    return ActivationRange(min_value, max_value)
