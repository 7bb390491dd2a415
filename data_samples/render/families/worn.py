"""Things for the head: sunglasses, cap, hat."""

import numpy as np

from data_samples.render import materials, textures
from data_samples.render.curves import ellipse, lift, profile, rounded_rectangle, spline
from data_samples.render.look import Look
from data_samples.render.mesh import Mesh, from_grid, merge
from data_samples.render.solids import ball, box, lathe, ring, slab, strap, sweep, tube
from data_samples.render.studio import Part

LENSES = {
    "round": lambda: ellipse(2.45, 2.4, 80),
    "square": lambda: ellipse(2.75, 2.15, 80, 3.6),
    "aviator": lambda: spline(
        [
            (-2.7, 1.4),
            (-1.2, 2.1),
            (1.6, 2.0),
            (2.7, 1.2),
            (2.4, -1.0),
            (0.8, -2.6),
            (-1.0, -2.5),
            (-2.4, -0.9),
        ],
        80,
        closed=True,
    )[:-1],
    "cat-eye": lambda: spline(
        [
            (-2.4, 1.0),
            (0, 1.7),
            (2.4, 2.4),
            (3.2, 2.5),
            (2.9, 0.6),
            (1.6, -1.6),
            (-0.6, -1.9),
            (-2.2, -0.9),
        ],
        80,
        closed=True,
    )[:-1],
}


def sunglasses(look: Look) -> list[Part]:
    """Sunglasses, arms open; styles round, square, aviator, cat-eye; accent tints the lenses."""
    outline = LENSES[look.style]()
    wire = look.material in materials.METALS
    section = (
        rounded_rectangle(0.34, 0.34, 0.12, 4) if wire else rounded_rectangle(0.62, 0.5, 0.18, 5)
    )
    rims, panes = [], []
    for side in (1, -1):
        line = lift(outline * [side, 1])[::side]
        rims.append(sweep(line, section, 1.0, True, np.array([0, 1.0, 0])).move(x=side * 3.35))
        panes.append(slab(outline[::side] * [side, 1] * 0.99, 0.12, 0.03).move(x=side * 3.35))
    bridge = tube(
        lift(spline([(-1.1, 0.7), (-0.5, 1.15), (0.5, 1.15), (1.1, 0.7)], 30)),
        0.14 if wire else 0.3,
    )
    arms = []
    for side in (1, -1):
        outer = side * (3.35 + outline[:, 0].max() + 0.1)
        path = spline(
            [
                (outer, 0, 1.2),
                (outer * 1.02, 1.0, 1.25),
                (outer * 1.0, 6.0, 1.2),
                (outer * 0.96, 9.5, 0.7),
                (outer * 0.93, 12.0, -1.6),
                (outer * 0.92, 12.8, -2.8),
            ],
            60,
        )
        arms.append(strap(path, 0.3 if wire else 0.75, 0.24, (0, 0.2, 1.0)))
        arms.append(box(0.5, 0.7, 0.6 if wire else 0.9, 0.12).move(outer, 0.1, 1.2))
    brow = (
        [tube(lift(np.array([[-1.6, 1.75], [1.6, 1.75]])), 0.13)] if look.style == "aviator" else []
    )
    lens = {
        "type": "principled",
        "base_color": materials.paint(look.accent * 0.5),
        "roughness": 0.05,
        "specular": 0.9,
    }
    frame = look.surface() if wire else materials.glossy(look.colour, 0.05)
    return [Part(merge(*rims, bridge, *arms, *brow), frame), Part(merge(*panes), lens)]


