"""The photographer's part: backdrop, lights, camera. Models are scaled to one size here."""

from dataclasses import dataclass, field

import numpy as np

from data_samples.render.curves import fillet
from data_samples.render.materials import Material
from data_samples.render.mesh import Floats, Mesh, from_grid, rotation
from data_samples.render.textures import Rng, linear


@dataclass(frozen=True)
class Part:
    """One piece of a model: a shape and what it is made of."""

    mesh: Mesh
    material: Material


@dataclass(frozen=True)
class View:
    """How a kind of thing is photographed; angles in degrees as (least, most)."""

    azimuth: tuple[float, float] = (-35.0, 35.0)
    elevation: tuple[float, float] = (12.0, 28.0)
    margin: float = 1.16
    lying: bool = False
    field_of_view: float = 26.0


@dataclass(frozen=True)
class Shot:
    """One photo: size in pixels, backdrop colour, angles, light."""

    width: int = 384
    height: int = 384
    backdrop: str = "#ececea"
    azimuth: float = 0.0
    elevation: float = 18.0
    roll: float = 0.0
    margin: float = 1.16
    field_of_view: float = 26.0
    key_side: float = -1.0
    brightness: float = 1.0
    warmth: float = 0.0
    phone: bool = False
    shift: tuple[float, float] = field(default=(0.0, 0.0))


BACKDROPS = (
    "#efefed",
    "#efefed",
    "#f4f3f1",
    "#e6e7ea",
    "#e9e4dc",
    "#e3e8ea",
    "#efe3dc",
    "#dfe6df",
    "#d9dfe6",
    "#e8d9d2",
    "#cfd6d2",
    "#d8cfc4",
)


def plan(view: View, rng: Rng, backdrop: str | None = None) -> Shot:
    """Draw one photo's angles, size and backdrop within what suits the kind."""
    sizes = ((384, 384),) * 4 + ((320, 400), (336, 384))
    width, height = sizes[int(rng.integers(len(sizes)))]
    chosen = backdrop or BACKDROPS[int(rng.integers(len(BACKDROPS)))]
    return Shot(
        width,
        height,
        chosen,
        rng.uniform(*view.azimuth),
        rng.uniform(*view.elevation),
        margin=view.margin * rng.uniform(0.98, 1.1),
        field_of_view=view.field_of_view,
        key_side=float(rng.choice([-1.0, 1.0])),
        brightness=rng.uniform(0.94, 1.05),
    )


def normalise(parts: list[Part]) -> list[Part]:
    """The model standing on z = 0 about the z axis, its longest side 1 long."""
    points = np.concatenate([part.mesh.vertices for part in parts])
    low, high = points.min(axis=0), points.max(axis=0)
    factor = 1.0 / (high - low).max()
    x, y = -(low[:2] + high[:2]) / 2
    return [
        Part(part.mesh.move(x, y, -low[2] + 1e-4).scale(factor), part.material) for part in parts
    ]


def camera(shot: Shot, points: Floats) -> tuple[Floats, Floats, Floats]:
    """Origin, target and up of a camera that just holds the points (n, 3) with a margin."""
    out = rotation("z", shot.azimuth) @ rotation("x", -shot.elevation) @ np.array([0, -1.0, 0])
    right = np.cross([0, 0, 1.0], out) if abs(out[2]) < 0.999 else np.array([1.0, 0, 0])
    right /= np.linalg.norm(right)
    up = np.cross(out, right)
    spread = np.stack([points @ right, points @ up], 1)
    middle = (spread.min(axis=0) + spread.max(axis=0)) / 2 + np.array(shot.shift)
    target = middle[0] * right + middle[1] * up + out * np.median(points @ out)
    tangent = np.tan(np.radians(shot.field_of_view) / 2)
    longest = max(shot.width, shot.height)
    reach = np.array([shot.width, shot.height]) / longest * tangent / shot.margin
    local = points - target
    distance = max(
        float((np.abs(local @ axis) / reach[i] + local @ out).max())
        for i, axis in enumerate((right, up))
    )
    turned = np.cos(np.radians(shot.roll)) * up + np.sin(np.radians(shot.roll)) * right
    return target + out * distance, target, turned


def backdrop(shot: Shot) -> Part:
    """A seamless paper sweep, lying ahead and rising behind, always square to the camera."""
    line = fillet([(-14, 0), (3.4, 0), (3.4, 12)], 2.6, 24)
    grid = np.stack([np.array([[x, y, z] for y, z in line]) for x in (-14.0, 14.0)])
    mesh = from_grid(grid).turn("z", shot.azimuth)
    return Part(
        mesh,
        {
            "type": "diffuse",
            "reflectance": {"type": "rgb", "value": [float(c) for c in linear(shot.backdrop)]},
        },
    )


@dataclass(frozen=True)
class Light:
    """A square softbox: where it stands, where it looks, its half size and radiance."""

    origin: tuple[float, float, float]
    target: tuple[float, float, float]
    half: float
    radiance: float
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)


def lights(shot: Shot, camera_height: float) -> list[Light]:
    """Key and rim softboxes and an overhead one; one hard warm lamp for a phone picture.

    The overhead box hangs above the camera, or the camera would see nothing but its back.
    """
    side, power = shot.key_side, shot.brightness
    if shot.phone:
        tint = (1.0, 0.86 - 0.1 * shot.warmth, 0.68 - 0.2 * shot.warmth)
        return [Light((side * 1.6, -0.6, 2.6), (0, 0, 0.2), 0.28, 42.0 * power, tint)]
    ceiling = 3.2 if camera_height < 3.2 else camera_height + 0.3
    return [
        Light((side * 2.3, -1.9, 2.1), (0, 0, 0.35), 0.95, 4.6 * power),
        Light((-side * 2.6, -0.9, 1.5), (0, 0, 0.35), 0.8, 1.5 * power, (0.97, 0.99, 1.0)),
        Light((0.0, 0.5, ceiling), (0, 0.1, 0), 1.3 * ceiling / 3.2, 2.5 * power),
    ]


AMBIENT = 0.34
"""Radiance of the room around the studio: what mirrors see besides the softboxes."""
