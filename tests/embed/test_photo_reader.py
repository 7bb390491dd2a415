"""Photos of every format and colour mode are read alike, and letterboxed."""

import gc
import io
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageOps

from embed import PhotoReader
from embed.photos.decode_values import DecodeRequest
from embed.photos.decoding import decode_image
from embed.photos.letterboxing import letterbox, letterbox_to_array

WHITE = (255, 255, 255)


def encode_image(image: Image.Image, file_format: str = "PNG", **options: Any) -> bytes:
    """Return the bytes of a file with this image."""
    buffer = io.BytesIO()
    image.save(buffer, file_format, **options)
    return buffer.getvalue()


def mean_difference(left: Any, right: Any) -> float:
    """Return the mean difference of two images, in levels of 0 to 255."""
    return float(np.abs(np.asarray(left, dtype=float) - np.asarray(right, dtype=float)).mean())


@pytest.mark.parametrize(
    ("file_format", "options", "tolerance"),
    [
        ("PNG", {}, 0),
        ("BMP", {}, 0),
        ("TIFF", {}, 0),
        ("WEBP", {"lossless": True}, 0),
        ("JPEG", {"quality": 95, "subsampling": 0}, 2),
        ("JPEG", {"quality": 95, "subsampling": 0, "progressive": True}, 2),
        ("AVIF", {"quality": 95, "subsampling": "4:4:4"}, 2),
        ("GIF", {}, 30),
    ],
)
def test_every_format_gives_the_same_pixels(
    reader: PhotoReader, scene: Image.Image, file_format: str, options: Any, tolerance: float
) -> None:
    small = scene.resize((60, 40))
    if file_format not in Image.registered_extensions().values():
        pytest.skip(f"this Pillow has no {file_format}")
    image = reader.read_image(encode_image(small, file_format, **options))
    assert (image.mode, image.size) == ("RGB", (60, 40))
    assert mean_difference(image, small) <= tolerance


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_orientation_is_applied_as_pillow_does(
    reader: PhotoReader, scene: Image.Image, orientation: int, file_format: str
) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    data = encode_image(scene.resize((48, 32)), file_format, exif=exif)
    with Image.open(io.BytesIO(data)) as stored:
        expected = ImageOps.exif_transpose(stored).convert("RGB")
    assert reader.read_image(data).size == expected.size
    assert mean_difference(reader.read_image(data), expected) == 0
    assert np.array_equal(reader.read_letterboxed(data, 16), letterbox_to_array(expected, 16))


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("exif", [b"II*\0\xff\xff\xff\x7f junk", b"this is no TIFF at all"])
def test_broken_exif_is_read_as_upright(
    reader: PhotoReader, scene: Image.Image, exif: bytes, file_format: str
) -> None:
    data = encode_image(scene.resize((48, 32)), file_format, exif=b"Exif\0\0" + exif)
    assert reader.read_image(data).size == (48, 32)


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (Image.new("RGBA", (4, 4), (200, 0, 0, 0)), WHITE),
        (Image.new("RGBA", (4, 4), (200, 0, 0, 255)), (200, 0, 0)),
        (Image.new("RGBA", (4, 4), (0, 0, 0, 128)), (127, 127, 127)),
        (Image.new("LA", (4, 4), (0, 0)), WHITE),
        (Image.new("LA", (4, 4), (40, 255)), (40, 40, 40)),
        (Image.new("L", (4, 4), 77), (77, 77, 77)),
        (Image.new("1", (4, 4), 1), WHITE),
        (Image.new("1", (4, 4), 0), (0, 0, 0)),
        (Image.new("I;16", (4, 4), 32_896), (128, 128, 128)),
        (Image.new("I;16", (4, 4), 255), (1, 1, 1)),
        (Image.new("I", (4, 4), 65_535), WHITE),
        (Image.new("I", (4, 4), 128), (128, 128, 128)),
        (Image.new("I", (4, 4), 1_000_000), WHITE),
        (Image.new("F", (4, 4), 0.5), (128, 128, 128)),
        (Image.new("F", (4, 4), 200.0), (200, 200, 200)),
        (Image.new("F", (4, 4), float("nan")), (0, 0, 0)),
        (Image.new("F", (4, 4), -3.0), (0, 0, 0)),
        (Image.new("CMYK", (4, 4), (0, 255, 255, 0)), (255, 0, 0)),
        (Image.new("YCbCr", (4, 4), (255, 128, 128)), WHITE),
        (Image.new("HSV", (4, 4), (0, 255, 255)), (255, 0, 0)),
    ],
    ids=lambda value: f"{value.mode}-{value.getpixel((0, 0))}" if hasattr(value, "mode") else "",
)
def test_every_mode_becomes_rgb(
    reader: PhotoReader, image: Image.Image, expected: tuple[int, int, int]
) -> None:
    mode = image.mode
    rgb = reader.read_image(image)
    assert rgb.mode == "RGB"
    assert np.abs(np.asarray(rgb, dtype=int) - expected).max() <= 1
    assert image.mode == mode  # the caller's image is not changed


def test_transparent_palette_becomes_white(reader: PhotoReader) -> None:
    image = Image.new("P", (4, 4), 0)
    image.putpalette([10, 20, 30, 200, 100, 0])
    image.putpixel((1, 1), 1)
    rgb = reader.read_image(encode_image(image, "PNG", transparency=0))
    assert rgb.getpixel((0, 0)) == WHITE
    assert rgb.getpixel((1, 1)) == (200, 100, 0)
    rgb = reader.read_image(encode_image(image, "PNG", transparency=b"\x00\x80"))
    assert rgb.getpixel((0, 0)) == WHITE
    assert rgb.getpixel((1, 1)) == pytest.approx((227, 177, 127), abs=2)


