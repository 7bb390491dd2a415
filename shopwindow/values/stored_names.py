"""Mapping between field names and stored keys: fields may be renamed, files keep their keys."""

from collections.abc import Mapping
from typing import Any


def to_stored(values: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return values by stored key.

    Args:
        values: Values by field name.
        names: Stored key by field name, for the fields where the two differ.
    """
    return {names.get(name, name): value for name, value in values.items()}


def from_stored(values: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return values by field name; the inverse of `to_stored`."""
    field_names = {key: name for name, key in names.items()}
    return {field_names.get(key, key): value for key, value in values.items()}
