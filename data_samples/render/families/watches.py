"""Wristwatches with hands, and smart ones with a display."""

import numpy as np

from data_samples.render import materials
from data_samples.render.curves import profile, rounded_rectangle
from data_samples.render.look import Look
from data_samples.render.mesh import Floats, Mesh, from_grid, merge
from data_samples.render.solids import box, lathe, slab, strap
from data_samples.render.studio import Part
from data_samples.render.textures import linear


def watch(look: Look) -> list[Part]:
    """A wristwatch standing on its closed strap; styles: dress, diver, smart."""
    smart = look.style == "smart"
    case = {
        "dress": materials.metal("gold", 0.12),
        "diver": materials.metal("steel", 0.12),
        "smart": materials.metal("gunmetal", 0.25),
    }[look.style]
    head = _smart_head(look, case) if smart else _round_head(look, case)
    crown = lathe(profile((0, 0), (0.25, 0), (0.25, 0.4), (0, 0.4), radius=0.06)).turn("y", 90)
    return [
        Part(_strap_or_links(look), look.surface()),
        *[Part(part.mesh.turn("x", 90).move(y=-2.75), part.material) for part in head],
        Part(crown.move(x=1.85 if smart else 1.95, y=-2.8), case),
    ]


def _strap_or_links(look: Look) -> Mesh:
    """What goes round the wrist: a bracelet of links in metal, a band in all else."""
    if look.material in materials.METALS:
        link = box(1.95, 0.34, 0.5, 0.12)
        return merge(
            *(
                link.turn("x", -np.degrees(a)).move(0, -2.5 * np.cos(a), 2.9 * np.sin(a))
                for a in np.radians(np.linspace(36, 324, 38))
            )
        )
    turn = np.radians(np.linspace(32, 328, 90))
    loop = np.stack([0 * turn, -2.5 * np.cos(turn), 2.9 * np.sin(turn)], 1)
    return strap(loop, 2.0, 0.3, (1.0, 0, 0)).tile(1, 6)


def _smart_head(look: Look, metal: materials.Material) -> list[Part]:
    """A rounded square with a display, facing up about z = 0."""
    case = slab(rounded_rectangle(3.5, 4.1, 1.0), 1.0, 0.25, "xy")
    glass = slab(rounded_rectangle(3.2, 3.8, 0.9), 0.1, 0.04, "xy").move(z=0.52)
    corners = [[[x, y, 0.58] for x in (-1.35, 1.35)] for y in (-1.65, 1.65)]
    return [
        Part(case, metal),
        Part(glass, materials.glossy(linear("#0b0c0e"), 0.03)),
        Part(from_grid(np.array(corners)), materials.screen(_watch_screen(look))),
    ]


CASE = ((0, -0.45), (1.7, -0.45), (1.95, -0.2), (1.95, 0.3), (1.75, 0.55), (1.6, 0.5), (1.6, 0.3))


def _round_head(look: Look, metal: materials.Material) -> list[Part]:
    """A round case with lugs, dial, markers and hands, facing up about z = 0."""
    lugs = [box(0.4, 0.9, 0.5, 0.15).move(x, y, -0.15) for x in (-0.95, 0.95) for y in (-2, 2)]
    dial = lathe(profile((0, 0.32), (1.6, 0.32), radius=0.01))
    marks = [
        box(0.1, 0.36 if h % 3 else 0.5, 0.05, 0.02).move(y=1.3, z=0.35).turn("z", 30 * h)
        for h in range(12)
    ]
    hands = [
        box(0.12, 0.85, 0.05, 0.02).move(y=0.35, z=0.38).turn("z", 60),
        box(0.09, 1.25, 0.05, 0.02).move(y=0.5, z=0.42).turn("z", -56),
        lathe(profile((0, 0.46), (0.13, 0.46), (0.13, 0.3), radius=0.02), 24),
    ]
    pale = look.accent.mean() > 0.3
    ink = materials.satin(linear("#1b1b1d")) if pale else materials.metal("silver", 0.1)
    head = [
        Part(merge(lathe(profile(*CASE, radius=0.1)), *lugs), metal),
        Part(dial, materials.glossy(look.accent, 0.12)),
        Part(merge(*marks, *hands), ink),
    ]
    return [*head, *_bezel(look, metal)] if look.style == "diver" else head


def _bezel(look: Look, metal: materials.Material) -> list[Part]:
    """A diver's notched ring."""
    tooth = box(0.16, 0.14, 0.3, 0.04).move(y=1.98, z=0.3)
    teeth = merge(*(tooth.turn("z", 12 * k) for k in range(30)))
    rim = lathe(profile((1.62, 0.52), (1.66, 0.62), (1.9, 0.6), (1.98, 0.4), radius=0.05))
    return [Part(rim, materials.glossy(look.accent * 0.6, 0.08)), Part(teeth, metal)]


def _watch_screen(look: Look) -> Floats:
    """Three activity rings and a clock line on black."""
    size = 256
    y, x = np.mgrid[0:size, 0:size] / size
    picture = np.full((size, size, 3), 0.004)
    gap, angle = np.hypot(x - 0.5, y - 0.42), np.arctan2(x - 0.5, y - 0.42) % (2 * np.pi)
    for radius, tone, share in (
        (0.30, look.accent, 0.8),
        (0.23, linear("#3ec46d"), 0.6),
        (0.16, linear("#2fa8e0"), 0.9),
    ):
        band = np.abs(gap - radius) < 0.028
        picture[band] = tone * 0.2
        picture[band & (angle < share * 2 * np.pi)] = tone
    picture[(np.abs(y - 0.86) < 0.03) & (np.abs(x - 0.5) < 0.22)] = 0.85
    return picture
