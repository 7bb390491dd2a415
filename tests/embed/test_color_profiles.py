"""Colours are converted to sRGB by a photo's profile; a damaged profile costs only that."""

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from embed import PhotoReader
from tests.embed.icc_profiles import (
    ADOBE_GAMMA,
    ADOBE_RGB,
    DISPLAY_P3,
    build_cmyk_profile,
    build_grey_profile,
    build_rgb_profile,
    to_srgb,
)

COLORS = ((200, 60, 60), (90, 160, 90), (40, 60, 140), (128, 128, 128), (255, 255, 255))


def encode_image(image: Image.Image, file_format: str = "PNG", **options: Any) -> bytes:
    """Return the bytes of a file with this image."""
    buffer = io.BytesIO()
    image.save(buffer, file_format, **options)
    return buffer.getvalue()


def read_color(reader: PhotoReader, data: bytes) -> Any:
    """Return the colour in the middle of a photo."""
    return reader.read_letterboxed(data, 8)[4, 4].tolist()


@pytest.mark.parametrize("primaries", [ADOBE_RGB, DISPLAY_P3], ids=["adobe", "p3"])
@pytest.mark.parametrize("color", COLORS)
@pytest.mark.parametrize("file_format", ["PNG", "TIFF", "WEBP"])
def test_wide_colours_become_srgb(
    reader: PhotoReader, color: tuple[int, int, int], primaries: Any, file_format: str
) -> None:
    profile = build_rgb_profile(primaries)
    options = {"lossless": True} if file_format == "WEBP" else {}
    image = Image.new("RGB", (16, 16), color)
    data = encode_image(image, file_format, icc_profile=profile, **options)
    expected = to_srgb(color, primaries, ADOBE_GAMMA)
    assert read_color(reader, data) == pytest.approx(expected, abs=2)
    assert reader.read_image(data).getpixel((3, 3)) == pytest.approx(expected, abs=2)
    assert reader.read_thumbnail(data, 8).getpixel((3, 3)) == pytest.approx(expected, abs=2)
    image.info["icc_profile"] = profile  # a picture that was opened elsewhere
    assert reader.read_image(image).getpixel((3, 3)) == pytest.approx(expected, abs=2)


def test_the_conversion_changes_colours_that_differ(reader: PhotoReader) -> None:
    image = Image.new("RGB", (16, 16), (90, 160, 90))
    converted = read_color(reader, encode_image(image, icc_profile=build_rgb_profile(ADOBE_RGB)))
    assert converted[1] - converted[0] > 160 - 90 + 10  # Adobe RGB read as sRGB is too pale


def test_srgb_keeps_every_pixel(reader: PhotoReader, scene: Image.Image) -> None:
    small = scene.resize((60, 40))
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = encode_image(small, icc_profile=srgb)
    assert np.array_equal(np.asarray(reader.read_image(data)), np.asarray(small))


def test_transparent_wide_colours_are_flattened(reader: PhotoReader) -> None:
    image = Image.new("RGBA", (8, 8), (0, 200, 0, 0))
    data = encode_image(image, icc_profile=build_rgb_profile(ADOBE_RGB))
    assert read_color(reader, data) == [255, 255, 255]


def test_grey_profiles_are_applied(reader: PhotoReader) -> None:
    data = encode_image(Image.new("L", (8, 8), 55), icc_profile=build_grey_profile(1.0))
    assert read_color(reader, data) == pytest.approx([128, 128, 128], abs=2)


@pytest.mark.parametrize(("file_format", "tolerance"), [("TIFF", 2), ("JPEG", 5)])
def test_inks_get_their_colours_from_the_profile(
    reader: PhotoReader, file_format: str, tolerance: int
) -> None:
    cyan = Image.new("CMYK", (16, 16), (255, 0, 0, 0))
    plain = read_color(reader, encode_image(cyan, file_format))
    assert plain == pytest.approx([0, 255, 255], abs=4)
    data = encode_image(cyan, file_format, icc_profile=build_cmyk_profile())
    # Lab 54.9, -37, -50 (about ISO 12647-2, solid cyan) by the formulas of CIE and sRGB.
    assert read_color(reader, data) == pytest.approx([0, 151, 218], abs=tolerance)


def test_lab_is_converted(reader: PhotoReader) -> None:
    red = Image.new("RGB", (8, 8), (200, 30, 40))
    lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    data = encode_image(ImageCms.profileToProfile(red, srgb, lab, outputMode="LAB"), "TIFF")  # type: ignore[arg-type]
    assert read_color(reader, data) == pytest.approx([200, 30, 40], abs=3)


def _damage(profile: bytes, position: int, data: bytes) -> bytes:
    return profile[:position] + data + profile[position + len(data) :]


WIDE = build_rgb_profile(ADOBE_RGB)
DAMAGED = {
    "empty": b"",
    "no profile": b"this is no profile at all" * 20,
    "cut off": WIDE[:200],
    "header only": WIDE[:128],
    "of inks": build_cmyk_profile(),
    "of grey": build_grey_profile(1.8),
    "many tags": _damage(WIDE, 128, b"\xff\xff\xff\xff"),
    "tags outside": _damage(WIDE, 172, b"\x7f\xff\xff\xff"),
    "wrong signature": _damage(WIDE, 36, b"xxxx"),
    "huge": WIDE + bytes(5_000_000),
}


@pytest.mark.parametrize("profile", DAMAGED.values(), ids=list(DAMAGED))
def test_a_damaged_profile_costs_only_the_conversion(reader: PhotoReader, profile: bytes) -> None:
    data = encode_image(Image.new("RGB", (8, 8), (90, 160, 90)), "TIFF", icc_profile=profile)
    assert read_color(reader, data) == [90, 160, 90]


def test_random_damage_raises_nothing(reader: PhotoReader) -> None:
    rng = np.random.default_rng(5)
    profiles = (WIDE, build_cmyk_profile(), build_grey_profile(2.2))
    images = [Image.new(mode, (8, 8), 90) for mode in ("RGB", "CMYK", "L")]
    for profile, image in zip(profiles, images, strict=True):
        for _ in range(25):
            damaged = bytearray(profile)
            for position in rng.integers(0, len(damaged), size=8):
                damaged[position] = rng.integers(0, 256)
            data = encode_image(image, "TIFF", icc_profile=bytes(damaged))
            assert reader.read_letterboxed(data, 8).shape == (8, 8, 3)
