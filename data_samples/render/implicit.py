"""Shapes given by signed distance (negative inside), blended softly and turned into meshes."""

from collections.abc import Callable

import numpy as np

from data_samples.render.mesh import Floats, Mesh, face_normals

Field = Callable[[Floats], Floats]
"""Signed distance in centimetres at points (..., 3)."""


def rounded_box(
    p: Floats, centre: tuple[float, float, float], half: tuple[float, float, float], radius: float
) -> Floats:
    """Distance to a box with rounded edges; `half` includes the rounding."""
    q = np.abs(p - np.array(centre)) - (np.array(half) - radius)
    outside = np.linalg.norm(np.maximum(q, 0), axis=-1)
    return np.asarray(outside + np.minimum(q.max(axis=-1), 0) - radius)


def ellipsoid(
    p: Floats, centre: tuple[float, float, float], half: tuple[float, float, float]
) -> Floats:
    """Approximate distance to an ellipsoid."""
    q = p - np.array(centre)
    k0 = np.linalg.norm(q / np.array(half), axis=-1)
    k1 = np.linalg.norm(q / np.array(half) ** 2, axis=-1)
    return np.asarray(k0 * (k0 - 1) / np.maximum(k1, 1e-9))


def capsule(
    p: Floats,
    a: tuple[float, float, float],
    b: tuple[float, float, float],
    radius: float,
    end_radius: float | None = None,
) -> Floats:
    """Distance to a bar with round ends, its radius running from `radius` to `end_radius`."""
    start, along = np.array(a), np.array(b) - np.array(a)
    t = np.clip(((p - start) @ along) / (along @ along), 0, 1)
    last = radius if end_radius is None else end_radius
    gap = np.linalg.norm(p - start - t[..., None] * along, axis=-1)
    return np.asarray(gap - radius - (last - radius) * t)


def blend(a: Floats, b: Floats, width: float) -> Floats:
    """Union with a soft seam `width` centimetres wide."""
    h = np.clip(0.5 + 0.5 * (b - a) / width, 0, 1)
    return np.asarray(b + (a - b) * h - width * h * (1 - h))


def carve(a: Floats, b: Floats, width: float = 0.1) -> Floats:
    """`a` with `b` cut out, the rim softened."""
    return -blend(-a, b, width)


def mesh_of(
    field: Field, low: tuple[float, float, float], high: tuple[float, float, float], step: float
) -> Mesh:
    """The surface where the field is zero, by naive surface nets.

    Source: S. Gibson, Constrained Elastic Surface Nets, 1998.
    """
    axes = [np.arange(lo, hi + step, step) for lo, hi in zip(low, high, strict=True)]
    values = field(np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1))  # (nx, ny, nz)
    cells, places = _cell_points(values)
    number = np.full(np.array(values.shape) - 1, -1)
    number[tuple(cells.T)] = np.arange(len(cells))
    faces = np.concatenate([_quads(values, number, axis) for axis in range(3)])
    vertices = np.array(low) + step * places
    vertices = _settle(field, vertices, step)
    mesh = Mesh(vertices, faces, np.zeros((len(vertices), 2)))
    return mesh.box_uv()


def _settle(field: Field, vertices: Floats, step: float) -> Floats:
    """Vertices pulled onto the surface along the gradient, which takes the grid's steps out."""
    h = 0.25 * step
    for _ in range(2):
        gradient = np.stack(
            [field(vertices + h * e) - field(vertices - h * e) for e in np.eye(3)], axis=-1
        ) / (2 * h)
        length2 = np.maximum((gradient**2).sum(axis=-1), 0.05)
        shift = np.clip(field(vertices) / length2, -step / 2, step / 2)
        vertices = vertices - shift[:, None] * gradient
    return vertices


def _cell_points(values: Floats) -> tuple[Floats, Floats]:
    """Cells that the surface crosses, (n, 3), and the mean of its crossings there, (n, 3)."""
    corners = [(x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)]
    nx, ny, nz = np.array(values.shape) - 1
    inside = sum(
        (values[x : nx + x, y : ny + y, z : nz + z] < 0).astype(int) for x, y, z in corners
    )
    cells = np.argwhere((inside > 0) & (inside < 8))
    total, count = np.zeros((len(cells), 3)), np.zeros(len(cells))
    for start in corners:
        for axis in range(3):
            if start[axis]:
                continue
            a = values[tuple((cells + start).T)]
            b = values[tuple((cells + start + np.eye(3, dtype=int)[axis]).T)]
            crosses = (a < 0) != (b < 0)
            t = np.where(crosses, a / np.where(crosses, a - b, 1), 0)
            point = np.array(start) + t[:, None] * np.eye(3)[axis]
            total += np.where(crosses[:, None], point, 0)
            count += crosses
    return cells, cells + total / count[:, None]


def _quads(values: Floats, number: Floats, axis: int) -> Floats:
    """Two triangles for each grid edge along one axis that the surface crosses."""
    order = (axis, (axis + 1) % 3, (axis + 2) % 3)
    a, cell = values.transpose(order), number.transpose(order)
    below = a[:-1, 1:-1, 1:-1] < 0
    crosses = below != (a[1:, 1:-1, 1:-1] < 0)
    i, j, k = np.argwhere(crosses).T
    corners = [cell[i, j, k], cell[i, j + 1, k], cell[i, j + 1, k + 1], cell[i, j, k + 1]]
    flip = ~below[i, j, k]
    first = np.stack([corners[0], corners[1], corners[2]], 1)
    second = np.stack([corners[0], corners[2], corners[3]], 1)
    quads = np.concatenate([first, second])
    flip = np.concatenate([flip, flip])
    quads[flip] = quads[flip][:, ::-1]
    return quads


def outward(mesh: Mesh) -> bool:
    """Whether the faces of a closed mesh look outwards (its signed volume is positive)."""
    normals = face_normals(mesh.vertices, mesh.faces)
    return bool((mesh.vertices[mesh.faces[:, 0]] * normals).sum() > 0)
