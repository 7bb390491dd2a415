"""Garments photographed from above: t-shirt, shirt, hoodie and sweater."""

import numpy as np

from data_samples.render import materials, textures
from data_samples.render.cloth import Drape, Points, drape, laid, mirrored, surface_line
from data_samples.render.curves import profile, rounded_rectangle, spline
from data_samples.render.families.textiles import pattern
from data_samples.render.look import Look
from data_samples.render.mesh import Floats, Mesh, merge
from data_samples.render.solids import lathe, strap, tube
from data_samples.render.studio import Part

TSHIRT: Points = (
    (0, 61),
    (3.5, 61.6),
    (6.6, 64.2),
    (8.6, 69.6),
    (22, 65.5),
    (37, 49),
    (29.5, 41.5),
    (25, 46),
    (25.6, 20),
    (26, 0.4),
    (0, 0),
)


LONG: Points = (
    (0, 61.5),
    (3.5, 62),
    (6.6, 64.5),
    (8.6, 69.6),
    (22, 66),
    (28, 58),
    (40, 12),
    (33, 9.5),
    (25.4, 46),
    (25.6, 20),
    (25.6, 0.4),
    (0, 0),
)


NECK_BACK: Points = ((0, 67.6), (5, 68.2), (8.8, 70), (7.6, 62), (4, 59.5), (0, 58.5))


def ribbon(line: Floats, folds: Drape, width: float, at: float) -> Mesh:
    """A flat ribbon of cloth sewn along a line (k, 2)."""
    return strap(surface_line(line, folds, at), 0.5, width, (0, 0, 1.0))


def both_sides(line: Points) -> tuple[Floats, Floats]:
    """A smooth line and its mirror image."""
    right = spline(line, 40)
    return right, right * [-1, 1]


def fabric(look: Look) -> materials.Material:
    """The product's cloth with its print."""
    picture = pattern(look)
    if look.material == "wool":
        return materials.knit(picture, 1.0, 3.0)
    if look.material == "denim":
        return materials.cloth(textures.denim(look.colour, look.rng), 0.3)
    return materials.bumped(materials.cloth(picture, 0.4), textures.woven(look.rng, 90), 0.0006, 3)


def _neckline(points: Points) -> Floats:
    """The front neckline, left to right, from a garment's half outline."""
    right = spline(points[:4], 24)
    return np.concatenate([(right * [-1, 1])[::-1], right[1:]])


def tshirt(look: Look) -> list[Part]:
    """A crew-neck t-shirt; styles: plain, stripes, pocket."""
    folds = drape(look.rng)
    shoulders = both_sides([(21.5, 65.4), (23.5, 58), (25, 46.5)])
    hem = np.array([[-26, 2.4], [26, 2.4]])
    cuffs = both_sides([(35.4, 50.8), (28.4, 43.2)])
    body = laid(mirrored(TSHIRT), folds, seams=[*shoulders, hem, *cuffs])
    back = laid(mirrored(NECK_BACK), folds, 0.7)
    rib = ribbon(_neckline(TSHIRT), folds, 2.0, 1.2)
    parts = [
        Part(body, fabric(look)),
        Part(back, materials.cloth(look.colour * 0.8)),
        Part(rib, materials.cloth(look.colour * 0.94, 0.8)),
    ]
    if look.style == "pocket":
        pocket = rounded_rectangle(11, 12.5, 1.2) + [11.5, 47]
        parts.append(Part(laid(pocket, folds, 0.5, 1.45), materials.cloth(look.accent)))
    return parts


