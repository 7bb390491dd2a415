"""Rings, necklaces and bangles."""

import numpy as np

from data_samples.render import materials
from data_samples.render.curves import arc_points, ellipse, lift, profile, spline
from data_samples.render.look import Look
from data_samples.render.mesh import Mesh, merge
from data_samples.render.solids import ball, lathe, ring, rods_around, sweep, tube
from data_samples.render.studio import Part
from data_samples.render.textures import linear


def finger_ring(look: Look) -> list[Part]:
    """A ring standing upright: solitaire, band (twisted) or halo; accent is the stone."""
    section = ellipse(0.17, 0.1, 24)
    circle = lift(arc_points(0.95, 0, 360, 121)[:-1], "xz")
    hoop = sweep(circle, section, 1.0, True, np.array([0, 1.0, 0])).move(z=1.1)
    metal = look.surface()
    if look.style == "band":
        beads = merge(
            *(
                ball(0.075, 14).move(1.08 * np.cos(a), 0.1 * (-1) ** k, 1.1 + 1.08 * np.sin(a))
                for k, a in enumerate(np.linspace(0, 2 * np.pi, 70, endpoint=False))
            )
        )
        return [Part(hoop, metal), Part(beads, materials.glossy(look.accent, 0.03))]
    stone = _gem(0.5).move(z=2.42)
    prongs = rods_around([45, 135, 225, 315], (0.15, 2.05), (0.46, 2.55), 0.055)
    gem = {
        "type": "dielectric",
        "int_ior": 1.9,
        "specular_transmittance": materials.paint(look.accent),
    }
    parts = [Part(merge(hoop, prongs), metal), Part(stone, gem)]
    if look.style == "halo":
        small = merge(
            *(
                ball(0.09, 12).move(0.58 * np.cos(a), 0.58 * np.sin(a), 2.45)
                for a in np.linspace(0, 2 * np.pi, 22, endpoint=False)
            )
        )
        parts.append(Part(small, materials.glossy(linear("#f4f6f8"), 0.02)))
    return parts


def _gem(radius: float) -> Mesh:
    """A brilliant-cut stone: table, crown and pavilion in flat facets."""
    line = np.array(
        [[0, -0.62], [0.55, -0.3], [1.0, 0.0], [1.0, 0.05], [0.78, 0.26], [0.52, 0.36], [0, 0.36]]
    )
    return lathe(line * radius, 12).flat()


def necklace(look: Look) -> list[Part]:
    """A necklace lying in a loop: pendant on a chain, or pearls."""
    line = spline(
        [
            (0, -7.5),
            (3.8, -4.4),
            (6.2, 0.5),
            (5.4, 6.2),
            (0, 8.4),
            (-5.4, 6.2),
            (-6.2, 0.5),
            (-3.8, -4.4),
        ],
        400,
        closed=True,
    )[:-1]
    if look.style == "pearls":
        count = 58
        places = line[:: len(line) // count]
        beads = merge(*(ball(0.37, 24).move(x, y, 0.37) for x, y in places))
        clasp = ball(0.3, 24).scale(1.6, 1, 1).move(0, 8.4, 0.4)
        pearl = {
            "type": "principled",
            "base_color": materials.paint(look.colour),
            "roughness": 0.18,
            "specular": 0.7,
            "sheen": 0.4,
            "clearcoat": 0.6,
            "clearcoat_gloss": 0.9,
        }
        return [Part(beads, pearl), Part(clasp, materials.metal("gold", 0.1))]
    links = []
    for k, (x, y) in enumerate(line[::3]):
        ahead = line[(3 * k + 1) % len(line)] - line[3 * k - 1]
        link = ring(0.17, 0.045, "xz" if k % 2 else "xy", 16).scale(1.5, 1, 1)
        links.append(link.turn("z", np.degrees(np.arctan2(ahead[1], ahead[0]))).move(x, y, 0.16))
    chain = merge(*links)
    if look.style == "crescent":
        charm = _crescent().move(0, -8.9, 0.3)
    else:
        charm = merge(
            lathe(
                profile(
                    (0, 0), (1.0, 0), (1.0, 0.3), (0.85, 0.35), (0.8, 0.2), (0, 0.2), radius=0.05
                )
            )
        ).move(0, -8.8, 0.05)
    bail = ring(0.28, 0.07, "yz", 24).move(0, -7.65, 0.25)
    stone = (
        ball(0.55, 32).scale(1, 1, 0.55).move(0, -8.8, 0.25 if look.style != "crescent" else 0.3)
    )
    stone = stone if look.style != "crescent" else ball(0.2, 24).move(0, -8.75, 0.3)
    return [
        Part(merge(chain, charm, bail), look.surface()),
        Part(stone, materials.glossy(look.accent, 0.02)),
    ]


def _crescent() -> Mesh:
    """A crescent moon of round wire, thick in its middle."""
    path = lift(arc_points(1.0, -55, 235, 60), "xy") * [1, -1, 1]
    return tube(path, 0.05 + 0.28 * np.sin(np.linspace(0, np.pi, 60)) ** 1.3)


def bangles(look: Look) -> list[Part]:
    """Three bangles leaning together: plain, twisted and beaded."""
    angle = np.linspace(0, 2 * np.pi, 240, endpoint=False)
    plain = ring(3.2, 0.16)
    twist = np.stack(
        [
            np.stack(
                [
                    (3.2 + 0.12 * np.cos(14 * angle + p)) * np.cos(angle),
                    (3.2 + 0.12 * np.cos(14 * angle + p)) * np.sin(angle),
                    0.12 * np.sin(14 * angle + p),
                ],
                1,
            )
            for p in (0, np.pi)
        ]
    )
    rope = merge(*(tube(path, 0.14, 12, closed=True) for path in twist))
    beads = merge(*(ball(0.2, 14).move(3.2 * np.cos(a), 3.2 * np.sin(a), 0) for a in angle[::4]))
    stack = merge(plain.move(z=0.16), rope.move(0.15, 0, 0.62))
    leaning = beads.turn("y", 24).move(0.9, -0.3, 2.05)
    wide = (
        lathe(
            profile(
                (3.25, -0.5),
                (3.32, 0),
                (3.25, 0.5),
                (3.12, 0.5),
                (3.12, -0.5),
                (3.25, -0.5),
                radius=0.08,
            )
        )
        .turn("x", 70)
        .move(6.0, 2.0, 3.2)
    )
    return [Part(merge(stack, leaning, wide), look.surface())]
