"""A mouse and a keyboard."""

import numpy as np

from data_samples.render import implicit, materials
from data_samples.render.implicit import mesh_of
from data_samples.render.look import Look
from data_samples.render.mesh import Floats, Mesh, merge
from data_samples.render.solids import box, ring
from data_samples.render.studio import Part


def mouse(look: Look) -> list[Part]:
    """A wireless mouse with two keys and a wheel."""

    def field(p: Floats) -> Floats:
        dome = implicit.ellipsoid(p, (0, 0.4, 0.2), (3.2, 5.8, 3.7))
        dome = implicit.blend(dome, implicit.ellipsoid(p, (0, -2.6, 0.4), (2.9, 3.4, 2.3)), 1.0)
        return np.maximum(dome, -p[..., 2])

    def split(p: Floats) -> Floats:
        groove = np.maximum(np.abs(p[..., 0]) - 0.07, p[..., 1] + 0.6)
        slot = implicit.rounded_box(p, (0, -3.4, 3.0), (0.42, 1.1, 2.0), 0.4)
        return implicit.carve(
            field(p),
            np.minimum(slot, np.maximum(groove, 0.9 - p[..., 2])),
            0.08,
        )

    shell = mesh_of(split, (-3.8, -6.6, -0.3), (3.8, 6.8, 4.4), 0.09)
    wheel = ring(0.75, 0.32, "yz").move(0, -3.4, 2.15)
    base = box(4.0, 7.6, 0.5, 0.2)
    return [
        Part(shell, look.surface()),
        Part(wheel, materials.satin(look.accent)),
        Part(base, materials.satin(look.accent)),
    ]


def keyboard(look: Look) -> list[Part]:
    """A compact mechanical keyboard with tapered caps; some caps take the second colour."""
    case = box(31, 11.6, 2.2, 0.6).move(z=1.1)
    widths = [
        [1] * 13 + [2],
        [1.5] + [1] * 12 + [1.5],
        [1.8] + [1] * 11 + [2.2],
        [2.3] + [1] * 10 + [2.7],
        [1.3, 1.3, 1.3, 6.5, 1.3, 1.3, 2.0],
    ]
    plain, marked = [], []
    for row, line in enumerate(widths):
        x = -14.25
        for column, units in enumerate(line):
            wide = 1.9 * units
            cap = _keycap(wide - 0.16).move(x + wide / 2, 3.9 - 1.95 * row, 2.25)
            edge = column in (0, len(line) - 1) or (row == 4 and column != 3)
            (marked if edge else plain).append(cap)
            x += wide
    parts = [
        Part(case, materials.satin(look.colour * 0.6)),
        Part(merge(*plain), materials.satin(look.colour)),
        Part(merge(*marked), materials.satin(look.accent)),
    ]
    return [Part(part.mesh.turn("x", 5), part.material) for part in parts]


def _keycap(width: float) -> Mesh:
    """A tapered key about 1 cm high."""
    cap = box(width, 1.74, 1.1, 0.25).move(z=0.5)
    t = np.clip(cap.vertices[:, 2], 0, 1.05)
    cap.vertices[:, 0] *= 1 - 0.28 * t / max(width, 1.7) * 1.2
    cap.vertices[:, 1] *= 1 - 0.18 * t
    return cap
