"""Solid shapes: turned, swept, lofted, boxed and extruded."""

from collections.abc import Sequence

import numpy as np

from data_samples.render.curves import arc_points, lift
from data_samples.render.mesh import Floats, Mesh, from_grid, merge


def lathe(profile: Floats, segments: int = 128) -> Mesh:
    """A (radius, height) profile (k, 2) turned about the z axis."""
    angle = np.linspace(0, 2 * np.pi, segments, endpoint=False)
    radius, height = profile[:, :1], profile[:, 1:]
    grid = np.stack(
        [radius * np.cos(angle), radius * np.sin(angle), height + 0 * angle], axis=-1
    )  # (k, segments, 3)
    return from_grid(grid, close_columns=True)


def _frames(path: Floats, closed: bool) -> tuple[Floats, Floats]:
    """Two unit vectors across the path at each point, carried along without twisting."""
    path = np.asarray(path, dtype=float)
    ahead, behind = np.roll(path, -1, axis=0), np.roll(path, 1, axis=0)
    if not closed:
        ahead[-1], behind[0] = path[-1], path[0]
    tangents = ahead - behind
    tangents /= np.maximum(np.linalg.norm(tangents, axis=1, keepdims=True), 1e-12)
    seed = np.eye(3)[np.argmin(np.abs(tangents[0]))]
    normals = np.empty_like(path)
    carried = seed
    for row, tangent in enumerate(tangents):
        carried = carried - tangent * (carried @ tangent)
        carried = carried / np.linalg.norm(carried)
        normals[row] = carried
    return normals, np.cross(tangents, normals)


def sweep(
    path: Floats,
    section: Floats,
    sizes: Floats | float = 1.0,
    closed: bool = False,
    across: Floats | None = None,
) -> Mesh:
    """A closed 2D section (k, 2) pulled along a path (n, 3), scaled by `sizes` (n,).

    `across` is the direction that the section's first axis should keep to, for straps.
    """
    normals, binormals = _frames(path, closed)
    if across is not None:
        tangents = np.cross(normals, binormals)
        normals = across - tangents * (tangents @ across)[:, None]
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
        binormals = np.cross(tangents, normals)
    scale = np.broadcast_to(np.asarray(sizes, dtype=float), (len(path),))[:, None, None]
    rings = section[None, :, :1] * normals[:, None] + section[None, :, 1:] * binormals[:, None]
    grid = path[:, None] + scale * rings  # (n, k, 3)
    if not closed:
        grid = np.concatenate([_cap(grid[0]), grid, _cap(grid[-1])[::-1]])
    return from_grid(grid, close_rows=closed, close_columns=True)


def _cap(ring: Floats) -> Floats:
    """Two rows that close a ring: its middle and a slightly shrunken copy of it."""
    middle = ring.mean(axis=0, keepdims=True)
    return np.stack([np.repeat(middle, len(ring), axis=0), middle + (ring - middle) * 0.97])


def tube(path: Floats, radius: Floats | float, sides: int = 24, closed: bool = False) -> Mesh:
    """A round wire along a path (n, 3)."""
    return sweep(path, arc_points(1.0, 0, 360, sides + 1)[:-1], radius, closed)


def strap(
    path: Floats,
    width: float,
    thickness: float,
    across: tuple[float, float, float],
    closed: bool = False,
) -> Mesh:
    """A flat band along a path (n, 3), its width along `across`, edges rounded."""
    r = thickness * 0.45
    half = np.array([width / 2 - r, thickness / 2 - r])
    corners = [
        arc_points(r, start, start + 90, 5) + half * sign
        for start, sign in ((0, (1, 1)), (90, (-1, 1)), (180, (-1, -1)), (270, (1, -1)))
    ]
    return sweep(path, np.concatenate(corners), 1.0, closed, np.asarray(across, dtype=float))


def loft(sections: list[Floats], cap: bool = True) -> Mesh:
    """A skin over rings (k, 3) of equal length; capped, both ends are closed."""
    grid = np.stack(sections)
    if cap:
        grid = np.concatenate([_cap(grid[0]), grid, _cap(grid[-1])[::-1]])
    return from_grid(grid, close_columns=True)


