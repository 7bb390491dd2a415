"""Cups, pots, bowls, plates and glasses: turned shapes with handles and spouts."""

import numpy as np

from data_samples.render import materials, textures
from data_samples.render.curves import arc_points, lift, profile, spline
from data_samples.render.look import Look
from data_samples.render.mesh import Mesh, merge
from data_samples.render.solids import ball, lathe, ring, tube
from data_samples.render.studio import Part


def handle(points: list[tuple[float, float]], thickness: float, flatness: float = 1.0) -> Mesh:
    """A bent handle through (x, z) points, wider across than thick when flatness exceeds 1."""
    path = lift(spline(points, 48))
    t = np.linspace(-1, 1, len(path))
    swell = thickness * (1 + 0.35 * t**4)
    return tube(path, swell).scale(1, flatness, 1)


def _reach(body: Mesh, height: float) -> float:
    """How far a turned shape stands out from its axis about a height."""
    near = np.abs(body.vertices[:, 2] - height) < 0.5
    return float(np.hypot(body.vertices[near, 0], body.vertices[near, 1]).max())


def mug(look: Look) -> list[Part]:
    """A cup with a handle; styles: straight, round, tall."""
    bodies = {
        "straight": [(0, 0.5), (3.3, 0.5), (3.5, 0), (4.0, 0), (4.2, 9.3), (3.8, 9.3), (3.6, 0.9)],
        "round": [
            (0, 0.4),
            (2.6, 0.4),
            (2.8, 0),
            (3.3, 0.1),
            (4.9, 3.4),
            (4.5, 7.2),
            (4.6, 8.0),
            (4.3, 8.0),
            (4.1, 7.0),
            (4.4, 3.6),
            (3.0, 0.8),
        ],
        "tall": [(0, 0.4), (2.7, 0.4), (2.9, 0), (3.3, 0), (4.3, 11.2), (3.95, 11.2), (3.0, 0.8)],
    }
    points = bodies[look.style]
    top = max(z for _, z in points)
    body = lathe(profile(*points, (0, 0.8), radius=0.9 if look.style == "round" else 0.3))
    high, low = 0.82 * top, 0.22 * top
    starts = [_reach(body, height) - 0.2 for height in (high, low)]
    bend = [(5.9, 0.84 * top), (6.9, 0.56 * top), (5.8, 0.27 * top)]
    grip = handle([(starts[0], high), *bend, (starts[1], low)], 0.48, 1.25)
    glazed = look.surface()
    if look.material == "stoneware":
        picture = textures.glaze(look.colour, look.accent, look.rng, 0.3)
        glazed = materials.glossy(textures.speckled(picture, look.colour * 0.3, look.rng), 0.2)
        body.uv[:, 1] = body.vertices[:, 2] / top
    return [Part(body, glazed), Part(grip, look.surface())]


def teapot(look: Look) -> list[Part]:
    """A round pot with spout, lid and handle."""
    body = lathe(
        profile(
            (0, 0.3),
            (3.6, 0.3),
            (3.8, 0),
            (4.3, 0.1),
            (7.4, 3.8),
            (7.2, 7.2),
            (4.2, 10.2),
            (3.6, 10.4),
            (3.4, 10.0),
            (0, 10.0),
            radius=2.2,
        )
    )
    lid = lathe(
        profile(
            (4.0, 10.3),
            (4.0, 10.7),
            (2.0, 11.7),
            (0.7, 12.0),
            (0.6, 12.6),
            (1.1, 13.2),
            (0.7, 14.0),
            (0, 14.1),
            radius=0.4,
        )
    )
    path = lift(spline([(5.8, 3.6), (8.6, 4.6), (10.2, 7.4), (11.6, 9.6), (12.6, 10.2)], 40))
    spout = tube(path, np.linspace(1.9, 0.72, 40))
    grip = handle([(-6.4, 8.2), (-9.4, 9.4), (-11.2, 7.0), (-9.6, 3.8), (-6.4, 3.2)], 0.62, 1.3)
    parts = [Part(merge(body, spout), look.surface(2)), Part(merge(lid, grip), look.trim(2))]
    cup = lathe(
        profile(
            (0, 0.3),
            (1.9, 0.3),
            (2.0, 0),
            (2.4, 0),
            (3.6, 4.6),
            (3.3, 4.6),
            (2.2, 0.7),
            (0, 0.6),
            radius=0.5,
        )
    ).move(8.0, -8.5, 0)
    return [*parts, Part(cup, look.surface(2))] if look.style == "cup" else parts


