"""Devices with displays, and a camera."""

import numpy as np

from data_samples.render import implicit, materials
from data_samples.render.curves import profile, rounded_rectangle
from data_samples.render.look import Look
from data_samples.render.mesh import Floats, Mesh, from_grid, merge
from data_samples.render.solids import ball, box, lathe, ring, rod, slab
from data_samples.render.studio import Part
from data_samples.render.textures import linear

BLACK = linear("#0c0d10")


def _wallpaper(look: Look, height: int = 400, width: int = 200, icons: bool = True) -> Floats:
    """A display's picture: soft waves in the product's colours with rounded icons."""
    y, x = np.mgrid[0:height, 0:width] / np.array([height, width])[:, None, None]
    picture = np.empty((height, width, 3))
    picture[:] = linear("#101a3c")
    for k, tone in enumerate(
        (look.accent, look.accent * 0.5 + 0.2, linear("#f0b48a"), linear("#4060c8"))
    ):
        wave = 0.75 - 0.18 * k + 0.08 * np.sin(4 * x + 1.7 * k)
        picture[y < wave] = tone
    if icons:
        for row in range(4):
            for column in range(4):
                near = np.maximum(
                    np.abs((x - 0.2 - 0.2 * column) * width),
                    np.abs((y - 0.16 - 0.1 * row) * height),
                )
                picture[near < width * 0.065] = look.rng.uniform(0.15, 0.95, 3)
    return picture


def _sheet(width: float, height: float) -> Mesh:
    """A flat rectangle in the xy plane, facing up."""
    return from_grid(
        np.stack(
            [[[x, y, 0.0] for x in (-width / 2, width / 2)] for y in (-height / 2, height / 2)]
        )
    )


def _device(look: Look, size: tuple[float, float, float], radius: float) -> list[Part]:
    """A slab with a metal rim and a display above, about the origin, in the xy plane."""
    width, height, depth = size
    rim = slab(rounded_rectangle(width, height, radius, 12), depth, 0.18, "xy")
    glass = slab(
        rounded_rectangle(width - 0.16, height - 0.16, radius - 0.05, 12), 0.06, 0.02, "xy"
    )
    lit = slab(rounded_rectangle(width - 0.6, height - 0.6, radius - 0.25, 12), 0.04, 0.01, "xy")
    lit.uv[:] = lit.vertices[:, :2] / [width, height] + 0.5
    keys = merge(
        *(box(0.12, 1.0, 0.3, 0.05).move(width / 2, y, 0) for y in (height * 0.2, height * 0.08))
    )
    return [
        Part(merge(rim, keys), materials.metal(np.clip(look.colour * 0.7 + 0.08, 0, 0.95), 0.2)),
        Part(glass.move(z=depth / 2), materials.glossy(BLACK, 0.02)),
        Part(lit.move(z=depth / 2 + 0.03), materials.screen(_wallpaper(look))),
    ]


def _lenses(places: list[tuple[float, float]], depth: float, radius: float) -> list[Part]:
    """Camera lenses on the back of a device (towards -z)."""
    barrels = merge(
        *(
            lathe(
                profile((0, 0), (radius, 0), (radius, 0.22), (radius * 0.8, 0.22), radius=0.05), 48
            )
            .turn("x", 180)
            .move(x, y, -depth)
            for x, y in places
        )
    )
    glass = merge(
        *(ball(radius * 0.78, 32).scale(1, 1, 0.2).move(x, y, -depth - 0.14) for x, y in places)
    )
    return [
        Part(barrels, materials.metal("gunmetal", 0.12)),
        Part(glass, materials.glossy(linear("#0a1022"), 0.02)),
    ]


def smartphone(look: Look) -> list[Part]:
    """Two phones of one colour: one shows its display, the other its back with the lenses."""
    size = (7.2, 15.2, 0.82)
    front = _device(look, size, 1.0)
    back = slab(rounded_rectangle(7.0, 15.0, 0.95, 12), 0.06, 0.02, "xy").move(z=-0.4)
    finish = (
        materials.glossy(look.colour, 0.09)
        if look.material == "glass"
        else materials.satin(look.colour)
    )
    island = slab(rounded_rectangle(3.0, 3.0, 0.8, 8), 0.24, 0.06, "xy").move(-1.7, 5.6, -0.5)
    eyes = _lenses([(-1.0, 6.3), (-1.0, 4.9), (-2.4, 5.6)], 0.6, 0.55)
    rear = [*front, Part(back, finish), Part(island, finish), *eyes]

    def stood(parts: list[Part], turn: float, x: float, y: float) -> list[Part]:
        return [
            Part(p.mesh.turn("x", 84).turn("z", turn).move(x, y, 7.6), p.material) for p in parts
        ]

    return [*stood(front, 8, 2.2, 0.0), *stood(rear, 192, -3.6, 2.6)]


