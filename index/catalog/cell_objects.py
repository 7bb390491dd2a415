"""Parsing of objects (names and values) inside one cell."""

import json

from index.catalog.records import CellError


def parse_object(value: object) -> dict[object, object]:
    """Return an object that is given as a dict, as pairs (a Parquet map) or as JSON text.

    Raises:
        CellError: It is none of these.
    """
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError) as exc:
            raise CellError(f"a JSON object expected: {exc}"[:160]) from exc
    if isinstance(value, list) and all(isinstance(p, tuple) and len(p) == 2 for p in value):
        value = dict(value)
    if not isinstance(value, dict):
        raise CellError(f"a JSON object expected, got {str(value)[:60]!r}")
    return value
