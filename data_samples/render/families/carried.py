"""Suitcase, wallet, belt and umbrella."""

import numpy as np

from data_samples.render import materials, textures
from data_samples.render.curves import (
    lift,
    resample,
    rounded_rectangle,
    spline,
)
from data_samples.render.families.bags import stitches
from data_samples.render.look import Look
from data_samples.render.mesh import Mesh, from_grid, merge
from data_samples.render.solids import ball, box, lathe, loft, rod, strap, tube
from data_samples.render.studio import Part


def _frame(width: float, height: float, thickness: float) -> Mesh:
    """A rectangular buckle ring in the xz plane."""
    outline = rounded_rectangle(width, height, min(width, height) * 0.25, 6)
    return tube(lift(outline, "xz"), thickness, 12, closed=True)


def suitcase(look: Look) -> list[Part]:
    """A ribbed hard-shell trolley with corner guards, pull-out handle and four wheels."""
    width, depth, height = 40.0, 24.0, 58.0
    outline = rounded_rectangle(width, depth, 4.5, 10)
    outline = resample(np.vstack([outline, outline[:1]]), 401)[:-1]
    flat = (np.abs(outline[:, 0]) < width / 2 - 4) & (np.abs(outline[:, 1]) > depth / 2 - 0.5)
    groove = 0.55 * (np.abs(np.sin(outline[:, 0] * np.pi / 4.6)) ** 0.6) * flat
    rings = []
    for t in np.linspace(0, 1, 90):
        z = height * t
        edge = min(z, height - z)
        inset = 4.0 - np.sqrt(max(0.0, 16.0 - (4.0 - min(edge, 4.0)) ** 2))
        ribbed = np.clip((edge - 4) / 3, 0, 1)
        shape = outline * [1 - inset * 2 / width, 1 - inset * 2 / depth]
        shape = shape + np.column_stack([0 * groove, np.sign(outline[:, 1]) * groove * ribbed])
        rings.append(lift(shape, "xy", z + 5))
    belt = tube(
        lift(rounded_rectangle(width + 0.3, height + 0.3, 4.6, 10), "xz") + [0, 0, height / 2 + 5],
        0.5,
        12,
        closed=True,
    )
    wheels = []
    for x in (-15.0, 15.0):
        for y in (-8.0, 8.0):
            wheel = lathe(
                np.array([[0, -1.2], [2.2, -1.2], [2.5, -0.7], [2.5, 0.7], [2.2, 1.2], [0, 1.2]])
            )
            wheels += [wheel.turn("y", 90).move(x, y, 2.5), box(4.0, 4.0, 3.0, 0.8).move(x, y, 4.6)]
    rails = merge(*(rod((x, 8, 60), (x, 8, 84), 0.8) for x in (-8.0, 8.0)))
    grip = box(20, 3.4, 3.0, 1.2).move(0, 8, 85)
    carry = tube(
        lift(spline([(-6, 62.6), (-5.4, 65.4), (5.4, 65.4), (6, 62.6)], 40), "xz", -2), 0.9
    )
    badge = box(6, 0.5, 2.0, 0.2).move(0, -12.7, 50)
    return [
        Part(loft(rings), materials.glossy(look.colour, 0.16)),
        Part(merge(*wheels, grip, carry, belt), materials.satin(look.accent)),
        Part(merge(rails, badge), materials.metal("aluminium", 0.2)),
    ]


