"""Lamps, clocks and potted plants."""

import numpy as np

from data_samples.render import materials
from data_samples.render.curves import profile
from data_samples.render.look import Look
from data_samples.render.mesh import Mesh, from_grid, merge
from data_samples.render.solids import ball, box, lathe, ring, rod, rods_around
from data_samples.render.studio import Part
from data_samples.render.textures import linear


def lamp(look: Look) -> list[Part]:
    """A table lamp with a cloth shade; styles name the base: gourd, column, ball, tripod."""
    bases = {
        "gourd": lathe(
            profile(
                (0, 0),
                (5, 0),
                (5.4, 0.8),
                (3.2, 1.6),
                (7.4, 7),
                (6.4, 12),
                (2.6, 16),
                (3.8, 19),
                (1.2, 23),
                (1.0, 25),
                (0, 25),
                radius=1.8,
            )
        ),
        "column": merge(
            lathe(profile((0, 0), (7.5, 0), (7.5, 1.4), (1.4, 2.0), (1.2, 25), (0, 25), radius=0.5))
        ),
        "ball": merge(
            ball(7.2).move(z=8.6),
            lathe(profile((0, 0), (4.6, 0), (4.6, 1.6), (0, 2.0))),
            rod((0, 0, 14), (0, 0, 25), 0.7),
        ),
        "tripod": rods_around([90, 210, 330], (8.2, 0), (0, 23), 0.8, 0.7),
    }
    base = bases[look.style].planar_uv("yz", 16) if look.material == "wood" else bases[look.style]
    shade = lathe(np.array([[11.6, 23.0], [11.7, 23.0], [8.0, 38.0], [7.9, 38.0]]))
    rims = merge(ring(11.65, 0.22).move(z=23.1), ring(7.95, 0.2).move(z=37.9))
    linen = materials.weave(look.accent, look.rng, 1, 60, 8)
    bulb = ball(2.2, 32).move(z=29)
    return [
        Part(base, look.surface()),
        Part(shade, linen),
        Part(rims, materials.cloth(look.accent)),
        Part(merge(bulb, rod((0, 0, 23), (0, 0, 28), 0.9)), materials.metal("brass", 0.2)),
    ]


def clock(look: Look) -> list[Part]:
    """A round wall clock, standing, with batons, hands and a rim."""
    dial = lathe(profile((0, 0), (13.4, 0), radius=0.1)).turn("x", 90)
    rim = ring(13.8, 1.0, "xz").scale(1, 1.6, 1)
    back = (
        lathe(profile((0, 0), (14, 0), (14, 1.5), (0, 1.5), radius=0.3)).turn("x", -90).move(y=0.1)
    )
    marks = []
    for hour in range(12):
        long = 2.6 if hour % 3 == 0 else 1.5
        marks.append(
            box(0.55 if hour % 3 == 0 else 0.32, 0.3, long, 0.1)
            .move(y=-0.2, z=12.2 - long / 2)
            .turn("y", 30 * hour)
        )
    hands = [
        box(0.5, 0.2, 8.0, 0.1).move(y=-0.5, z=2.6).turn("y", -54),
        box(0.35, 0.2, 11.5, 0.1).move(y=-0.8, z=4.0).turn("y", 60),
        ball(0.8, 24).move(y=-0.7),
    ]
    face = linear("#f7f5ef") if look.style == "light" else linear("#23252a")
    ink = linear("#1e1e20") if look.style == "light" else linear("#efeae0")
    return [
        Part(dial, materials.satin(face)),
        Part(merge(rim, back).box_uv(12), look.surface()),
        Part(merge(*marks, *hands), materials.satin(ink)),
    ]


def planter(look: Look) -> list[Part]:
    """A flower pot with a leafy plant."""
    pot = lathe(
        profile(
            (0, 0),
            (5.0, 0),
            (6.8, 11),
            (7.4, 11),
            (7.4, 13),
            (6.6, 13),
            (6.3, 11.2),
            (0, 11.2),
            radius=0.35,
        )
    ).tile(2, 1)
    leaves = []
    for number in range(26):
        turn, lean = number * 137.5, 18 + 52 * (number / 26)
        leaves.append(
            _leaf(15 - 5 * number / 26 + look.rng.uniform(-1, 1), 2.1, lean)
            .turn("z", turn)
            .move(z=11)
        )
    soil = materials.matte(linear("#3b2a20"))
    green = {
        "type": "principled",
        "base_color": materials.paint(linear("#3f7d3c")),
        "roughness": 0.4,
        "specular": 0.5,
    }
    return [
        Part(pot, look.surface()),
        Part(merge(*leaves), green),
        Part(lathe(profile((0, 11.4), (6.4, 11.3), radius=0.1)), soil),
    ]


def _leaf(length: float, width: float, lean: float) -> Mesh:
    """An arching leaf growing from the origin, leaning outwards by degrees."""
    t, side = np.linspace(0, 1, 20)[:, None], np.linspace(-1, 1, 9)[None]
    half = width * np.sin(np.pi * t**0.8) ** 0.8
    bend = np.radians(lean) * (0.4 + 1.1 * t)
    reach = np.cumsum(np.sin(bend), axis=0) * length / 20
    rise = np.cumsum(np.cos(bend), axis=0) * length / 20
    grid = np.stack([reach + 0 * side, half * side, rise + 0.35 * half * np.abs(side)], -1)
    return from_grid(grid)