def dallah(look: Look) -> list[Part]:
    """The Gulf coffee pot: waisted body, crescent beak, domed lid with a tall finial."""
    body = lathe(
        profile(
            (0, 0),
            (5.6, 0),
            (6.0, 0.5),
            (6.2, 3.5),
            (5.4, 7.6),
            (3.2, 11.6),
            (2.8, 13.4),
            (3.4, 15.8),
            (4.3, 18.0),
            (4.1, 18.0),
            (0, 17.6),
            radius=1.3,
        )
    )
    lid = lathe(
        profile(
            (4.4, 18.0),
            (4.4, 18.5),
            (3.4, 20.0),
            (1.5, 21.6),
            (0.6, 22.2),
            (0.6, 22.9),
            (1.0, 23.4),
            (0.45, 24.2),
            (0.35, 25.6),
            (0.6, 26.2),
            (0.05, 28.0),
            radius=0.5,
        )
    )
    beak_line = lift(
        spline([(2.0, 15.0), (5.2, 16.0), (8.2, 17.0), (10.4, 16.4), (11.4, 14.9)], 40)
    )
    beak = tube(beak_line, np.linspace(2.3, 0.12, 40)).scale(1, 0.42, 1)
    grip = handle(
        [(-3.6, 16.8), (-7.0, 18.0), (-9.6, 15.2), (-9.0, 10.4), (-6.2, 5.6), (-5.4, 4.6)],
        0.62,
        1.4,
    )
    bands = merge(
        *(
            ring(r, 0.16).move(z=z)
            for r, z in ((6.25, 2.6), (6.2, 3.2), (2.85, 13.2), (3.0, 13.8), (4.35, 18.1))
        )
    )
    studs = merge(*(ball(0.2, 16).move(*point) for point in _circle(5.95, 5.0, 26)))
    detail = materials.metal("gold", 0.12)
    return [
        Part(merge(body, lid, beak), look.surface()),
        Part(grip, look.surface()),
        Part(merge(bands, studs), detail),
    ]


def _circle(radius: float, height: float, count: int) -> list[tuple[float, float, float]]:
    points = arc_points(radius, 0, 360, count + 1)[:-1]
    return [(float(x), float(y), height) for x, y in points]


def bowl(look: Look) -> list[Part]:
    """An open bowl on a foot ring; a wooden one has thicker walls."""
    wall = 0.75 if look.material == "wood" else 0.4
    shape = lathe(
        profile(
            (0, 0.6),
            (3.4, 0.6),
            (3.5, 0),
            (4.1, 0),
            (4.4, 0.5),
            (8.2, 3.2),
            (9.8, 7.2),
            (9.8 - wall, 7.2),
            (8.0 - wall, 3.6),
            (4.0, 1.3),
            (0, 1.2),
            radius=0.9,
        )
    )
    shape = shape.planar_uv("xy", 20) if look.material == "wood" else shape.tile(3, 1)
    parts = [Part(shape, look.surface())]
    if look.style == "banded":
        parts.append(
            Part(
                lathe(profile((8.9, 4.7), (9.5, 6.3), radius=0.01)).scale(1.004),
                materials.glossy(look.accent, 0.08),
            )
        )
    return parts


def plates(look: Look) -> list[Part]:
    """A stack of plates with one leaning on nothing: seen from above; accent is the rim."""
    line = profile(
        (0, 0.5),
        (6.2, 0.5),
        (6.4, 0),
        (7.0, 0),
        (7.4, 0.5),
        (12.8, 2.0),
        (12.9, 2.4),
        (12.5, 2.4),
        (8.0, 1.1),
        (0, 0.9),
        radius=0.5,
    )
    single = lathe(line).tile(4, 1)
    stack = merge(*(single.turn("z", 40 * i).move(z=0.95 * i) for i in range(4)))
    rim = ring(12.75, 0.2).move(z=2.25 + 2.85)
    small = single.scale(0.68).move(-12, -15, 0)
    return [
        Part(merge(stack, small), look.surface()),
        Part(rim, materials.glossy(look.accent, 0.1)),
        Part(ring(12.75 * 0.68, 0.15).move(-12, -15, 1.55), materials.glossy(look.accent, 0.1)),
    ]


def tumblers(look: Look) -> list[Part]:
    """Three drinking glasses, ribbed or plain."""
    glass = lathe(
        profile((0, 1.2), (2.9, 1.2), (3.7, 9.8), (4.0, 9.8), (3.3, 0), (0, 0), radius=0.25), 160
    )
    if look.style == "ribbed":
        angle = np.arctan2(glass.vertices[:, 1], glass.vertices[:, 0])
        radius = np.hypot(glass.vertices[:, 0], glass.vertices[:, 1])
        outside = (radius > 3.15) & (glass.vertices[:, 2] < 8.6)
        glass.vertices[:, :2] *= (1 + 0.025 * np.cos(20 * angle) * outside)[:, None]
    places = ((0.0, 0.0), (9.2, 2.2), (4.2, -7.6))
    mesh = merge(*(glass.move(x, y, 0) for x, y in places))
    return [Part(Mesh(mesh.vertices, mesh.faces[:, ::-1], mesh.uv), materials.glass(look.colour))]