def wallet(look: Look) -> list[Part]:
    """A bifold wallet standing ajar, stitched round its edges, cards showing."""
    parts, threads = [], []
    for turn in (-22.0, 22.0):
        leaf = box(11, 0.9, 9, 0.35).box_uv(8).move(x=5.6)
        inner = lift(rounded_rectangle(10.0, 8.1, 0.6), "xz")
        line = np.vstack([inner, inner[:1]]) + [5.6, -0.47 if turn < 0 else 0.47, 0]
        parts.append(leaf.turn("z", turn))
        threads.append(stitches(line, 0.32, 0.05).turn("z", turn))
    spine = tube(np.array([[0.1, 0, -4.4], [0.1, 0, 4.4]]), 0.75, 16)
    cards = merge(
        *(
            box(8.4, 0.08, 5.4, 0.03).move(5.6, 0.9, 2.4 - 0.6 * k).turn("z", -20 + 1.5 * k)
            for k in range(3)
        )
    )
    return [
        Part(merge(*parts, spine), look.surface()),
        Part(merge(*threads), materials.cloth(np.clip(look.colour * 2 + 0.1, 0, 0.9))),
        Part(cards, materials.glossy(look.accent)),
    ]


def belt(look: Look) -> list[Part]:
    """A belt rolled up, its buckle in front."""
    angle = np.linspace(0, 2 * np.pi * 2.6, 320)
    radius = 4.4 + 0.55 * angle / (2 * np.pi) * 1.1
    spiral = np.stack([radius * np.sin(angle), -radius * np.cos(angle), 0 * angle], 1)
    band = strap(spiral, 3.5, 0.42, (0, 0, 1.0))
    band.uv[:, 0] *= 12
    end = spiral[-1]
    ahead = spiral[-1] - spiral[-2]
    turn = np.degrees(np.arctan2(ahead[1], ahead[0]))
    frame = (
        _frame(5.0, 4.6, 0.34).turn("z", turn).move(*(end + ahead / np.linalg.norm(ahead) * 2.3))
    )
    prong = (
        rod((-2.4, 0, 0), (2.7, -0.35, 0), 0.2)
        .turn("z", turn)
        .move(*(end + ahead / np.linalg.norm(ahead) * 2.3))
    )
    lines = merge(
        *(stitches(spiral[140:] * [1.04, 1.04, 1] + [0, 0, z], 0.45, 0.05) for z in (-1.4, 1.4))
    )
    metal = "gold" if look.style == "gold" else "silver"
    return [
        Part(band, look.surface()),
        Part(merge(frame, prong), materials.metal(metal, 0.12)),
        Part(lines, materials.cloth(np.clip(look.colour * 1.8 + 0.03, 0, 0.9))),
    ]


def umbrella(look: Look) -> list[Part]:
    """An open umbrella lying on its rim: eight panels, ribs, shaft and a crook handle."""
    u = np.linspace(0.02, 1, 40)[:, None]
    angle = np.linspace(0, 2 * np.pi, 160, endpoint=False)[None]
    panel = np.abs(np.sin(angle * 4)) ** 1.2
    reach = 52 * np.sin(u * 1.12) / np.sin(1.12) * (1 - 0.07 * panel * u**2)
    height = 30 * np.cos(u * 1.25) - 1.6 * panel * np.sin(np.pi * u)
    grid = np.stack([reach * np.cos(angle), reach * np.sin(angle), height + 0 * angle], -1)
    canopy = from_grid(grid, close_columns=True)
    ribs = [tube(grid[:, 20 * k] + [0, 0, -0.5], 0.28, 8) for k in range(8)]
    shaft = merge(rod((0, 0, -52), (0, 0, 30), 0.6), rod((0, 0, 29), (0, 0, 36), 0.7, 0.3))
    crook = tube(
        lift(spline([(0, -50), (0, -60), (2.5, -65), (7, -65.5), (9.5, -61), (9.3, -58)], 50)), 1.5
    )
    tips = merge(*(ball(0.8, 12).move(*grid[-1, 20 * k]) for k in range(8)))
    picture = textures.stripes(look.colour, look.accent, 8, 0.5, upright=True)
    fabric = materials.satin_cloth(picture if look.style == "panels" else look.colour)
    parts = [
        Part(canopy, fabric),
        Part(merge(*ribs, shaft), materials.metal("steel", 0.2)),
        Part(merge(crook, tips), materials.timber(textures.linear("#8a5a33"), look.rng)),
    ]
    return [Part(part.mesh.turn("y", 118).turn("z", 62), part.material) for part in parts]
