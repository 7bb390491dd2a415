"""Encoders run by transformers: CLIP, SigLIP, and SigLIP 2 of fixed image size."""

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
from shopwindow.values import EncoderSpec
from shopwindow.values.errors import EncoderError, EncoderUnavailableError
from shopwindow.values.setting_groups import EncoderSettings


@dataclass(frozen=True, slots=True)
class TextPreprocessing:
    """How a model family's texts were preprocessed in its training.

    Attributes:
        padding: "max_length" where the last position is pooled, or where padding is not masked.
        lowercase: Whether texts were lower-cased. The tokenizers of SigLIP 2 do not do it.
        use_attention_mask: Whether the text tower gets a mask of the padding.
    """

    padding: str
    lowercase: bool
    use_attention_mask: bool


_TEXT_PREPROCESSING = {
    "clip": TextPreprocessing(padding="longest", lowercase=False, use_attention_mask=True),
    "siglip": TextPreprocessing(padding="max_length", lowercase=True, use_attention_mask=False),
}
"""By `model_type`. Source: the documentation of each model in transformers 5."""


@dataclass(frozen=True, slots=True)
class TransformersModel:
    """A loaded transformers model with its tokenizer and image processor.

    Attributes:
        model: Both towers, in float32.
        tokenizer: Texts to token ids.
        image_processor: Holds mean and std of the pixels, among others.
    """

    model: Any
    tokenizer: Any
    image_processor: Any


class TransformersEncoder(TorchEncoder):
    """An encoder run by transformers; see `Encoder` for the contract.

    Args:
        name: The name given to `load_encoder`.
        loaded: Model, tokenizer and image processor.
        settings: Precision, threads and batch size.
        reader: Loads the photos.
    """

    def __init__(
        self, name: str, loaded: TransformersModel, settings: EncoderSettings, reader: PhotoReader
    ) -> None:
        model = loaded.model.eval().requires_grad_(False)
        processor = loaded.image_processor
        normalization = PixelNormalization(tuple(processor.image_mean), tuple(processor.image_std))
        super().__init__(
            _build_spec(name, loaded, normalization), reader, settings, model, normalization
        )
        self._tokenizer = loaded.tokenizer
        self._preprocessing = _TEXT_PREPROCESSING[model.config.model_type]
        self._max_tokens = model.config.text_config.max_position_embeddings

    def _tokenize(self, texts: Sequence[str]) -> Mapping[str, torch.Tensor]:
        """Return token ids and, where it is used, the mask: each of shape (n_texts, n_tokens)."""
        preprocessing = self._preprocessing
        encoded = self._tokenizer(
            [text.lower() for text in texts] if preprocessing.lowercase else list(texts),
            padding=preprocessing.padding,
            truncation=True,
            max_length=self._max_tokens,
            return_tensors="pt",
        )
        names = (
            ("input_ids", "attention_mask") if preprocessing.use_attention_mask else ("input_ids",)
        )
        return {name: encoded[name] for name in names}

    def _run_text_tower(self, tokens: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Return the vectors of tokenized texts, shape (n_texts, dim)."""
        return _get_pooled_vectors(self._call_model("get_text_features", **tokens))

    def _run_image_tower(self, pixels: torch.Tensor) -> torch.Tensor:
        """Return the vectors, shape (n, dim), of pixels of shape (n, 3, side, side)."""
        return _get_pooled_vectors(self._call_model("get_image_features", pixel_values=pixels))


def load_from_hub_or_folder(
    source: str, settings: EncoderSettings, reader: PhotoReader
) -> TransformersEncoder:
    """Load a model from the hub or from a folder.

    Args:
        source: "ORG/NAME", or a folder with config.json, weights, tokenizer and
            preprocessor_config.json.
        settings: Precision, threads and batch size.
        reader: Loads the photos.

    Returns:
        The encoder.

    Raises:
        EncoderUnavailableError: It is not cached and cannot be downloaded, or files are missing.
        EncoderError: It belongs to none of the supported model families.
    """
    name = f"transformers:{source}"
    if Path(source).is_dir():
        loaded = load_from_cache(name, lambda: _create_model(name, source))
    elif source.count("/") == 1 and not source.startswith(("/", ".", "~")):
        loaded = load_from_cache_or_hub(name, lambda: _create_model(name, source))
    else:
        raise EncoderUnavailableError(name, f"there is no folder {source}")
    return TransformersEncoder(name, loaded, settings, reader)


def _create_model(name: str, source: str) -> TransformersModel:
    config = AutoConfig.from_pretrained(source)
    if config.model_type not in _TEXT_PREPROCESSING:
        supported = ", ".join(_TEXT_PREPROCESSING)
        raise EncoderError(f"encoder {name!r} is a {config.model_type!r}; supported: {supported}")
    tokenizer = AutoTokenizer.from_pretrained(source)
    if tokenizer(["a"]).input_ids == tokenizer(["b"]).input_ids:
        # transformers silently builds an empty tokenizer where the files are missing.
        raise FileNotFoundError("its tokenizer knows no words; are the tokenizer's files there?")
    processor = AutoImageProcessor.from_pretrained(source)
    with _hide_progress_bar():
        # Some repositories store half precision; the encoder chooses its own at run time.
        model = AutoModel.from_pretrained(source, config=config, dtype=torch.float32)
    return TransformersModel(model, tokenizer, processor)


@contextmanager
def _hide_progress_bar() -> Iterator[None]:
    """Hide the progress bar of loading weights; the hub's own download bar stays."""
    was_enabled = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if was_enabled:
            logging.enable_progress_bar()


def _build_spec(
    name: str, loaded: TransformersModel, normalization: PixelNormalization
) -> EncoderSpec:
    config = loaded.model.config
    side = config.vision_config.image_size
    version = compute_weights_version(
        loaded.model, side, list(normalization.mean), list(normalization.std)
    )
    # SigLIP has no projection: its vectors are as wide as its towers.
    is_siglip = config.model_type == "siglip"
    dim = config.vision_config.hidden_size if is_siglip else config.projection_dim
    return build_encoder_spec(name, version, dim, side)


def _get_pooled_vectors(output: Any) -> torch.Tensor:
    """Return the pooled vectors, shape (n, dim), of a tower's output.

    transformers 5 returns an object that holds them, 4 returned them bare.
    """
    vectors: torch.Tensor = getattr(output, "pooler_output", output)
    return vectors
