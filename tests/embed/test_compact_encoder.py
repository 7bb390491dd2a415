"""The compact encoder with its bundled heads, and the checks of its folder."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from embed.compact.encoder import CompactEncoder, read_compact_spec
from embed.compact.heads_folder import (
    BUNDLED_DIR,
    WEIGHTS_FILE,
    compute_heads_version,
    load_compact_heads,
    save_compact_heads,
)
from embed.compact.projection_head import gelu
from embed.encoder_config import ENCODER_CONFIG_FILE
from embed.photos.reader import PhotoReader
from shopwindow.values.errors import EncoderError, EncoderUnavailableError
from shopwindow.values.setting_groups import EncoderSettings

SETTINGS = EncoderSettings(threads=1, batch_size=4)


@pytest.fixture(scope="module")
def compact() -> CompactEncoder:
    return CompactEncoder.load(SETTINGS, PhotoReader())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the bundled folder that a test may corrupt."""
    copy = tmp_path / "heads"
    copy.mkdir()
    for name in (ENCODER_CONFIG_FILE, WEIGHTS_FILE):
        shutil.copy(BUNDLED_DIR / name, copy / name)
    return copy


def load(folder: Path) -> CompactEncoder:
    return CompactEncoder.load(SETTINGS, PhotoReader(), folder)


def test_spec_is_read_without_weights(folder: Path) -> None:
    (folder / WEIGHTS_FILE).unlink()
    spec = read_compact_spec(folder)
    assert spec == read_compact_spec()
    assert spec.name == "compact"
    assert (
        spec.dim - (spec.text_only_dims[1] - spec.text_only_dims[0]) == 512
    )  # columns stored for a photo
    assert {"en", "ar"} <= set(spec.languages)


def test_bundled_files_are_small() -> None:
    assert sum(path.stat().st_size for path in BUNDLED_DIR.iterdir()) < 25_000_000


@pytest.mark.parametrize(
    ("english", "arabic"),
    [
        ("black shoes", "حذاء أسود"),
        ("white shirt", "قميص أبيض"),
        ("red dress", "فستان أحمر"),
        ("blue jeans", "جينز أزرق"),
        ("brown leather wallet", "محفظة جلدية بنية"),
        ("women's watch", "ساعة نسائية"),
    ],
)
def test_arabic_text_matches_its_english_translation(
    compact: CompactEncoder, english: str, arabic: str
) -> None:
    others = ["green backpack", "pink lipstick", "grey socks", "silver ring", "yellow kurta"]
    similarity = compact.encode_texts([arabic]) @ compact.encode_texts([english, *others]).T
    assert similarity[0].argmax() == 0


def test_texts_have_no_appearance_part_and_photos_no_sentence_part(compact: CompactEncoder) -> None:
    spec = compact.spec
    texts = compact.encode_texts(["red dress", ""])
    photos = compact.encode_prepared([_make_plaid(spec.image_size)])
    assert not texts[:, slice(*spec.image_only_dims)].any()
    assert not photos[:, slice(*spec.text_only_dims)].any()
    assert texts[:, slice(*spec.text_only_dims)].any(axis=1).all()
    assert photos[:, slice(*spec.image_only_dims)].any()


def test_sentence_part_has_more_weight_in_out_of_domain_texts(compact: CompactEncoder) -> None:
    spec, sentence_part = compact.spec, compact.heads.sentence_part
    texts = ["black leather shoes for men", "stainless steel water heater with thermostat, 1500 W"]
    parts = compact.encode_texts(texts)[:, slice(*spec.text_only_dims)]
    weights = np.square(parts).sum(axis=1)
    assert weights == pytest.approx(
        [sentence_part.in_domain_weight, sentence_part.out_of_domain_weight], abs=1e-5
    )
    assert sentence_part.in_domain_weight < sentence_part.out_of_domain_weight


@pytest.mark.parametrize(
    ("words", "same"),
    [("القميص الأسود", "قميص اسود"), ("حَقِيبَة", "حقيبة"), ("BLACK Shoe", "black shoe")],
)
def test_spellings_of_one_word_have_one_embedding(
    compact: CompactEncoder, words: str, same: str
) -> None:
    embeddings = compact.heads.word_embeddings.embed_texts([words, same])
    assert embeddings[0].any()
    np.testing.assert_array_equal(embeddings[0], embeddings[1])


def test_joint_part_has_its_weight_in_a_photo(compact: CompactEncoder) -> None:
    joint = compact.spec.image_only_dims[0]
    photo = compact.encode_prepared([_make_plaid(compact.spec.image_size)])[0]
    weight = float(np.square(photo[:joint]).sum())
    assert weight == pytest.approx(compact.heads.joint_weight, abs=1e-5)


