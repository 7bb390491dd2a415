"""Chairs, stools, tables and sofas: rods, boards and upholstery."""

import numpy as np

from data_samples.render import implicit, materials, textures
from data_samples.render.curves import lift, profile, spline
from data_samples.render.implicit import mesh_of
from data_samples.render.look import Look
from data_samples.render.mesh import Floats, Mesh, from_grid, merge
from data_samples.render.solids import box, lathe, rod, rods_around, strap, tube
from data_samples.render.studio import Part
from data_samples.render.textures import linear


def _upholstery(look: Look) -> materials.Material:
    if look.material == "leather":
        return materials.leather(look.colour, look.rng, 1.5)
    if look.material == "velvet":
        return materials.cloth(look.colour, 1.0)
    return materials.bumped(materials.cloth(look.colour), textures.woven(look.rng, 40), 0.0008, 2)


def _pad(width: float, depth: float, height: float, radius: float, rng: textures.Rng) -> Mesh:
    """A stuffed block: bulging sides and a soft surface, centred on x and y, standing on z = 0."""
    shift = rng.uniform(0, 6, 3)

    def field(p: Floats) -> Floats:
        block = implicit.rounded_box(
            p, (0, 0, height / 2), (width / 2, depth / 2, height / 2), radius
        )
        x, y = p[..., 0] / (width / 2), p[..., 1] / (depth / 2)
        puff = np.clip(1 - x**2, 0, 1) * np.clip(1 - y**2, 0, 1)
        ripple = np.sin(p[..., 0] * 0.24 + shift[0]) * np.sin(p[..., 1] * 0.21 + shift[1])
        return np.asarray(block - 1.6 * puff - 0.25 * ripple)

    margin = 3.5
    return mesh_of(
        field,
        (-width / 2 - margin, -depth / 2 - margin, -margin),
        (width / 2 + margin, depth / 2 + margin, height + margin),
        max(width, depth) / 90,
    )


def chair(look: Look) -> list[Part]:
    """A dining chair; styles: shell (moulded seat on wooden legs), spindle (all wood)."""
    oak = linear("#b98a56") if look.style == "shell" else look.colour
    legs = merge(
        *(rod((x * 1.28, y * 1.25, 0), (x, y, 43), 1.3, 1.9) for x in (-17, 17) for y in (-16, 16))
    )
    if look.style == "shell":
        return [
            Part(_shell(), look.surface()),
            Part(legs.planar_uv("yz", 18), materials.timber(oak, look.rng)),
            Part(
                merge(
                    rod((-18, -17, 38), (18, 17, 38), 0.6), rod((18, -17, 38), (-18, 17, 38), 0.6)
                ),
                materials.metal("gunmetal"),
            ),
        ]
    seat = implicit.mesh_of(
        lambda p: implicit.carve(
            implicit.rounded_box(p, (0, 0, 44.5), (22, 21, 2), 1.8),
            implicit.ellipsoid(p, (0, 1, 50), (17, 15, 4.6)),
            1.5,
        ),
        (-24, -23, 40),
        (24, 23, 49),
        0.6,
    )
    spindles = [
        rod((x, 17.5, 45), (x * 1.12, 23 - abs(x) * 0.06, 79), 0.75)
        for x in np.linspace(-15.5, 15.5, 7)
    ]
    rail = strap(
        spline(
            [(-20, 20.4, 80), (-10, 23, 81.5), (0, 23.8, 82), (10, 23, 81.5), (20, 20.4, 80)], 50
        ),
        6.0,
        2.0,
        (0, 0, 1.0),
    )
    bars = [rod((-19, y, 18), (19, y, 18), 0.9) for y in (-18, 18)]
    return [Part(merge(seat, *spindles, rail, legs, *bars).box_uv(22), look.surface())]


def _shell() -> Mesh:
    """A moulded bucket: seat curving up into a back, edges rolled."""
    u, v = np.meshgrid(np.linspace(-1, 1, 60), np.linspace(0, 1, 80))
    line = spline(
        [
            (-22, 45.5),
            (-19, 46.4),
            (-5, 44.6),
            (10, 44.0),
            (17, 47.5),
            (20.5, 58),
            (23.5, 72),
            (25.5, 82),
        ],
        80,
    )
    half = np.interp(v, [0, 0.05, 0.25, 0.5, 0.6, 0.85, 1], [17, 20, 22.5, 22, 21.5, 19.5, 14])
    lip = np.abs(u) ** 2.6
    seat = np.clip(1 - np.abs(v - 0.42) / 0.42, 0, 1)
    y = line[:, 0][:, None] - lip * 6.5 * np.clip((v - 0.45) / 0.4, 0, 1)
    z = line[:, 1][:, None] + lip * 7.0 * seat
    top = np.stack([u * half, y, z], -1)
    front = from_grid(top)
    edge = np.concatenate([top[0], top[:, -1], top[-1, ::-1], top[::-1, 0]])
    keep = np.r_[True, np.linalg.norm(np.diff(edge, axis=0), axis=1) > 1e-6]
    back = front.move(0, 0.8, -0.8)
    return merge(front, back, tube(edge[keep] + [0, 0.4, -0.4], 0.72, 12))


