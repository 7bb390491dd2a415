"""Convert colours to sRGB by the ICC profile that is embedded in a photo.

Cameras write Adobe RGB, phones Display P3, and print departments CMYK: read as sRGB, their colours
are too pale, or wrong. A profile that cannot be used leaves the colours as they are.
"""

import io
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from PIL import Image

_MAX_PROFILE_BYTES = 4_000_000
"""Profiles of printing presses have up to 3 MB."""

_MIN_PROFILE_BYTES = 128
_COLOR_SPACE = slice(16, 20)
"""Where a profile says which colours it describes. Source: ICC.1:2022, section 7.2."""

_MODES = {b"RGB ": "RGB", b"GRAY": "L", b"CMYK": "CMYK"}
"""Pillow's mode by the colour space of a profile."""

_RGB_LIKE_MODES = frozenset({"RGB", "RGBA", "RGBX", "RGBa", "P", "PA"})
_GREY_MODES = frozenset({"L", "LA", "La", "1"})


@dataclass(frozen=True, slots=True)
class ColorProfile:
    """A profile that fits the photo that it came with.

    Attributes:
        data: The bytes of the ICC profile.
        mode: Pillow's mode of the colours that it describes: RGB, L or CMYK.
    """

    data: bytes
    mode: str

    @property
    def applies_to_rgb(self) -> bool:
        """Whether it also applies to the photo after its conversion to RGB."""
        return self.mode != "CMYK"

    def convert(self, image: Image.Image) -> Image.Image:
        """Return an image in sRGB.

        Args:
            image: RGB, or CMYK if the profile is one of CMYK; of a grey photo as RGB.

        Returns:
            An RGB image; without the profile's conversion if the profile is damaged.
        """
        try:
            transform = _build_transform(self.data, self.mode)
            if transform is None:
                return image
            source = image if image.mode == self.mode else image.convert(self.mode)
            converted: Image.Image = transform.apply(source)
        except Exception:  # noqa: BLE001 -- lcms refuses broken profiles with several errors
            return image.convert("RGB")
        return converted


def read_profile(photo: Image.Image) -> ColorProfile | None:
    """Return the profile of a photo's colours; None when it has none that fits its pixels."""
    data = photo.info.get("icc_profile")
    if not isinstance(data, bytes) or not _MIN_PROFILE_BYTES <= len(data) <= _MAX_PROFILE_BYTES:
        return None
    mode = _MODES.get(data[_COLOR_SPACE], "")
    fits = (
        (mode == "RGB" and photo.mode in _RGB_LIKE_MODES)
        or (mode == "L" and photo.mode in _GREY_MODES)
        or (mode == "CMYK" and photo.mode == "CMYK")
    )
    return ColorProfile(data, mode) if fits else None


def convert_lab(photo: Image.Image) -> Image.Image:
    """Return an image of CIE L*a*b* (D50) in sRGB, RGB.

    Raises:
        ValueError: It cannot be converted.
    """
    from PIL import ImageCms  # noqa: PLC0415 -- few photos need it

    lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    try:
        converted = ImageCms.profileToProfile(photo, lab, srgb, outputMode="RGB")
    except ImageCms.PyCMSError as exc:
        raise ValueError(f"colours cannot be converted: {exc}") from exc
    if converted is None:
        raise ValueError("colours cannot be converted")
    return converted


@lru_cache(maxsize=4)  # photos of one shop mostly share a profile
def _build_transform(data: bytes, mode: str) -> Any:
    """Return the transform to sRGB; None for a profile that is sRGB, whose pixels are kept."""
    from PIL import ImageCms  # noqa: PLC0415 -- few photos need it

    profile = ImageCms.ImageCmsProfile(io.BytesIO(data))
    if mode == "RGB" and "srgb" in (profile.profile.profile_description or "").casefold():
        return None
    # White stays white, and black becomes black whatever the ink was.
    return ImageCms.buildTransform(
        profile,
        ImageCms.createProfile("sRGB"),
        mode,
        "RGB",
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
