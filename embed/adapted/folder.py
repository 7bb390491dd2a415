"""The folder of an adapted encoder: config, heads, and the base's folder if it has no name."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from embed.adapted.encoder import AdaptedEncoder
from embed.adapted.heads import AdapterHeads
from embed.base_encoder import BatchEncoder
from embed.encoder_config import ADAPTED_FAMILY, ENCODER_CONFIG_FILE, write_encoder_config
from embed.photos.reader import PhotoReader
from shopwindow.values import Encoder, EncoderSpec, digest
from shopwindow.values.errors import EncoderError, EncoderUnavailableError
from shopwindow.values.setting_groups import EncoderSettings

WEIGHTS_FILE = "adapted.safetensors"
BASE_DIR = "base"
FORMAT_VERSION = 2
"""Raise it when the same weights would give other vectors."""

BaseEncoderLoader = Callable[[str | Path], Encoder]


def save_adapted_encoder(
    folder: Path, base: str | Path, base_spec: EncoderSpec, heads: AdapterHeads
) -> EncoderSpec:
    """Write the trained heads into a folder that `load_encoder` takes.

    Args:
        folder: Empty; created when missing.
        base: The base's name, or its folder, which is copied: the new folder is self-contained.
        base_spec: The base's spec.
        heads: The trained heads.

    Returns:
        The spec of the adapted encoder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    weights = save(dict[str, NDArray[Any]](heads.as_arrays()))
    adapter_weights = {"image": heads.image_adapter_weight, "text": heads.text_adapter_weight}
    spec = replace(
        base_spec,
        name=f"{base_spec.name.removesuffix('+adapted')}+adapted",
        version=_compute_version(weights, adapter_weights, base_spec),
        dim=base_spec.dim + heads.dim,
        source=f"{base_spec.source}; adapted to a shop's feed",
    )
    if isinstance(base, Path):
        shutil.copytree(base, folder / BASE_DIR)
    config = {
        "family": ADAPTED_FAMILY,
        "format": FORMAT_VERSION,
        "spec": spec.as_dict(),
        "base": "" if isinstance(base, Path) else base,
        "base_spec": base_spec.as_dict(),
        "shares": adapter_weights,
    }
    (folder / WEIGHTS_FILE).write_bytes(weights)
    write_encoder_config(folder, config)
    return spec


def load_adapted_encoder(
    folder: Path,
    config: Mapping[str, Any],
    load_base: BaseEncoderLoader,
    settings: EncoderSettings,
    reader: PhotoReader,
) -> AdaptedEncoder:
    """Load an adapted encoder and check that its parts belong together.

    Args:
        folder: The folder.
        config: The content of its `encoder.json`.
        load_base: Loads the base by name or folder.
        settings: Precision, threads and batch size.
        reader: Loads the photos.

    Returns:
        The encoder.

    Raises:
        EncoderUnavailableError: A file is missing.
        EncoderError: A file is corrupt, or the base is another one than was adapted.
    """
    spec, base_spec, adapter_weights = _parse_config(folder, config)
    base = load_base(str(config["base"]) or folder / BASE_DIR)
    if not isinstance(base, BatchEncoder) or base.spec.version != base_spec.version:
        raise EncoderError(
            f"{folder}: it was adapted from {base_spec.identity}, but here is "
            f"{base.spec.identity}; adapt it again"
        )
    path = folder / WEIGHTS_FILE
    try:
        weights = path.read_bytes()
    except OSError as exc:
        raise EncoderUnavailableError(str(folder), f"{path} is missing") from exc
    if _compute_version(weights, adapter_weights, base_spec) != spec.version:
        raise EncoderError(
            f"{path}: the weights are not those of {ENCODER_CONFIG_FILE}; adapt it again"
        )
    try:
        heads = AdapterHeads.from_arrays(load(weights), adapter_weights, base_spec.image_only_dims)
    except (SafetensorError, KeyError, ValueError) as exc:
        raise EncoderError(f"{path}: expected heads that `adapt` wrote, got {exc!r}") from exc
    return AdaptedEncoder(spec, base, heads, reader, settings)


def _parse_config(
    folder: Path, config: Mapping[str, Any]
) -> tuple[EncoderSpec, EncoderSpec, dict[str, float]]:
    path = folder / ENCODER_CONFIG_FILE
    if config.get("format") != FORMAT_VERSION:
        raise EncoderError(
            f"{path}: expected format {FORMAT_VERSION}, got {config.get('format')}; adapt it again"
        )
    try:
        adapter_weights = {name: float(config["shares"][name]) for name in ("image", "text")}
        str(config["base"])
        specs = EncoderSpec.from_dict(config["spec"]), EncoderSpec.from_dict(config["base_spec"])
    except (KeyError, TypeError, ValueError, AttributeError) as exc:
        raise EncoderError(f"{path}: a key is missing or invalid: {exc!r}") from exc
    return (*specs, adapter_weights)


def _compute_version(
    weights: bytes, adapter_weights: Mapping[str, float], base: EncoderSpec
) -> str:
    return digest(weights, [FORMAT_VERSION, dict(adapter_weights), base.identity])
