"""The image tower agrees with torch's, its files are remade alike, and damaged ones rejected."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import timm
import torch
from numpy.typing import NDArray

from embed.compact.color_features import N_COLOR_FEATURES, compute_color_features
from embed.compact.image_encoder import CHUNK_SIZE, ImageTower
from embed.compact.tower_files import (
    IMAGE_SIZE,
    N_LAST_CHANNELS,
    TOWER_DIGESTS,
    TowerPrecision,
    find_tower_file,
    read_tower,
)
from shopwindow.values.errors import EncoderError, EncoderUnavailableError
from shopwindow.values.setting_groups import EncoderSettings
from tools.export_photo_tower.__main__ import main as export_photo_tower
from tools.export_photo_tower.checkpoint import read_checkpoint
from tools.export_photo_tower.graph import FLOAT, OnnxGraph

PRECISIONS = sorted(TOWER_DIGESTS)


@pytest.fixture(scope="module")
def tower() -> ImageTower:
    return ImageTower(EncoderSettings(precision="float32", threads=1))


@pytest.fixture(scope="module")
def pixels() -> NDArray[np.uint8]:
    rng = np.random.default_rng(3)
    coarse = rng.integers(0, 256, (CHUNK_SIZE + 3, 7, 7, 3), dtype=np.uint8)
    return coarse.repeat(IMAGE_SIZE // 7, axis=1).repeat(IMAGE_SIZE // 7, axis=2)


def test_last_layer_agrees_with_torch(tower: ImageTower, pixels: NDArray[np.uint8]) -> None:
    model = timm.create_model("tf_efficientnet_lite0").eval()
    tensors = (torch.from_numpy(values) for values in read_checkpoint().values())
    model.load_state_dict(dict(zip(model.state_dict(), tensors, strict=True)))
    planes = torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 127.5 - 1.0
    with torch.inference_mode():
        last = model.forward_features(planes)  # (n, N_LAST_CHANNELS, 7, 7)
    features = tower.extract_features(pixels)
    np.testing.assert_allclose(features[:, :N_LAST_CHANNELS], last.mean((2, 3)), atol=2e-4)
    np.testing.assert_allclose(
        features[:, N_LAST_CHANNELS : 2 * N_LAST_CHANNELS], last.amax((2, 3)), atol=2e-3
    )


def test_batches_do_not_change_features(tower: ImageTower, pixels: NDArray[np.uint8]) -> None:
    batched = tower.extract_features(pixels)
    single = np.concatenate([tower.extract_features(photo[None]) for photo in pixels])
    np.testing.assert_allclose(batched, single, atol=1e-3)


def test_color_features_of_one_plain_square() -> None:
    patches = np.full((1, 3, 28, 28), 255.0, dtype=np.float32)
    patches[0, :, :14, :14] = np.array([200.0, 0.0, 60.0])[:, None, None]
    features = compute_color_features(patches)[0]
    assert features.shape == (N_COLOR_FEATURES,)
    np.testing.assert_allclose(features[:2], 200 / 127.5, rtol=1e-6)  # red, upper left
    np.testing.assert_allclose(features[2:4], 2.0)  # upper right is white
    histogram = features[48:-1]
    assert np.flatnonzero(histogram).tolist() == [3 * 25 + 0 * 5 + 1]
    assert histogram.max() == 1.0
    assert features[-1] == 0.25


def test_white_photo_has_an_empty_histogram() -> None:
    features = compute_color_features(np.full((1, 3, 28, 28), 255.0, dtype=np.float32))[0]
    assert not features[48:].any()


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the files that the command makes now."""
    folder = tmp_path_factory.mktemp("exported")
    export_photo_tower(folder)
    return folder


@pytest.mark.parametrize("precision", PRECISIONS)
def test_the_command_makes_the_shipped_files(exported: Path, precision: TowerPrecision) -> None:
    # Parsed, for other versions of protobuf may write the same model in other bytes.
    remade = onnx.load(find_tower_file(precision, exported))
    assert remade == onnx.load_model_from_string(read_tower(precision))
    assert {entry.key: entry.value for entry in remade.metadata_props}["license"] == "Apache-2.0"


@pytest.mark.parametrize("precision", PRECISIONS)
def test_a_missing_file_is_unavailable(tmp_path: Path, precision: TowerPrecision) -> None:
    with pytest.raises(
        EncoderUnavailableError, match=rf"{precision}\.onnx .*install shopwindow again"
    ):
        read_tower(precision, tmp_path)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("damage", ["empty", "truncated", "one byte"])
def test_a_damaged_file_is_rejected(tmp_path: Path, precision: TowerPrecision, damage: str) -> None:
    model = bytearray(read_tower(precision))
    if damage == "one byte":
        model[len(model) // 2] ^= 1
    else:
        del model[0 if damage == "empty" else -1 :]
    find_tower_file(precision, tmp_path).write_bytes(model)
    with pytest.raises(EncoderError, match=r"expected the file with SHA-256 .*install shopwindow"):
        read_tower(precision, tmp_path)


def test_smallest_graph_runs() -> None:
    graph = OnnxGraph()
    x = graph.add_input("x", FLOAT, ("n", 2))
    graph.add_node("Add", [x, graph.add_constant(np.array([1.0, -300.0], np.float32))], name="y")
    graph.add_output("y", ("n", 2))
    session = onnxruntime.InferenceSession(graph.serialize(), providers=["CPUExecutionProvider"])
    (output,) = session.run(["y"], {"x": np.zeros((3, 2), np.float32)})
    np.testing.assert_array_equal(output, [[1.0, -300.0]] * 3)
