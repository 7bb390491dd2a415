"""The shipped heads: what they know, what they are made of, and what a folder must hold."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from embed.compact.encoder import CompactEncoder, read_compact_spec
from embed.compact.heads_folder import (
    BUNDLED_DIR,
    WEIGHTS_FILE,
    compute_heads_version,
    load_compact_weights,
    save_compact_weights,
)
from embed.compact.projection_head import gelu
from embed.encoder_config import ENCODER_CONFIG_FILE
from embed.photos.reader import PhotoReader
from shopwindow.values.errors import EncoderError, EncoderUnavailableError
from shopwindow.values.settings import EncoderSettings

SETTINGS = EncoderSettings(threads=1, batch_size=4)


@pytest.fixture(scope="module")
def compact() -> CompactEncoder:
    return CompactEncoder.load(SETTINGS, PhotoReader())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped folder that a test may spoil."""
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
    assert spec.dim - (spec.text_only_dims[1] - spec.text_only_dims[0]) == 512  # stored of a photo
    assert {"en", "ar"} <= set(spec.languages)


def test_shipped_files_are_small() -> None:
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
def test_arabic_means_what_english_means(
    compact: CompactEncoder, english: str, arabic: str
) -> None:
    others = ["green backpack", "pink lipstick", "grey socks", "silver ring", "yellow kurta"]
    likeness = compact.encode_texts([arabic]) @ compact.encode_texts([english, *others]).T
    assert likeness[0].argmax() == 0


def test_a_text_has_no_look_and_a_photo_no_meaning(compact: CompactEncoder) -> None:
    spec = compact.spec
    texts = compact.encode_texts(["red dress", ""])
    photos = compact.encode_prepared([_plaid(spec.image_size)])
    assert not texts[:, slice(*spec.image_only_dims)].any()
    assert not photos[:, slice(*spec.text_only_dims)].any()
    assert texts[:, slice(*spec.text_only_dims)].any(axis=1).all()
    assert photos[:, slice(*spec.image_only_dims)].any()


def test_the_meaning_leads_where_the_training_knew_nothing(compact: CompactEncoder) -> None:
    spec, meaning = compact.spec, compact.heads.sentence_part
    texts = ["black leather shoes for men", "stainless steel water heater with thermostat, 1500 W"]
    parts = compact.encode_texts(texts)[:, slice(*spec.text_only_dims)]
    shares = np.square(parts).sum(axis=1)
    assert shares == pytest.approx(
        [meaning.in_domain_weight, meaning.out_of_domain_weight], abs=1e-5
    )
    assert meaning.in_domain_weight < meaning.out_of_domain_weight


@pytest.mark.parametrize(
    ("words", "same"),
    [("القميص الأسود", "قميص اسود"), ("حَقِيبَة", "حقيبة"), ("BLACK Shoe", "black shoe")],
)
def test_spellings_of_one_word_have_one_row(compact: CompactEncoder, words: str, same: str) -> None:
    found = compact.heads.word_embeddings.embed_texts([words, same])
    assert found[0].any()
    np.testing.assert_array_equal(found[0], found[1])


def test_joint_part_has_its_share_of_a_photo(compact: CompactEncoder) -> None:
    joint = compact.spec.image_only_dims[0]
    photo = compact.encode_prepared([_plaid(compact.spec.image_size)])[0]
    share = float(np.square(photo[:joint]).sum())
    assert share == pytest.approx(compact.heads.joint_weight, abs=1e-5)


