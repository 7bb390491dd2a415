"""Encoders are loaded by name, and the error for a wrong name suggests the right one."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import open_clip
import pytest
from PIL import Image

from embed import FakeEncoder, PhotoReader, list_encoders, load_encoder
from embed.known_encoders import KNOWN_ENCODERS
from embed.open_clip_encoder import load_pretrained
from embed.registry import ENCODER_FAMILIES
from shopwindow.values import EncoderSpec
from shopwindow.values.errors import (
    EncoderUnavailableError,
    InvalidValueError,
    PhotoTooLargeError,
    UnknownEncoderError,
)
from shopwindow.values.setting_groups import EncoderSettings, PhotoLimits


def test_importing_and_listing_import_no_heavy_library() -> None:
    code = (
        "import sys, embed; embed.list_encoders(); embed.load_encoder('fake');"
        "print(sorted({'torch', 'open_clip', 'transformers', 'timm', 'gradio', 'torchvision'}"
        " & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (run.stdout.strip(), run.stderr) == ("[]", "")


def test_listed_names_are_unique_and_belong_to_a_family() -> None:
    names = [spec.name for spec in list_encoders()]
    assert len(set(names)) == len(names)
    for name in names:
        assert any(name.startswith(family.prefix) for family in ENCODER_FAMILIES)


def test_listed_specs_are_complete() -> None:
    for spec in list_encoders():
        assert spec.dim > 0
        assert spec.image_size > 0
        assert spec.license
        assert spec.source
        assert spec.languages


@pytest.mark.parametrize(
    "spec",
    [spec for spec in KNOWN_ENCODERS if spec.name.startswith("open_clip:")],
    ids=lambda spec: spec.name,
)
def test_listed_specs_agree_with_open_clip(spec: EncoderSpec) -> None:
    model, _, tag = spec.name.removeprefix("open_clip:").partition("/")
    config = open_clip.get_model_config(model)
    assert spec.dim == config["embed_dim"]
    assert spec.image_size == config["vision_cfg"]["image_size"]
    repo_id = open_clip.get_pretrained_cfg(model, tag)["hf_hub"]
    assert repo_id.startswith(spec.source.removeprefix("https://huggingface.co/"))


def test_fake_is_loaded_by_name() -> None:
    assert isinstance(load_encoder("fake"), FakeEncoder)
    assert load_encoder("fake").spec in list_encoders()


def test_photo_limits_are_applied() -> None:
    encoder = load_encoder("fake", photo_limits=PhotoLimits(max_pixels=10))
    with pytest.raises(PhotoTooLargeError, match="4 x 4 pixels, at most 10"):
        encoder.encode_images([Image.new("RGB", (4, 4))])


def test_name_in_the_settings_is_ignored() -> None:
    assert load_encoder("fake", settings=EncoderSettings(name="compact")).spec.name == "fake"


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("fak", "fake"),
        ("marqo-fashionSigLIP", "hf-hub:Marqo/marqo-fashionSigLIP"),
        ("ViT-B-32/laion2b_s34b_b79k", "open_clip:ViT-B-32/laion2b_s34b_b79k"),
        ("google/siglip2-base-patch16-224", "transformers:google/siglip2-base-patch16-224"),
    ],
)
def test_similar_names_are_suggested(name: str, suggestion: str) -> None:
    with pytest.raises(UnknownEncoderError, match=f"Did you mean '{suggestion}'"):
        load_encoder(name)


@pytest.mark.parametrize("name", ["", " ", "nothing-like-it", "Compact/", "fake:", "/nowhere"])
def test_unknown_name_lists_known_ones(name: str) -> None:
    with pytest.raises(UnknownEncoderError, match=r"Known: .*fake.*local-dir:FOLDER") as caught:
        load_encoder(name)
    assert caught.value.name == name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("open_clip:", "open_clip:MODEL/PRETRAINED"),
        ("open_clip:ViT-B-32", "open_clip:MODEL/PRETRAINED"),
        ("open_clip:ViT-B-32/", "open_clip:MODEL/PRETRAINED"),
        ("open_clip:/openai", "open_clip:MODEL/PRETRAINED"),
        ("hf-hub:", "hf-hub:ORG/NAME"),
        ("hf-hub:marqo-fashionSigLIP", "hf-hub:ORG/NAME"),
        ("local-dir:", "local-dir:FOLDER"),
        ("local-dir: ", "local-dir:FOLDER"),
        ("transformers:", "transformers:ORG/NAME or FOLDER"),
    ],
)
def test_incomplete_name_says_its_format(name: str, expected: str) -> None:
    with pytest.raises(InvalidValueError, match=f"encoder: expected {expected}, got '{name}'"):
        load_encoder(name)


def test_unknown_weights_of_open_clip_are_rejected() -> None:
    with pytest.raises(UnknownEncoderError, match="open_clip:ViT-B-32/laion2b_s34b_b79k"):
        load_pretrained("ViT-B-32/laion2b_s34b_b97k", EncoderSettings(), PhotoReader())


@pytest.mark.parametrize("path_type", [str, Path])
def test_folder_without_config_is_rejected(tmp_path: Path, path_type: type) -> None:
    with pytest.raises(EncoderUnavailableError, match=r"has no encoder\.json"):
        load_encoder(path_type(tmp_path))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("local-dir:/nowhere", "no open_clip_config.json"),
        ("transformers:/nowhere", "there is no folder /nowhere"),
        ("transformers:nowhere", "there is no folder nowhere"),
    ],
)
def test_missing_folders_are_named(name: str, reason: str) -> None:
    with pytest.raises(EncoderUnavailableError, match=reason):
        load_encoder(name)


def test_libraries_that_fail_to_import_are_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken_adapter.py"
    broken.write_text("raise OSError('libgomp.so.1: cannot open shared object file')")
    monkeypatch.syspath_prepend(tmp_path)
    family = replace(ENCODER_FAMILIES[2], entry_point="broken_adapter:load", uses_hub=False)
    with pytest.raises(
        EncoderUnavailableError, match=r"imported \(libgomp.*pip install '"
    ) as caught:
        family.load("a/b", EncoderSettings(), PhotoReader())
    assert isinstance(caught.value.__cause__, OSError)


def test_missing_libraries_are_reported_before_the_hub_is_probed() -> None:
    family = replace(ENCODER_FAMILIES[2], libraries=("torch", "no_such_library"))
    with pytest.raises(
        EncoderUnavailableError, match=r"loaded: no_such_library not installed; run"
    ):
        family.load("ViT-B-32/no_such", EncoderSettings(), PhotoReader())