def test_color_key_of_a_png_becomes_white(reader: PhotoReader) -> None:
    data = encode_image(Image.new("RGB", (4, 4), (1, 2, 3)), "PNG", transparency=(1, 2, 3))
    assert reader.read_image(data).getpixel((0, 0)) == WHITE


def test_cmyk_jpeg_keeps_its_colours(reader: PhotoReader) -> None:
    data = encode_image(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "JPEG", quality=95)
    assert b"Adobe" in data  # whose CMYK is stored inverted
    assert reader.read_image(data).getpixel((8, 8)) == pytest.approx((255, 0, 0), abs=6)


def test_sixteen_bits_are_scaled_not_clipped(reader: PhotoReader) -> None:
    ramp = np.linspace(0, 65_535, 256, dtype=np.uint16)[None].repeat(4, axis=0)
    rgb = np.asarray(reader.read_image(encode_image(Image.fromarray(ramp))))
    assert np.abs(rgb[0, :, 0].astype(int) - np.arange(256)).max() <= 1


@pytest.mark.parametrize("file_format", ["GIF", "WEBP", "PNG"])
def test_first_frame_of_an_animation_is_read(reader: PhotoReader, file_format: str) -> None:
    red, blue = Image.new("RGB", (8, 8), (255, 0, 0)), Image.new("RGB", (8, 8), (0, 0, 255))
    data = encode_image(red, file_format, save_all=True, append_images=[blue], duration=50)
    red_value, _, blue_value = np.asarray(reader.read_image(data))[4, 4]
    assert red_value > 240
    assert blue_value < 15


def test_all_sources_give_the_same_pixels(
    reader: PhotoReader, scene: Image.Image, tmp_path: Path
) -> None:
    image = scene.resize((90, 60))
    path = tmp_path / "صورة.png"
    data = encode_image(image)
    path.write_bytes(data)
    downloading_reader = PhotoReader(fetch={"https://shop.example/a.png": data}.__getitem__)
    squares = [reader.read_letterboxed(source, 32) for source in (path, str(path), data, image)]
    squares.append(downloading_reader.read_letterboxed("https://shop.example/a.png", 32))
    assert all(np.array_equal(square, squares[0]) for square in squares)


def test_lazy_image_is_not_changed(reader: PhotoReader, scene: Image.Image) -> None:
    with Image.open(io.BytesIO(encode_image(scene, "JPEG"))) as lazy:
        reader.read_letterboxed(lazy, 16)
        assert lazy.size == scene.size


def test_no_file_stays_open(reader: PhotoReader, scene: Image.Image, tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    scene.save(path)
    reader.read_letterboxed(path, 16)  # a decoder process and its socket stay
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        reader.read_letterboxed(path, 16)
    assert len(os.listdir("/proc/self/fd")) == before
    gc.collect()  # a leaked handle warns here, and warnings are errors


# --- letterboxing


def test_photo_is_centered_on_white() -> None:
    square = letterbox_to_array(Image.new("RGB", (40, 20), (200, 0, 0)), 16)
    assert (square.shape, square.dtype) == ((16, 16, 3), np.dtype("uint8"))
    assert (square[:4] == 255).all()
    assert (square[4:12] == (200, 0, 0)).all()
    assert (square[12:] == 255).all()


@pytest.mark.parametrize("size", [(10_000, 1), (1, 10_000), (1, 1), (3, 2)])
def test_extreme_aspect_ratios_keep_a_pixel(size: tuple[int, int]) -> None:
    square = letterbox_to_array(Image.new("RGB", size, (0, 0, 0)), 16)
    assert (square == 0).any()


def test_fine_stripes_become_grey() -> None:
    stripes = np.zeros((512, 512, 3), dtype=np.uint8)
    stripes[:, ::2] = 255
    square = letterbox_to_array(Image.fromarray(stripes), 60)  # not a divisor: aliases would show
    assert np.abs(square[4:-4, 4:-4].astype(int) - 127).max() < 12


def test_large_jpeg_is_decoded_at_reduced_size(
    reader: PhotoReader, scene: Image.Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = encode_image(scene, "JPEG", quality=92)
    decoded_sizes: list[tuple[int, int]] = []

    def record_size(photo: Image.Image, size: int) -> Image.Image:
        decoded_sizes.append(photo.size)
        return letterbox(photo, size)

    monkeypatch.setattr("embed.photos.decoding.letterbox", record_size)
    for side in (64, 100, 224, 400):
        raw_pixels = decode_image(data, DecodeRequest("letterbox", 10**7, side)).pixels
        # The same in another process.
        assert reader.read_letterboxed(data, side).tobytes() == raw_pixels
        pixels = np.frombuffer(raw_pixels, np.uint8).reshape(side, side, 3)
        assert mean_difference(pixels, letterbox_to_array(reader.read_image(data), side)) < 1.5
    # Never less than twice the target size; halves, quarters and eighths only.
    assert decoded_sizes == [(150, 100), (300, 200), (600, 400), (1200, 800)]


def test_thumbnail_keeps_the_aspect_ratio(reader: PhotoReader, scene: Image.Image) -> None:
    for source in (scene, encode_image(scene), encode_image(scene, "JPEG", quality=95)):
        thumbnail = reader.read_thumbnail(source, 300)
        assert (thumbnail.mode, thumbnail.size) == ("RGB", (300, 200))
        assert mean_difference(thumbnail, scene.resize((300, 200))) < 3
    assert reader.read_thumbnail(scene.resize((30, 20)), 300).size == (30, 20)
    assert scene.size == (1200, 800)  # the caller's image is not changed