def test_no_torch_and_no_image_tower_for_a_query() -> None:
    code = (
        "import sys; from embed import load_encoder; load_encoder('compact').encode_texts(['x']); "
        "print([m for m in ('torch', 'onnxruntime') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_heads_come_back_as_written(folder: Path, tmp_path: Path) -> None:
    spec, parts = load_compact_weights(folder)
    assert save_compact_weights(tmp_path / "again", parts, spec) == spec
    assert (tmp_path / "again" / WEIGHTS_FILE).read_bytes() == (folder / WEIGHTS_FILE).read_bytes()


def test_version_changes_with_weights_and_recipe(folder: Path, tmp_path: Path) -> None:
    spec, parts = load_compact_weights(folder)
    parts.heads.text_head.outer_bias[0, 0] += 0.5
    assert save_compact_weights(tmp_path / "other", parts, spec).version != spec.version
    data = (folder / WEIGHTS_FILE).read_bytes()
    versions = {
        compute_heads_version(data, 0.3, 224),
        compute_heads_version(data, 0.2, 224),
        compute_heads_version(data, 0.3, 160),
    }
    assert len(versions) == 3


def test_weights_of_another_version_are_refused(folder: Path) -> None:
    arrays = load_file(folder / WEIGHTS_FILE)
    arrays["text.outer_bias"] = arrays["text.outer_bias"] + np.float16(0.5)
    save_file(arrays, folder / WEIGHTS_FILE)
    with pytest.raises(EncoderError, match="expected weights of version"):
        load(folder)


@pytest.mark.parametrize("name", [ENCODER_CONFIG_FILE, WEIGHTS_FILE])
def test_missing_files_are_unavailable(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(EncoderUnavailableError, match=f"{name} is missing"):
        load(folder)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "expected JSON"),
        ("[]", "expected an object with the facts"),
        ('{"family": "other"}', "expected the facts of a compact encoder"),
        ('{"family": "compact", "format": 0}', "expected format 4, got 0"),
        ('{"family": "compact", "format": 4}', "a fact is missing"),
        ('{"family": "compact", "format": 4, "joint_weight": "x", "spec": {}}', "no sense"),
        ('{"family": "compact", "format": 4, "joint_weight": 0.3, "spec": {}}', "no sense"),
    ],
)
def test_garbled_facts_are_refused(folder: Path, text: str, reason: str) -> None:
    (folder / ENCODER_CONFIG_FILE).write_text(text)
    with pytest.raises(EncoderError, match=reason):
        load(folder)


def _cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _garble(data: bytes) -> bytes:
    return b"\xff" * 64 + data[64:]


@pytest.mark.parametrize("spoil", [_cut, _garble])
def test_garbled_weights_are_refused(folder: Path, spoil: Callable[[bytes], bytes]) -> None:
    path = folder / WEIGHTS_FILE
    path.write_bytes(spoil(path.read_bytes()))
    _claim(folder)
    with pytest.raises(EncoderError, match="expected the heads of compact"):
        load(folder)


@pytest.mark.parametrize("name", ["image.inner", "text.outer", "look.matrix", "words.rows"])
def test_transposed_and_missing_arrays_are_refused(folder: Path, name: str) -> None:
    arrays = load_file(folder / WEIGHTS_FILE)
    whole = arrays[name]
    for part in ({name: np.ascontiguousarray(whole.T)}, {}):
        rest = {key: value for key, value in arrays.items() if key != name}
        save_file({**rest, **part}, folder / WEIGHTS_FILE)
        _claim(folder)
        with pytest.raises(EncoderError, match="expected the heads of compact"):
            load(folder)


def test_gelu_by_hand() -> None:
    found = gelu(np.array([-10.0, -1.0, 0.0, 1.0, 10.0], dtype=np.float32))
    np.testing.assert_allclose(found, [0.0, -0.158808, 0.0, 0.841192, 10.0], atol=1e-5)


def _claim(folder: Path) -> None:
    """Make the facts name the version of whatever weights lie there now."""
    facts = json.loads((folder / ENCODER_CONFIG_FILE).read_text())
    data = (folder / WEIGHTS_FILE).read_bytes()
    side = facts["spec"]["image_size"]
    facts["spec"]["version"] = compute_heads_version(data, facts["joint_weight"], side)
    (folder / ENCODER_CONFIG_FILE).write_text(json.dumps(facts))


def _plaid(side: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """A picture whose channels and directions all differ, so that mixing them up shows."""
    ramp = np.arange(side, dtype=np.float64) / side
    red = 255 * ramp[None, :] * np.ones((side, 1))
    green = 127 + 120 * np.sin(24 * ramp[:, None]) * np.ones((1, side))
    blue = 255 * (1 - ramp[:, None]) * ramp[None, :]
    return np.stack([red, green, blue], axis=2).astype(np.uint8)
