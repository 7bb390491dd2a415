"""Garments on an unseen figure: dress, abaya, thobe, skirt."""

import numpy as np

from data_samples.render import materials
from data_samples.render.cloth import Folds, hanging, sleeve
from data_samples.render.curves import lift, profile, spline
from data_samples.render.families.textiles import pattern
from data_samples.render.look import Look
from data_samples.render.mesh import Floats, Mesh, merge
from data_samples.render.solids import lathe, strap, tube
from data_samples.render.studio import Part

DRESSES = {
    "summer": [
        (128, 13, 8.5),
        (122, 16.5, 11),
        (112, 15.5, 10.5),
        (100, 12.8, 8.8),
        (84, 20, 14),
        (62, 26, 19),
        (38, 33, 25),
    ],
    "evening": [
        (128, 12, 8),
        (122, 16, 10.5),
        (112, 15, 10),
        (100, 12.2, 8.4),
        (84, 17.5, 12.5),
        (50, 21, 16),
        (0, 34, 27),
    ],
}


def _cloth(look: Look) -> materials.Material:
    picture = pattern(look)
    if look.material == "satin":
        return materials.satin_cloth(picture, 1.0)
    return materials.cloth(picture, 0.5)


def _ring_line(mesh: Mesh, row: int, n_around: int = 261) -> Floats:
    """One ring of a hanging cloth, (260, 3); row 0 is the top."""
    return mesh.vertices[row * n_around : (row + 1) * n_around - 1]


def _front_line(mesh: Mesh, x: float, top: float, bottom: float, out: float = 0.35) -> Floats:
    """A line (n, 3) down the front of a hanging cloth at a place across."""
    rows = mesh.vertices.reshape(-1, 261, 3)
    line = []
    for row in rows:
        if not bottom <= row[0, 2] <= top:
            continue
        front = row[row[:, 1] < 0]
        nearest = front[np.argmin(np.abs(front[:, 0] - x))]
        line.append([x, nearest[1] - out, nearest[2]])
    return np.array(line)


def dress(look: Look) -> list[Part]:
    """A fitted dress with a flared skirt; styles summer, evening and prints of the summer one."""
    cut = "evening" if look.material == "satin" else "summer"
    body = hanging(DRESSES[cut], Folds(13 if cut == "summer" else 11, 3.6, 97), look.rng)
    dip = np.clip((body.vertices[:, 2] - 119) / 9, 0, 1)
    middle = np.exp(-((body.vertices[:, 0] / 6.5) ** 2))
    body.vertices[:, 2] -= dip * middle * 5.0
    straps = []
    for x in (-8.6, 8.6):
        path = lift(
            spline([(-8.6, 124.5), (-6.8, 134), (0, 139.5), (5.5, 135), (8.0, 126)], 50), "yz"
        )
        path[:, 0] = x * (1 - 0.1 * np.sin(np.linspace(0, np.pi, 50)))
        straps.append(strap(path, 3.0, 0.5, (1.0, 0, 0)))
    belt = _ring_line(body, int(len(body.vertices) / 261 * (28 / (128 - DRESSES[cut][-1][0]))))
    outward = belt * [1.035, 1.05, 1]
    sash = strap(np.vstack([outward, outward[:1]]), 2.6, 0.5, (0, 0, 1.0))
    return [
        Part(body, _cloth(look)),
        Part(merge(*straps), _cloth(look)),
        Part(sash, materials.cloth(look.accent)),
    ]


def _arms(look: Look, sizes: list[tuple[float, float]], spread: float, bottom: float) -> Mesh:
    """Two long sleeves from the shoulders."""
    arms = []
    for side in (1, -1):
        path = lift(
            spline(
                [
                    (side * 9.0, 129.5),
                    (side * 17.5, 126),
                    (side * (22 + spread * 0.5), 102),
                    (side * (22 + spread), bottom),
                ],
                70,
            )
        )
        arms.append(sleeve(path, sizes, look.rng))
    return merge(*arms)


def abaya(look: Look) -> list[Part]:
    """A long open-front robe with wide sleeves; accent is the trim along front and cuffs."""
    levels = [
        (141, 8.5, 7),
        (137, 16, 9),
        (131, 20, 11),
        (118, 21, 12),
        (90, 24, 15),
        (50, 31, 21),
        (0, 40, 28),
    ]
    body = hanging(levels, Folds(9, 2.6, 118), look.rng)
    arms = _arms(look, [(6.5, 6), (9, 7.5), (10.5, 7), (14.5, 7)], 16, 76)
    edges = [strap(_front_line(body, x, 138, 0.5), 1.5, 0.4, (1.0, 0, 0)) for x in (-1.2, 1.2)]
    rows = arms.vertices.reshape(2, 70, 73, 3)
    cuffs = [strap(rows[arm, -4], 2.6, 0.5, (0, 0, 1.0)) for arm in (0, 1)]
    neck = tube(_ring_line(body, 1), 0.5, 12, closed=True)
    cloth = _cloth(look)
    return [
        Part(body, cloth),
        Part(arms, cloth),
        Part(merge(*edges, *cuffs, neck), materials.satin_cloth(look.accent)),
    ]


def thobe(look: Look) -> list[Part]:
    """A man's ankle-length robe: stand collar, studded placket, pocket, straight sleeves."""
    levels = [
        (141, 6.8, 6.4),
        (138, 12, 8),
        (133, 20.5, 11),
        (118, 23, 13),
        (90, 23.5, 14),
        (50, 26, 16),
        (0, 30, 19),
    ]
    body = hanging(levels, Folds(7, 1.5, 105), look.rng)
    arms = _arms(look, [(6.5, 6), (8.2, 7.2), (7.6, 6.4), (7, 6)], 12, 68)
    collar = lathe(np.array([[6.9, 139.5], [6.7, 144.5], [6.2, 144.7], [6.1, 139]])).scale(
        1, 0.95, 1
    )
    placket = strap(_front_line(body, 0.0, 139, 98), 3.0, 0.4, (1.0, 0, 0))
    line = _front_line(body, 0.0, 137, 100, 0.75)
    stud = lathe(profile((0, 0.35), (0.55, 0.2), (0.6, 0), radius=0.1), 24).turn("x", 90)
    studs = merge(*(stud.move(*line[i]) for i in np.linspace(0, len(line) - 1, 5).astype(int)))
    pocket = [_front_line(body, x, 122, 109, 0.3) for x in np.linspace(8, 17, 8)]
    panel = [strap(column, 1.45, 0.35, (1.0, 0.3, 0)) for column in pocket]
    cloth = _cloth(look)
    return [
        Part(body, cloth),
        Part(arms, cloth),
        Part(merge(collar, placket), cloth),
        Part(merge(*panel), cloth),
        Part(studs, materials.glossy(look.accent)),
    ]


def skirt(look: Look) -> list[Part]:
    """A midi skirt, pleated or flared, with a waistband."""
    levels = [(72, 14.5, 10.5), (64, 17, 12.5), (50, 22, 17), (0, 33, 26)]
    pleated = look.style == "pleated"
    body = hanging(
        levels, Folds(34 if pleated else 12, 1.6 if pleated else 3.6, 70, pleated), look.rng
    )
    line = _ring_line(body, 1) * [1.02, 1.03, 1]
    band = strap(np.vstack([line, line[:1]]), 5.0, 0.7, (0, 0, 1.0)).move(z=0.5)
    return [Part(body, _cloth(look)), Part(band, materials.cloth(look.accent, 0.4))]
