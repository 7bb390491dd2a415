"""The image tower in int8: checked by hand, close to float32, and used only where it is faster."""

import time
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray

from embed import load_encoder
from embed.compact.image_encoder import ImageTower, open_int8_towers
from embed.compact.kernel_choice import (
    TowerFunction,
    find_accurate_tower,
    is_faster,
    make_probe_images,
)
from embed.compact.tower_files import IMAGE_SIZE, TowerPrecision, read_tower
from shopwindow.values.errors import EncoderError
from shopwindow.values.setting_groups import EncoderSettings
from tests.embed.golden import list_sample_photos
from tools.export_photo_tower.activation_ranges import ActivationRange, read_ranges, write_ranges
from tools.export_photo_tower.architecture import TowerBuilder
from tools.export_photo_tower.calibration import CalibrationLayers, calibrate_ranges
from tools.export_photo_tower.checkpoint import read_checkpoint
from tools.export_photo_tower.graph import UINT8, OnnxGraph
from tools.export_photo_tower.layers import ConvLayer, FloatLayers
from tools.export_photo_tower.quantization import Int8Layers, round_kernel


def run_layer(
    layers: FloatLayers, layer: ConvLayer, pixels: NDArray[np.uint8], *, fused: bool = True
) -> NDArray[np.float32]:
    """Run one layer on planes of pixels, shape (n, channels, side, side).

    Not fused, quantized values are multiplied as the float32 that they stand for. Fused, integers
    are multiplied, in the kind of kernels that is accurate on every CPU.
    """
    x = layers.graph.add_input("x", UINT8, ("n", *pixels.shape[1:]))
    y = layers.add_convolution(layers.normalize_pixels(x), layer)
    layers.graph.add_node("Identity", [y], name="y")
    layers.graph.add_output("y", ("n", len(layer.kernel), "height", "width"))
    options = onnxruntime.SessionOptions()
    options.add_session_config_entry("session.x64quantprecision", "1")
    if not fused:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(
        layers.graph.serialize(), options, providers=["CPUExecutionProvider"]
    )
    output: NDArray[np.float32] = session.run(["y"], {"x": pixels})[0]
    return output


def make_layer(rng: np.random.Generator, *, side: int, has_relu6: bool) -> ConvLayer:
    n_out, n_in = (4, 3) if side == 1 else (3, 1)
    kernel = rng.normal(size=(n_out, n_in, side, side)).astype(np.float32)
    return ConvLayer("layer", kernel, rng.normal(size=n_out).astype(np.float32), 1, has_relu6)


@pytest.mark.parametrize("fused", [False, True])
@pytest.mark.parametrize(("side", "has_relu6"), [(1, False), (1, True), (3, False), (5, True)])
def test_a_layer_is_within_its_steps_of_float32(side: int, has_relu6: bool, fused: bool) -> None:
    rng = np.random.default_rng(7)
    layer = make_layer(rng, side=side, has_relu6=has_relu6)
    pixels = rng.integers(0, 256, (2, 3, 9, 9), dtype=np.uint8)
    exact = run_layer(FloatLayers(OnnxGraph()), layer, pixels)
    span = ActivationRange(float(exact.min()), float(exact.max()))
    quantized = run_layer(Int8Layers(OnnxGraph(), {"layer": span}), layer, pixels, fused=fused)
    step = (6.0 if has_relu6 else span.max_value - span.min_value) / 255
    # Half a step for the output, one for each weight, and half of one for each pixel.
    weights = np.abs(layer.kernel)
    tolerance = weights.max() / 127 * weights[0].size + weights.sum(axis=(1, 2, 3)).max() / 255
    assert np.abs(quantized - exact).max() <= step / 2 + tolerance
    assert len(np.unique(quantized.round(5))) > 20


@pytest.mark.parametrize("side", [1, 3])
@pytest.mark.parametrize("n_in", [1, 3, 16])
def test_uint8_kernels_never_overflow(n_in: int, side: int) -> None:
    # Every product is the largest possible: two of them, 255 * 127, do not fit into 16 bits.
    kernel = np.ones((16, n_in, side, side), np.float32)
    layer = ConvLayer("layer", kernel, np.zeros(16, np.float32), 1, False)
    pixels = np.full((1, 16 if n_in == 1 < side else n_in, 8, 8), 255, dtype=np.uint8)
    max_value = float(kernel[0].sum())
    output = run_layer(
        Int8Layers(OnnxGraph(), {"layer": ActivationRange(0.0, max_value)}), layer, pixels
    )
    np.testing.assert_allclose(output[0, :, 3, 3], max_value, rtol=0.01)


