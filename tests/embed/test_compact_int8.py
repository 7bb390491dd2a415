"""The image tower in int8: right by hand, near float32, and used only where it is better."""

import time

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray

from embed import load_encoder
from embed.compact.heads_folder import load_compact_weights
from embed.compact.image_encoder import ImageTower, load_tower_builder, open_int8_towers
from embed.compact.kernel_choice import (
    TowerFunction,
    find_accurate_tower,
    is_faster,
    make_probe_images,
)
from embed.compact.onnx_layers import ConvLayer, FloatLayers
from embed.compact.onnx_writer import UINT8, OnnxGraph
from embed.compact.quantization import (
    ActivationRange,
    CalibrationLayers,
    Int8Layers,
    ranges_as_arrays,
    ranges_from_arrays,
    round_kernel,
)
from shopwindow.values.errors import EncoderError
from shopwindow.values.settings import EncoderSettings
from tests.embed.golden import sample_photos
from tools.train_compact.calibration import calibrate_ranges

SIDE = 224


def run_layer(
    layers: FloatLayers, layer: ConvLayer, pixels: NDArray[np.uint8], *, fused: bool = True
) -> NDArray[np.float32]:
    """Return what one layer makes of planes of pixels, shape (n, channels, side, side).

    Not fused, rounded numbers are multiplied as the float32 that they stand for: right on every
    processor.
    """
    x = layers.graph.add_input("x", UINT8, ("n", *pixels.shape[1:]))
    y = layers.add_convolution(layers.normalize_pixels(x), layer)
    layers.graph.add_node("Identity", [y], name="y")
    layers.graph.add_output("y", ("n", len(layer.kernel), "height", "width"))
    options = onnxruntime.SessionOptions()
    if not fused:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(
        layers.graph.serialize(), options, providers=["CPUExecutionProvider"]
    )
    found: NDArray[np.float32] = session.run(["y"], {"x": pixels})[0]
    return found


def a_layer(rng: np.random.Generator, *, side: int, active: bool) -> ConvLayer:
    n_out, n_in = (4, 3) if side == 1 else (3, 1)
    kernel = rng.normal(size=(n_out, n_in, side, side)).astype(np.float32)
    return ConvLayer("layer", kernel, rng.normal(size=n_out).astype(np.float32), 1, active)


# Integer kernels for uint8 are right on every processor; those for int8 only on some, so that a
# kernel of int8 is multiplied as float32 here. The towers below run fused, in what is right.
@pytest.mark.parametrize("unsigned", [False, True])
@pytest.mark.parametrize(("side", "active"), [(1, False), (1, True), (3, False), (5, True)])
def test_a_layer_is_within_its_steps_of_float32(side: int, active: bool, unsigned: bool) -> None:
    rng = np.random.default_rng(7)
    layer = a_layer(rng, side=side, active=active)
    pixels = rng.integers(0, 256, (2, 3, 9, 9), dtype=np.uint8)
    exact = run_layer(FloatLayers(OnnxGraph()), layer, pixels)
    span = ActivationRange(float(exact.min()), float(exact.max()))
    layers = Int8Layers(OnnxGraph(), {"layer": span}, unsigned)
    found = run_layer(layers, layer, pixels, fused=unsigned)
    step = (6.0 if active else span.max_value - span.min_value) / 255
    # Half a step for the answer, one for each weight, and half of one for each pixel.
    weights = np.abs(layer.kernel)
    room = weights.max() / 127 * weights[0].size + weights.sum(axis=(1, 2, 3)).max() / 255
    assert np.abs(found - exact).max() <= step / 2 + room
    assert len(np.unique(found.round(5))) > 20


@pytest.mark.parametrize("side", [1, 3])
@pytest.mark.parametrize("n_in", [1, 3, 16])
def test_unsigned_kernels_never_overflow(n_in: int, side: int) -> None:
    # Every product is the greatest there is: two of them, 255 * 127, do not fit into 16 bits.
    kernel = np.ones((16, n_in, side, side), np.float32)
    layer = ConvLayer("layer", kernel, np.zeros(16, np.float32), 1, False)
    pixels = np.full((1, 16 if n_in == 1 < side else n_in, 8, 8), 255, dtype=np.uint8)
    most = float(kernel[0].sum())
    found = run_layer(
        Int8Layers(OnnxGraph(), {"layer": ActivationRange(0.0, most)}, True), layer, pixels
    )
    np.testing.assert_allclose(found[0, :, 3, 3], most, rtol=0.01)