def shirt(look: Look) -> list[Part]:
    """A long-sleeved shirt with collar, placket, buttons and a chest pocket."""
    folds = drape(look.rng)
    seams = [
        *both_sides([(21.5, 65.8), (23.5, 58), (25.2, 46.5)]),
        *both_sides([(39, 15.5), (32.4, 13)]),
    ]
    body = laid(mirrored(LONG), folds, seams=seams)
    back = laid(mirrored(NECK_BACK), folds, 0.8)
    collar = [
        laid(
            np.array([[0.2, 60.5], [2.2, 56.0], [9.6, 60.6], [9.9, 69.0], [7.0, 71.0], [6.0, 66.5]])
            * [sign, 1],
            folds,
            1.1,
            2.1,
        )
        for sign in (1, -1)
    ]
    stand = ribbon(_neckline(LONG), folds, 2.0, 1.4)
    placket = ribbon(np.stack([np.zeros(60), np.linspace(60.5, 0.5, 60)], 1), folds, 3.2, 1.5)
    pocket = laid(
        np.array([[6.5, 50], [17, 50], [17, 39.5], [11.8, 37.6], [6.5, 39.5]]), folds, 0.45, 1.4
    )
    button = lathe(profile((0, 0.2), (0.45, 0.25), (0.6, 0), radius=0.1), 32)
    places = surface_line(np.stack([np.zeros(7), np.linspace(57, 6, 7)], 1), folds, 1.8)
    buttons = merge(*(button.move(*place) for place in places))
    cloth = fabric(look)
    return [
        Part(body, cloth),
        Part(merge(*collar, stand), cloth),
        Part(placket, cloth),
        Part(pocket, cloth),
        Part(back, materials.cloth(look.colour * 0.75)),
        Part(buttons, materials.glossy(textures.linear("#efe9dd"))),
    ]


def hoodie(look: Look) -> list[Part]:
    """A hoodie with hood, pouch pocket and cords, or a plain sweater when so styled."""
    folds = drape(look.rng, 1.3)
    seams = [
        *both_sides([(21.5, 65.8), (23.5, 58), (25.2, 46.5)]),
        *both_sides([(38.8, 17), (32.2, 14.5)]),
        np.array([[-26, 6.0], [26, 6.0]]),
    ]
    body = laid(mirrored(LONG), folds, 2.6, seams=seams)
    cloth = fabric(look)
    ribs = merge(
        ribbon(np.array([[-25.2, 2.8], [0, 2.6], [25.2, 2.8]]), folds, 5.2, 1.6),
        *(
            ribbon(np.array([[39.4, 14.2], [33.2, 11.8]]) * [sign, 1], folds, 5.0, 1.4)
            for sign in (1, -1)
        ),
    )
    ribbed = materials.bumped(materials.cloth(look.colour), textures.ribbed(60), 0.002, 1)
    parts = [
        Part(body, cloth),
        Part(ribs.planar_uv("xy", 24), ribbed),
        Part(laid(mirrored(NECK_BACK), folds, 1.0), materials.cloth(look.colour * 0.7)),
    ]
    if look.style in ("sweater", "stripes"):
        return [*parts, Part(ribbon(_neckline(LONG), folds, 2.6, 2.2), ribbed)]
    hood = laid(
        mirrored(
            [
                (0, 82),
                (8, 81.4),
                (14.5, 75),
                (14, 65),
                (9, 58.5),
                (6.5, 60),
                (9.6, 66),
                (9.4, 73),
                (5, 76.5),
                (0, 77),
            ],
            2.5,
        ),
        folds,
        2.6,
        1.0,
    )
    inside = laid(
        mirrored([(0, 78.5), (7, 78), (11, 73), (10, 64), (5, 58), (0, 57)], 2), folds, 1.0, 0.3
    )
    pouch = laid(mirrored([(0, 27), (9.5, 27), (17, 14), (17, 7), (0, 7)], 0.8), folds, 0.8, 2.1)
    cords = [
        tube(
            surface_line(
                spline([(s * 6.2, 60), (s * 5.4, 53), (s * 6.6, 45), (s * 5.8, 39)], 40), folds, 3.0
            ),
            0.34,
            12,
        )
        for s in (1, -1)
    ]
    return [
        *parts,
        Part(hood, cloth),
        Part(inside, materials.cloth(look.colour * 0.7)),
        Part(pouch, cloth),
        Part(merge(*cords), materials.cloth(look.accent)),
    ]
