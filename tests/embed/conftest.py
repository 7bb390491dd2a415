"""Small encoders of every family, with seeded weights, written to folders and loaded by name."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import open_clip
import pytest
import torch
from huggingface_hub import constants
from PIL import Image
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import (
    CLIPConfig,
    CLIPImageProcessor,
    CLIPModel,
    PreTrainedTokenizerFast,
    SiglipConfig,
    SiglipImageProcessor,
    SiglipModel,
)

from embed import PhotoReader, load_encoder
from embed.finetuning import adapt_encoder
from shopwindow.values import Encoder
from shopwindow.values.setting_groups import EncoderSettings
from tests.own_words import products

IMAGE_SIZE = 32
MEAN, STD = (0.48, 0.46, 0.41), (0.27, 0.26, 0.28)

TOKEN_IDS = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}

SETTINGS = EncoderSettings(precision="float32", batch_size=4, threads=1)


def write_open_clip(folder: Path) -> str:
    """Write a tiny CLIP in open_clip's format."""

    model_cfg = {
        "embed_dim": 24,
        "vision_cfg": {
            "image_size": IMAGE_SIZE,
            "layers": 2,
            "width": 32,
            "patch_size": 8,
            "head_width": 8,
        },
        "text_cfg": {
            "context_length": 16,
            "vocab_size": 49408,
            "width": 32,
            "heads": 4,
            "layers": 2,
        },
    }
    torch.manual_seed(1)
    model = open_clip.CLIP(**model_cfg)
    _randomize_weights(model)
    folder.mkdir(parents=True)
    save_file(model.state_dict(), folder / "open_clip_model.safetensors")
    config = {"model_cfg": model_cfg, "preprocess_cfg": {"mean": MEAN, "std": STD}}
    (folder / "open_clip_config.json").write_text(json.dumps(config))
    return f"local-dir:{folder}"


def write_clip(folder: Path) -> str:
    """Write a tiny CLIP in transformers' format."""

    tower = {
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
    }
    text = {"vocab_size": 320, "max_position_embeddings": 16, **TOKEN_IDS}
    vision = {"image_size": IMAGE_SIZE, "patch_size": 8}
    config = CLIPConfig(
        text_config={**tower, **text}, vision_config={**tower, **vision}, projection_dim=24
    )
    _save(folder, CLIPModel(config), "<s> $A </s>")
    CLIPImageProcessor(
        image_mean=MEAN, image_std=STD, size=IMAGE_SIZE, crop_size=IMAGE_SIZE
    ).save_pretrained(folder)
    return f"transformers:{folder}"


def write_siglip(folder: Path) -> str:
    """Write a tiny SigLIP in transformers' format."""

    tower = {
        "hidden_size": 24,
        "intermediate_size": 48,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
    }
    text = {
        "vocab_size": 320,
        "max_position_embeddings": 16,
        "projection_size": 24,
        **TOKEN_IDS,
    }
    vision = {"image_size": IMAGE_SIZE, "patch_size": 8}
    config = SiglipConfig(text_config={**tower, **text}, vision_config={**tower, **vision})
    _save(folder, SiglipModel(config), "$A </s>")
    size = {"height": IMAGE_SIZE, "width": IMAGE_SIZE}
    SiglipImageProcessor(image_mean=MEAN, image_std=STD, size=size).save_pretrained(folder)
    return f"transformers:{folder}"


def _save(folder: Path, model: object, template: str) -> None:
    """Write a transformers model with randomized weights, and a byte-level tokenizer."""

    tokenizer = Tokenizer(models.BPE(unk_token=None))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = ["<pad>", "<s>", "</s>"]
    trainer = trainers.BpeTrainer(
        vocab_size=320,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(["red dress blue shoes فستان أحمر"], trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single=template, special_tokens=[("<s>", 1), ("</s>", 2)]
    )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", bos_token="<s>", eos_token="</s>"
    )
    fast.save_pretrained(folder)
    _randomize_weights(model)
    model.save_pretrained(folder)  # type: ignore[attr-defined]


def _randomize_weights(model: object) -> None:
    """Give every weight matrix seeded values, large enough to tell different inputs apart."""

    generator = torch.Generator().manual_seed(7)
    for parameter in model.parameters():  # type: ignore[attr-defined]
        if parameter.ndim > 1:
            with torch.no_grad():
                values = torch.randn(parameter.shape, generator=generator)
                parameter.copy_(values * parameter[0].numel() ** -0.5)


def write_adapted(folder: Path) -> str:
    """Adapt the fake encoder to a shop."""

    adapt_encoder("fake", products(folder / "photos", 220), folder / "adapted")
    return str(folder / "adapted")


WRITERS: dict[str, Callable[[Path], str]] = {
    "open_clip": write_open_clip,
    "clip": write_clip,
    "siglip": write_siglip,
    "adapted": write_adapted,
}
"""Writers of the families that need weights on disk."""

ENCODERS = ["compact", "fake", *WRITERS]
"""Every family; each one goes through the whole contract suite."""


@pytest.fixture(scope="session")
def settings() -> EncoderSettings:
    """Settings of the encoders: float32, one thread, and batches that a few photos fill."""
    return SETTINGS


@pytest.fixture(scope="session")
def model_names(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """A function from a family to the name by which an encoder of it can be loaded."""
    written: dict[str, str] = {}

    def write_model(family: str) -> str:
        if family in WRITERS and family not in written:
            folder = tmp_path_factory.mktemp("models") / family
            written[family] = WRITERS[family](folder)
        return written.get(family, family)

    return write_model


@pytest.fixture(scope="session", params=ENCODERS)
def encoder(request: pytest.FixtureRequest, model_names: Callable[[str], str]) -> Encoder:
    """One encoder of every family."""
    return load_encoder(model_names(request.param), settings=SETTINGS)


@pytest.fixture(scope="session")
def photos() -> list[Image.Image]:
    """Nine different RGB images: seeded patches of colour, of several sizes."""
    rng = np.random.default_rng(3)
    sizes = [
        (40, 40),
        (64, 48),
        (48, 64),
        (33, 90),
        (120, 31),
        (IMAGE_SIZE, IMAGE_SIZE),
        (8, 8),
        (70, 60),
    ]
    images = []
    for width, height in [*sizes, (200, 200)]:
        patches = rng.integers(0, 256, size=(4, 4, 3), dtype=np.uint8)
        image = Image.fromarray(patches).resize((width, height), Image.Resampling.NEAREST)
        images.append(image)
    return images


@pytest.fixture
def hub_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty hub cache; open_clip's cache does not exist."""

    cache = tmp_path / "hub"
    cache.mkdir()
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    monkeypatch.setattr("embed.hub.OPEN_CLIP_CACHE_DIR", tmp_path / "clip")
    monkeypatch.setattr("embed.open_clip_encoder.OPEN_CLIP_CACHE_DIR", tmp_path / "clip")
    return cache


def refuse_download(url: str) -> bytes:
    """A downloader for tests that must not download."""
    raise AssertionError(url)


@pytest.fixture
def reader() -> PhotoReader:
    return PhotoReader(fetch=refuse_download)


@pytest.fixture(scope="session")
def scene() -> Image.Image:
    """A smooth image of 1200 x 800 pixels with a different colour in each corner."""
    rng = np.random.default_rng(0)
    patches = Image.fromarray(rng.integers(0, 256, size=(5, 7, 3), dtype=np.uint8))
    return patches.resize((1200, 800), Image.Resampling.BICUBIC)