def test_a_channel_with_tiny_weights_keeps_its_bias() -> None:
    kernel = np.full((2, 3, 1, 1), 1e-12, dtype=np.float32)
    kernel[1] = 0.2
    layer = ConvLayer("layer", kernel, np.array([3.0, 1.0], np.float32), 1, True)
    pixels = np.full((1, 3, 2, 2), 127, dtype=np.uint8)
    output = run_layer(Int8Layers(OnnxGraph(), {}), layer, pixels)
    np.testing.assert_allclose(output[0, :, 0, 0], [3.0, 1.0], atol=6 / 255)


def test_rounding_keeps_the_sum_of_a_filter() -> None:
    rng = np.random.default_rng(3)
    kernel = rng.uniform(-126, 126, (20, 3, 3, 3)).astype(np.float32)
    rounded = round_kernel(kernel).astype(np.float32)
    assert np.abs(rounded - kernel).max() < 1.0
    sums = kernel.sum(axis=(1, 2, 3))
    np.testing.assert_allclose(rounded.sum(axis=(1, 2, 3)), np.rint(sums), atol=1e-3)
    assert np.abs(np.rint(kernel).sum(axis=(1, 2, 3)) - sums).max() > 1.0, "rint alone would do"


def test_of_equal_remainders_the_first_are_rounded_up() -> None:
    rng = np.random.default_rng(11)
    kernel = rng.integers(-400, 400, (200, 1, 5, 5)).astype(np.float32) / np.float32(4)
    rounded = round_kernel(kernel).reshape(200, 25)
    for row, rounded_row in zip(kernel.reshape(200, 25), rounded, strict=True):
        expected = np.floor(row)
        remainders = (row - expected).tolist()
        n_up = int(np.rint(row.sum()) - expected.sum())
        expected[sorted(range(25), key=lambda index: -remainders[index])[:n_up]] += 1
        assert rounded_row.tolist() == expected.tolist()


def test_a_filter_of_one_pixel_is_rounded_to_nearest() -> None:
    kernel = np.array([0.4, 0.4, 0.4, -0.6], np.float32).reshape(1, 4, 1, 1)
    assert round_kernel(kernel).ravel().tolist() == [0, 0, 0, -1]


def test_layer_without_range_is_an_error() -> None:
    layer = ConvLayer("new", np.ones((1, 3, 1, 1), np.float32), np.zeros(1, np.float32), 1, False)
    with pytest.raises(KeyError, match="new"):
        run_layer(Int8Layers(OnnxGraph(), {}), layer, np.zeros((1, 3, 2, 2), "u1"))


def test_calibration_layers_output_their_range() -> None:
    layers = CalibrationLayers(OnnxGraph())
    kernel = np.full((1, 3, 1, 1), 2.0, dtype=np.float32)
    pixels = np.zeros((2, 3, 2, 2), dtype=np.uint8)
    pixels[1] = 255
    run_layer(layers, ConvLayer("layer", kernel, np.zeros(1, np.float32), 1, False), pixels)
    session = onnxruntime.InferenceSession(
        layers.graph.serialize(), providers=["CPUExecutionProvider"]
    )
    ranges = session.run(["layer.min", "layer.max"], {"x": pixels})
    np.testing.assert_allclose(ranges, [[-6.0, 6.0]] * 2, atol=1e-5)


def test_stored_ranges_load_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "ranges.json"
    ranges = {"a.b": ActivationRange(-1.0, 2.5), "a.c": ActivationRange(-0.1, 1 / 3)}
    write_ranges(ranges, path)
    assert read_ranges(path) == ranges
    path.write_text('{"a": [1.0, 1.0]}')
    with pytest.raises(ValueError, match="a: expected min below max, got 1"):
        read_ranges(path)


@pytest.fixture(scope="module")
def photos() -> NDArray[np.uint8]:
    encoder = load_encoder("compact")
    return np.stack([encoder.prepare_image(photo) for photo in list_sample_photos()])


