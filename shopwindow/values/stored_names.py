"""Field names and the keys they have in files: a field may be renamed, files keep their keys."""

from collections.abc import Mapping
from typing import Any


def to_stored(values: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return values by the keys of files.

    Args:
        values: By field name.
        names: The key of each field whose key is another one.
    """
    return {names.get(name, name): value for name, value in values.items()}


def from_stored(values: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return values by field name: the way back of `to_stored`."""
    fields = {key: name for name, key in names.items()}
    return {fields.get(key, key): value for key, value in values.items()}
