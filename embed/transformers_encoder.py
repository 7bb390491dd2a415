"""Encoders of the transformers library: CLIP, SigLIP, and SigLIP 2 of fixed photo size."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, AutoImageProcessor, AutoModel, AutoTokenizer
from transformers.utils import logging

from embed.hub import load_from_cache, load_from_cache_or_hub
from embed.known_encoders import build_encoder_spec
from embed.photos.reader import PhotoReader
from embed.torch_runtime import PixelNormalization, TorchEncoder, compute_weights_version
from shopwindow.values.encoder import EncoderSpec
from shopwindow.values.errors import EncoderError, EncoderUnavailableError
from shopwindow.values.settings import EncoderSettings


@dataclass(frozen=True, slots=True)
class TextPreprocessing:
    """How a family's texts were prepared when it was trained.

    Attributes:
        padding: "max_length" where the last place is read, or where padding is not masked.
        lowercase: Whether texts were in lower case. The tokenizers of SigLIP 2 do not see to it.
        use_attention_mask: Whether the text tower is told which places are padding.
    """

    padding: str
    lowercase: bool
    use_attention_mask: bool


_FAMILIES = {
    "clip": TextPreprocessing(padding="longest", lowercase=False, use_attention_mask=True),
    "siglip": TextPreprocessing(padding="max_length", lowercase=True, use_attention_mask=False),
}
"""By `model_type`. Source: the documentation of each model in transformers 5."""


@dataclass(frozen=True, slots=True)
class TransformersModel:
    """What transformers makes of a name.

    Attributes:
        model: Both towers, in float32.
        tokenizer: Texts to numbers.
        image_processor: Mean and std of the photos, among others.
    """

    model: Any
    tokenizer: Any
    image_processor: Any


class TransformersEncoder(TorchEncoder):
    """An encoder that transformers runs; the contract is `core.Encoder`.

    Args:
        name: What `load_encoder` took.
        loaded: Model, tokenizer and preprocessing.
        settings: How it runs.
        reader: Opens the photos.
    """

    def __init__(
        self, name: str, loaded: TransformersModel, settings: EncoderSettings, reader: PhotoReader
    ) -> None:
        model = loaded.model.eval().requires_grad_(False)
        processor = loaded.image_processor
        scaling = PixelNormalization(tuple(processor.image_mean), tuple(processor.image_std))
        super().__init__(_spec(name, loaded, scaling), reader, settings, model, scaling)
        self._tokenizer = loaded.tokenizer
        self._habits = _FAMILIES[model.config.model_type]
        self._max_tokens = model.config.text_config.max_position_embeddings

    def _tokens(self, texts: Sequence[str]) -> Mapping[str, torch.Tensor]:
        habits = self._habits
        encoded = self._tokenizer(
            [text.lower() for text in texts] if habits.lowercase else list(texts),
            padding=habits.padding,
            truncation=True,
            max_length=self._max_tokens,
            return_tensors="pt",
        )
        names = ("input_ids", "attention_mask") if habits.use_attention_mask else ("input_ids",)
        return {name: encoded[name] for name in names}

    def _text_tower(self, tokens: Mapping[str, torch.Tensor]) -> torch.Tensor:
        return _pooled(self._call("get_text_features", **tokens))

    def _image_tower(self, pixels: torch.Tensor) -> torch.Tensor:
        return _pooled(self._call("get_image_features", pixel_values=pixels))


def load_from_hub_or_folder(
    source: str, settings: EncoderSettings, reader: PhotoReader
) -> TransformersEncoder:
    """Load a model of the hub or of a folder.

    Args:
        source: "ORG/NAME", or a folder with config.json, weights, tokenizer and
            preprocessor_config.json.
        settings: How it runs.
        reader: Opens the photos.

    Returns:
        The encoder.

    Raises:
        EncoderUnavailableError: It is not here and cannot be fetched, or parts of it are missing.
        EncoderError: It belongs to none of the supported families.
    """
    name = f"transformers:{source}"
    if Path(source).is_dir():
        parts = load_from_cache(name, lambda: _create(name, source))
    elif source.count("/") == 1 and not source.startswith(("/", ".", "~")):
        parts = load_from_cache_or_hub(name, lambda: _create(name, source))
    else:
        raise EncoderUnavailableError(name, f"there is no folder {source}")
    return TransformersEncoder(name, parts, settings, reader)


def _create(name: str, source: str) -> TransformersModel:
    config = AutoConfig.from_pretrained(source)
    if config.model_type not in _FAMILIES:
        known = ", ".join(_FAMILIES)
        raise EncoderError(f"encoder {name!r} is a {config.model_type!r}; supported: {known}")
    tokenizer = AutoTokenizer.from_pretrained(source)
    if tokenizer(["a"]).input_ids == tokenizer(["b"]).input_ids:
        # transformers makes an empty tokenizer where the files are missing, and does not say so.
        raise FileNotFoundError("its tokenizer knows no words; are the tokenizer's files there?")
    processor = AutoImageProcessor.from_pretrained(source)
    with _no_progress_bar():
        # Some repositories keep half precision; the encoder chooses its own when it runs.
        model = AutoModel.from_pretrained(source, config=config, dtype=torch.float32)
    return TransformersModel(model, tokenizer, processor)


@contextmanager
def _no_progress_bar() -> Iterator[None]:
    """Hide the bar of putting weights into a model; that of a download is the hub's and stays."""
    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()


def _spec(name: str, parts: TransformersModel, scaling: PixelNormalization) -> EncoderSpec:
    config = parts.model.config
    side = config.vision_config.image_size
    version = compute_weights_version(parts.model, side, list(scaling.mean), list(scaling.std))
    # SigLIP has no projection: its vectors are as wide as its towers.
    siglip = config.model_type == "siglip"
    dim = config.vision_config.hidden_size if siglip else config.projection_dim
    return build_encoder_spec(name, version, dim, side)


def _pooled(output: Any) -> torch.Tensor:
    """Return the vectors: transformers 5 gives an object around them, 4 gave them alone.

    Returns:
        Shape (n, dim).
    """
    vectors: torch.Tensor = getattr(output, "pooler_output", output)
    return vectors
