"""Encoders on torch agree with their libraries, in every precision and with any threads."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import open_clip
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from transformers import AutoImageProcessor, AutoModel, AutoTokenizer

from embed import load_encoder
from embed.torch_runtime import choose_dtype
from shopwindow.values.arrays import l2_normalize
from shopwindow.values.errors import EncoderError, EncoderUnavailableError
from shopwindow.values.setting_groups import EncoderSettings

TEXTS = ["red dress", "فستان", "blue shoes in a box"]
SAME_COSINE = 0.99999
IMAGE_SIZE = 32


@pytest.fixture(scope="session")
def square() -> Image.Image:
    """An image of the models' own size: no library has to scale it."""
    rng = np.random.default_rng(5)
    return Image.fromarray(rng.integers(0, 256, size=(IMAGE_SIZE, IMAGE_SIZE, 3), dtype=np.uint8))


def test_open_clip_encoder_agrees_with_open_clip(
    model_names: Callable[[str], str], square: Image.Image, settings: EncoderSettings
) -> None:
    name = model_names("open_clip")
    model, _, preprocess = open_clip.create_model_and_transforms(name)
    tokens = open_clip.get_tokenizer(name)(TEXTS)
    with torch.inference_mode():
        texts = l2_normalize(model.eval().encode_text(tokens).numpy())
        images = l2_normalize(model.encode_image(preprocess(square)[None]).numpy())
    encoder = load_encoder(name, settings=settings)
    assert (encoder.encode_texts(TEXTS) * texts).sum(axis=1).min() > SAME_COSINE
    assert (encoder.encode_images([square]) * images).sum() > SAME_COSINE


@pytest.mark.parametrize("family", ["clip", "siglip"])
def test_transformers_encoder_agrees_with_transformers(
    family: str,
    model_names: Callable[[str], str],
    square: Image.Image,
    settings: EncoderSettings,
) -> None:
    name = model_names(family)
    folder = name.partition(":")[2]
    model = AutoModel.from_pretrained(folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokens = tokenizer(
        TEXTS, padding="max_length", max_length=16, truncation=True, return_tensors="pt"
    )
    if family == "siglip":
        del tokens["attention_mask"]
    pixels = AutoImageProcessor.from_pretrained(folder)(square, return_tensors="pt")
    with torch.inference_mode():
        texts = l2_normalize(model.get_text_features(**tokens).pooler_output.numpy())
        images = l2_normalize(model.get_image_features(**pixels).pooler_output.numpy())
    encoder = load_encoder(name, settings=settings)
    assert (encoder.encode_texts(TEXTS) * texts).sum(axis=1).min() > SAME_COSINE
    assert (encoder.encode_images([square]) * images).sum() > SAME_COSINE


def test_siglip_texts_are_lowercased(
    model_names: Callable[[str], str], settings: EncoderSettings
) -> None:
    encoder = load_encoder(model_names("siglip"), settings=settings)
    lower, mixed = encoder.encode_texts(["red dress", "Red DRESS"])
    assert lower @ mixed > SAME_COSINE


@pytest.mark.parametrize("family", ["open_clip", "clip", "siglip"])
def test_half_precision_is_close_to_single(
    family: str,
    model_names: Callable[[str], str],
    square: Image.Image,
    settings: EncoderSettings,
) -> None:
    single = load_encoder(model_names(family), settings=settings)
    half = load_encoder(model_names(family), settings=EncoderSettings(precision="bfloat16"))
    assert half.spec == single.spec
    cosines = (single.encode_texts(TEXTS) * half.encode_texts(TEXTS)).sum(axis=1)
    assert 0.998 < cosines.min() < 1 - 1e-7  # not equal: it really ran in half precision
    assert (single.encode_images([square]) * half.encode_images([square])).sum() > 0.998


@pytest.mark.parametrize(
    ("capabilities", "expected"),
    [
        ({"avx512_bf16": True}, torch.bfloat16),
        ({"amx_bf16": True}, torch.bfloat16),
        ({"avx2": True, "avx512_bf16": False}, torch.float32),
        ({}, torch.float32),
    ],
)
def test_auto_chooses_half_precision_only_where_it_is_native(
    monkeypatch: pytest.MonkeyPatch, capabilities: dict[str, bool], expected: torch.dtype
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities, raising=False)
    assert choose_dtype("auto") == expected
    assert choose_dtype("float32") == torch.float32
    assert choose_dtype("bfloat16") == torch.bfloat16


def test_thread_count_of_the_process_is_restored(model_names: Callable[[str], str]) -> None:
    before = torch.get_num_threads()
    settings = EncoderSettings(precision="float32", threads=before + 1)
    encoder = load_encoder(model_names("open_clip"), settings=settings)
    assert encoder.encode_texts(TEXTS).shape[0] == len(TEXTS)
    assert torch.get_num_threads() == before


def test_one_changed_weight_changes_the_version(
    model_names: Callable[[str], str], tmp_path: Path
) -> None:
    name = model_names("open_clip")
    shutil.copytree(name.partition(":")[2], tmp_path / "changed")
    weights = tmp_path / "changed" / "open_clip_model.safetensors"
    tensors = load_file(weights)
    tensors["token_embedding.weight"][40_000, 3] += 0.01
    save_file(tensors, weights)
    changed = load_encoder(f"local-dir:{tmp_path / 'changed'}")
    assert changed.spec.version != load_encoder(name).spec.version


def test_other_normalisation_changes_the_version(
    model_names: Callable[[str], str], tmp_path: Path
) -> None:
    name = model_names("open_clip")
    shutil.copytree(name.partition(":")[2], tmp_path / "changed")
    path = tmp_path / "changed" / "open_clip_config.json"
    config = json.loads(path.read_text())
    config["preprocess_cfg"]["mean"] = [0.5, 0.5, 0.5]
    path.write_text(json.dumps(config))
    changed = load_encoder(f"local-dir:{tmp_path / 'changed'}")
    assert changed.spec.version != load_encoder(name).spec.version


def test_open_clip_folder_without_weights_is_unavailable(
    model_names: Callable[[str], str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    source = Path(model_names("open_clip").partition(":")[2])
    shutil.copy(source / "open_clip_config.json", tmp_path)
    with pytest.raises(EncoderUnavailableError, match=r"weights .* could not be loaded"):
        load_encoder(f"local-dir:{tmp_path}")
    assert capfd.readouterr() == ("", "")


def test_broken_weights_are_unavailable(model_names: Callable[[str], str], tmp_path: Path) -> None:
    source = Path(model_names("open_clip").partition(":")[2])
    shutil.copy(source / "open_clip_config.json", tmp_path)
    (tmp_path / "open_clip_model.safetensors").write_bytes(b"not weights")
    with pytest.raises(EncoderUnavailableError, match="cannot be loaded: "):
        load_encoder(f"local-dir:{tmp_path}")


def test_transformers_model_of_another_family_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "bert"}))
    with pytest.raises(EncoderError, match="is a 'bert'; supported: clip, siglip"):
        load_encoder(f"transformers:{tmp_path}")


def test_transformers_folder_without_tokenizer_is_unavailable(
    model_names: Callable[[str], str], tmp_path: Path
) -> None:
    source = Path(model_names("clip").partition(":")[2])
    for name in ("config.json", "model.safetensors", "preprocessor_config.json"):
        if (source / name).is_file():
            shutil.copy(source / name, tmp_path)
    with pytest.raises(EncoderUnavailableError, match="cannot be loaded"):
        load_encoder(f"transformers:{tmp_path}")