def stool(look: Look) -> list[Part]:
    """A bar or low stool; styles: round (wood seat, splayed legs), pouf (upholstered drum)."""
    if look.style == "pouf":
        line = profile((0, 0), (21, 0), (23.5, 4), (24, 20), (22.5, 36), (0, 39), radius=4.5)
        drum = lathe(line, 240)
        angle = np.arctan2(drum.vertices[:, 1], drum.vertices[:, 0])
        wide = np.hypot(drum.vertices[:, 0], drum.vertices[:, 1])
        drum.vertices[:, :2] *= (1 + 0.035 * np.abs(np.sin(8 * angle)) * (wide > 12))[:, None]
        button = lathe(profile((0, 1.2), (1.8, 0.8), (2.2, 0), radius=0.4)).move(z=38.2)
        return [
            Part(drum.tile(6, 3), _upholstery(look)),
            Part(button, materials.cloth(look.accent)),
        ]
    seat = lathe(
        profile((0, 44), (14, 44), (17, 45), (17, 47.5), (15.5, 48), (0, 46.8), radius=0.8)
    )
    legs = rods_around([45, 135, 225, 315], (19, 0), (10, 44.5), 1.3, 1.6)
    hoop = tube(
        lift(
            14.9
            * np.stack(
                [
                    np.cos(np.linspace(0, 2 * np.pi, 80)[:-1]),
                    np.sin(np.linspace(0, 2 * np.pi, 80)[:-1]),
                ],
                1,
            ),
            "xy",
            16.0,
        ),
        0.8,
        14,
        True,
    )
    return [
        Part(seat.planar_uv("xy", 26), look.surface()),
        Part(legs.planar_uv("yz", 20), look.trim()),
        Part(hoop, materials.metal("brass" if look.accent.mean() > 0.2 else "gunmetal")),
    ]


def table(look: Look) -> list[Part]:
    """A coffee or side table; styles: round, rectangular, pedestal; accent colours the legs."""
    if look.style == "pedestal":
        top = lathe(profile((0, 46), (26, 46), (27, 47), (26.5, 48.6), (0, 48.6), radius=0.6))
        foot = lathe(
            profile(
                (0, 0),
                (15, 0),
                (15, 1.2),
                (3.4, 3.4),
                (2.4, 24),
                (3.6, 44),
                (9, 46),
                (0, 46),
                radius=2.0,
            )
        )
        return [Part(top.planar_uv("xy", 30), look.surface()), Part(foot, surface_of_legs(look))]
    if look.style == "round":
        top = lathe(
            profile((0, 38), (39, 38), (40, 39), (39.6, 41.4), (0, 41.4), radius=0.8)
        ).planar_uv("xy", 44)
        legs = rods_around([30, 150, 270], (33, 0), (25, 38.5), 1.3, 2.0)
        return [Part(top, look.surface()), Part(legs.planar_uv("yz", 20), surface_of_legs(look))]
    top = box(104, 54, 3.4, 0.7).move(z=40).planar_uv("yx", 48)
    shelf = box(92, 42, 1.8, 0.4).move(z=13).planar_uv("yx", 48)
    legs = merge(*(box(4, 4, 38.4, 0.6).move(x, y, 19.2) for x in (-46, 46) for y in (-21, 21)))
    return [
        Part(top, look.surface()),
        Part(merge(shelf), look.surface()),
        Part(legs.planar_uv("yz", 18), surface_of_legs(look)),
    ]


def surface_of_legs(look: Look) -> materials.Material:
    """Legs in the second colour: black steel when it is dark, wood otherwise."""
    if look.accent.mean() < 0.05:
        return materials.satin(look.accent)
    return materials.timber(look.accent, look.rng)


def sofa(look: Look) -> list[Part]:
    """A sofa of stuffed blocks on legs; styles: two (seats), three, armchair."""
    seats = {"two": 2, "three": 3, "armchair": 1}[look.style]
    width = 62.0 * seats
    rng = look.rng
    base = _pad(width + 4, 74, 16, 4, rng).move(z=16)
    blocks = [base]
    for number in range(seats):
        x = (number - (seats - 1) / 2) * 62
        blocks.append(_pad(60, 62, 14, 5, rng).move(x, -5, 31))
        blocks.append(_pad(60, 15, 42, 6, rng).turn("x", -12).move(x, 21, 41))
    for side in (-1, 1):
        blocks.append(_pad(17, 78, 40, 6, rng).move(side * (width / 2 + 9), 0, 16))
    blocks.append(_pad(width + 20, 14, 62, 5, rng).move(0, 36, 16))
    legs = merge(
        *(
            rod((x * 1.03, y, 0), (x, y * 0.95, 17), 1.6, 2.6)
            for x in (-width / 2 - 10, width / 2 + 10)
            for y in (-32, 34)
        )
    )
    parts = [
        Part(merge(*blocks).box_uv(30), _upholstery(look)),
        Part(legs.planar_uv("yz", 20), materials.timber(linear("#6b4427"), rng)),
    ]
    pillow = _pad(38, 38, 7, 3.4, rng).turn("x", 68).turn("z", 14 if seats > 1 else 0)
    pillow = pillow.move(-(width / 2 - 24) if seats > 1 else 0, 3, 63)
    return [*parts, Part(pillow.box_uv(20), materials.cloth(look.accent, 0.8))]
