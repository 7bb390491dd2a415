"""The folder of the trained heads: `encoder.json` and `compact.safetensors`."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.numpy import load, save

from embed.compact.heads import CompactHeads
from embed.encoder_config import (
    COMPACT_FAMILY,
    ENCODER_CONFIG_FILE,
    read_encoder_config,
    write_encoder_config,
)
from embed.photos.letterboxing import PREPROCESSING_VERSION
from shopwindow.values import EncoderSpec, digest
from shopwindow.values.errors import EncoderError, EncoderUnavailableError

WEIGHTS_FILE = "compact.safetensors"
BUNDLED_DIR = Path(__file__).parents[1] / "weights" / "compact"
FORMAT_VERSION = 4
"""Raise it when the same weights would give other vectors: new features, clipping or formulas."""


def read_spec(folder: Path = BUNDLED_DIR) -> EncoderSpec:
    """Return the spec of a folder's heads, without loading the heads.

    Raises:
        EncoderUnavailableError: The folder has no `encoder.json`.
        EncoderError: Its `encoder.json` is invalid.
    """
    return _parse_spec(_read_config(folder), folder)


def load_compact_heads(folder: Path = BUNDLED_DIR) -> tuple[EncoderSpec, CompactHeads]:
    """Load a folder's spec and heads, and check that they belong together.

    Returns:
        The spec and the heads.

    Raises:
        EncoderUnavailableError: A file is missing.
        EncoderError: A file is corrupt, or the weights are not those of `encoder.json`.
    """
    config = _read_config(folder)
    spec = _parse_spec(config, folder)
    path = folder / WEIGHTS_FILE
    data = _read_bytes(path)
    version = compute_heads_version(data, config["joint_weight"], spec.image_size)
    if version != spec.version:
        raise EncoderError(f"{path}: expected weights of version {spec.version}, got {version}")
    try:
        arrays = load(data)
        heads = CompactHeads.from_arrays(arrays, float(config["joint_weight"]))
    except (SafetensorError, KeyError, ValueError) as exc:
        raise EncoderError(f"{path}: expected the heads of compact, got {exc!r}") from exc
    if heads.dim != spec.dim:
        raise EncoderError(f"{path}: expected vectors of {spec.dim}, got {heads.dim}")
    return spec, heads


def save_compact_heads(folder: Path, heads: CompactHeads, spec: EncoderSpec) -> EncoderSpec:
    """Write heads and spec into a folder.

    Args:
        folder: Created when missing; both files are replaced.
        heads: The heads; most arrays are stored in half precision.
        spec: The spec; dim, version and column ranges are filled in here.

    Returns:
        The spec as written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    data = save(heads.as_arrays())
    version = compute_heads_version(data, heads.joint_weight, spec.image_size)
    spec = replace(
        spec,
        dim=heads.dim,
        version=version,
        image_only_dims=heads.image_only_dims,
        text_only_dims=heads.text_only_dims,
    )
    config = {
        "family": COMPACT_FAMILY,
        "format": FORMAT_VERSION,
        "spec": spec.as_dict(),
        "joint_weight": heads.joint_weight,
    }
    (folder / WEIGHTS_FILE).write_bytes(data)
    write_encoder_config(folder, config)
    return spec


def compute_heads_version(weights: bytes, joint_weight: float, image_size: int) -> str:
    """Return a digest of everything that decides the vectors, 12 hexadecimal digits."""
    return digest(weights, [FORMAT_VERSION, PREPROCESSING_VERSION, joint_weight, image_size])


def _read_config(folder: Path) -> Mapping[str, Any]:
    config = read_encoder_config(folder)
    path = folder / ENCODER_CONFIG_FILE
    if config.get("family") != COMPACT_FAMILY:
        raise EncoderError(
            f"{path}: expected family {COMPACT_FAMILY!r}, got {config.get('family')!r}"
        )
    if config.get("format") != FORMAT_VERSION:
        raise EncoderError(
            f"{path}: expected format {FORMAT_VERSION}, got {config.get('format')}; train it again"
        )
    return config


def _parse_spec(config: Mapping[str, Any], folder: Path) -> EncoderSpec:
    try:
        float(config["joint_weight"])
        return EncoderSpec.from_dict(config["spec"])
    except (KeyError, TypeError, ValueError, AttributeError) as exc:
        raise EncoderError(
            f"{folder / ENCODER_CONFIG_FILE}: a key is missing or invalid: {exc!r}"
        ) from exc


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as exc:
        raise EncoderUnavailableError("compact", f"{path} is missing") from exc