def box(width: float, depth: float, height: float, radius: float = 0.2) -> Mesh:
    """A box about the origin with rounded edges; each side has texture coordinates 0 to 1."""
    half = np.array([width, depth, height]) / 2
    radius = min(radius, 0.99 * half.min())
    sides = []
    for axis in range(3):
        u, v = (axis + 1) % 3, (axis + 2) % 3
        a = np.sort(np.r_[_edge(half[u], radius)])
        b = np.sort(np.r_[_edge(half[v], radius)])
        for sign in (-1.0, 1.0):
            grid = np.empty((len(b), len(a), 3))
            grid[..., u], grid[..., v], grid[..., axis] = a[None], b[:, None], sign * half[axis]
            core = np.clip(grid, radius - half, half - radius)
            out = grid - core
            out /= np.maximum(np.linalg.norm(out, axis=-1, keepdims=True), 1e-12)
            side = from_grid(core + radius * out)
            sides.append(side if sign > 0 else Mesh(side.vertices, side.faces[:, ::-1], side.uv))
    return merge(*sides)


def _edge(half: float, radius: float) -> Floats:
    """Sample places over one side of a box: dense over the rounded rim, sparse between."""
    rim = half - radius + radius * np.tan(np.linspace(0, np.pi / 4, 6))
    middle = np.linspace(radius - half, half - radius, 7)[1:-1]
    return np.concatenate([-rim, middle, rim])


def slab(outline: Floats, depth: float, bevel: float = 0.1, plane: str = "xz") -> Mesh:
    """A closed star-shaped outline (k, 2) made `depth` thick about its plane, edges bevelled."""
    middle = outline.mean(axis=0)
    spread = np.linalg.norm(outline - middle, axis=1).mean()
    angle = np.linspace(0, np.pi / 2, 5)
    inset, level = bevel * (1 - np.sin(angle)), depth / 2 - bevel * (1 - np.cos(angle))
    centre = spread * np.array([0.9999, 0.6, 0.2])
    insets = np.r_[centre, inset, inset[::-1], centre[::-1]]
    levels = np.r_[level[[0, 0, 0]], level, -level[::-1], -level[[0, 0, 0]]]
    rings = [
        lift(middle + (outline - middle) * (1 - i / spread), plane, at)
        for i, at in zip(insets, levels, strict=True)
    ]
    if plane in ("xy", "yz", "zx"):  # the third axis points the other way round
        rings = rings[::-1]
    return from_grid(np.stack(rings), close_columns=True)


def ball(radius: float, segments: int = 64) -> Mesh:
    """A sphere about the origin."""
    angle = np.radians(np.linspace(-90, 90, segments // 2 + 1))
    return lathe(radius * np.stack([np.cos(angle), np.sin(angle)], 1), segments)


def ring(radius: float, thickness: float, plane: str = "xy", segments: int = 96) -> Mesh:
    """A torus about the origin in a plane."""
    return tube(lift(arc_points(radius, 0, 360, segments + 1)[:-1], plane), thickness, 20, True)


def rod(
    start: tuple[float, float, float],
    end: tuple[float, float, float],
    radius: float,
    end_radius: float | None = None,
) -> Mesh:
    """A straight round bar between two points, tapering to `end_radius`, ends softened."""
    last = radius if end_radius is None else end_radius
    t = np.r_[0, 0.004, 0.012, np.linspace(0.05, 0.95, 12), 0.988, 0.996, 1]
    shrink = np.r_[0.8, 0.94, 1, np.ones(12), 1, 0.94, 0.8]
    path = np.asarray(start) + t[:, None] * (np.asarray(end, dtype=float) - np.asarray(start))
    return tube(path, (radius + (last - radius) * t) * shrink)


def rods_around(
    degrees: Sequence[float],
    start: tuple[float, float],
    end: tuple[float, float],
    radius: float,
    end_radius: float | None = None,
) -> Mesh:
    """Equal rods around the z axis; `start` and `end` are distances from it and heights."""
    return merge(
        *(
            rod(
                (start[0] * np.cos(a), start[0] * np.sin(a), start[1]),
                (end[0] * np.cos(a), end[0] * np.sin(a), end[1]),
                radius,
                end_radius,
            )
            for a in np.radians(degrees)
        )
    )
