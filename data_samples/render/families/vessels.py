"""Bottles and vases."""

import numpy as np

from data_samples.render import materials
from data_samples.render.curves import lift, profile, spline
from data_samples.render.families.tableware import handle
from data_samples.render.look import Look
from data_samples.render.mesh import merge
from data_samples.render.solids import lathe, tube
from data_samples.render.studio import Part


def bottle(look: Look) -> list[Part]:
    """An insulated drinking bottle with a screw cap and a loop."""
    body = lathe(
        profile(
            (0, 0),
            (3.4, 0),
            (3.6, 0.3),
            (3.6, 17.5),
            (2.5, 20.4),
            (2.5, 21.4),
            (0, 21.4),
            radius=0.8,
        )
    )
    base = lathe(profile((0, -0.3), (3.4, -0.3), (3.45, 0.7), radius=0.1))
    neck = lathe(profile((2.45, 21.2), (2.45, 22.0), (0, 22.0), radius=0.05))
    cap = lathe(profile((2.6, 21.9), (2.7, 24.6), (2.4, 25.0), (0, 25.0), radius=0.3))
    loop = tube(
        lift(spline([(-2.3, 24.2), (-2.2, 27.0), (0, 28.0), (2.2, 27.0), (2.3, 24.2)], 40)), 0.5
    ).scale(1, 1.6, 1)
    coat = materials.satin(look.colour) if look.material == "steel" else look.surface()
    return [
        Part(body, coat),
        Part(merge(base, neck), materials.metal("steel", 0.2)),
        Part(merge(cap, loop), materials.satin(look.accent)),
    ]


VASES = {
    "round": [
        (2.6, 0),
        (3.0, 0),
        (7.6, 5.5),
        (7.4, 10),
        (2.8, 15.5),
        (2.4, 17.5),
        (3.4, 20),
        (3.1, 20),
        (2.0, 17.4),
    ],
    "tall": [
        (3.6, 0),
        (4.0, 0),
        (5.6, 12),
        (5.2, 20),
        (2.6, 26),
        (2.4, 29),
        (3.2, 31),
        (2.9, 31),
        (2.0, 28.6),
    ],
    "cylinder": [(4.6, 0), (5.0, 0), (5.0, 22), (4.6, 22), (4.5, 4)],
    "amphora": [
        (2.8, 0),
        (3.2, 0),
        (3.0, 1.4),
        (6.8, 12),
        (6.2, 18),
        (2.4, 22),
        (2.2, 25.4),
        (3.4, 27),
        (3.1, 27),
        (1.8, 25),
    ],
}


def vase(look: Look) -> list[Part]:
    """A vase of one of several outlines; the amphora has two ears."""
    line = profile(
        (0, 0), *VASES[look.style], (0, 6.0), radius=2.4 if look.style != "cylinder" else 0.3
    )
    body = lathe(line)
    if look.style == "round":
        angle = np.arctan2(body.vertices[:, 1], body.vertices[:, 0])
        body.vertices[:, :2] *= (1 + 0.018 * np.cos(28 * angle))[:, None]
    parts = [Part(body.tile(2, 2), look.surface())]
    if look.style == "amphora":
        ear = handle([(2.2, 24.4), (5.2, 25.4), (6.4, 22), (5.6, 17.6)], 0.5, 1.3)
        parts.append(Part(merge(ear, ear.turn("z", 180)), look.surface()))
    return parts
