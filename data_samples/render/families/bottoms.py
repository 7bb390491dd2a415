"""Trousers and scarves, photographed from above."""

import numpy as np

from data_samples.render import materials, textures
from data_samples.render.cloth import Points, drape, laid, mirrored, surface_line
from data_samples.render.curves import lift, profile, rounded_rectangle, spline
from data_samples.render.families.tops import both_sides, fabric, ribbon
from data_samples.render.look import Look
from data_samples.render.mesh import Floats, merge
from data_samples.render.solids import lathe, tube
from data_samples.render.studio import Part

TROUSERS: Points = (
    (0, 98),
    (19, 98),
    (20.5, 92),
    (24.5, 74),
    (25.5, 60),
    (24, 2),
    (7.5, 0),
    (5.2, 40),
    (1.0, 71),
    (0, 71.5),
)


def trousers(look: Look) -> list[Part]:
    """Jeans or chinos, laid straight: waistband, loops, pockets, fly; top-stitching on denim."""
    folds = drape(look.rng, 0.9, 20, 95)
    pockets = both_sides([(9.5, 93.5), (12, 87), (19.6, 84)])
    fly = spline([(0.2, 93), (0.3, 80), (0, 74)], 30)
    stitched = spline([(3.6, 93), (3.6, 82), (0.4, 76.5)], 30)
    seams = [
        *pockets,
        fly,
        np.array([[-21, 93.6], [21, 93.6]]),
        np.array([[6, 3.5], [25, 4.5]]),
        np.array([[-6, 3.5], [-25, 4.5]]),
    ]
    cloth = fabric(look)
    body = laid(mirrored(TROUSERS), folds, 2.0, seams=seams)
    waist = laid(mirrored([(0, 98.2), (19.2, 98.2), (20.2, 94), (0, 93.4)], 0.5), folds, 0.9, 1.3)
    loops = merge(
        *(
            ribbon(np.array([[x, 98.4], [x, 96], [x, 93]]), folds, 1.3, 2.6)
            for x in (-13, -6.5, 6.5, 13)
        )
    )
    button = lathe(profile((0, 0.4), (0.7, 0.4), (0.9, 0), radius=0.15), 32)
    place = surface_line(np.array([[1.6, 96.0]]), folds, 2.4)[0]
    thread = [tube(surface_line(line, folds, 2.05), 0.13, 8) for line in (*pockets, stitched)]
    cotton = materials.cloth(
        textures.linear("#c98a3a") if look.material == "denim" else look.colour * 0.7
    )
    return [
        Part(body, cloth),
        Part(merge(waist, loops), cloth),
        Part(merge(*thread), cotton),
        Part(
            button.move(*place), materials.metal("brass" if look.material == "denim" else "steel")
        ),
    ]


def scarf(look: Look) -> list[Part]:
    """A long scarf folded over twice, its fringed ends showing."""
    folds = drape(look.rng, 1.1, 12, 60)
    layers = [
        laid(_strip(x, width, low, high, turn), folds, 1.6 + 0.5 * k, 0.9 * k)
        for k, (x, width, low, high, turn) in enumerate(
            ((-6.0, 22, 0, 58, 4), (5.0, 21, 8, 60, -5), (-1.0, 20, 16, 60.5, 1))
        )
    ]
    fringe = []
    for x, low, width, turn, at in (
        (-6.0, 0, 22, 4, 0.6),
        (5.0, 8, 21, -5, 1.6),
        (-1.0, 16, 20, 1, 2.6),
    ):
        for offset in np.linspace(-width / 2 + 0.8, width / 2 - 0.8, 20):
            bend = look.rng.uniform(-0.6, 0.6, 2)
            line = np.array(
                [
                    [offset, low + 0.5, at + 0.3],
                    [offset + bend[0], low - 2.4, at * 0.7 + 0.3],
                    [offset + bend[1], low - 5, at * 0.5 + 0.25],
                ]
            )
            strand = tube(spline(line, 10), 0.26, 8)
            fringe.append(strand.turn("z", turn).move(x=x))
    return [Part(merge(*layers), fabric(look)), Part(merge(*fringe), materials.cloth(look.accent))]


def _strip(x: float, width: float, low: float, high: float, turn: float) -> Floats:
    outline = rounded_rectangle(width, high - low, 1.5, 6) + [0, (low + high) / 2]
    bent = lift(outline, "xy") @ np.array(
        [
            [np.cos(np.radians(turn)), np.sin(np.radians(turn)), 0],
            [-np.sin(np.radians(turn)), np.cos(np.radians(turn)), 0],
            [0, 0, 1],
        ]
    )
    return bent[:, :2] + [x, 0]
