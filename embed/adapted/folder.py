"""The folder of an adapted encoder: facts, heads, and the base's folder if it was adapted too."""

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
from shopwindow.values.encoder import Encoder, EncoderSpec, digest
from shopwindow.values.errors import EncoderError, EncoderUnavailableError
from shopwindow.values.settings import EncoderSettings

WEIGHTS_FILE = "adapted.safetensors"
BASE_DIR = "base"
FORMAT_VERSION = 2
"""Raise it when the same weights would give other vectors."""

BaseEncoderLoader = Callable[[str | Path], Encoder]


def save_adapted_encoder(
    folder: Path, base: str | Path, base_spec: EncoderSpec, heads: AdapterHeads
) -> EncoderSpec:
    """Write what was learned into a folder that `load_encoder` takes.

    Args:
        folder: Empty, or made when missing.
        base: The base's name, or its folder, which is copied: the new one is complete by itself.
        base_spec: The base's facts.
        heads: What was learned.

    Returns:
        The facts of the adapted encoder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    data = save(dict[str, NDArray[Any]](heads.as_arrays()))
    shares = {"image": heads.image_adapter_weight, "text": heads.text_adapter_weight}
    spec = replace(
        base_spec,
        name=f"{base_spec.name.removesuffix('+adapted')}+adapted",
        version=_version(data, shares, base_spec),
        dim=base_spec.dim + heads.dim,
        source=f"{base_spec.source}; adapted to a shop's feed",
    )
    if isinstance(base, Path):
        shutil.copytree(base, folder / BASE_DIR)
    facts = {
        "family": ADAPTED_FAMILY,
        "format": FORMAT_VERSION,
        "spec": spec.as_dict(),
        "base": "" if isinstance(base, Path) else base,
        "base_spec": base_spec.as_dict(),
        "shares": shares,
    }
    (folder / WEIGHTS_FILE).write_bytes(data)
    write_encoder_config(folder, facts)
    return spec


def load_adapted_encoder(
    folder: Path,
    config: Mapping[str, Any],
    load_base: BaseEncoderLoader,
    settings: EncoderSettings,
    reader: PhotoReader,
) -> AdaptedEncoder:
    """Read an adapted encoder and check that its parts belong together.

    Args:
        folder: Where it is.
        config: What its `encoder.json` says.
        load_base: Loads the base by name or folder.
        settings: How it runs.
        reader: Opens the photos.

    Returns:
        The encoder.

    Raises:
        EncoderUnavailableError: A file is missing.
        EncoderError: A file is garbled, or the base is another one than was adapted.
    """
    spec, base_spec, shares = _understood(folder, config)
    base = load_base(str(config["base"]) or folder / BASE_DIR)
    if not isinstance(base, BatchEncoder) or base.spec.version != base_spec.version:
        raise EncoderError(
            f"{folder}: it was adapted from {base_spec.identity}, but here is "
            f"{base.spec.identity}; adapt it again"
        )
    path = folder / WEIGHTS_FILE
    try:
        data = path.read_bytes()
    except OSError as exc:
        raise EncoderUnavailableError(str(folder), f"{path} is missing") from exc
    if _version(data, shares, base_spec) != spec.version:
        raise EncoderError(
            f"{path}: the weights are not those of {ENCODER_CONFIG_FILE}; adapt it again"
        )
    try:
        heads = AdapterHeads.from_arrays(load(data), shares, base_spec.image_only_dims)
    except (SafetensorError, KeyError, ValueError) as exc:
        raise EncoderError(f"{path}: expected heads that `adapt` wrote, got {exc!r}") from exc
    return AdaptedEncoder(spec, base, heads, reader, settings)


def _understood(
    folder: Path, facts: Mapping[str, Any]
) -> tuple[EncoderSpec, EncoderSpec, dict[str, float]]:
    path = folder / ENCODER_CONFIG_FILE
    if facts.get("format") != FORMAT_VERSION:
        raise EncoderError(
            f"{path}: expected format {FORMAT_VERSION}, got {facts.get('format')}; adapt it again"
        )
    try:
        shares = {name: float(facts["shares"][name]) for name in ("image", "text")}
        str(facts["base"])
        specs = EncoderSpec.from_dict(facts["spec"]), EncoderSpec.from_dict(facts["base_spec"])
    except (KeyError, TypeError, ValueError, AttributeError) as exc:
        raise EncoderError(f"{path}: a fact is missing or has no sense: {exc!r}") from exc
    return (*specs, shares)


def _version(weights: bytes, shares: Mapping[str, float], base: EncoderSpec) -> str:
    return digest(weights, [FORMAT_VERSION, dict(shares), base.identity])
