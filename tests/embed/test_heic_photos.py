"""HEIC photos of phones are read like others; without the extra an error says what to install."""

import io
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest
from PIL import Image

from embed import PhotoReader
from embed.photos.decode_values import DecodeError, DecodeRequest
from embed.photos.decoding import decode_image
from embed.photos.file_formats import detect_photo_format
from shopwindow.values.errors import PhotoTooLargeError, PhotoUnreadableError
from shopwindow.values.setting_groups import PhotoLimits
from tests.embed.icc_profiles import ADOBE_GAMMA, DISPLAY_P3, build_rgb_profile, to_srgb

HEADER = b"\0\0\0\x1cftypheic\0\0\0\0mif1heic" + bytes(40)


def encode_heic(image: Image.Image, **options: Any) -> bytes:
    """Return the bytes of a HEIC file with this image."""
    import pillow_heif  # noqa: PLC0415 -- it may be missing

    pillow_heif.register_heif_opener()
    buffer = io.BytesIO()
    image.save(buffer, "HEIF", quality=95, chroma=444, **options)
    return buffer.getvalue()


@pytest.mark.heic
@pytest.mark.skipif(find_spec("pillow_heif") is None, reason="needs pillow-heif")
class TestWithTheExtra:
    def test_its_pixels_are_read(self, reader: PhotoReader, scene: Image.Image) -> None:
        small = scene.resize((60, 40))
        image = reader.read_image(encode_heic(small))
        assert (image.mode, image.size) == ("RGB", (60, 40))
        assert np.abs(np.asarray(image, dtype=int) - np.asarray(small)).mean() < 2
        assert reader.read_letterboxed(encode_heic(small), 32).shape == (32, 32, 3)
        assert reader.read_size(encode_heic(small)) == (60, 40)

    def test_it_stands_upright(self, reader: PhotoReader, scene: Image.Image) -> None:
        small = scene.resize((60, 40))
        exif = Image.Exif()
        exif[0x0112] = 6
        image = reader.read_image(encode_heic(small, exif=exif.tobytes()))
        assert image.size == (40, 60)
        expected = np.asarray(small.transpose(Image.Transpose.ROTATE_270), dtype=int)
        assert np.abs(np.asarray(image, dtype=int) - expected).mean() < 2

    def test_transparent_pixels_are_white(self, reader: PhotoReader) -> None:
        image = reader.read_image(encode_heic(Image.new("RGBA", (64, 64), (0, 0, 200, 0))))
        assert image.getpixel((30, 30)) == pytest.approx((255, 255, 255), abs=2)

    def test_display_p3_becomes_srgb(self, reader: PhotoReader) -> None:
        image = Image.new("RGB", (64, 64), (90, 160, 90))
        data = encode_heic(image, icc_profile=build_rgb_profile(DISPLAY_P3))
        expected = to_srgb((90, 160, 90), DISPLAY_P3, ADOBE_GAMMA)
        assert reader.read_image(data).getpixel((30, 30)) == pytest.approx(expected, abs=4)

    def test_its_limits_hold(self, scene: Image.Image) -> None:
        data = encode_heic(scene.resize((60, 40)))
        with pytest.raises(PhotoTooLargeError, match="60 x 40 pixels, at most 1,000"):
            PhotoReader(PhotoLimits(max_pixels=1000)).read_image(data)

    def test_damage_raises_only_photo_errors(self, reader: PhotoReader, scene: Image.Image) -> None:
        data = encode_heic(scene.resize((64, 64)))
        for n_bytes in (40, len(data) // 2, len(data) - 100):
            with pytest.raises(PhotoUnreadableError, match=r"broken|truncated"):
                reader.read_image(data[:n_bytes])


def test_without_the_extra_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embed.photos.heif_plugin._HEIF_PLUGIN", "no_such_library")
    monkeypatch.delitem(Image.OPEN, "HEIF", raising=False)
    with pytest.raises(DecodeError, match=r"pip install 'shopwindow\[heic\]'"):
        decode_image(HEADER, DecodeRequest("full", 10**6))


@pytest.mark.parametrize("brand", [b"heic", b"heix", b"hevc", b"heim", b"mif1", b"msf1"])
def test_its_brands_are_known(brand: bytes) -> None:
    assert detect_photo_format(HEADER.replace(b"heic", brand, 1)) == "HEIF"


def test_avif_of_a_general_brand_is_avif() -> None:
    assert detect_photo_format(b"\0\0\0\x1cftypmif1\0\0\0\0miafavif") == "AVIF"
    assert detect_photo_format(b"\0\0\0\x1cftypisom\0\0\0\0isomavc1") is None
