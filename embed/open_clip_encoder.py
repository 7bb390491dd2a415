"""Encoders run by open_clip: its pretrained models, models of the hub, and local folders."""

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
from shopwindow.values import EncoderSpec
from shopwindow.values.errors import EncoderError, EncoderUnavailableError, UnknownEncoderError
from shopwindow.values.setting_groups import EncoderSettings


@dataclass(frozen=True, slots=True)
class OpenClipModel:
    """A loaded open_clip model with its tokenizer and preprocessing.

    Attributes:
        model: Both towers, in float32.
        tokenizer: Texts to token ids, shape (n_texts, context_length); it truncates long texts.
        preprocess: open_clip's preprocessing config: size, mean and std of the photos, and others.
    """

    model: torch.nn.Module
    tokenizer: Callable[[list[str]], torch.Tensor]
    preprocess: Mapping[str, Any]


class OpenClipEncoder(TorchEncoder):
    """An encoder run by open_clip; see `Encoder` for the contract.

    Args:
        name: The name given to `load_encoder`.
        loaded: Model, tokenizer and preprocessing.
        settings: Precision, threads and batch size.
        reader: Loads the photos.

    Raises:
        EncoderError: The model takes photos that are not square.
    """

    def __init__(
        self, name: str, loaded: OpenClipModel, settings: EncoderSettings, reader: PhotoReader
    ) -> None:
        model = loaded.model.eval().requires_grad_(False)
        normalization = PixelNormalization(
            tuple(loaded.preprocess["mean"]), tuple(loaded.preprocess["std"])
        )
        super().__init__(
            _build_spec(name, loaded, normalization), reader, settings, model, normalization
        )
        self._tokenizer = loaded.tokenizer
        self._causal_text_tower: CausalTextTower | None = find_causal_text_tower(model)

    def _tokenize(self, texts: Sequence[str]) -> Mapping[str, torch.Tensor]:
        """Return the token ids, "text", shape (n_texts, n_tokens)."""
        return {"text": self._tokenizer(list(texts))}

    def _run_text_tower(self, tokens: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Return the vectors of tokenized texts, shape (n_texts, dim)."""
        if self._causal_text_tower is not None:
            return self._causal_text_tower.encode(tokens["text"])
        features: torch.Tensor = self._call_model("encode_text", tokens["text"])
        return features

    def _run_image_tower(self, pixels: torch.Tensor) -> torch.Tensor:
        """Return the vectors, shape (n, dim), of pixels of shape (n, 3, side, side)."""
        features: torch.Tensor = self._call_model("encode_image", pixels)
        return features


def load_pretrained(
    model_and_tag: str, settings: EncoderSettings, reader: PhotoReader
) -> OpenClipEncoder:
    """Load one of open_clip's models with one of its pretrained weights.

    Args:
        model_and_tag: "ViT-B-32/laion2b_s34b_b79k"; the tag may also be a weights file.
        settings: Precision, threads and batch size.
        reader: Loads the photos.

    Returns:
        The encoder.

    Raises:
        UnknownEncoderError: open_clip has no such model, or no such weights for it.
        EncoderUnavailableError: The weights are not cached and cannot be downloaded.
    """
    name = f"open_clip:{model_and_tag}"
    model, _, tag = model_and_tag.partition("/")
    pretrained_config = open_clip.get_pretrained_cfg(model, tag)
    if not pretrained_config and not (model in open_clip.list_models() and Path(tag).is_file()):
        raise UnknownEncoderError(name, _suggest_names(name))
    url = "" if pretrained_config.get("hf_hub") else pretrained_config.get("url", "")
    is_cached = not url or (OPEN_CLIP_CACHE_DIR.expanduser() / url.rpartition("/")[2]).is_file()
    # OpenAI's weights were trained with QuickGELU; open_clip only warns about a mismatch.
    quick_gelu = bool(pretrained_config.get("quick_gelu"))
    with silence_root_logger():
        loaded = load_from_cache_or_hub(
            name, lambda: _create_model(model, tag, quick_gelu), "" if is_cached else url
        )
    return OpenClipEncoder(name, loaded, settings, reader)


def load_from_hub(repo_id: str, settings: EncoderSettings, reader: PhotoReader) -> OpenClipEncoder:
    """Load a model from the hub that is stored in open_clip's format.

    Args:
        repo_id: "ORG/NAME".
        settings: Precision, threads and batch size.
        reader: Loads the photos.

    Returns:
        The encoder.

    Raises:
        EncoderUnavailableError: It is not cached and cannot be downloaded.
    """
    name = f"hf-hub:{repo_id}"
    with silence_root_logger():
        loaded = load_from_cache_or_hub(name, lambda: _create_model(name))
    return OpenClipEncoder(name, loaded, settings, reader)


def load_from_folder(
    folder: str, settings: EncoderSettings, reader: PhotoReader
) -> OpenClipEncoder:
    """Load a model from a folder with open_clip_config.json, weights and, if needed, a tokenizer.

    Args:
        folder: The folder.
        settings: Precision, threads and batch size.
        reader: Loads the photos.

    Returns:
        The encoder.

    Raises:
        EncoderUnavailableError: A file is missing, or the files do not fit together.
    """
    name = f"local-dir:{folder}"
    if not (Path(folder) / "open_clip_config.json").is_file():
        raise EncoderUnavailableError(name, "the folder has no open_clip_config.json")
    with silence_root_logger():
        loaded = load_from_cache(name, lambda: _create_model(name))
    return OpenClipEncoder(name, loaded, settings, reader)


def _create_model(
    model_name: str, tag: str | None = None, quick_gelu: bool = False
) -> OpenClipModel:
    model = open_clip.create_model(
        model_name, pretrained=tag, force_quick_gelu=quick_gelu, require_pretrained=True
    )
    tokenizer = open_clip.get_tokenizer(model_name)
    if torch.equal(tokenizer(["a"]), tokenizer(["b"])):
        # transformers silently builds an empty tokenizer where the files are missing.
        raise FileNotFoundError("its tokenizer knows no words; are the tokenizer's files there?")
    return OpenClipModel(model, tokenizer, open_clip.get_model_preprocess_cfg(model))


def _build_spec(name: str, loaded: OpenClipModel, normalization: PixelNormalization) -> EncoderSpec:
    size = loaded.preprocess["size"]
    side_lengths = {size} if isinstance(size, int) else set(size)
    if len(side_lengths) != 1:
        raise EncoderError(f"encoder {name!r} takes photos of {size}; only squares are supported")
    side = side_lengths.pop()
    version = compute_weights_version(
        loaded.model, side, list(normalization.mean), list(normalization.std)
    )
    with torch.inference_mode():
        dim = loaded.model.encode_text(loaded.tokenizer([""])).shape[1]  # type: ignore[operator]
    return build_encoder_spec(name, version, dim, side)


def _suggest_names(name: str) -> tuple[str, ...]:
    pretrained_names = [f"open_clip:{model}/{tag}" for model, tag in open_clip.list_pretrained()]
    known_names = [spec.name for spec in KNOWN_ENCODERS]
    return tuple(get_close_matches(name, pretrained_names, n=5)) or tuple(known_names)
