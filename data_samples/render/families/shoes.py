"""Shoes as blended solids: sneaker, boot, loafer, sandal. Toe towards +x, pairs side by side."""

import numpy as np

from data_samples.render import implicit, materials, textures
from data_samples.render.curves import lift, spline
from data_samples.render.families.lasts import (
    HIGH,
    LOW,
    height_at,
    hollow_upper,
    last_field,
    pair,
    side_at,
    sole_field,
)
from data_samples.render.implicit import Field, blend, capsule, mesh_of
from data_samples.render.look import Look
from data_samples.render.mesh import Floats, Mesh, merge
from data_samples.render.solids import strap, tube
from data_samples.render.studio import Part
from data_samples.render.textures import linear


def sneaker(look: Look) -> list[Part]:
    """A laced low sneaker; styles: runner (thick waved sole), court (flat sole)."""
    base = 3.0 if look.style == "runner" else 2.3
    upper = hollow_upper(9.6, base - 0.4, (5.4, 0), 0.10)

    def tongue(p: Floats) -> Floats:
        return capsule(p, (16.5, 0.4, base + 4.6), (9.6, 0.2, base + 8.6), 1.5, 1.9)

    def solid(p: Floats) -> Floats:
        return blend(last_field(p, 9.6, base - 0.4), tongue(p), 0.4)

    shell = mesh_of(upper, LOW, HIGH, 0.3)
    sole_mesh = mesh_of(
        sole_field(base, 0.55, 1.0, 1.2 if look.style == "runner" else 0.0),
        LOW,
        (31.0, 7.0, 7.0),
        0.3,
    )
    knit = materials.bumped(
        materials.cloth(look.colour, 0.4), textures.woven(look.rng, 40), 0.0015, 4
    )
    panel = knit if look.style == "runner" else materials.leather(look.colour, look.rng, 2)
    overlay = materials.leather(look.accent, look.rng, 2)
    parts = [
        Part(shell, panel),
        Part(_caps(upper, base), overlay),
        Part(mesh_of(tongue, (6, -3, 3), (20, 3, 15), 0.25), panel),
        Part(sole_mesh.where(sole_mesh.vertices[:, 2] > 0.75), materials.satin(linear("#f3f1ec"))),
        Part(
            sole_mesh.without(sole_mesh.vertices[:, 2] > 0.75), materials.satin(look.accent * 0.6)
        ),
    ]
    return pair(
        [
            *parts,
            Part(_laces(solid, base), materials.cloth(linear("#f4f2ee"))),
            Part(_stripes(upper, base), overlay),
        ]
    )


def _laces(field: Field, base: float) -> Mesh:
    """Five flat laces over the instep and a bow."""
    bars = []
    for x in np.linspace(11.4, 18.2, 5):
        points = [
            (x + 0.2 * (abs(y) > 1.5), y + 0.4, height_at(field, x, y + 0.4, base + 12) + 0.15)
            for y in np.linspace(-2.3, 2.3, 9)
        ]
        bars.append(strap(np.array(points), 0.85, 0.28, (1.0, 0, -0.35)))
    top = height_at(field, 11.2, 0.4, base + 12) + 0.4
    for side in (1, -1):
        loop = [
            (11.2, 0.4, top),
            (11.8, 0.4 + side * 1.8, top + 0.8),
            (13.4, 0.4 + side * 3.2, top - 0.4),
            (13.2, 0.4 + side * 1.8, top - 0.1),
            (11.3, 0.4, top),
        ]
        bars.append(tube(spline(loop, 30), 0.24, 10))
    return merge(*bars)


def _caps(upper: Field, base: float) -> Mesh:
    """Toe cap and heel counter: a second skin over the upper, cut off by curved fronts."""

    def toe(p: Floats) -> Floats:
        return np.maximum(upper(p) - 0.1, 21.0 - 0.08 * p[..., 1] ** 2 - p[..., 0])

    def heel(p: Floats) -> Floats:
        return np.maximum(upper(p) - 0.1, p[..., 0] - 4.6 + 0.3 * (p[..., 2] - base - 1))

    return merge(
        mesh_of(toe, (18, -6, 0), (30, 6, 10), 0.25), mesh_of(heel, (-2, -6, 0), (8, 6, 13), 0.25)
    )


def _stripes(field: Field, base: float) -> Mesh:
    """Two slanting bands on each side."""
    bands = []
    for sign in (1, -1):
        for start in (9.6, 11.6):
            points = [
                (
                    start + 1.5 * t + 0.0,
                    side_at(field, start + 1.5 * t, base + 0.4 + 4.0 * t, sign) + sign * 0.05,
                    base + 0.4 + 4.0 * t,
                )
                for t in np.linspace(0, 1, 14)
            ]
            bands.append(strap(np.array(points), 0.95, 0.22, (1.0, 0, -0.35)))
    return merge(*bands)


