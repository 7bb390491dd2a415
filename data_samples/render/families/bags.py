"""Handbag, tote and backpack."""

import numpy as np

from data_samples.render import implicit, materials
from data_samples.render.curves import (
    ellipse,
    lift,
    resample,
    spline,
)
from data_samples.render.implicit import mesh_of
from data_samples.render.look import Look
from data_samples.render.mesh import Floats, Mesh, from_grid, merge
from data_samples.render.solids import box, loft, ring, rod, strap, tube
from data_samples.render.studio import Part


def stitches(path: Floats, length: float = 0.7, radius: float = 0.1) -> Mesh:
    """A row of thread stitches along a line (n, 3)."""
    total = np.linalg.norm(np.diff(path, axis=0), axis=1).sum()
    count = max(2, int(total / (length * 1.6)))
    points = resample(path, count * 8)
    return merge(*(tube(points[8 * i : 8 * i + 6], radius, 6) for i in range(count)))


def handbag(look: Look) -> list[Part]:
    """A structured bag with flap, clasp and top handle; styles: flap, dome, bucket."""
    half = {"flap": (12.5, 4.6), "dome": (14.0, 6.0), "bucket": (9.5, 7.5)}[look.style]
    height = {"flap": 17.0, "dome": 19.0, "bucket": 20.0}[look.style]
    rings = []
    for t in np.linspace(0, 1, 40):
        taper = 1 - (0.16 * t if look.style != "bucket" else -0.06 * t)
        closing = 1 - (
            0.75 * t**3 if look.style == "dome" else 0.35 * t**2 if look.style == "flap" else 0
        )
        ease = np.sqrt(1 - max(0, 1 - t / 0.06) ** 2) * 0.06 + 0.94
        if look.style == "dome":
            taper *= np.sqrt(1 - max(0.0, (t - 0.55) / 0.452) ** 2) * 0.55 + 0.45
        rings.append(
            lift(
                ellipse(half[0] * taper * ease, half[1] * closing * ease, 96, 4.5), "xy", height * t
            )
        )
    body = loft(rings).box_uv(10)
    path = lift(
        spline(
            [
                (-6.5, height - 0.5),
                (-6.2, height + 6),
                (0, height + 10.5),
                (6.2, height + 6),
                (6.5, height - 0.5),
            ],
            60,
        )
    )
    grip = tube(path, 0.62, 16)
    rings_mesh = merge(*(ring(1.2, 0.2, "yz").move(x, 0, height - 0.2) for x in (-6.5, 6.5)))
    metal = materials.metal("gold", 0.12)
    thread = materials.cloth(np.clip(look.colour * 1.5 + 0.05, 0, 0.9))
    parts = [Part(body, look.surface()), Part(grip, look.trim())]
    if look.style == "flap":
        flap, edge = _flap(half, height)
        clasp = box(3.4, 1.0, 2.2, 0.35).move(y=-half[1] - 0.5, z=height * 0.42)
        return [
            *parts,
            Part(flap, look.surface()),
            Part(stitches(edge), thread),
            Part(merge(rings_mesh, clasp), metal),
        ]
    zipper = tube(
        lift(np.array([[-half[0] * 0.5, height + 0.1], [half[0] * 0.5, height + 0.1]])), 0.4
    )
    if look.style == "bucket":
        rim = strap(np.vstack([rings[-2], rings[-2][:1]]) * [1.01, 1.02, 1], 2.4, 0.5, (0, 0, 1.0))
        base = strap(np.vstack([rings[4], rings[4][:1]]) * [1.01, 1.01, 1], 3.6, 0.4, (0, 0, 1.0))
        return [*parts, Part(merge(rim, base), look.trim()), Part(rings_mesh, metal)]
    seam = rings[16] * [1.005, 1.01, 1]
    band = strap(np.vstack([rings[6], rings[6][:1]]) * [1.008, 1.012, 1], 5.0, 0.35, (0, 0, 1.0))
    return [
        *parts,
        Part(band, look.trim()),
        Part(stitches(seam), thread),
        Part(merge(rings_mesh, zipper), metal),
    ]


def _flap(half: tuple[float, float], height: float) -> tuple[Mesh, Floats]:
    """A flap bending over the bag's top and down its front, and the line of its stitching."""
    line = spline(
        [
            (half[1] * 0.5, height + 0.2),
            (0, height + 0.7),
            (-half[1] * 0.72, height + 0.2),
            (-half[1] * 0.98, height * 0.82),
            (-half[1] * 1.1, height * 0.4),
        ],
        50,
    )
    rows = []
    for t, (y, z) in zip(np.linspace(0, 1, 50), line, strict=True):
        wide = half[0] * (0.87 + 0.07 * t) * (1 - 0.28 * max(0, (t - 0.72) / 0.28) ** 3)
        x = np.linspace(-wide, wide, 40)
        sag = 0.035 * height * max(0, t - 0.5) * (1 - (x / wide) ** 2) * 4
        rows.append(
            np.stack([x, np.full(40, y) + 0.9 * (np.abs(x) / half[0]) ** 5 * t, z - sag], 1)
        )
    outer = np.stack(rows)
    thick = outer + np.array([0, 0.45, -0.05])
    edge = np.concatenate([outer[18:, 1], outer[-1, 1:-1], outer[18:, -2][::-1]]) + [0, -0.06, 0.5]
    rim = np.concatenate([outer[:, 0], outer[-1], outer[::-1, -1]]) + [0, 0.2, 0]
    keep = np.r_[True, np.linalg.norm(np.diff(rim, axis=0), axis=1) > 1e-6]
    return merge(from_grid(outer), from_grid(thick), tube(rim[keep], 0.26, 10)).box_uv(10), edge


