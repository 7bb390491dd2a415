"""Cloth: pieces laid flat with folds and seams, and skirts of cloth hanging in folds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from data_samples.render.curves import fillet
from data_samples.render.mesh import Floats, Mesh, from_grid
from data_samples.render.textures import Rng, noise

Points = Sequence[tuple[float, float]]


def mirrored(half: Points, radius: float = 1.2) -> Floats:
    """A closed outline (k, 2) from its right half, listed from the top middle downwards."""
    right = fillet(half, radius, 8)
    left = right[::-1] * [-1, 1]
    return np.concatenate([right, left])


def distance_to_outline(points: Floats, outline: Floats, closed: bool = True) -> Floats:
    """Distance of points (n, 2) to a line (k, 2); inside a closed one it is negative, (n,)."""
    start = outline if closed else outline[:-1]
    end = np.roll(outline, -1, axis=0) if closed else outline[1:]
    nearest = np.full(len(points), np.inf)
    inside = np.zeros(len(points), dtype=bool)
    for a, b in zip(start, end, strict=True):
        along = b - a
        t = np.clip(((points - a) @ along) / max(float(along @ along), 1e-9), 0, 1)
        nearest = np.minimum(nearest, ((points - a - t[:, None] * along) ** 2).sum(axis=1))
        if closed and a[1] != b[1]:
            straddles = (a[1] > points[:, 1]) != (b[1] > points[:, 1])
            cut = a[0] + (points[:, 1] - a[1]) * along[0] / along[1]
            inside ^= straddles & (points[:, 0] < cut)
    return np.where(inside, -1.0, 1.0) * np.sqrt(nearest)


@dataclass(frozen=True)
class Drape:
    """Folds of a garment on a table: heights in centimetres at points (n, 2)."""

    field: Floats
    creases: tuple[tuple[float, float, float, float, float, float], ...]

    def at(self, points: Floats) -> Floats:
        """Height of the folds at points (n, 2)."""
        size = self.field.shape[0]
        rows = np.clip(((points[:, 1] + 20) * 4), 0, size - 2)
        columns = np.clip(((points[:, 0] + 64) * 4), 0, size - 2)
        i, j = rows.astype(int), columns.astype(int)
        a, b = rows - i, columns - j
        height = (
            (1 - a) * (1 - b) * self.field[i, j]
            + (1 - a) * b * self.field[i, j + 1]
            + a * (1 - b) * self.field[i + 1, j]
            + a * b * self.field[i + 1, j + 1]
        )
        for x, y, angle, length, width, rise in self.creases:
            across = (points[:, 0] - x) * np.sin(angle) - (points[:, 1] - y) * np.cos(angle)
            along = (points[:, 0] - x) * np.cos(angle) + (points[:, 1] - y) * np.sin(angle)
            bend = across + 0.012 * along**2
            height = height + rise * np.exp(-((bend / width) ** 2) - (along / length) ** 2)
        return np.asarray(height)


def drape(rng: Rng, strength: float = 1.0, spread: float = 22.0, tall: float = 60.0) -> Drape:
    """Random folds over a garment `tall` centimetres long: mostly upright, a few creases."""
    broad = 0.6 * noise((512, 512), (190, 70), rng) + 0.22 * noise((512, 512), (45, 40), rng)
    creases = []
    for _ in range(18):
        angle = rng.normal(np.pi / 2, 0.55)
        creases.append(
            (
                rng.uniform(-spread, spread),
                rng.uniform(0.1, 0.9) * tall,
                angle,
                rng.uniform(5, 13),
                rng.uniform(0.8, 1.7),
                strength * rng.uniform(0.5, 1.5),
            )
        )
    return Drape(strength * broad, tuple(creases))


def laid(
    outline: Floats,
    folds: Drape,
    thickness: float = 1.6,
    lift: float = 0.0,
    seams: Sequence[Floats] = (),
    step: float = 0.42,
) -> Mesh:
    """A piece of cloth on the table: puffed inside its outline, its rim touching down.

    Args:
        outline: Closed line (k, 2) in centimetres.
        folds: Shared by the pieces of a garment, so that an upper one follows the lower.
        thickness: Height of the body over the table.
        lift: Added everywhere, for pieces that lie on others.
        seams: Lines (k, 2) along which the cloth is drawn in.
        step: Distance between vertices.
    """
    low, high = outline.min(axis=0) - step * 1.5, outline.max(axis=0) + step * 1.5
    x, y = np.meshgrid(np.arange(low[0], high[0], step), np.arange(low[1], high[1], step))
    points = np.stack([x.ravel(), y.ravel()], 1)
    gap = distance_to_outline(points, outline)
    faces = from_grid(np.stack([x, y, 0 * x], -1)).faces
    faces = faces[(gap[faces] < 0).any(axis=1)]
    points, gap = _snapped(points, gap, outline, step)
    depth = np.clip(-gap / 2.4, 0, 1)
    rim = np.sqrt(1 - (1 - depth) ** 2)
    # A piece on top follows the one below right to its edge; one on the table flattens out.
    share = 1.0 if lift > 0 else rim * np.clip(-gap / 4, 0.15, 1)
    height = rim * thickness + folds.at(points) * share
    for seam in seams:
        near = distance_to_outline(points, seam, closed=False)
        height = height - 0.34 * np.exp(-((near / 0.5) ** 2)) * rim
    vertices = np.column_stack([points, np.maximum(height, 0.02) + lift])
    return Mesh(vertices, faces, points / 20.0)


def _snapped(points: Floats, gap: Floats, outline: Floats, step: float) -> tuple[Floats, Floats]:
    """Points just outside moved onto the outline, so that its edge is clean."""
    near = (gap > 0) & (gap < 1.5 * step)
    h = 0.05
    slope = (
        np.stack(
            [distance_to_outline(points[near] + e, outline) - gap[near] for e in np.eye(2) * h], 1
        )
        / h
    )
    slope /= np.maximum(np.linalg.norm(slope, axis=1, keepdims=True), 1e-6)
    moved, left = points.copy(), gap.copy()
    moved[near] -= slope * gap[near, None]
    left[near] = 0.0
    return moved, left


def surface_line(line: Floats, folds: Drape, lift: float) -> Floats:
    """A 2D line (k, 2) laid on the folded cloth, (k, 3)."""
    return np.column_stack([line, lift + 0.85 * folds.at(line)])


@dataclass(frozen=True)
class Folds:
    """Folds of hanging cloth: their number around, depth at the hem and the height they start at.

    Pleated cloth has sharp folds of equal width instead of soft ones.
    """

    count: int
    depth: float
    start: float
    pleated: bool = False


N_AROUND, N_DOWN = 260, 120
"""Vertices around a hanging cloth, and rings from its top to its hem."""


def hanging(levels: Sequence[tuple[float, float, float]], folds: Folds, rng: Rng) -> Mesh:
    """A tube of cloth worn by nobody: elliptic rings with folds that deepen downwards.

    Args:
        levels: (height, half width, half depth) from the top ring to the hem.
        folds: What the folds are like.
        rng: Chance of the folds.
    """
    count, depth, start, pleated = folds.count, folds.depth, folds.start, folds.pleated
    n_around, n_down = N_AROUND, N_DOWN
    table = np.array(levels)[::-1]
    z = np.linspace(table[0, 0], table[-1, 0], n_down)[::-1, None]
    a, b = (np.asarray(_eased(z, table[:, 0], table[:, k])) for k in (1, 2))
    angle = np.linspace(0, 2 * np.pi, n_around, endpoint=False)[None]
    fall = np.clip((start - z) / max(start - table[0, 0], 1e-6), 0, 1)
    fold = _pleats(angle, count) if pleated else _waves(angle, z, count, rng)
    reach = 1 + depth * fall ** (0.35 if pleated else 0.8) * fold / np.maximum(a, 1)
    creases = noise((n_down, n_around), (22, 16), rng) * 0.12
    x = a * reach * np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** 0.9
    y = b * reach * np.sin(angle)
    return from_grid(
        np.stack([x, y + creases, z + 0 * x + 0.5 * fall * fold], -1), close_columns=True
    ).tile(4, 4)


def _eased(z: Floats, heights: Floats, values: Floats) -> Floats:
    """Values between levels, their corners softened by a moving mean."""
    shifts = np.linspace(-0.04, 0.04, 9) * (heights[-1] - heights[0])
    return np.asarray(np.mean([np.interp(z + shift, heights, values) for shift in shifts], axis=0))


def _waves(angle: Floats, z: Floats, count: int, rng: Rng) -> Floats:
    total: Floats = np.zeros(np.broadcast(angle, z).shape)
    for share, weight in ((1.0, 0.55), (0.62, 0.4), (1.55, 0.25), (0.31, 0.3)):
        drift = rng.uniform(-0.012, 0.012)
        total = total + weight * np.sin(
            round(count * share) * (angle + drift * z) + rng.uniform(0, 2 * np.pi)
        )
    return total


def _pleats(angle: Floats, count: int) -> Floats:
    at = (angle * count / (2 * np.pi)) % 1
    return np.asarray(np.where(at < 0.82, at / 0.82, (1 - at) / 0.18) * 2 - 1)


def sleeve(
    path: Floats, sizes: Sequence[tuple[float, float]], rng: Rng, folds: float = 0.35
) -> Mesh:
    """An open sleeve along a path (n, 3); sizes give (half width, half depth) along it."""
    n = len(path)
    t = np.linspace(0, 1, n)
    table = np.array(sizes)
    at = np.linspace(0, 1, len(table))
    wide, deep = np.interp(t, at, table[:, 0]), np.interp(t, at, table[:, 1])
    ahead = np.gradient(path, axis=0)
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
    side = np.cross(ahead, [0, 1.0, 0])
    angle = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    wrinkle = 1 + folds * 0.16 * noise((n, 72), (9, 22), rng)
    ring_x = (wide[:, None] * np.cos(angle) * wrinkle)[..., None] * side[:, None]
    ring_y = (deep[:, None] * np.sin(angle) * wrinkle)[..., None] * np.array([0, 1.0, 0])
    return from_grid(path[:, None] + ring_x + ring_y, close_columns=True).tile(2, 2)
