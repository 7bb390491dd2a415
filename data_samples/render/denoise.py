"""Smoothing of path-traced noise, guided by what was hit: colour, normal and distance.

Source: H. Dammertz et al., Edge-Avoiding À-Trous Wavelet Transform for Fast Global Illumination
Filtering, 2010; the noise estimate from two half renders follows C. Schied et al., SVGF, 2017.
"""

from dataclasses import dataclass

import numpy as np

from data_samples.render.mesh import Floats

KERNEL = (0.375, 0.25, 0.0625)
LUMINANCE = np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)


@dataclass(frozen=True)
class Guides:
    """What each pixel saw: albedo (h, w, 3), normal (h, w, 3), distance (h, w)."""

    albedo: Floats
    normal: Floats
    depth: Floats


def denoised(
    first: Floats, second: Floats, guides: Guides, rounds: int = 4, strength: float = 2.4
) -> Floats:
    """The mean of two independent renders (h, w, 3) with its noise taken out.

    Light is divided by albedo beforehand, so that prints and grain stay sharp.
    """
    base = guides.albedo + 0.03
    light = _tamed((first + second) / 2 / base)
    noise = (((first - second) / 2 / base) @ LUMINANCE) ** 2
    variance = _blurred(noise, 3)
    for level in range(rounds):
        light, variance = _pass(light, variance, guides, 2**level, strength)
    return light * base


def _tamed(light: Floats) -> Floats:
    """Lone pixels much brighter than their surroundings held down to them."""
    level = light @ LUMINANCE
    limit = 1.8 * (25 * _blurred(level, 2) - level) / 24 + 0.02
    return light * np.minimum(1, limit / np.maximum(level, 1e-6))[..., None]


def _padded(field: Floats, reach: int) -> Floats:
    """The field with its border repeated `reach` pixels outwards."""
    return np.pad(field, ((reach, reach), (reach, reach), *((0, 0),) * (field.ndim - 2)), "edge")


def _blurred(field: Floats, reach: int) -> Floats:
    """The mean over a square of 2 * reach + 1 pixels."""
    side = 2 * reach + 1
    height, width = field.shape
    sums = np.cumsum(np.cumsum(_padded(field, reach).astype(np.float64), axis=0), axis=1)
    sums = np.pad(sums, ((1, 0), (1, 0)))
    total = sums[side:, side:] - sums[:-side, side:] - sums[side:, :-side] + sums[:-side, :-side]
    return (total[:height, :width] / side**2).astype(np.float32)


def _pass(
    light: Floats, variance: Floats, guides: Guides, gap: int, strength: float
) -> tuple[Floats, Floats]:
    """One round of the wavelet filter with taps `gap` pixels apart."""
    level = light @ LUMINANCE
    allowed = 1 / (strength * np.sqrt(np.maximum(_blurred(variance, 1), 0)) + 1e-4)
    known = np.concatenate(
        [
            light,
            level[..., None],
            variance[..., None],
            guides.normal,
            guides.albedo,
            guides.depth[..., None],
        ],
        axis=-1,
    )
    wide, (height, width) = _padded(known, 2 * gap), level.shape
    total, weights, spread = np.zeros_like(light), np.zeros_like(level), np.zeros_like(level)
    for dy in range(-2, 3):
        for dx in range(-2, 3):
            rows, columns = (2 + dy) * gap, (2 + dx) * gap
            other = wide[rows : rows + height, columns : columns + width]
            weight = _likeness(known, other, gap, allowed) * (KERNEL[abs(dy)] * KERNEL[abs(dx)])
            total += weight[..., None] * other[..., :3]
            weights += weight
            spread += weight**2 * other[..., 4]
    weights = np.maximum(weights, 1e-8)
    return total / weights[..., None], spread / weights**2


def _likeness(here: Floats, there: Floats, gap: int, allowed: Floats) -> Floats:
    """How far two pixels show the same surface, 0 to 1; channels as `_pass` stacks them."""
    facing = np.clip((here[..., 5:8] * there[..., 5:8]).sum(axis=-1), 0, 1)
    for _ in range(4):  # the sixteenth power
        facing *= facing
    tint = np.abs(here[..., 8:11] - there[..., 8:11]).sum(axis=-1)
    far = np.abs(here[..., 11] - there[..., 11]) * np.float32(50 / gap)
    return facing * np.exp(-far - 6 * tint - np.abs(here[..., 3] - there[..., 3]) * allowed)
