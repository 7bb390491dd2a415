"""What all shoes share: the foot's volume, soles, and finding places on their surface."""

import numpy as np

from data_samples.render.implicit import Field, blend, capsule, carve, ellipsoid
from data_samples.render.mesh import Floats, Mesh, merge
from data_samples.render.studio import Part

LOW, HIGH = (-2.0, -7.0, -0.6), (31.0, 7.0, 26.0)


def footprint(p: Floats, grow: float) -> Floats:
    """Distance in the plane to the outline of a right foot."""
    x, y = p[..., 0], p[..., 1]
    flat = np.stack([x, y, 0 * x], -1)
    heel = capsule(flat, (4.0, 0.0, 0.0), (13.0, 0.4, 0.0), 3.5, 3.5)
    ball = capsule(flat, (18.5, 0.6, 0.0), (22.6, 0.2, 0.0), 4.7, 4.2)
    return blend(heel, ball, 4.5) - grow


def sole_field(thickness: float, grow: float, toe_spring: float = 1.0, heel: float = 0.0) -> Field:
    """A sole `thickness` high whose toe curls up; `heel` raises the back."""

    def field(p: Floats) -> Floats:
        lift = toe_spring * np.clip((p[..., 0] - 20) / 8, 0, 1) ** 2
        level = p[..., 2] - lift
        top = thickness + heel * 0.5 * (1 + np.tanh((7.5 - p[..., 0]) / 2.0)) * 0.6
        side = footprint(p, grow)
        slab = np.maximum(-level, level - top)
        q = np.maximum(np.stack([side + 0.5, slab + 0.5], -1), 0)
        return np.asarray(
            np.linalg.norm(q, axis=-1) + np.minimum(np.maximum(side + 0.5, slab + 0.5), 0) - 0.5
        )

    return field


def last_field(p: Floats, shaft: float, base: float) -> Floats:
    """The foot's volume up to the ankle; `shaft` is the collar's height."""
    z = base
    toe = ellipsoid(p, (22.0, 0.2, z + 1.2), (5.8, 4.5, 3.6))
    middle = ellipsoid(p, (15.0, 0.5, z + 2.2), (9.0, 4.1, 5.0))
    heel = ellipsoid(p, (4.6, 0.0, z + 2.6), (4.7, 3.7, 5.0))
    ankle = capsule(p, (5.4, 0.0, z + 3), (5.6, 0.0, shaft - 1.5), 3.9, 3.7)
    instep = capsule(p, (17.0, 0.4, z + 2.6), (8.0, 0.1, z + 6.4), 3.2, 3.3)
    foot = blend(blend(toe, middle, 3.0), blend(heel, ankle, 2.5), 3.0)
    return blend(foot, instep, 3.0)


def hollow_upper(shaft: float, base: float, opening: tuple[float, float], slope: float) -> Field:
    """The hollow upper: the last cut off at its sole, scooped out, its collar sloping forward."""

    def field(p: Floats) -> Floats:
        body = last_field(p, shaft + 3, base)
        inside = body + 0.45
        collar = p[..., 2] - shaft - slope * (p[..., 0] - opening[0])
        shell = np.maximum(body, collar)
        hollow = np.maximum(inside, -(p[..., 2] - base - 1.0))
        shell = carve(shell, hollow, 0.25)
        return np.maximum(shell, base - p[..., 2])

    return field


def height_at(field: Field, x: float, y: float, top: float) -> float:
    """Height of the surface above a point, searched downwards."""
    z = np.linspace(top, 0, 500)
    values = field(np.stack([np.full_like(z, x), np.full_like(z, y), z], -1))
    return float(z[np.argmax(values < 0)])


def side_at(field: Field, x: float, z: float, sign: int) -> float:
    """How far out the surface reaches at a height, searched inwards."""
    y = np.linspace(6.5, 0, 400)
    values = field(np.stack([np.full_like(y, x), sign * y, np.full_like(y, z)], -1))
    return float(sign * y[np.argmax(values < 0)])


def pair(parts: list[Part]) -> list[Part]:
    """The shoe and its mirror image, one set back and turned a little."""

    def other(mesh: Mesh) -> Mesh:
        return mesh.scale(1, -1, 1).turn("z", 9).move(-3.5, 12.0, 0)

    return [Part(merge(part.mesh, other(part.mesh)), part.material) for part in parts]
