"""The image tower agrees with torch's, and invalid checkpoints are rejected."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import timm
import torch
from numpy.typing import NDArray

from embed.compact.checkpoint import find_backbone_file, read_checkpoint
from embed.compact.color_features import N_COLOR_FEATURES, compute_color_features
from embed.compact.image_encoder import CHUNK_SIZE, ImageTower
from embed.compact.image_tower import N_LAST_CHANNELS
from embed.compact.onnx_writer import FLOAT, OnnxGraph
from shopwindow.values.errors import EncoderError, EncoderUnavailableError
from shopwindow.values.settings import EncoderSettings

IMAGE_SIZE = 224


@pytest.fixture(scope="module")
def tower() -> ImageTower:
    return ImageTower(IMAGE_SIZE, EncoderSettings(precision="float32", threads=1))


@pytest.fixture(scope="module")
def pixels() -> NDArray[np.uint8]:
    rng = np.random.default_rng(3)
    coarse = rng.integers(0, 256, (CHUNK_SIZE + 3, 7, 7, 3), dtype=np.uint8)
    return coarse.repeat(IMAGE_SIZE // 7, axis=1).repeat(IMAGE_SIZE // 7, axis=2)


def test_checkpoint_is_read_as_torch_reads_it() -> None:
    ours = read_checkpoint(find_backbone_file())
    theirs = torch.load(find_backbone_file(), weights_only=True)
    assert list(ours) == list(theirs)
    for name, tensor in theirs.items():
        np.testing.assert_array_equal(ours[name], tensor.numpy(), err_msg=name)


def test_last_layer_agrees_with_torch(tower: ImageTower, pixels: NDArray[np.uint8]) -> None:
    model = timm.create_model("tf_efficientnet_lite0").eval()
    tensors = torch.load(find_backbone_file(), weights_only=True).values()
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


def test_missing_checkpoint_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailableError, match=r"gone\.pth is missing"):
        read_checkpoint(tmp_path / "gone.pth")


@pytest.mark.parametrize("n_bytes", [0, 1, 20, 5000, 40_000, -1000])
def test_truncated_checkpoint_is_rejected(tmp_path: Path, n_bytes: int) -> None:
    path = tmp_path / "cut.pth"
    path.write_bytes(find_backbone_file().read_bytes()[:n_bytes])
    with pytest.raises(EncoderError, match="expected the weights of EfficientNet-Lite0"):
        read_checkpoint(path)


def test_checkpoint_that_would_run_code_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "evil.pth"
    header = find_backbone_file().read_bytes()[:15]  # the magic number
    evil = b"cos\nsystem\n(S'touch " + str(tmp_path / "ran").encode() + b"'\ntR."
    path.write_bytes(header + evil)
    with pytest.raises(EncoderError, match=r"asks for os\.system"):
        read_checkpoint(path)
    assert not (tmp_path / "ran").exists()


def test_first_pickle_cannot_run_code_either(tmp_path: Path) -> None:
    path = tmp_path / "evil.pth"
    path.write_bytes(b"cos\nsystem\n(S'touch " + str(tmp_path / "ran").encode() + b"'\ntR.")
    with pytest.raises(EncoderError, match=r"asks for os\.system"):
        read_checkpoint(path)
    assert not (tmp_path / "ran").exists()


def test_smallest_graph_runs() -> None:
    graph = OnnxGraph()
    x = graph.add_input("x", FLOAT, ("n", 2))
    graph.add_node("Add", [x, graph.add_constant(np.array([1.0, -300.0], np.float32))], name="y")
    graph.add_output("y", ("n", 2))
    session = onnxruntime.InferenceSession(graph.serialize(), providers=["CPUExecutionProvider"])
    (output,) = session.run(["y"], {"x": np.zeros((3, 2), np.float32)})
    np.testing.assert_array_equal(output, [[1.0, -300.0]] * 3)