def boot(look: Look) -> list[Part]:
    """A Chelsea boot: tall shaft, elastic gores, pull tab, stacked heel."""
    upper = hollow_upper(19.5, 1.8, (5.4, 0), 0.03)
    shell = mesh_of(upper, LOW, HIGH, 0.3)

    def panel(p: Floats) -> Floats:
        across = np.abs(p[..., 0] - 5.6 - 0.05 * (p[..., 2] - 8)) - 0.7 - 0.14 * (p[..., 2] - 8.5)
        level = np.maximum(8.5 - p[..., 2], p[..., 2] - 19.2)
        return np.maximum(
            np.maximum(upper(p) - 0.1, across), np.maximum(level, 1.5 - np.abs(p[..., 1]))
        )

    gore = mesh_of(panel, (1, -6, 7), (11, 6, 21), 0.25)
    ribbed = materials.bumped(materials.cloth(look.accent), textures.ribbed(30), 0.003, 4)
    sole = mesh_of(sole_field(1.5, 0.35, 0.7), LOW, (31, 7, 5), 0.28)
    heel = mesh_of(
        lambda p: np.maximum(sole_field(1.2, 0.3)(p), p[..., 0] - 8.5), LOW, (31, 7, 4), 0.28
    )
    body = merge(sole.move(z=1.1), heel.move(z=0.0))
    front = merge(
        mesh_of(
            lambda p: np.maximum(sole_field(1.2, 0.2, 0.7)(p), 14 - p[..., 0]), LOW, (31, 7, 4), 0.3
        )
    )
    tab = strap(
        lift(spline([(1.6, 17), (0.8, 20.5), (2.0, 22), (2.6, 20.5), (2.4, 17)], 30)),
        2.0,
        0.3,
        (0, 1.0, 0),
    )
    return pair(
        [
            Part(shell.move(z=0.6), look.surface()),
            Part(gore.move(z=0.6), ribbed),
            Part(merge(body, front), materials.satin(linear("#2b211b"))),
            Part(tab.move(z=0.6), materials.cloth(look.accent)),
        ]
    )


def loafer(look: Look) -> list[Part]:
    """A slip-on with a strap over the instep; styles: penny, bit (a metal bar)."""
    upper = hollow_upper(7.4, 1.4, (5.4, 0), 0.13)
    shell = mesh_of(upper, LOW, (31, 7, 14), 0.28)
    sole = mesh_of(sole_field(1.4, 0.3, 0.8), LOW, (31, 7, 5), 0.28)
    heel = mesh_of(
        lambda p: np.maximum(sole_field(1.3, 0.2)(p), p[..., 0] - 7.5), LOW, (31, 7, 4), 0.28
    )

    def solid(p: Floats) -> Floats:
        return last_field(p, 7.4, 1.4)

    x = 16.4
    points = [
        (x, y + 0.4, height_at(solid, x, y + 0.4, 14) + 0.12) for y in np.linspace(-3.5, 3.5, 15)
    ]
    band = strap(np.array(points), 2.4, 0.3, (1.0, 0, -0.3))
    bar = tube(np.array(points)[4:11] + [0, 0, 0.3], 0.28, 14)
    seam = [
        (_x, _y + 0.3, height_at(solid, _x, _y + 0.3, 14) + 0.02)
        for _x, _y in spline(
            [
                (15.5, -3.4),
                (20, -3.1),
                (23.6, -1.6),
                (24.4, 0),
                (23.6, 1.6),
                (20, 3.1),
                (15.5, 3.4),
            ],
            50,
        )
    ]
    parts = [
        Part(shell.move(z=1.0), look.surface()),
        Part(band.move(z=1.0), look.surface()),
        Part(tube(np.array(seam), 0.2, 10).move(z=1.0), look.trim()),
        Part(merge(sole.move(z=1.0), heel), materials.satin(linear("#33251c"))),
    ]
    if look.style == "bit":
        parts.append(Part(bar.move(z=1.0), materials.metal("gold", 0.1)))
    else:
        parts.append(Part(heel.scale(0.5).move(z=0.2), materials.satin(linear("#33251c"))))
    return pair(parts)


def sandal(look: Look) -> list[Part]:
    """A flat sandal: footbed, crossed straps and a ring round the toe."""
    sole = mesh_of(sole_field(1.1, 0.2, 0.5), LOW, (31, 7, 4), 0.25)
    bed = mesh_of(sole_field(0.6, -0.05, 0.5), LOW, (31, 7, 4), 0.25)
    straps = [
        [(17.5, 4.6, 0.9), (19, 3.9, 4.2), (20.5, 0.4, 5.9), (21.5, -3.4, 4.2), (21.8, -4.3, 0.9)],
        [
            (21.8, 4.5, 0.9),
            (21.0, 3.6, 4.3),
            (19.6, 0.4, 6.2),
            (18.2, -3.6, 4.4),
            (17.0, -4.3, 0.9),
        ],
        [(8.8, 3.7, 0.9), (8.0, 3.9, 4.5), (9.6, 0.2, 9.4), (8.0, -3.9, 4.5), (8.8, -3.6, 0.9)],
        [(8.2, 3.9, 4.4), (3.0, 3.4, 5.0), (0.4, 0, 5.4), (3.0, -3.4, 5.0), (8.2, -3.9, 4.4)],
    ]
    bands = [
        strap(
            spline(points, 60), 1.9 if k < 2 else 1.4, 0.32, (1.0, 0, 0.1) if k < 3 else (0, 0, 1.0)
        )
        for k, points in enumerate(straps)
    ]
    buckle = implicit.mesh_of(
        lambda p: np.abs(implicit.rounded_box(p, (8.4, 4.1, 4.6), (1.0, 0.6, 1.0), 0.3)) - 0.16,
        (7, 3, 3),
        (10, 5, 6),
        0.09,
    )
    return pair(
        [
            Part(sole, materials.satin(linear("#3a2a20"))),
            Part(bed.move(z=0.75), materials.leather(look.accent, look.rng, 2)),
            Part(merge(*bands), look.surface()),
            Part(buckle, materials.metal("gold", 0.12)),
        ]
    )