def test_calibration_finds_every_layer(photos: NDArray[np.uint8]) -> None:
    ranges = calibrate_ranges(TowerBuilder(read_checkpoint()), list(photos[:3]))
    assert ranges.keys() == read_ranges().keys()
    assert all(span.min_value < 0 < span.max_value for span in ranges.values())


def test_vectors_in_int8_are_near_those_in_float32(photos: NDArray[np.uint8]) -> None:
    exact, quantized = (
        load_encoder("compact", settings=EncoderSettings(precision=precision)).encode_prepared(
            list(photos)
        )
        for precision in ("float32", "int8")
    )
    cosines = (exact * quantized).sum(axis=1)
    assert cosines.min() > 0.99
    assert cosines.max() < 0.99999, "int8 was not used"


def test_precision_is_the_configured_one() -> None:
    for precision in ("float32", "int8"):
        assert ImageTower(EncoderSettings(precision=precision)).precision == precision


def test_the_last_int8_tower_is_accurate_on_every_cpu() -> None:
    faster, last = open_int8_towers(read_tower("int8"), 1)
    reference = ImageTower(EncoderSettings(precision="float32")).extract_features
    assert find_accurate_tower(reference, [last], IMAGE_SIZE) is last
    if find_accurate_tower(reference, [faster], IMAGE_SIZE):
        np.testing.assert_array_equal(
            faster(make_probe_images(IMAGE_SIZE)), last(make_probe_images(IMAGE_SIZE))
        )


def test_inaccurate_int8_is_rejected_even_when_configured() -> None:
    def read_narrow_tower(precision: TowerPrecision) -> bytes:
        if precision == "float32":
            return read_tower(precision)
        narrow_ranges = dict.fromkeys(read_ranges(), ActivationRange(-0.01, 0.01))
        return TowerBuilder(read_checkpoint()).build(Int8Layers(OnnxGraph(), narrow_ranges))

    tower = ImageTower(EncoderSettings(precision="auto"), read_narrow_tower)
    assert tower.precision == "float32"
    with pytest.raises(EncoderError, match="SHOPWINDOW_ENCODER__PRECISION to auto or float32"):
        ImageTower(EncoderSettings(precision="int8"), read_narrow_tower)


def test_bfloat16_is_rejected() -> None:
    with pytest.raises(EncoderError, match="float32 or int8"):
        load_encoder("compact", settings=EncoderSettings(precision="bfloat16"))


def make_tower(
    feature: float, seconds: float = 0.0, noise_feature: float | None = None
) -> TowerFunction:
    def run(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        time.sleep(seconds)
        noise_row = [[1.0, feature if noise_feature is None else noise_feature]]
        return np.array([[1.0, feature], *noise_row * (len(pixels) - 1)], dtype=np.float32)

    return run


@pytest.mark.parametrize(
    "inaccurate", [make_tower(-1.0), make_tower(0.7), make_tower(1.0, noise_feature=0.7)]
)
def test_the_first_accurate_tower_is_chosen(inaccurate: TowerFunction) -> None:
    reference, accurate = make_tower(1.0), make_tower(0.9)
    assert find_accurate_tower(reference, [accurate, reference], IMAGE_SIZE) is accurate
    assert (
        find_accurate_tower(reference, iter([inaccurate, accurate, inaccurate]), IMAGE_SIZE)
        is accurate
    )
    assert find_accurate_tower(reference, [inaccurate, inaccurate], IMAGE_SIZE) is None


def test_nan_features_are_inaccurate() -> None:
    assert find_accurate_tower(make_tower(1.0), [make_tower(float("nan"))], IMAGE_SIZE) is None


@pytest.mark.parametrize(("seconds", "expected"), [(0.0, True), (0.09, False), (0.059, False)])
def test_int8_must_be_faster(seconds: float, expected: bool) -> None:
    assert is_faster(make_tower(1.0, seconds), make_tower(1.0, 0.06), IMAGE_SIZE) is expected


def test_probe_images_are_a_drawing_on_white_and_noise() -> None:
    drawing, noise = make_probe_images(IMAGE_SIZE)
    assert drawing.shape == noise.shape == (IMAGE_SIZE, IMAGE_SIZE, 3)
    assert (drawing[0] == 255).all()
    for image in (drawing, noise):
        assert image.reshape(-1, 3).std(axis=0).min() > 20