def test_a_channel_that_is_nearly_off_keeps_its_bias() -> None:
    kernel = np.full((2, 3, 1, 1), 1e-12, dtype=np.float32)
    kernel[1] = 0.2
    layer = ConvLayer("layer", kernel, np.array([3.0, 1.0], np.float32), 1, True)
    pixels = np.full((1, 3, 2, 2), 127, dtype=np.uint8)
    found = run_layer(Int8Layers(OnnxGraph(), {}, True), layer, pixels)
    np.testing.assert_allclose(found[0, :, 0, 0], [3.0, 1.0], atol=6 / 255)


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
    for row, found in zip(kernel.reshape(200, 25), rounded, strict=True):
        expected = np.floor(row)
        remainders = (row - expected).tolist()
        n_up = int(np.rint(row.sum()) - expected.sum())
        expected[sorted(range(25), key=lambda at: -remainders[at])[:n_up]] += 1
        assert found.tolist() == expected.tolist()


def test_a_filter_of_one_pixel_is_rounded_as_usual() -> None:
    kernel = np.array([0.4, 0.4, 0.4, -0.6], np.float32).reshape(1, 4, 1, 1)
    assert round_kernel(kernel).ravel().tolist() == [0, 0, 0, -1]


def test_unknown_layer_is_an_error() -> None:
    layer = ConvLayer("new", np.ones((1, 3, 1, 1), np.float32), np.zeros(1, np.float32), 1, False)
    with pytest.raises(KeyError, match="new"):
        run_layer(Int8Layers(OnnxGraph(), {}), layer, np.zeros((1, 3, 2, 2), "u1"))


def test_watched_layers_tell_how_far_they_reach() -> None:
    layers = CalibrationLayers(OnnxGraph())
    kernel = np.full((1, 3, 1, 1), 2.0, dtype=np.float32)
    pixels = np.zeros((2, 3, 2, 2), dtype=np.uint8)
    pixels[1] = 255
    run_layer(layers, ConvLayer("layer", kernel, np.zeros(1, np.float32), 1, False), pixels)
    session = onnxruntime.InferenceSession(
        layers.graph.serialize(), providers=["CPUExecutionProvider"]
    )
    ends = session.run(["layer.least", "layer.most"], {"x": pixels})
    np.testing.assert_allclose(ends, [[-6.0, 6.0]] * 2, atol=1e-5)


def test_ranges_come_back_as_written() -> None:
    ranges = {"a.b": ActivationRange(-1.0, 2.5)}
    arrays = ranges_as_arrays(ranges)
    assert ranges_from_arrays({**arrays, "look.centre": np.zeros(3)}) == ranges
    with pytest.raises(ValueError, match="expected 2"):
        ranges_from_arrays({"range.a": np.zeros(3)})
    with pytest.raises(ValueError, match="from 1"):
        ranges_from_arrays({"range.a": np.ones(2)})


@pytest.fixture(scope="module")
def photos() -> NDArray[np.uint8]:
    encoder = load_encoder("compact")
    return np.stack([encoder.prepare_image(photo) for photo in sample_photos()])


def test_calibrating_anew_finds_every_layer(photos: NDArray[np.uint8]) -> None:
    _, parts = load_compact_weights()
    found = calibrate_ranges(load_tower_builder(SIDE), list(photos[:3]))
    assert found.keys() == parts.activation_ranges.keys()
    assert all(span.min_value < 0 < span.max_value for span in found.values())


def test_vectors_in_int8_are_near_those_in_float32(photos: NDArray[np.uint8]) -> None:
    exact, rounded = (
        load_encoder("compact", settings=EncoderSettings(precision=precision)).encode_prepared(
            list(photos)
        )
        for precision in ("float32", "int8")
    )
    cosines = (exact * rounded).sum(axis=1)
    assert cosines.min() > 0.98
    assert cosines.max() < 0.99999, "int8 was not used"


