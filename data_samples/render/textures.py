"""Pictures painted in numpy for surfaces: grain, weave, veins, prints. Linear RGB, 0 to 1."""

import numpy as np

from data_samples.render.mesh import Floats

Rng = np.random.Generator


def linear(hex_colour: str) -> Floats:
    """A colour such as "#c8102e" as linear RGB (3,)."""
    srgb = np.array([int(hex_colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def noise(shape: tuple[int, int], scale: tuple[float, float], rng: Rng) -> Floats:
    """Smooth seamless noise with unit deviation; `scale` is the feature size in pixels."""
    fy = np.fft.fftfreq(shape[0])[:, None] * scale[0]
    fx = np.fft.fftfreq(shape[1])[None] * scale[1]
    smoothed = np.fft.ifft2(np.fft.fft2(rng.normal(size=shape)) * np.exp(-8 * (fx**2 + fy**2)))
    field = smoothed.real - smoothed.real.mean()
    return np.asarray(field / field.std())


def mix(a: Floats, b: Floats, share: Floats) -> Floats:
    """Two colours (3,) mixed by a mask (h, w) into a picture (h, w, 3)."""
    return np.asarray(a + (b - a) * np.clip(share, 0, 1)[..., None])


def _grid(size: int) -> tuple[Floats, Floats]:
    at = (np.arange(size) + 0.5) / size
    return np.asarray(at[None].repeat(size, 0)), np.asarray(at[:, None].repeat(size, 1))


def wood(tone: Floats, rng: Rng, size: int = 512) -> Floats:
    """Long grain along v with faint year rings."""
    x, _ = _grid(size)
    drift = noise((size, size), (380, 90), rng) * 0.09
    rings = np.abs(np.sin((x * 7 + drift * 9) * np.pi)) ** 0.7
    fibre = noise((size, size), (60, 1.6), rng)
    shade = 0.75 + 0.22 * rings + 0.07 * fibre + 0.05 * noise((size, size), (200, 200), rng)
    return np.asarray(np.clip(tone * np.clip(shade, 0.3, 1.3)[..., None], 0, 0.95))


def marble(base: Floats, vein: Floats, rng: Rng, size: int = 512) -> Floats:
    """Veins where layered noise crosses zero."""
    field = noise((size, size), (160, 200), rng) + 0.45 * noise((size, size), (40, 50), rng)
    thin = np.exp(-np.abs(field) * 14) * np.clip(0.6 + noise((size, size), (120, 120), rng), 0, 1)
    cloud = 0.12 * np.clip(noise((size, size), (110, 110), rng), 0, 1)
    return mix(base, vein, thin * 0.8 + cloud)


def stripes(
    a: Floats, b: Floats, count: int, share: float = 0.4, upright: bool = False, size: int = 512
) -> Floats:
    """`count` bands of `b` on `a`, each taking a share of its repeat."""
    x, y = _grid(size)
    at = (x if upright else y) * count % 1
    return mix(a, b, (np.abs(at - 0.5) < share / 2).astype(float))


def check(a: Floats, b: Floats, count: int, size: int = 512) -> Floats:
    """A woven check: two crossing sets of half-transparent bands."""
    x, y = _grid(size)
    bands = [(np.abs(axis * count % 1 - 0.5) < 0.25) * 0.5 for axis in (x, y)]
    thin = [(np.abs((axis * count + 0.5) % 1 - 0.5) < 0.03) * 0.35 for axis in (x, y)]
    return mix(a, b, np.asarray(sum(bands) + sum(thin)))


def dots(a: Floats, b: Floats, count: int, radius: float = 0.22, size: int = 512) -> Floats:
    """Staggered dots of `b` on `a`."""
    x, y = _grid(size)
    mask = np.zeros((size, size))
    for shift in (0.0, 0.5):
        gap = np.hypot((x * count + shift) % 1 - 0.5, (y * count + shift) % 1 - 0.5)
        mask = np.maximum(mask, np.clip((radius - gap) * 30 + 0.5, 0, 1))
    return mix(a, b, mask)


def flowers(
    ground: Floats, petals: list[Floats], rng: Rng, count: int = 60, size: int = 512
) -> Floats:
    """Blossoms of five petals and small leaves strewn over the ground, seamless."""
    picture = np.broadcast_to(ground, (size, size, 3)).copy()
    x, y = _grid(size)
    leaf = linear("#4f7a4a")
    for number in range(count * 2):
        centre, turn = rng.uniform(0, 1, 2), rng.uniform(0, 2 * np.pi)
        dx, dy = (x - centre[0] + 0.5) % 1 - 0.5, (y - centre[1] + 0.5) % 1 - 0.5
        gap, angle = np.hypot(dx, dy), np.arctan2(dy, dx) + turn
        if number < count:
            along = dx * np.cos(turn) + dy * np.sin(turn)
            side = dy * np.cos(turn) - dx * np.sin(turn)
            picture[np.hypot(along, side * 2.6) < 0.03] = leaf
            continue
        reach = rng.uniform(0.022, 0.05)
        colour = petals[int(rng.integers(len(petals)))]
        picture[gap < reach * (0.62 + 0.38 * np.cos(5 * angle))] = colour
        picture[gap < reach * 0.26] = linear("#e8b93a")
    return picture


def woven(rng: Rng, count: int = 48, size: int = 512) -> Floats:
    """Height (h, w) of a plain weave."""
    x, y = _grid(size)
    over = np.sin(x * count * np.pi) * np.sin(y * count * np.pi)
    thread = np.abs(np.sin(x * count * np.pi)) + np.abs(np.sin(y * count * np.pi))
    return np.asarray(0.5 + 0.25 * over + 0.2 * thread + 0.05 * noise((size, size), (9, 9), rng))


def knitted(count: int = 30, size: int = 512) -> Floats:
    """Height (h, w) of rows of V-shaped stitches."""
    x, y = _grid(size)
    column = np.abs((x * count) % 1 - 0.5)
    row = (y * count * 0.8 + column * 0.9) % 1
    return np.asarray(np.sin(row * np.pi) * (0.35 + np.sin(np.pi * (column * 2)) * 0.65))


def ribbed(count: int = 40, upright: bool = True, size: int = 512) -> Floats:
    """Height (h, w) of parallel ribs."""
    x, y = _grid(size)
    return np.asarray(np.abs(np.sin((x if upright else y) * count * np.pi)))


def pebbled(rng: Rng, grain: float = 7.0, size: int = 512) -> Floats:
    """Height (h, w) of leather: cells between creases."""
    a, b = (noise((size, size), (grain, grain), rng) for _ in range(2))
    return np.asarray(np.clip(np.minimum(np.abs(a), np.abs(b)) * 1.6, 0, 1))


def speckled(base: Floats, spot: Floats, rng: Rng, amount: float = 2.0, size: int = 512) -> Floats:
    """Small spots of `spot`, as in stoneware glaze; more `amount`, fewer spots."""
    field = noise((size, size), (4, 4), rng)
    return mix(base, spot, np.clip((field - amount) * 3, 0, 1))


def glaze(top: Floats, bottom: Floats, rng: Rng, level: float = 0.5, size: int = 512) -> Floats:
    """Two glazes meeting in a wavering line at a height of the texture."""
    _, y = _grid(size)
    edge = level + 0.035 * noise((size, size), (500, 90), rng)
    return mix(bottom, top, (y - edge) * 18 + 0.5)


def denim(tone: Floats, rng: Rng, size: int = 512) -> Floats:
    """Twill of dark and pale threads, greyer than the dye alone."""
    tone = 0.62 * tone + 0.38 * tone.mean()
    x, y = _grid(size)
    twill = np.sin((x + y) * 90 * np.pi) * 0.5 + 0.5
    shade = 0.72 + 0.3 * twill + 0.14 * noise((size, size), (40, 2), rng)
    return np.asarray(np.clip(tone * shade[..., None] + 0.02 * twill[..., None], 0, 1))
