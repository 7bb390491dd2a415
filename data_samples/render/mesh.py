"""Triangle meshes as arrays: building from grids, moving, merging, saving as PLY.

Lengths are in centimetres, z points up, and a model faces the viewer along -y.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Mesh:
    """Vertices (n, 3), faces (m, 3) of vertex numbers, texture coordinates (n, 2)."""

    vertices: Floats
    faces: Ints
    uv: Floats
    smooth: bool = True

    def move(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> "Mesh":
        """The mesh shifted by centimetres along each axis."""
        return replace(self, vertices=self.vertices + np.array([x, y, z]))

    def scale(self, x: float, y: float | None = None, z: float | None = None) -> "Mesh":
        """The mesh stretched about the origin; one number stretches all axes."""
        factors = np.array([x, x if y is None else y, x if z is None else z])
        faces = self.faces[:, ::-1] if np.prod(factors) < 0 else self.faces
        return replace(self, vertices=self.vertices * factors, faces=faces)

    def turn(self, axis: str, degrees: float) -> "Mesh":
        """The mesh rotated about the origin, right-handed about "x", "y" or "z"."""
        return replace(self, vertices=self.vertices @ rotation(axis, degrees).T)

    def flat(self) -> "Mesh":
        """The same surface with sharp edges: every face gets its own normal."""
        return replace(self, smooth=False)

    def tile(self, u: float, v: float) -> "Mesh":
        """The mesh with its texture repeated u and v times."""
        return replace(self, uv=self.uv * np.array([u, v]))

    def planar_uv(self, axes: str = "xz", size: float = 10.0) -> "Mesh":
        """Texture coordinates by projection: one repeat per `size` centimetres."""
        columns = ["xyz".index(axis) for axis in axes]
        return replace(self, uv=self.vertices[:, columns] / size)

    def where(self, keep: NDArray[np.bool_]) -> "Mesh":
        """Only the faces whose three vertices are all marked in `keep` (n,)."""
        return replace(self, faces=self.faces[keep[self.faces].all(axis=1)])

    def without(self, drop: NDArray[np.bool_]) -> "Mesh":
        """The faces that `where` would leave out: together they are the whole mesh."""
        return replace(self, faces=self.faces[~drop[self.faces].all(axis=1)])

    def box_uv(self, size: float = 10.0) -> "Mesh":
        """Texture coordinates projected along each face's main axis, so that none is stretched."""
        split = _sharpen(self)
        normals = np.abs(face_normals(split.vertices, split.faces))
        main = np.repeat(normals.argmax(axis=1), 3)
        u, v = np.array([1, 0, 0])[main], np.array([2, 2, 1])[main]
        rows = np.arange(len(main))
        uv = np.stack([split.vertices[rows, u], split.vertices[rows, v]], 1) / size
        return replace(split, uv=uv, smooth=self.smooth)


def rotation(axis: str, degrees: float) -> Floats:
    """The (3, 3) matrix of a right-handed rotation about one axis."""
    angle = np.radians(degrees)
    first, second = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
    matrix = np.eye(3)
    matrix[first, first] = matrix[second, second] = np.cos(angle)
    matrix[first, second], matrix[second, first] = -np.sin(angle), np.sin(angle)
    return matrix


def merge(*meshes: Mesh) -> Mesh:
    """One mesh of several; it is smooth when the first is."""
    starts = np.cumsum([0] + [len(mesh.vertices) for mesh in meshes[:-1]])
    return Mesh(
        np.concatenate([mesh.vertices for mesh in meshes]),
        np.concatenate([mesh.faces + start for mesh, start in zip(meshes, starts, strict=True)]),
        np.concatenate([mesh.uv for mesh in meshes]),
        meshes[0].smooth,
    )


def from_grid(points: Floats, close_rows: bool = False, close_columns: bool = False) -> Mesh:
    """A surface over a (rows, columns, 3) grid of points.

    Closing repeats the first row or column at the end, so that the texture keeps its seam.
    """
    if close_rows:
        points = np.concatenate([points, points[:1]], axis=0)
    if close_columns:
        points = np.concatenate([points, points[:, :1]], axis=1)
    rows, columns = points.shape[:2]
    numbers = np.arange(rows * columns).reshape(rows, columns)
    a, b = numbers[:-1, :-1].ravel(), numbers[:-1, 1:].ravel()
    c, d = numbers[1:, 1:].ravel(), numbers[1:, :-1].ravel()
    faces = np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])
    u, v = np.meshgrid(np.linspace(0, 1, columns), np.linspace(0, 1, rows))
    return Mesh(points.reshape(-1, 3), faces, np.stack([u.ravel(), v.ravel()], 1))


def face_normals(vertices: Floats, faces: Ints) -> Floats:
    """Normals of the faces, their length twice the area, (m, 3)."""
    a, b, c = (vertices[faces[:, corner]] for corner in range(3))
    return np.asarray(np.cross(b - a, c - a))


def vertex_normals(mesh: Mesh) -> Floats:
    """Area-weighted unit normals (n, 3); vertices at one place share theirs, hiding seams."""
    _, group = np.unique(np.round(mesh.vertices, 5), axis=0, return_inverse=True)
    group = group.ravel()
    sums = np.zeros((group.max() + 1, 3))
    per_face = face_normals(mesh.vertices, mesh.faces)
    for corner in range(3):
        np.add.at(sums, group[mesh.faces[:, corner]], per_face)
    normals = sums[group]
    return np.asarray(normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12))


def _sharpen(mesh: Mesh) -> Mesh:
    """The mesh with no vertex shared between faces."""
    order = mesh.faces.ravel()
    faces = np.arange(len(order)).reshape(-1, 3)
    return Mesh(mesh.vertices[order], faces, mesh.uv[order], smooth=False)


def write_ply(mesh: Mesh, path: Path) -> None:
    """Save a mesh with normals and texture coordinates as binary PLY."""
    if mesh.smooth:
        normals = vertex_normals(mesh)
    else:
        mesh = _sharpen(mesh)
        normals = np.repeat(face_normals(mesh.vertices, mesh.faces), 3, axis=0)
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    names = ("x", "y", "z", "nx", "ny", "nz", "u", "v")
    rows = np.concatenate([mesh.vertices, normals, mesh.uv], axis=1).astype("<f4")
    faces = np.empty(len(mesh.faces), dtype=[("count", "u1"), ("corners", "<i4", 3)])
    faces["count"], faces["corners"] = 3, mesh.faces
    header = ["ply", "format binary_little_endian 1.0", f"element vertex {len(rows)}"]
    header += [f"property float {name}" for name in names]
    header += [f"element face {len(faces)}", "property list uchar int vertex_indices", "end_header"]
    path.write_bytes(("\n".join(header) + "\n").encode() + rows.tobytes() + faces.tobytes())
