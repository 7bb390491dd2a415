"""Soft things for the house: cushion, rug, towels; and the prints that clothes share."""

import numpy as np

from data_samples.render import materials, textures
from data_samples.render.curves import arc_points, lift
from data_samples.render.look import Look
from data_samples.render.mesh import Mesh, from_grid, merge
from data_samples.render.solids import rod, strap, tube
from data_samples.render.studio import Part
from data_samples.render.textures import linear


def cushion(look: Look) -> list[Part]:
    """A stuffed square cushion leaning back, with piping; styles: plain, stripes, check, dots."""
    n, half = 90, 22.0
    u, v = np.meshgrid(np.linspace(-1, 1, n), np.linspace(-1, 1, n))
    puff = ((1 - u**2) * (1 - v**2)) ** 0.42
    pull = 1 - 0.09 * (1 - np.abs(u * v) ** 0.6) * (np.abs(u) ** 4 + np.abs(v) ** 4)
    wrinkle = textures.noise((n, n), (14, 14), look.rng) * 0.22 * puff
    corner = np.exp(-6 * ((1 - np.abs(u)) ** 2 + (1 - np.abs(v)) ** 2))
    sheets = [
        from_grid(
            np.stack(
                [u * half * pull, s * (8.5 * puff + wrinkle) + 0 * corner, v * half * pull], -1
            )
        )
        for s in (-1, 1)
    ]
    edge = np.concatenate(
        [
            np.stack([u * half * pull, 0 * u, v * half * pull], -1)[k]
            for k in (
                (0, slice(None)),
                (slice(None), -1),
                (-1, slice(None, None, -1)),
                (slice(None, None, -1), 0),
            )
        ]
    )
    piping = tube(edge[np.r_[True, np.linalg.norm(np.diff(edge, axis=0), axis=1) > 1e-6]], 0.38, 12)
    picture = pattern(look)
    body = materials.bumped(materials.cloth(picture, 0.6), textures.woven(look.rng, 60), 0.002, 3)
    if look.material == "velvet":
        body = materials.cloth(picture, 1.0)
    parts = [Part(merge(*sheets), body), Part(piping, materials.cloth(look.accent))]
    return [Part(part.mesh.turn("x", -20), part.material) for part in parts]


def pattern(look: Look) -> textures.Floats:
    """The print of the product's style in its two colours; a plain one is a flat colour."""
    a, b = look.colour, look.accent
    prints = {
        "stripes": lambda: textures.stripes(a, b, 9, 0.45),
        "pinstripe": lambda: textures.stripes(a, b, 16, 0.12, upright=True),
        "check": lambda: textures.check(a, b, 5),
        "dots": lambda: textures.dots(a, b, 7),
        "floral": lambda: textures.flowers(a, [b, linear("#f6f2ea")], look.rng),
    }
    return prints[look.style]() if look.style in prints else a


def rug(look: Look) -> list[Part]:
    """A woven rug, one end rolled up, with fringes."""
    turns = np.linspace(0, 4.2 * np.pi, 160)
    radius = 5.6 - 0.3 * turns
    roll = np.stack([-radius * np.sin(turns), 5.6 - radius * np.cos(turns)], 1)
    flat = np.stack([np.linspace(64, 0.5, 40), np.zeros(40)], 1)
    line = np.concatenate([flat, roll])
    grid = np.stack(
        [
            np.stack([line[:, 0], np.full(len(line), y), line[:, 1] + 0.05], -1)
            for y in np.linspace(-24, 24, 30)
        ],
        1,
    )
    lengths = np.r_[0, np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))]
    mesh = from_grid(grid)
    mesh.uv[:, 1] = np.repeat(lengths / lengths[-1], 30)
    threads = merge(
        *(
            rod(
                (63.8, y, 0.3),
                (68 + look.rng.uniform(-0.5, 0.5), y + look.rng.uniform(-0.5, 0.5), 0.15),
                0.2,
            )
            for y in np.linspace(-23.6, 23.6, 60)
        )
    )
    under = Mesh(mesh.vertices + [0, 0, -0.4], mesh.faces, mesh.uv)
    wool = materials.bumped(
        materials.cloth(_kilim(look), 0.7), textures.woven(look.rng, 60), 0.002, 3
    )
    return [
        Part(mesh, wool),
        Part(under, materials.cloth(look.colour * 0.7)),
        Part(threads, materials.cloth(linear("#e9dfca"))),
    ]


def _kilim(look: Look) -> textures.Floats:
    """A picture of stepped diamonds and borders in the product's colours."""
    size = 512
    x, y = np.meshgrid(np.arange(size) / size, np.arange(size) / size)
    pale, picture = linear("#eadfc8"), np.broadcast_to(look.colour, (size, size, 3)).copy()
    diamond = np.floor((np.abs(x * 3 % 1 - 0.5) + np.abs(y * 5 % 1 - 0.5)) * 12) / 12
    if look.style == "stripes":
        diamond = np.floor((y * 9 % 1) * 12) / 12 + 0.02
    picture[(diamond > 0.30) & (diamond < 0.42)] = pale
    picture[diamond < 0.2] = look.accent
    picture[diamond < 0.09] = pale
    border = np.minimum(x, 1 - x)
    picture[border < 0.09] = look.accent
    picture[(border < 0.09) & (np.abs((y * 30) % 1 - 0.5) + np.abs(border - 0.045) * 12 < 0.4)] = (
        pale
    )
    picture[(border > 0.09) & (border < 0.1)] = pale
    return picture


def towels(look: Look) -> list[Part]:
    """A stack of folded towels, each a bundle of rounded folds."""
    parts = []
    for level in range(3):
        tone = look.colour if level != 1 else look.accent
        folds = [
            strap(
                lift(
                    np.concatenate(
                        [
                            np.stack([np.linspace(15, -15, 24), np.full(24, z)], 1),
                            arc_points(1.0, 90, 270, 12)[::1] * [1, -1] + [-15, z + 1.0],
                        ]
                    ),
                    "xz",
                ),
                24 - 0.3 * k,
                1.5,
                (0, 1, 0),
            )
            for k, z in enumerate((0.9, 2.7))
        ]
        mesh = merge(*folds)
        ripple = textures.noise((64, 64), (16, 16), look.rng)
        at = (np.abs(mesh.vertices[:, :2]) * 1.5).astype(int) % 64
        mesh.vertices[:, 2] += 0.12 * ripple[at[:, 0], at[:, 1]]
        pile = materials.bumped(
            materials.cloth(tone, 1.0), textures.noise((256, 256), (5, 5), look.rng) * 0.5, 0.004, 3
        )
        parts.append(
            Part(mesh.box_uv(10).turn("z", look.rng.uniform(-4, 4)).move(z=4.4 * level), pile)
        )
    return parts
