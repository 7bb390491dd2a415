"""Things to play and train with: balls, dumbbells, a rolled mat."""

import numpy as np

from data_samples.render import materials, textures
from data_samples.render.curves import lift
from data_samples.render.look import Look
from data_samples.render.mesh import Floats, Mesh, merge
from data_samples.render.solids import ball as sphere
from data_samples.render.solids import lathe, loft, strap, tube
from data_samples.render.studio import Part
from data_samples.render.textures import linear

GOLDEN = (1 + 5**0.5) / 2


def _icosahedron() -> tuple[Floats, list[tuple[int, int]]]:
    """Its 12 unit corners and 30 edges."""
    corners = np.array([(a, b * GOLDEN, 0) for a in (-1, 1) for b in (-1, 1)], dtype=float)
    corners = np.concatenate([np.roll(corners, shift, axis=1) for shift in range(3)])
    corners /= np.linalg.norm(corners, axis=1, keepdims=True)
    gap = np.linalg.norm(corners[:, None] - corners[None], axis=-1)
    nearest = gap[gap > 0.1].min()
    return corners, [(i, j) for i in range(12) for j in range(i) if gap[i, j] < nearest * 1.01]


def football(look: Look) -> list[Part]:
    """A football of 32 panels: pentagons in the second colour, seams pressed in."""
    corners, edges = _icosahedron()
    mesh = sphere(11, 360).turn("x", 20)
    unit = mesh.vertices / np.linalg.norm(mesh.vertices, axis=1, keepdims=True)
    closeness = np.sort(unit @ corners.T, axis=1)[:, ::-1]
    nearest = corners[(unit @ corners.T).argmax(axis=1)]
    margin = np.full(len(unit), np.inf)
    for i, j in ((a, b) for e in edges for a, b in (e, e[::-1])):
        cut = (2 * corners[i] + corners[j]) / 3 - corners[i]
        mine = (nearest == corners[i]).all(axis=1)
        side = (unit @ cut) / np.linalg.norm(cut)
        # A pentagon is where no edge of its corner has been followed for a third of its length.
        limit = (
            ((2 * corners[i] + corners[j]) / np.linalg.norm(2 * corners[i] + corners[j]))
            @ cut
            / np.linalg.norm(cut)
        )
        margin = np.where(mine, np.minimum(margin, limit - side), margin)
    dark = margin > 0
    between = closeness[:, 0] - closeness[:, 1]
    seam = np.exp(-((margin / 0.012) ** 2)) + np.exp(-((between / 0.014) ** 2)) * ~dark
    mesh = Mesh(mesh.vertices * (1 - 0.012 * np.clip(seam, 0, 1))[:, None], mesh.faces, mesh.uv)
    return [
        Part(mesh.without(dark), materials.leather(look.colour, look.rng, 6, 0.0015)),
        Part(mesh.where(dark), materials.leather(look.accent, look.rng, 6, 0.0015)),
    ]


def basketball(look: Look) -> list[Part]:
    """A pebbled basketball with its four black seams."""
    mesh = sphere(12, 300)
    circle = np.linspace(0, 2 * np.pi, 160, endpoint=False)
    lines = [
        np.stack([np.cos(circle), np.sin(circle), 0 * circle], 1),
        np.stack([np.cos(circle), 0 * circle, np.sin(circle)], 1),
    ]
    for side in (1, -1):
        bend = side * (0.5 + 0.22 * np.cos(2 * circle))
        ring_points = np.stack(
            [np.cos(circle) * np.sqrt(1 - bend**2), bend, np.sin(circle) * np.sqrt(1 - bend**2)], 1
        )
        lines.append(ring_points)
    seams = merge(*(tube(line * 11.98, 0.17, 10, closed=True) for line in lines))
    skin = materials.bumped(
        materials.satin(look.colour), textures.noise((512, 512), (5, 5), look.rng) * 0.5, 0.004, 4
    )
    return [
        Part(mesh.turn("x", 25).turn("z", 30), skin),
        Part(seams.turn("x", 25).turn("z", 30), materials.satin(linear("#141414"))),
    ]


def dumbbells(look: Look) -> list[Part]:
    """A pair of hexagonal dumbbells with knurled steel grips."""
    angle = np.radians(np.arange(6) * 60 + 30)
    hexagon = np.stack([4.4 * np.cos(angle), 4.4 * np.sin(angle)], 1)
    rings = [
        lift(hexagon * s, "yz", x)
        for s, x in ((0.82, 0), (0.98, 0.5), (1, 1.0), (1, 4.2), (0.98, 4.7), (0.82, 5.2))
    ]
    head = loft(rings).flat()
    grip = lathe(np.array([[1.35, -5.4], [1.5, -3], [1.65, 0], [1.5, 3], [1.35, 5.4]])).turn(
        "y", 90
    )
    heads = merge(head.move(x=5.2), head.move(x=-10.4))

    def pair(mesh: Mesh) -> Mesh:
        first = mesh.move(z=3.81)
        return merge(first, mesh.turn("z", 24).move(3.0, 12.0, 3.81))

    steel = materials.bumped(materials.metal("steel", 0.2), textures.woven(look.rng, 40), 0.006, 2)
    return [Part(pair(heads), materials.satin(look.colour)), Part(pair(grip), steel)]


def mat(look: Look) -> list[Part]:
    """An exercise mat rolled up with a carrying strap."""
    turn = np.linspace(0, 2 * np.pi * 5.0, 500)
    radius = 1.2 + turn / (2 * np.pi) * 0.98
    spiral = np.stack([radius * np.cos(turn), 0 * turn, radius * np.sin(turn) + 6.2], 1)
    sheet = strap(spiral, 60, 0.8, (0, 1.0, 0))
    sheet.uv[:] = sheet.vertices[:, [0, 1]] / 12
    bands = merge(
        *(
            strap(
                np.stack(
                    [
                        6.55 * np.cos(a := np.linspace(0, 2 * np.pi, 90)),
                        np.full(90, y),
                        6.55 * np.sin(a) + 6.2,
                    ],
                    1,
                ),
                2.4,
                0.3,
                (0, 1.0, 0),
            )
            for y in (-16, 16)
        )
    )
    handle = strap(
        np.array([[0, y, 12.7 + 4.5 * np.cos(np.pi * y / 36)] for y in np.linspace(-16, 16, 30)]),
        2.4,
        0.3,
        (1.0, 0, 0),
    )
    foam = materials.bumped(
        materials.satin(look.colour), textures.noise((256, 256), (6, 6), look.rng) * 0.4, 0.008, 1
    )
    parts = [Part(sheet, foam), Part(merge(bands, handle), materials.cloth(look.accent))]
    return [Part(part.mesh.turn("z", -38), part.material) for part in parts]