def test_numbers_are_those_asked_for() -> None:
    _, parts = load_compact_weights()
    for precision in ("float32", "int8"):
        settings = EncoderSettings(precision=precision)
        assert ImageTower(SIDE, settings, parts.activation_ranges).precision == precision
    assert ImageTower(SIDE, EncoderSettings(precision="int8")).precision == "float32"


def test_both_kinds_of_kernels_stand_for_the_same_numbers() -> None:
    _, parts = load_compact_weights()
    tower = load_tower_builder(SIDE)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    signed, unsigned = (
        onnxruntime.InferenceSession(
            tower.build(Int8Layers(OnnxGraph(), parts.activation_ranges, kind)),
            options,
            providers=["CPUExecutionProvider"],
        ).run(["features"], {"pixels": make_probe_images(SIDE)})[0]
        for kind in (False, True)
    )
    np.testing.assert_array_equal(signed, unsigned)


def test_the_last_tower_in_int8_is_right_on_every_processor() -> None:
    _, parts = load_compact_weights()
    tower = load_tower_builder(SIDE)
    faster, last = open_int8_towers(tower, 1, parts.activation_ranges)
    precise = ImageTower(SIDE, EncoderSettings(precision="float32")).extract_features
    assert find_accurate_tower(precise, [last], SIDE) is last
    if find_accurate_tower(precise, [faster], SIDE):
        np.testing.assert_array_equal(
            faster(make_probe_images(SIDE)), last(make_probe_images(SIDE))
        )


def test_int8_that_goes_wrong_is_refused_also_when_asked_for() -> None:
    _, parts = load_compact_weights()
    cut = dict.fromkeys(parts.activation_ranges, ActivationRange(-0.01, 0.01))
    assert ImageTower(SIDE, EncoderSettings(precision="auto"), cut).precision == "float32"
    with pytest.raises(EncoderError, match="SHOPWINDOW_ENCODER__PRECISION to auto or float32"):
        ImageTower(SIDE, EncoderSettings(precision="int8"), cut)


def test_bfloat16_is_refused() -> None:
    with pytest.raises(EncoderError, match="float32 or int8"):
        load_encoder("compact", settings=EncoderSettings(precision="bfloat16"))


def a_run(answer: float, seconds: float = 0.0, noise_answer: float | None = None) -> TowerFunction:
    def run(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        time.sleep(seconds)
        second = [[1.0, answer if noise_answer is None else noise_answer]]
        return np.array([[1.0, answer], *second * (len(pixels) - 1)], dtype=np.float32)

    return run


@pytest.mark.parametrize("wrong", [a_run(-1.0), a_run(0.7), a_run(1.0, noise_answer=0.7)])
def test_the_first_right_tower_is_taken(wrong: TowerFunction) -> None:
    exact, right = a_run(1.0), a_run(0.9)
    assert find_accurate_tower(exact, [right, exact], SIDE) is right
    assert find_accurate_tower(exact, iter([wrong, right, wrong]), SIDE) is right
    assert find_accurate_tower(exact, [wrong, wrong], SIDE) is None


def test_what_is_not_a_number_is_wrong() -> None:
    assert find_accurate_tower(a_run(1.0), [a_run(float("nan"))], SIDE) is None


@pytest.mark.parametrize(("seconds", "faster"), [(0.0, True), (0.09, False), (0.059, False)])
def test_int8_must_be_faster(seconds: float, faster: bool) -> None:
    assert is_faster(a_run(1.0, seconds), a_run(1.0, 0.06), SIDE) is faster


def test_probes_have_colours_a_background_and_noise() -> None:
    drawing, noise = make_probe_images(SIDE)
    assert drawing.shape == noise.shape == (SIDE, SIDE, 3)
    assert (drawing[0] == 255).all()
    for picture in (drawing, noise):
        assert picture.reshape(-1, 3).std(axis=0).min() > 20
