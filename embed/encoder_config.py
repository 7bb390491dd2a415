"""Read and write `encoder.json`, which every encoder folder has."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shopwindow.values.errors import EncoderError, EncoderUnavailableError

ENCODER_CONFIG_FILE = "encoder.json"
COMPACT_FAMILY, ADAPTED_FAMILY = "compact", "adapted"
"""Values of the key "family"."""


def read_encoder_config(folder: Path) -> Mapping[str, Any]:
    """Return the content of a folder's `encoder.json`; its "family" says which loader takes it.

    Raises:
        EncoderUnavailableError: The file is missing.
        EncoderError: The file is not a JSON object.
    """
    path = folder / ENCODER_CONFIG_FILE
    try:
        config = json.loads(path.read_bytes())
    except OSError as exc:
        raise EncoderUnavailableError(str(folder), f"{path} is missing") from exc
    except ValueError as exc:
        raise EncoderError(f"{path}: expected JSON, got {exc}") from exc
    if not isinstance(config, dict):
        raise EncoderError(f"{path}: expected a JSON object, got {type(config).__name__}")
    return config


def write_encoder_config(folder: Path, config: Mapping[str, Any]) -> None:
    """Write a folder's `encoder.json`; the folder must exist."""
    (folder / ENCODER_CONFIG_FILE).write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
