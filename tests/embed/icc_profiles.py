"""Small ICC profiles made from their published numbers; profiles in files are mostly not ours."""

import struct
from collections.abc import Sequence

import numpy as np

ADOBE_RGB = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))
DISPLAY_P3 = ((0.51512, 0.2412, -0.00105), (0.29198, 0.69225, 0.04189), (0.1571, 0.06657, 0.78407))
SRGB = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410))
"""XYZ of red, green and blue, adapted to D50."""

ADOBE_GAMMA = 563 / 256
_D50 = (0.9642, 1.0, 0.8249)
_INKS = {  # Lab of solid inks and their overprints on paper, by cyan, magenta, yellow
    (0, 0, 0): (100, 0, 0), (1, 0, 0): (55, -37, -50), (0, 1, 0): (48, 74, -3),
    (0, 0, 1): (89, -5, 93), (0, 1, 1): (47, 68, 48), (1, 0, 1): (50, -68, 25),
    (1, 1, 0): (24, 22, -46), (1, 1, 1): (23, 0, 0),
}  # fmt: skip


def build_rgb_profile(
    primaries: Sequence[Sequence[float]], gamma: float = ADOBE_GAMMA, name: str = "Wide"
) -> bytes:
    """Return a profile of three primaries and one gamma."""
    tags = {b"rXYZ": _xyz(primaries[0]), b"gXYZ": _xyz(primaries[1]), b"bXYZ": _xyz(primaries[2])}
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), _gamma(gamma))
    return _build(b"RGB ", b"mntr", b"XYZ ", tags, name)


def build_grey_profile(gamma: float) -> bytes:
    """Return a profile of grey values."""
    return _build(b"GRAY", b"mntr", b"XYZ ", {b"kTRC": _gamma(gamma)}, "Grey")


def build_cmyk_profile() -> bytes:
    """Return a profile of four inks, with a table of their overprints."""
    table = bytearray()
    for node in np.ndindex(2, 2, 2, 2):
        cyan, magenta, yellow, black = map(int, node)
        lightness, a, b = (0, 0, 0) if black else _INKS[cyan, magenta, yellow]
        table += bytes((round(lightness * 2.55), a + 128, b + 128))
    identity = struct.pack(">9i", *(65_536 * (i % 4 == 0) for i in range(9)))
    ramp = bytes(range(256))
    lut = b"mft1\0\0\0\0" + bytes((4, 3, 2, 0)) + identity + 4 * ramp + bytes(table) + 3 * ramp
    return _build(b"CMYK", b"prtr", b"Lab ", {b"A2B0": lut}, "Inks")


def to_srgb(rgb: Sequence[int], primaries: Sequence[Sequence[float]], gamma: float) -> list[int]:
    """Return a colour in sRGB, by the formulas: the reference for the library."""
    linear = (np.asarray(rgb) / 255) ** gamma
    srgb = np.linalg.solve(np.asarray(SRGB).T, np.asarray(primaries).T @ linear).clip(0, 1)
    encoded = np.where(srgb <= 0.0031308, 12.92 * srgb, 1.055 * srgb ** (1 / 2.4) - 0.055)
    return [round(255 * float(value)) for value in encoded]


def _build(space: bytes, kind: bytes, pcs: bytes, tags: dict[bytes, bytes], name: str) -> bytes:
    text = name.encode() + b"\0"
    description = b"desc\0\0\0\0" + struct.pack(">I", len(text)) + text + bytes(78)
    all_tags = {b"desc": description, b"wtpt": _xyz(_D50), b"cprt": b"text\0\0\0\0none\0", **tags}
    table, body = struct.pack(">I", len(all_tags)), b""
    start = 128 + 4 + 12 * len(all_tags)
    for tag, data in all_tags.items():
        table += tag + struct.pack(">II", start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    header = struct.pack(">I4sI", start + len(body), b"none", 0x02400000) + kind + space + pcs
    header += bytes(12) + b"acsp" + bytes(28) + struct.pack(">3i", *_fixed(_D50)) + bytes(48)
    return header + table + body


def _xyz(values: Sequence[float]) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *_fixed(values))


def _gamma(value: float) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(256 * value))


def _fixed(values: Sequence[float]) -> list[int]:
    return [round(65_536 * value) for value in values]
