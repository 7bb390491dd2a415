"""Lines that shapes are made from: smoothed, filleted, rounded outlines, in numpy."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from data_samples.render.mesh import Floats


def spline(points: Sequence[Sequence[float]], n: int = 64, closed: bool = False) -> Floats:
    """A Catmull-Rom curve through the points, (n, dim), evenly spaced by arc length."""
    knots = np.asarray(points, dtype=float)
    if closed:
        padded = np.concatenate([knots[-1:], knots, knots[:2]])
    else:
        padded = np.concatenate([2 * knots[:1] - knots[1:2], knots, 2 * knots[-1:] - knots[-2:-1]])
    t = np.linspace(0, 1, 24, endpoint=False)[:, None]
    pieces = []
    for p0, p1, p2, p3 in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        bend = (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2 + (3 * p1 - p0 - 3 * p2 + p3) * t**3
        pieces.append(0.5 * (2 * p1 + (p2 - p0) * t + bend))
    return resample(np.concatenate([*pieces, padded[-2:-1]]), n)


def resample(line: Floats, n: int) -> Floats:
    """The polyline (k, dim) as n points evenly spaced along it."""
    lengths = np.r_[0, np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))]
    at = np.linspace(0, lengths[-1], n)
    return np.stack([np.interp(at, lengths, line[:, axis]) for axis in range(line.shape[1])], 1)


def fillet(points: Sequence[Sequence[float]], radius: float, steps: int = 6) -> Floats:
    """The open polyline with every inner corner rounded over `radius` centimetres."""
    corners = np.asarray(points, dtype=float)
    result = [corners[:1]]
    t = np.linspace(0, 1, steps)[:, None]
    for before, here, after in zip(corners, corners[1:], corners[2:], strict=False):
        to_before, to_after = before - here, after - here
        reach_before = min(radius, 0.48 * np.linalg.norm(to_before))
        reach_after = min(radius, 0.48 * np.linalg.norm(to_after))
        start = here + to_before / np.linalg.norm(to_before) * reach_before
        end = here + to_after / np.linalg.norm(to_after) * reach_after
        result.append((1 - t) ** 2 * start + 2 * t * (1 - t) * here + t**2 * end)
    return np.concatenate([*result, corners[-1:]])


def profile(*points: tuple[float, float], radius: float = 0.3) -> Floats:
    """A (radius, height) profile for turning, bevelled, straight runs cut into short steps."""
    line = fillet(points, radius)
    pieces = []
    for a, b in pairwise(line):
        steps = max(2, int(np.linalg.norm(b - a) / 0.6))
        pieces.append(a + (b - a) * np.linspace(0, 1, steps, endpoint=False)[:, None])
    return np.concatenate([*pieces, line[-1:]])


def ellipse(a: float, b: float, n: int = 64, power: float = 2.0) -> Floats:
    """A closed superellipse outline (n, 2); power 2 is an ellipse, 4 and more a soft box."""
    angle = np.linspace(0, 2 * np.pi, n, endpoint=False)
    cos, sin = np.cos(angle), np.sin(angle)
    x = a * np.sign(cos) * np.abs(cos) ** (2 / power)
    y = b * np.sign(sin) * np.abs(sin) ** (2 / power)
    return np.stack([x, y], 1)


def rounded_rectangle(width: float, height: float, radius: float, n_arc: int = 8) -> Floats:
    """A closed counter-clockwise outline (4 * n_arc, 2) about the origin."""
    angle = np.linspace(0, np.pi / 2, n_arc)
    arc = radius * np.stack([np.cos(angle), np.sin(angle)], 1)
    half = np.array([width / 2 - radius, height / 2 - radius])
    quarter = [arc + half, arc[:, ::-1] * [-1, 1] + half * [-1, 1]]
    return np.concatenate([*quarter, -arc - half, arc[:, ::-1] * [1, -1] + half * [1, -1]])


def arc_points(radius: float, start: float, stop: float, n: int = 32) -> Floats:
    """Points (n, 2) on a circle between two angles in degrees."""
    angle = np.radians(np.linspace(start, stop, n))
    return radius * np.stack([np.cos(angle), np.sin(angle)], 1)


def lift(outline: Floats, plane: str = "xz", offset: float = 0.0) -> Floats:
    """A 2D line (n, 2) laid into a plane of space, (n, 3), `offset` along the third axis."""
    result = np.full((len(outline), 3), offset)
    result[:, "xyz".index(plane[0])] = outline[:, 0]
    result[:, "xyz".index(plane[1])] = outline[:, 1]
    return result
