"""Encoders of open_clip: its own models and weights, models of the hub, and folders."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import open_clip
import torch

from embed.causal_text_tower import CausalTextTower, find_causal_text_tower
from embed.hub import (
    OPEN_CLIP_CACHE_DIR,
    load_from_cache,
    load_from_cache_or_hub,
    silence_root_logger,
)
from embed.known_encoders import KNOWN_ENCODERS, build_encoder_spec
from embed.photos.reader import PhotoReader
from embed.torch_runtime import PixelNormalization, TorchEncoder, compute_weights_version
from shopwindow.values.encoder import EncoderSpec
from shopwindow.values.errors import EncoderError, EncoderUnavailableError, UnknownEncoderError
from shopwindow.values.settings import EncoderSettings


@dataclass(frozen=True, slots=True)
class OpenClipModel:
    """What open_clip makes of a name.

    Attributes:
        model: Both towers, in float32.
        tokenizer: Texts to numbers, shape (n_texts, context_length); it cuts long texts.
        preprocess: Size, mean and std of the photos, among others.
    """

    model: torch.nn.Module
    tokenizer: Callable[[list[str]], torch.Tensor]
    preprocess: Mapping[str, Any]


class OpenClipEncoder(TorchEncoder):
    """An encoder that open_clip runs; the contract is `core.Encoder`.

    Args:
        name: What `load_encoder` took.
        loaded: Model, tokenizer and preprocessing.
        settings: How it runs.
        reader: Opens the photos.

    Raises:
        EncoderError: The model wants photos that are not square.
    """

    def __init__(
        self, name: str, loaded: OpenClipModel, settings: EncoderSettings, reader: PhotoReader
    ) -> None:
        model = loaded.model.eval().requires_grad_(False)
        scaling = PixelNormalization(
            tuple(loaded.preprocess["mean"]), tuple(loaded.preprocess["std"])
        )
        super().__init__(_spec(name, loaded, scaling), reader, settings, model, scaling)
        self._tokenizer = loaded.tokenizer
        self._causal: CausalTextTower | None = find_causal_text_tower(model)

    def _tokens(self, texts: Sequence[str]) -> Mapping[str, torch.Tensor]:
        return {"text": self._tokenizer(list(texts))}

    def _text_tower(self, tokens: Mapping[str, torch.Tensor]) -> torch.Tensor:
        if self._causal is not None:
            return self._causal.encode(tokens["text"])
        features: torch.Tensor = self._call("encode_text", tokens["text"])
        return features

    def _image_tower(self, pixels: torch.Tensor) -> torch.Tensor:
        features: torch.Tensor = self._call("encode_image", pixels)
        return features


def load_pretrained(
    model_and_tag: str, settings: EncoderSettings, reader: PhotoReader
) -> OpenClipEncoder:
    """Load one of open_clip's models with one of its weights.

    Args:
        model_and_tag: "ViT-B-32/laion2b_s34b_b79k"; a file of weights may stand for the tag.
        settings: How it runs.
        reader: Opens the photos.

    Returns:
        The encoder.

    Raises:
        UnknownEncoderError: open_clip has no such model, or no such weights for it.
        EncoderUnavailableError: The weights are not here and cannot be fetched.
    """
    name = f"open_clip:{model_and_tag}"
    model, _, tag = model_and_tag.partition("/")
    facts = open_clip.get_pretrained_cfg(model, tag)
    if not facts and not (model in open_clip.list_models() and Path(tag).is_file()):
        raise UnknownEncoderError(name, _nearest(name))
    address = "" if facts.get("hf_hub") else facts.get("url", "")
    cached = (
        not address or (OPEN_CLIP_CACHE_DIR.expanduser() / address.rpartition("/")[2]).is_file()
    )
    # OpenAI's weights were trained with another activation; open_clip only warns of the wrong one.
    quick_gelu = bool(facts.get("quick_gelu"))
    with silence_root_logger():
        parts = load_from_cache_or_hub(
            name, lambda: _create(model, tag, quick_gelu), "" if cached else address
        )
    return OpenClipEncoder(name, parts, settings, reader)


def load_from_hub(repo_id: str, settings: EncoderSettings, reader: PhotoReader) -> OpenClipEncoder:
    """Load a model of the hub that is kept in open_clip's form.

    Args:
        repo_id: "ORG/NAME".
        settings: How it runs.
        reader: Opens the photos.

    Returns:
        The encoder.

    Raises:
        EncoderUnavailableError: It is not in the cache and cannot be fetched.
    """
    name = f"hf-hub:{repo_id}"
    with silence_root_logger():
        parts = load_from_cache_or_hub(name, lambda: _create(name))
    return OpenClipEncoder(name, parts, settings, reader)


def load_from_folder(
    folder: str, settings: EncoderSettings, reader: PhotoReader
) -> OpenClipEncoder:
    """Load a model from a folder: open_clip_config.json, weights, and a tokenizer if it has one.

    Args:
        folder: Where they are.
        settings: How it runs.
        reader: Opens the photos.

    Returns:
        The encoder.

    Raises:
        EncoderUnavailableError: The folder lacks one of them, or they do not fit together.
    """
    name = f"local-dir:{folder}"
    if not (Path(folder) / "open_clip_config.json").is_file():
        raise EncoderUnavailableError(name, "the folder has no open_clip_config.json")
    with silence_root_logger():
        parts = load_from_cache(name, lambda: _create(name))
    return OpenClipEncoder(name, parts, settings, reader)


def _create(model_name: str, tag: str | None = None, quick_gelu: bool = False) -> OpenClipModel:
    model = open_clip.create_model(
        model_name, pretrained=tag, force_quick_gelu=quick_gelu, require_pretrained=True
    )
    tokenizer = open_clip.get_tokenizer(model_name)
    if torch.equal(tokenizer(["a"]), tokenizer(["b"])):
        # transformers makes an empty tokenizer where the files are missing, and does not say so.
        raise FileNotFoundError("its tokenizer knows no words; are the tokenizer's files there?")
    return OpenClipModel(model, tokenizer, open_clip.get_model_preprocess_cfg(model))


def _spec(name: str, parts: OpenClipModel, scaling: PixelNormalization) -> EncoderSpec:
    size = parts.preprocess["size"]
    sides = {size} if isinstance(size, int) else set(size)
    if len(sides) != 1:
        raise EncoderError(f"encoder {name!r} wants photos of {size}; only squares are supported")
    side = sides.pop()
    version = compute_weights_version(parts.model, side, list(scaling.mean), list(scaling.std))
    with torch.inference_mode():
        dim = parts.model.encode_text(parts.tokenizer([""])).shape[1]  # type: ignore[operator]
    return build_encoder_spec(name, version, dim, side)


def _nearest(name: str) -> tuple[str, ...]:
    every = [f"open_clip:{model}/{tag}" for model, tag in open_clip.list_pretrained()]
    listed = [spec.name for spec in KNOWN_ENCODERS]
    return tuple(get_close_matches(name, every, n=5)) or tuple(listed)