def tablet(look: Look) -> list[Part]:
    """A tablet propped up, with a stylus in front."""
    parts = _device(look, (17.8, 24.4, 0.7), 1.2)
    stood = [Part(p.mesh.turn("x", 66).move(0, 0, 11.2), p.material) for p in parts]
    pen = merge(
        rod((-8, -9, 0.45), (7, -10.5, 0.45), 0.42),
        rod((7, -10.5, 0.45), (8.6, -10.66, 0.45), 0.4, 0.08),
    )
    prop = box(10, 0.5, 14, 0.2).turn("x", 24).move(0, 6.5, 6.2)
    return [
        *stood,
        Part(pen, materials.satin(linear("#f2f2f0"))),
        Part(prop, materials.satin(look.colour * 0.5)),
    ]


def laptop(look: Look) -> list[Part]:
    """An open laptop: keyboard, touch pad, hinge, lit display."""
    shell = materials.metal(np.clip(look.colour, 0.05, 0.95), 0.28)
    deck = slab(rounded_rectangle(31, 21.5, 1.0, 10), 1.1, 0.25, "xy").move(z=0.7)
    lid = slab(rounded_rectangle(31, 21, 1.0, 10), 0.55, 0.15, "xy")
    bezel = slab(rounded_rectangle(30.4, 20.4, 0.8, 10), 0.06, 0.02, "xy").move(z=0.28)
    display = _sheet(29.2, 18.6).move(0, 0.4, 0.34)
    keys = merge(
        *(
            box(1.55, 1.45, 0.3, 0.12).move(-12.3 + 1.89 * c, 1.0 + 1.75 * r, 1.33)
            for r in range(4)
            for c in range(14)
            if not (r == 0 and 4 < c < 9)
        ),
        box(7.2, 1.45, 0.3, 0.12).move(-0.9, 1.0, 1.33),
    )
    pad = box(10.5, 6.2, 0.06, 0.02).move(0, -5.6, 1.27)

    def opened(mesh: Mesh) -> Mesh:
        return mesh.move(y=10.5).turn("x", 72).move(0, 10.4, 1.2)

    picture = _wallpaper(look, 300, 480, icons=False)
    dark = materials.satin(linear("#1a1b1e"))
    hinge = rod((-12, 10.6, 1.2), (12, 10.6, 1.2), 0.45)
    return [
        Part(deck, shell),
        Part(opened(lid), shell),
        Part(opened(bezel), materials.glossy(BLACK, 0.03)),
        Part(opened(display), materials.screen(picture)),
        Part(merge(keys, hinge), dark),
        Part(pad, materials.metal(np.clip(look.colour * 0.85, 0.04, 0.9), 0.2)),
    ]


def camera(look: Look) -> list[Part]:
    """A mirrorless camera: metal top, grained body, lens, dials, hot shoe."""
    body = box(12.6, 4.4, 6.0, 0.7).move(z=3.6).box_uv(6)
    top = box(12.6, 4.2, 1.5, 0.6).move(z=7.0)
    hump = box(4.4, 3.8, 1.6, 0.5).move(0, 0.1, 8.0)
    grip = implicit.mesh_of(
        lambda p: implicit.rounded_box(p, (-5.2, -2.4, 3.7), (1.4, 1.5, 2.8), 1.1),
        (-7.5, -5, 0),
        (-3, 0, 8),
        0.15,
    )
    barrel = lathe(
        profile(
            (3.3, 0),
            (3.3, 1.2),
            (3.05, 1.3),
            (3.05, 4.6),
            (3.2, 4.8),
            (3.2, 5.6),
            (2.8, 5.6),
            (2.5, 4.6),
            radius=0.1,
        ),
        160,
    )
    angle = np.arctan2(barrel.vertices[:, 1], barrel.vertices[:, 0])
    knurl = (barrel.vertices[:, 2] > 1.5) & (barrel.vertices[:, 2] < 4.4)
    barrel.vertices[:, :2] *= (1 + 0.012 * np.sign(np.sin(40 * angle)) * knurl)[:, None]
    glass = ball(3.4, 48).scale(0.74, 0.74, 0.25).move(z=4.2)

    def ahead(mesh: Mesh) -> Mesh:
        return mesh.turn("x", 90).move(0.9, -2.0, 3.9)

    dial = lathe(profile((0, 0.9), (0.95, 0.9), (1.0, 0.8), (1.0, 0), radius=0.08), 64)
    dials = merge(
        dial.move(4.4, 0.3, 7.7),
        dial.scale(0.7).move(-3.2, 0.4, 7.7),
        dial.scale(0.45, 0.45, 0.8).move(-5.2, -1, 7.7),
    )
    lugs = merge(*(ring(0.4, 0.1, "yz").move(s * 6.5, 0, 6.6) for s in (1, -1)))
    mount = ahead(ring(3.35, 0.2).move(z=0.5))
    metal = (
        materials.metal("aluminium", 0.25)
        if look.style == "silver"
        else materials.satin(linear("#1b1c1f"))
    )
    return [
        Part(merge(body, grip), materials.leather(look.colour, look.rng, 2, 0.02)),
        Part(merge(top, hump), metal),
        Part(ahead(barrel), materials.satin(linear("#16171a"))),
        Part(ahead(glass), materials.glossy(linear("#141033"), 0.02)),
        Part(
            merge(dials, lugs, mount),
            materials.metal("aluminium" if look.style == "silver" else "steel", 0.2),
        ),
    ]