def test_text_query_imports_neither_torch_nor_the_image_tower() -> None:
    code = (
        "import sys; from embed import load_encoder; load_encoder('compact').encode_texts(['x']); "
        "print([m for m in ('torch', 'onnxruntime') if m in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"


def test_saved_heads_load_unchanged(folder: Path, tmp_path: Path) -> None:
    spec, heads = load_compact_heads(folder)
    first, again = tmp_path / "first", tmp_path / "again"
    saved = save_compact_heads(first, heads, spec)
    assert replace(saved, version=spec.version) == spec
    assert save_compact_heads(again, load_compact_heads(first)[1], saved) == saved
    assert (again / WEIGHTS_FILE).read_bytes() == (first / WEIGHTS_FILE).read_bytes()
    original, stored = load_file(folder / WEIGHTS_FILE), load_file(first / WEIGHTS_FILE)
    # Of the shipped heads: ranges of the image tower, which has files of its own.
    assert {name for name in original if not name.startswith("range.")} == stored.keys()
    for name, values in stored.items():
        np.testing.assert_array_equal(values, original[name], err_msg=name)


def test_version_changes_with_weights_and_parameters(folder: Path, tmp_path: Path) -> None:
    spec, heads = load_compact_heads(folder)
    unchanged = save_compact_heads(tmp_path / "same", heads, spec).version
    heads.text_head.output_bias[0, 0] += 0.5
    assert save_compact_heads(tmp_path / "other", heads, spec).version != unchanged
    data = (folder / WEIGHTS_FILE).read_bytes()
    versions = {
        compute_heads_version(data, 0.3, 224),
        compute_heads_version(data, 0.2, 224),
        compute_heads_version(data, 0.3, 160),
    }
    assert len(versions) == 3


def test_weights_of_another_version_are_rejected(folder: Path) -> None:
    arrays = load_file(folder / WEIGHTS_FILE)
    arrays["text.outer_bias"] = arrays["text.outer_bias"] + np.float16(0.5)
    save_file(arrays, folder / WEIGHTS_FILE)
    with pytest.raises(EncoderError, match="expected weights of version"):
        load(folder)


def test_heads_for_photos_of_another_size_are_rejected(folder: Path, tmp_path: Path) -> None:
    spec, heads = load_compact_heads(folder)
    save_compact_heads(tmp_path / "small", heads, replace(spec, image_size=160))
    with pytest.raises(EncoderError, match=r"takes photos of 224 x 224 .* for photos of 160"):
        load(tmp_path / "small")


@pytest.mark.parametrize("name", [ENCODER_CONFIG_FILE, WEIGHTS_FILE])
def test_missing_files_are_unavailable(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(EncoderUnavailableError, match=f"{name} is missing"):
        load(folder)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "expected JSON"),
        ("[]", "expected a JSON object, got list"),
        ('{"family": "other"}', "expected family 'compact', got 'other'"),
        ('{"family": "compact", "format": 0}', "expected format 4, got 0"),
        ('{"family": "compact", "format": 4}', "a key is missing"),
        ('{"family": "compact", "format": 4, "joint_weight": "x", "spec": {}}', "or invalid"),
        ('{"family": "compact", "format": 4, "joint_weight": 0.3, "spec": {}}', "or invalid"),
    ],
)
def test_invalid_config_is_rejected(folder: Path, text: str, reason: str) -> None:
    (folder / ENCODER_CONFIG_FILE).write_text(text)
    with pytest.raises(EncoderError, match=reason):
        load(folder)


def _truncate(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _corrupt(data: bytes) -> bytes:
    return b"\xff" * 64 + data[64:]


@pytest.mark.parametrize("damage", [_truncate, _corrupt])
def test_corrupt_weights_are_rejected(folder: Path, damage: Callable[[bytes], bytes]) -> None:
    path = folder / WEIGHTS_FILE
    path.write_bytes(damage(path.read_bytes()))
    _update_version(folder)
    with pytest.raises(EncoderError, match="expected the heads of compact"):
        load(folder)


@pytest.mark.parametrize("name", ["image.inner", "text.outer", "look.matrix", "words.rows"])
def test_transposed_and_missing_arrays_are_rejected(folder: Path, name: str) -> None:
    arrays = load_file(folder / WEIGHTS_FILE)
    others = {key: value for key, value in arrays.items() if key != name}
    for replacement in ({name: np.ascontiguousarray(arrays[name].T)}, {}):
        save_file({**others, **replacement}, folder / WEIGHTS_FILE)
        _update_version(folder)
        with pytest.raises(EncoderError, match="expected the heads of compact"):
            load(folder)


def test_gelu_by_hand() -> None:
    values = gelu(np.array([-10.0, -1.0, 0.0, 1.0, 10.0], dtype=np.float32))
    np.testing.assert_allclose(values, [0.0, -0.158808, 0.0, 0.841192, 10.0], atol=1e-5)


def _update_version(folder: Path) -> None:
    """Set the version in `encoder.json` to that of the current weights."""
    config = json.loads((folder / ENCODER_CONFIG_FILE).read_text())
    weights = (folder / WEIGHTS_FILE).read_bytes()
    side = config["spec"]["image_size"]
    config["spec"]["version"] = compute_heads_version(weights, config["joint_weight"], side)
    (folder / ENCODER_CONFIG_FILE).write_text(json.dumps(config))


def _make_plaid(side: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """An image whose channels and directions all differ, so that swapping them shows."""
    ramp = np.arange(side, dtype=np.float64) / side
    red = 255 * ramp[None, :] * np.ones((side, 1))
    green = 127 + 120 * np.sin(24 * ramp[:, None]) * np.ones((1, side))
    blue = 255 * (1 - ramp[:, None]) * ramp[None, :]
    return np.stack([red, green, blue], axis=2).astype(np.uint8)
