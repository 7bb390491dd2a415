"""The folder of one set of heads: `encoder.json` with the facts, `compact.safetensors`."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from embed.compact.heads import CompactHeads
from embed.compact.quantization import ActivationRanges, ranges_as_arrays, ranges_from_arrays
from embed.encoder_config import (
    COMPACT_FAMILY,
    ENCODER_CONFIG_FILE,
    read_encoder_config,
    write_encoder_config,
)
from embed.photos.letterboxing import PREPROCESSING_VERSION
from shopwindow.values.encoder import EncoderSpec, digest
from shopwindow.values.errors import EncoderError, EncoderUnavailableError

WEIGHTS_FILE = "compact.safetensors"
BUNDLED_DIR = Path(__file__).parents[1] / "weights" / "compact"
FORMAT_VERSION = 4
"""Raise it when the same weights would give other vectors: new features, cuts or formulas."""


def read_spec(folder: Path = BUNDLED_DIR) -> EncoderSpec:
    """Read the facts about the heads of a folder, not the heads.

    Returns:
        The facts.

    Raises:
        EncoderUnavailableError: There are none.
        EncoderError: They cannot be understood.
    """
    return _spec(_read_facts(folder), folder)


@dataclass(frozen=True, slots=True)
class CompactWeights:
    """What a folder holds.

    Attributes:
        heads: What was trained.
        activation_ranges: What the image tower must know to run in int8.
    """

    heads: CompactHeads
    activation_ranges: ActivationRanges


def load_compact_weights(folder: Path = BUNDLED_DIR) -> tuple[EncoderSpec, CompactWeights]:
    """Read heads, ranges and the facts about them, and check that they belong together.

    Returns:
        The facts and the parts.

    Raises:
        EncoderUnavailableError: A file is missing.
        EncoderError: A file is garbled, or the weights are not those of the facts.
    """
    facts = _read_facts(folder)
    spec = _spec(facts, folder)
    path = folder / WEIGHTS_FILE
    data = _read_bytes(path)
    found = compute_heads_version(data, facts["joint_weight"], spec.image_size)
    if found != spec.version:
        raise EncoderError(f"{path}: expected weights of version {spec.version}, got {found}")
    try:
        arrays = load(data)
        heads = CompactHeads.from_arrays(arrays, float(facts["joint_weight"]))
        ranges = ranges_from_arrays(arrays)
    except (SafetensorError, KeyError, ValueError) as exc:
        raise EncoderError(f"{path}: expected the heads of compact, got {exc!r}") from exc
    if heads.dim != spec.dim:
        raise EncoderError(f"{path}: expected vectors of {spec.dim}, got {heads.dim}")
    return spec, CompactWeights(heads, ranges)


def save_compact_weights(folder: Path, weights: CompactWeights, spec: EncoderSpec) -> EncoderSpec:
    """Write heads, ranges and facts into a folder.

    Args:
        folder: Made when missing; both files are replaced.
        weights: What was trained and measured; half precision is kept.
        spec: The facts; dim and version are filled in here.

    Returns:
        The facts as written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    heads = weights.heads
    arrays: dict[str, NDArray[Any]] = {
        **heads.as_arrays(),
        **ranges_as_arrays(weights.activation_ranges),
    }
    data = save(arrays)
    version = compute_heads_version(data, heads.joint_weight, spec.image_size)
    spec = replace(
        spec,
        dim=heads.dim,
        version=version,
        image_only_dims=heads.image_only_dims,
        text_only_dims=heads.text_only_dims,
    )
    facts = {
        "family": COMPACT_FAMILY,
        "format": FORMAT_VERSION,
        "spec": spec.as_dict(),
        "joint_weight": heads.joint_weight,
    }
    (folder / WEIGHTS_FILE).write_bytes(data)
    write_encoder_config(folder, facts)
    return spec


def compute_heads_version(weights: bytes, joint_weight: float, image_size: int) -> str:
    """Return 12 hexadecimal digits that name everything which decides the vector of an input."""
    return digest(weights, [FORMAT_VERSION, PREPROCESSING_VERSION, joint_weight, image_size])


def _read_facts(folder: Path) -> Mapping[str, Any]:
    facts = read_encoder_config(folder)
    path = folder / ENCODER_CONFIG_FILE
    if facts.get("family") != COMPACT_FAMILY:
        raise EncoderError(f"{path}: expected the facts of a compact encoder")
    if facts.get("format") != FORMAT_VERSION:
        raise EncoderError(
            f"{path}: expected format {FORMAT_VERSION}, got {facts.get('format')}; train it again"
        )
    return facts


def _spec(facts: Mapping[str, Any], folder: Path) -> EncoderSpec:
    try:
        float(facts["joint_weight"])
        return EncoderSpec.from_dict(facts["spec"])
    except (KeyError, TypeError, ValueError, AttributeError) as exc:
        raise EncoderError(
            f"{folder / ENCODER_CONFIG_FILE}: a fact is missing or has no sense: {exc!r}"
        ) from exc


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as exc:
        raise EncoderUnavailableError("compact", f"{path} is missing") from exc
