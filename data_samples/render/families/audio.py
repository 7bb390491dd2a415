"""Headphones, earbuds and speakers."""

import numpy as np

from data_samples.render import implicit, materials, textures
from data_samples.render.curves import arc_points, lift, profile, spline
from data_samples.render.implicit import mesh_of
from data_samples.render.look import Look
from data_samples.render.mesh import merge
from data_samples.render.solids import ball, box, lathe, ring, rod, strap, tube
from data_samples.render.studio import Part
from data_samples.render.textures import linear

BLACK = linear("#0c0d10")


def headphones(look: Look) -> list[Part]:
    """Over-ear headphones: padded band, sliders, cups and cushions."""
    arch = arc_points(8.4, 12, 168, 60)
    band = strap(lift(arch * [0.98, 1.12]) + [0, 0, 9], 3.0, 0.8, (0, 1.0, 0))
    inner = strap(
        lift(arc_points(7.75, 38, 142, 50) * [0.98, 1.12]) + [0, 0, 9], 2.7, 1.0, (0, 1.0, 0)
    )
    parts = [Part(band, look.surface()), Part(inner, materials.leather(look.accent, look.rng, 2))]
    for side in (1, -1):
        cup = lathe(
            profile((0, 2.3), (2.4, 2.3), (3.4, 1.7), (3.9, 0.6), (3.9, 0), (0, 0), radius=0.5)
        ).scale(1, 1.2, 1)
        plate = lathe(profile((0, 2.36), (2.0, 2.36), (2.1, 2.25), radius=0.05)).scale(1, 1.2, 1)
        pad = ring(2.7, 1.15).scale(1, 1.22, 0.85).move(z=-0.7)
        mesh = lathe(profile((0, -0.2), (2.8, -0.2), radius=0.02)).scale(1, 1.2, 1)
        slider = rod((0, 4.3, 0.6), (0, 9.0, 0.1), 0.4)
        for piece, finish in (
            (cup, look.surface()),
            (plate, materials.metal("aluminium", 0.2)),
            (pad, materials.leather(look.accent, look.rng, 2)),
            (mesh, materials.matte(BLACK)),
            (slider, materials.metal("steel", 0.15)),
        ):
            turned = piece.turn("x", 90).turn("z", side * 84).move(side * 7.6, 0, 4.8)
            parts.append(Part(turned, finish))
    return parts


def earbuds(look: Look) -> list[Part]:
    """Wireless earbuds in front of their open case."""
    base = mesh_of(
        lambda p: implicit.carve(
            implicit.rounded_box(p, (0, 0, 1.4), (3.1, 1.25, 1.4), 1.1),
            implicit.blend(
                implicit.capsule(p, (-1.3, 0, 1.6), (-1.3, 0, 3.5), 0.65),
                implicit.capsule(p, (1.3, 0, 1.6), (1.3, 0, 3.5), 0.65),
                0.1,
            ),
            0.1,
        ),
        (-3.5, -1.7, -0.4),
        (3.5, 1.7, 3.2),
        0.09,
    )
    base = base.where(base.vertices[:, 2] < 2.6)
    cover = mesh_of(
        lambda p: np.maximum(
            np.abs(implicit.rounded_box(p, (0, 0, 1.0), (3.1, 1.25, 1.6), 1.1) + 0.12) - 0.12,
            1.3 - p[..., 2],
        ),
        (-3.5, -1.7, 0.9),
        (3.5, 1.7, 3.2),
        0.09,
    )
    lid = cover.move(0, 1.2, -1.3).turn("x", -80).move(0, 0.9, 3.0)
    buds = []
    for x, turn in ((-2.2, -30), (1.6, 40)):
        bud = mesh_of(
            lambda p: implicit.blend(
                implicit.ellipsoid(p, (0, 0, 2.7), (0.85, 0.75, 0.75)),
                implicit.blend(
                    implicit.capsule(p, (0, 0.3, 0.4), (0, 0.3, 2.4), 0.36),
                    implicit.capsule(p, (0, -0.5, 2.7), (0, -1.1, 2.6), 0.42),
                    0.2,
                ),
                0.3,
            ),
            (-1.5, -2, -0.3),
            (1.5, 1.5, 3.8),
            0.07,
        )
        buds.append(bud.turn("y", 84).turn("z", turn).move(x, -3.6, 0.85))
    floor = box(5.0, 2.0, 0.3, 0.1).move(z=2.35)
    light = ball(0.12, 12).move(0, -1.28, 1.7)
    return [
        Part(merge(base, lid), look.surface()),
        Part(merge(*buds), look.surface()),
        Part(floor, materials.satin(look.colour * 0.6)),
        Part(light, materials.matte(linear("#55e07a"))),
    ]


def speaker(look: Look) -> list[Part]:
    """A wireless speaker; styles: cylinder (cloth-covered), box (wood with drivers), ball."""
    grille = materials.bumped(
        materials.cloth(look.colour, 0.3), textures.woven(look.rng, 60), 0.003, 3
    )
    if look.style == "cylinder":
        body = lathe(profile((4.3, 0.8), (4.4, 1.2), (4.4, 17), (4.2, 17.6), radius=0.4)).tile(3, 2)
        ends = merge(
            lathe(profile((0, 0), (4.0, 0), (4.35, 0.5), (4.3, 1.0), radius=0.3)),
            lathe(
                profile((4.25, 17.5), (4.3, 18.0), (3.9, 18.4), (3.4, 18.1), (0, 18.1), radius=0.2)
            ),
        )
        marks = merge(box(1.2, 0.3, 0.1, 0.04), box(0.3, 1.2, 0.1, 0.04)).move(0, -1.6, 18.15)
        loop = tube(lift(spline([(4.3, 16), (6.0, 15), (6.2, 11), (5.8, 7), (4.3, 6)], 40)), 0.35)
        return [
            Part(body, grille),
            Part(merge(ends, loop), materials.satin(look.accent)),
            Part(marks, materials.matte(linear("#f0f0f0"))),
        ]
    if look.style == "ball":
        body = ball(7.0, 120).scale(1, 1, 0.92).move(z=6.6).tile(6, 4)
        cap = lathe(profile((0, 13.1), (2.6, 12.9), (3.0, 12.5), radius=0.1))
        foot = lathe(profile((0, 0), (3.6, 0), (3.8, 0.9), radius=0.2))
        glow = ring(2.75, 0.13).move(z=12.85)
        return [
            Part(body, grille),
            Part(merge(cap, foot), materials.satin(look.accent)),
            Part(glow, materials.matte(linear("#57b7ff"))),
        ]
    cabinet = box(15, 13, 24, 0.8).move(z=12).planar_uv("xz", 22)
    cones, rims = [], []
    for radius, z in ((5.0, 8.0), (2.6, 17.6)):
        cone = (
            lathe(
                profile(
                    (0, -0.6),
                    (radius * 0.3, -0.3),
                    (radius * 0.34, -1.0),
                    (radius * 0.8, 0.0),
                    (radius * 0.88, 0.35),
                    (radius * 0.96, 0.0),
                    radius=0.12,
                )
            )
            .turn("x", 90)
            .move(0, -6.3, z)
        )
        cones.append(cone)
        rims.append(ring(radius, 0.28, "xz").move(0, -6.5, z))
    return [
        Part(cabinet, look.surface()),
        Part(merge(*cones), materials.satin(linear("#17181a"))),
        Part(merge(*rims), materials.metal("gunmetal", 0.2)),
    ]