def tote(look: Look) -> list[Part]:
    """An open cloth bag with two long handles and a printed block."""
    rings = []
    for t in np.linspace(0, 1, 60):
        wide, deep = 17.5 + 1.2 * t, 6.5 * (1 - 0.55 * t) * min(1, 0.75 + 8 * t)
        outline = ellipse(wide * min(1, 0.94 + t), deep, 140, 5)
        angle = np.arctan2(outline[:, 1], outline[:, 0])
        wave = 0.45 * np.sin(5 * angle + 4 * t) * np.sin(np.pi * t) + 0.25 * np.sin(
            9 * angle - 7 * t
        )
        rings.append(np.column_stack([outline[:, 0], outline[:, 1] + wave, np.full(140, 38 * t)]))
    body = loft(rings, cap=False).box_uv(12)
    hem = strap(np.vstack([rings[-3], rings[-3][:1]]) * [1.006, 1.02, 1], 3.0, 0.4, (0, 0, 1.0))
    straps = []
    for y in (-3.4, 3.4):
        path = lift(
            spline([(-8, 33), (-8, 44), (-5.5, 57), (0, 62), (5.5, 57), (8, 44), (8, 33)], 70),
            "xz",
            y,
        )
        path[:, 1] += 0.12 * (path[:, 2] - 38) * np.sign(-y) * (path[:, 2] > 38) * 0.6
        path[:, 1] += np.sign(y) * 0.25
        straps.append(strap(path, 2.8, 0.4, (1.0, 0, 0.2)))
    floor = loft([rings[0], rings[0] * [0.9, 0.9, 1] + [0, 0, 0.2]]).box_uv(12)
    return [
        Part(body, look.surface()),
        Part(merge(hem, floor), look.surface()),
        Part(merge(*straps), look.trim()),
    ]


def backpack(look: Look) -> list[Part]:
    """A rounded backpack with front pocket, zips, side pockets, handle and shoulder straps."""

    def main(p: Floats) -> Floats:
        shape = implicit.rounded_box(p, (0, 0, 22), (14.5, 8, 22), 6.5)
        return implicit.blend(shape, implicit.ellipsoid(p, (0, -2, 16), (13.5, 8, 15)), 3.0)

    def pocket(p: Floats) -> Floats:
        return implicit.rounded_box(p, (0, -8.6, 13), (10.8, 3.2, 10), 2.8)

    body = mesh_of(main, (-17, -13, -2), (17, 11, 47), 0.55)
    front = mesh_of(pocket, (-13, -14, 1), (13, -3, 25), 0.4)
    arch = np.array(
        [
            (x, -7.4 - 0.5 * (z < 34), z)
            for x, z in spline(
                [
                    (-13.0, 20),
                    (-13.2, 32),
                    (-10.5, 39.5),
                    (0, 42.2),
                    (10.5, 39.5),
                    (13.2, 32),
                    (13.0, 20),
                ],
                70,
            )
        ]
    )
    arch[:, 1] = [_front(main, x, z) - 0.1 for x, _, z in arch]
    zip_line = np.array(
        [
            (x, _front(pocket, x, z) - 0.1, z)
            for x, z in spline([(-9.6, 16), (-9.0, 20.2), (0, 20.8), (9.0, 20.2), (9.6, 16)], 50)
        ]
    )
    handle = tube(
        lift(spline([(-3.5, 43.4), (-3.0, 47.0), (3.0, 47.0), (3.5, 43.4)], 40), "xz", 3.0), 0.8
    )
    straps = [
        strap(
            spline(
                [(x * 0.6, 6.5, 42), (x * 1.2, 13.5, 36), (x * 1.5, 13.5, 18), (x * 1.8, 8, 5)], 50
            ),
            5.0,
            1.1,
            (1.0, 0, 0),
        )
        for x in (-7.0, 7.0)
    ]
    patch = box(5.6, 0.5, 3.6, 0.2).move(0, _front(main, 0, 31.5) - 0.1, 31.5)
    pulls = merge(
        rod((9.6, zip_line[-1, 1] - 0.4, 16), (9.6, zip_line[-1, 1] - 0.6, 12.8), 0.35),
        rod((13.0, arch[-1, 1] - 0.4, 20), (13.0, arch[-1, 1] - 0.6, 16.4), 0.35),
    )
    return [
        Part(body, look.surface()),
        Part(front, look.surface()),
        Part(
            merge(*(strap(line, 1.3, 0.35, (0, 0, 1.0)) for line in (arch, zip_line))),
            materials.satin(look.colour * 0.35),
        ),
        Part(merge(handle, *straps, patch), materials.leather(look.accent, look.rng, 2)),
        Part(pulls, materials.metal("steel", 0.2)),
    ]


def _front(field: implicit.Field, x: float, z: float) -> float:
    """Where a line from the viewer first meets the shape."""
    y = np.linspace(-15, 0, 400)
    values = field(np.stack([np.full_like(y, x), y, np.full_like(y, z)], -1))
    return float(y[np.argmax(values < 0)])
