"""The `encoder.json` that every folder of an encoder has."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shopwindow.values.errors import EncoderError, EncoderUnavailableError

ENCODER_CONFIG_FILE = "encoder.json"
COMPACT_FAMILY, ADAPTED_FAMILY = "compact", "adapted"
"""What the file may say under "family"."""


def read_encoder_config(folder: Path) -> Mapping[str, Any]:
    """Return what the file says; its "family" tells who reads the rest.

    Raises:
        EncoderUnavailableError: It is not there.
        EncoderError: It is not a JSON object.
    """
    path = folder / ENCODER_CONFIG_FILE
    try:
        facts = json.loads(path.read_bytes())
    except OSError as exc:
        raise EncoderUnavailableError(str(folder), f"{path} is missing") from exc
    except ValueError as exc:
        raise EncoderError(f"{path}: expected JSON, got {exc}") from exc
    if not isinstance(facts, dict):
        raise EncoderError(f"{path}: expected an object with the facts of an encoder")
    return facts


def write_encoder_config(folder: Path, config: Mapping[str, Any]) -> None:
    """Write them; the folder must be there."""
    (folder / ENCODER_CONFIG_FILE).write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
