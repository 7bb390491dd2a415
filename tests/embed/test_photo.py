"""Photos of every kind are read alike, and fitted into squares."""

import gc
import io
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageOps

from embed import PhotoReader
from embed.photos.decoding import DecodeRequest, decode_image
from embed.photos.letterboxing import letterbox, letterbox_to_array

WHITE = (255, 255, 255)


def packed(picture: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    """The bytes of a file with this picture."""
    buffer = io.BytesIO()
    picture.save(buffer, form, **options)
    return buffer.getvalue()


def difference(left: Any, right: Any) -> float:
    """Mean difference of two pictures, in levels of 0 to 255."""
    return float(np.abs(np.asarray(left, dtype=float) - np.asarray(right, dtype=float)).mean())


@pytest.mark.parametrize(
    ("form", "options", "tolerance"),
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
def test_every_format_gives_the_same_picture(
    reader: PhotoReader, scene: Image.Image, form: str, options: Any, tolerance: float
) -> None:
    small = scene.resize((60, 40))
    if form not in Image.registered_extensions().values():
        pytest.skip(f"this Pillow has no {form}")
    read = reader.read_image(packed(small, form, **options))
    assert (read.mode, read.size) == ("RGB", (60, 40))
    assert difference(read, small) <= tolerance


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_orientation_is_applied_as_pillow_does(
    reader: PhotoReader, scene: Image.Image, orientation: int, form: str
) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    data = packed(scene.resize((48, 32)), form, exif=exif)
    with Image.open(io.BytesIO(data)) as stored:
        expected = ImageOps.exif_transpose(stored).convert("RGB")
    assert reader.read_image(data).size == expected.size
    assert difference(reader.read_image(data), expected) == 0
    assert np.array_equal(reader.read_letterboxed(data, 16), letterbox_to_array(expected, 16))


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("exif", [b"II*\0\xff\xff\xff\x7f junk", b"this is no TIFF at all"])
def test_broken_exif_counts_as_upright(
    reader: PhotoReader, scene: Image.Image, exif: bytes, form: str
) -> None:
    data = packed(scene.resize((48, 32)), form, exif=b"Exif\0\0" + exif)
    assert reader.read_image(data).size == (48, 32)


@pytest.mark.parametrize(
    ("picture", "expected"),
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
    reader: PhotoReader, picture: Image.Image, expected: tuple[int, int, int]
) -> None:
    mode = picture.mode
    read = reader.read_image(picture)
    assert read.mode == "RGB"
    assert np.abs(np.asarray(read, dtype=int) - expected).max() <= 1
    assert picture.mode == mode  # the caller's picture is left as it was


def test_transparent_palette_lies_on_white(reader: PhotoReader) -> None:
    picture = Image.new("P", (4, 4), 0)
    picture.putpalette([10, 20, 30, 200, 100, 0])
    picture.putpixel((1, 1), 1)
    read = reader.read_image(packed(picture, "PNG", transparency=0))
    assert read.getpixel((0, 0)) == WHITE
    assert read.getpixel((1, 1)) == (200, 100, 0)
    read = reader.read_image(packed(picture, "PNG", transparency=b"\x00\x80"))
    assert read.getpixel((0, 0)) == WHITE
    assert read.getpixel((1, 1)) == pytest.approx((227, 177, 127), abs=2)


def test_colour_key_of_a_png_lies_on_white(reader: PhotoReader) -> None:
    data = packed(Image.new("RGB", (4, 4), (1, 2, 3)), "PNG", transparency=(1, 2, 3))
    assert reader.read_image(data).getpixel((0, 0)) == WHITE


def test_cmyk_jpeg_keeps_its_colours(reader: PhotoReader) -> None:
    data = packed(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "JPEG", quality=95)
    assert b"Adobe" in data  # whose CMYK is stored upside down
    assert reader.read_image(data).getpixel((8, 8)) == pytest.approx((255, 0, 0), abs=6)


def test_sixteen_bits_are_scaled_not_clipped(reader: PhotoReader) -> None:
    ramp = np.linspace(0, 65_535, 256, dtype=np.uint16)[None].repeat(4, axis=0)
    read = np.asarray(reader.read_image(packed(Image.fromarray(ramp))))
    assert np.abs(read[0, :, 0].astype(int) - np.arange(256)).max() <= 1


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG"])
def test_first_frame_of_an_animation_is_read(reader: PhotoReader, form: str) -> None:
    red, blue = Image.new("RGB", (8, 8), (255, 0, 0)), Image.new("RGB", (8, 8), (0, 0, 255))
    data = packed(red, form, save_all=True, append_images=[blue], duration=50)
    red_value, _, blue_value = np.asarray(reader.read_image(data))[4, 4]
    assert red_value > 240
    assert blue_value < 15


def test_all_sources_give_the_same_pixels(
    reader: PhotoReader, scene: Image.Image, tmp_path: Path
) -> None:
    picture = scene.resize((90, 60))
    path = tmp_path / "صورة.png"
    data = packed(picture)
    path.write_bytes(data)
    fetching = PhotoReader(fetch={"https://shop.example/a.png": data}.__getitem__)
    squares = [reader.read_letterboxed(each, 32) for each in (path, str(path), data, picture)]
    squares.append(fetching.read_letterboxed("https://shop.example/a.png", 32))
    assert all(np.array_equal(each, squares[0]) for each in squares)


def test_lazy_picture_is_not_changed(reader: PhotoReader, scene: Image.Image) -> None:
    with Image.open(io.BytesIO(packed(scene, "JPEG"))) as lazy:
        reader.read_letterboxed(lazy, 16)
        assert lazy.size == scene.size


def test_no_file_stays_open(reader: PhotoReader, scene: Image.Image, tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    scene.save(path)
    reader.read_letterboxed(path, 16)  # a decoder's process and its socket stay
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        reader.read_letterboxed(path, 16)
    assert len(os.listdir("/proc/self/fd")) == before
    gc.collect()  # a leaked handle warns here, and warnings are errors


# --- squares


def test_square_is_padded_with_white_in_the_middle() -> None:
    square = letterbox_to_array(Image.new("RGB", (40, 20), (200, 0, 0)), 16)
    assert (square.shape, square.dtype) == ((16, 16, 3), np.dtype("uint8"))
    assert (square[:4] == 255).all()
    assert (square[4:12] == (200, 0, 0)).all()
    assert (square[12:] == 255).all()


@pytest.mark.parametrize("size", [(10_000, 1), (1, 10_000), (1, 1), (3, 2)])
def test_extreme_shapes_keep_a_pixel(size: tuple[int, int]) -> None:
    square = letterbox_to_array(Image.new("RGB", size, (0, 0, 0)), 16)
    assert (square == 0).any()


def test_fine_stripes_become_grey() -> None:
    stripes = np.zeros((512, 512, 3), dtype=np.uint8)
    stripes[:, ::2] = 255
    square = letterbox_to_array(Image.fromarray(stripes), 60)  # not a divisor: aliases would show
    assert np.abs(square[4:-4, 4:-4].astype(int) - 127).max() < 12


def test_large_jpeg_is_decoded_smaller_and_looks_the_same(
    reader: PhotoReader, scene: Image.Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = packed(scene, "JPEG", quality=92)
    decoded: list[tuple[int, int]] = []

    def watch(photo: Image.Image, size: int) -> Image.Image:
        decoded.append(photo.size)
        return letterbox(photo, size)

    monkeypatch.setattr("embed.photos.decoding.letterbox", watch)
    for side in (64, 100, 224, 400):
        shrunk = decode_image(data, DecodeRequest("letterbox", 10**7, side)).pixels
        assert (
            reader.read_letterboxed(data, side).tobytes() == shrunk
        )  # the same in another process
        pixels = np.frombuffer(shrunk, np.uint8).reshape(side, side, 3)
        assert difference(pixels, letterbox_to_array(reader.read_image(data), side)) < 1.5
    # Never less than twice what is wanted; halves, quarters and eighths only.
    assert decoded == [(150, 100), (300, 200), (600, 400), (1200, 800)]


def test_a_photo_is_made_to_fit_in_its_own_shape(reader: PhotoReader, scene: Image.Image) -> None:
    for source in (scene, packed(scene), packed(scene, "JPEG", quality=95)):
        fitted = reader.read_thumbnail(source, 300)
        assert (fitted.mode, fitted.size) == ("RGB", (300, 200))
        assert difference(fitted, scene.resize((300, 200))) < 3
    assert reader.read_thumbnail(scene.resize((30, 20)), 300).size == (30, 20)
    assert scene.size == (1200, 800)  # the caller's picture is left as it was