def cap(look: Look) -> list[Part]:
    """A baseball cap: six panels with seams, button, eyelets, curved visor."""
    t = np.linspace(0, 1, 60)[:, None]
    angle = np.linspace(0, 2 * np.pi, 240, endpoint=False)[None]
    seam = np.exp(-(((np.abs((angle * 3 / np.pi) % 1 - 0.5) - 0.5) * 30) ** 2))
    rise = t * np.pi / 2
    reach = 9.2 * (np.cos(rise) ** 0.62 + 1e-3) * (1 - 0.012 * seam)
    height = 10.2 * np.sin(rise) ** 1.15
    grid = np.stack([reach * np.cos(angle), reach * 1.08 * np.sin(angle), height + 0 * angle], -1)
    crown = from_grid(grid, close_columns=True).tile(6, 2)
    side, out = np.linspace(-1, 1, 60)[None], np.linspace(0, 1, 24)[:, None]
    theta = side * 1.12 - np.pi / 2
    reach = (
        np.hypot(9.2 * np.cos(theta), 9.94 * np.sin(theta))
        + out * 7.6 * np.clip(np.cos(side * np.pi / 2), 0, 1) ** 0.5
    )
    droop = -0.6 * out - 2.2 * (side**2) * out - 0.3 * side**2
    brim = np.stack([reach * np.cos(theta), reach * np.sin(theta), 0.5 + droop + 0 * reach], -1)
    edge = np.concatenate([brim[:, 0], brim[-1], brim[::-1, -1]])
    keep = np.r_[True, np.linalg.norm(np.diff(edge, axis=0), axis=1) > 1e-6]
    visor = merge(from_grid(brim), from_grid(brim - [0, 0, 0.35])).tile(3, 1)
    piping = tube(edge[keep] - [0, 0, 0.17], 0.24, 10)
    eyelets = merge(
        *(
            ring(0.32, 0.12, "xy", 20).move(z=8.3).move(6.0 * np.cos(a), 6.5 * np.sin(a), 0)
            for a in np.radians([30, 90, 150, 210, 270, 330])
        )
    )
    lines = merge(*(tube(brim[k] + [0, 0, 0.05], 0.06, 6) for k in (6, 10, 14, 18)))
    button = ball(0.8, 24).scale(1, 1, 0.6).move(z=10.2)
    cloth = materials.bumped(materials.cloth(look.colour), textures.woven(look.rng, 40), 0.002, 1)
    trim = materials.cloth(look.accent)
    return [
        Part(crown, cloth),
        Part(merge(visor), cloth if look.style == "plain" else trim),
        Part(merge(piping, button, lines, eyelets), trim),
    ]


def hat(look: Look) -> list[Part]:
    """A brimmed hat with a ribbon; styles: sun (wide brim), fedora (pinched crown)."""
    wide = 21.0 if look.style == "sun" else 15.5
    line = profile(
        (wide, 0.4), (wide - 5, -0.4), (9.6, 0.4), (8.8, 6), (7.8, 10.5), (0, 10.8), radius=1.4
    )
    mesh = lathe(line, 200)
    x, y, z = mesh.vertices.T.copy()
    radius, angle = np.hypot(x, y), np.arctan2(y, x)
    out = np.clip((radius - 10) / (wide - 10), 0, 1)
    mesh.vertices[:, 2] += out**1.5 * (1.3 * np.cos(2 * angle) + 0.5 * np.sin(3 * angle + 1))
    if look.style == "fedora":
        mesh.vertices[:, 2] -= (
            np.clip((z - 7) / 4, 0, 1) * 2.6 * np.exp(-((x / 2.6) ** 2)) * (y < 9)
        )
        mesh.vertices[:, 0] *= 1 - 0.22 * np.clip((z - 5) / 6, 0, 1) * np.clip(-y / 8, 0, 1)
    band = lathe(profile((9.75, 1.0), (9.3, 4.2), radius=0.01))
    under = Mesh(mesh.vertices - [0, 0, 0.35], mesh.faces, mesh.uv)
    bow = merge(
        *(box(2.6, 0.7, 2.4, 0.5).turn("y", 14 * s).move(9.7, 1.6 * s, 2.7) for s in (1, -1))
    )
    straw = materials.bumped(
        materials.cloth(look.colour, 0.2), textures.woven(look.rng, 24), 0.006, 1
    )
    felt = materials.cloth(look.colour, 1.0)
    body = merge(mesh, under).tile(10, 3)
    return [
        Part(body, straw if look.material == "straw" else felt),
        Part(merge(band, bow), materials.satin_cloth(look.accent)),
    ]
