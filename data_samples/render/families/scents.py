"""Candles, incense burners and perfume."""

import numpy as np

from data_samples.render import materials, textures
from data_samples.render.curves import ellipse, lift, profile, rounded_rectangle
from data_samples.render.look import Look
from data_samples.render.mesh import Mesh, from_grid, merge
from data_samples.render.solids import ball, box, lathe, rod, slab
from data_samples.render.studio import Part
from data_samples.render.textures import linear


def candle(look: Look) -> list[Part]:
    """A scented candle in a glass or ceramic jar with a paper label."""
    jar = lathe(
        profile((0, 0.8), (3.7, 0.8), (3.8, 9.0), (4.1, 9.0), (4.1, 0), (0, 0), radius=0.25)
    )
    jar = Mesh(jar.vertices, jar.faces[:, ::-1], jar.uv)
    wax = lathe(profile((0, 0.85), (3.66, 0.85), (3.7, 6.9), (3.4, 6.7), (0, 6.6), radius=0.2))
    wick = rod((0, 0, 6.5), (0.2, 0, 7.7), 0.09)
    shell = materials.glass() if look.material == "glass" else look.surface()
    label = lathe(np.array([[4.13, 2.6], [4.13, 6.4]])).turn("z", 70)
    parts = [
        Part(jar, shell),
        Part(wax, materials.satin(look.colour if look.material == "glass" else linear("#f3ead8"))),
        Part(wick, materials.matte(linear("#4a3a2a"))),
    ]
    return [*parts, Part(_front(label, 70), materials.matte(_label(look)))]


def _front(mesh: Mesh, half_angle: float) -> Mesh:
    """The part of a turned surface within `half_angle` degrees of the front."""
    angle = np.degrees(np.arctan2(mesh.vertices[:, 0], -mesh.vertices[:, 1]))
    keep = (np.abs(angle[mesh.faces]) <= half_angle).all(axis=1)
    uv = np.stack([0.5 + angle / (2 * half_angle), mesh.uv[:, 1]], 1)
    return Mesh(mesh.vertices, mesh.faces[keep], uv)


def _label(look: Look) -> textures.Floats:
    """A printed label: a frame, a mark and lines of small type."""
    size = 256
    picture = np.broadcast_to(linear("#f6f1e6"), (size, size, 3)).copy()
    ink = look.accent
    picture[14:18, 14:-14] = picture[-18:-14, 14:-14] = ink
    picture[14:-14, 14:18] = picture[14:-14, -18:-14] = ink
    picture[80:104, 70:186] = ink
    for row, width in ((120, 60), (136, 44), (170, 80), (182, 70)):
        picture[row : row + 5, 128 - width // 2 : 128 + width // 2] = ink * 0.6 + 0.2
    return picture[::-1]


def burner(look: Look) -> list[Part]:
    """A mabkhara, the incense burner: square flared foot, waist and bowl."""

    def square(z: float, half: float) -> textures.Floats:
        return lift(rounded_rectangle(2 * half, 2 * half, 0.5, 6), "xy", z)

    line = profile(
        (4.6, 0),
        (4.6, 1.6),
        (2.0, 6.4),
        (2.2, 7.6),
        (5.0, 12.0),
        (5.2, 14.4),
        (4.5, 14.4),
        (4.0, 12.6),
        (0.3, 12.4),
        radius=0.5,
    )
    body = from_grid(np.stack([square(z, half) for half, z in line]), close_columns=True)
    horns = merge(
        *(
            slab(np.array([[-1.6, 0], [1.6, 0], [0.3, 2.6], [-0.3, 2.6]]) * 0.9, 0.6, 0.1)
            .move(y=-4.8, z=14.2)
            .turn("z", 90 * i)
            for i in range(4)
        )
    )
    studs = merge(
        *(
            ball(0.34, 16).move(x, -4.75 - 0.1 * abs(z - 1), z).turn("z", 90 * i)
            for i in range(4)
            for x in (-2.4, 0, 2.4)
            for z in (0.9,)
        ),
        *(
            ball(0.3, 16).move(x, -5.2, 13.4).turn("z", 90 * i)
            for i in range(4)
            for x in (-3.2, -1.6, 0, 1.6, 3.2)
        ),
    )
    coal = merge(
        *(
            ball(1.0, 16).scale(1.1, 1, 0.6).move(*place)
            for place in ((-1.2, 0.4, 12.8), (1.1, 0.8, 12.8), (0.2, -1.3, 12.8))
        )
    )
    return [
        Part(merge(body, horns).box_uv(8), look.surface()),
        Part(studs, materials.metal("brass")),
        Part(coal, materials.matte(linear("#2a2523"))),
    ]


def perfume(look: Look) -> list[Part]:
    """A perfume flacon: thick glass, coloured scent, metal collar, cap; round, square or tall."""
    outline = {
        "square": rounded_rectangle(7, 4.4, 0.9),
        "round": ellipse(4.0, 4.0, 64),
        "tall": rounded_rectangle(4.6, 4.6, 0.7),
    }[look.style]
    height = {"square": 8.0, "round": 7.0, "tall": 11.0}[look.style]
    outer = slab(outline, height, 0.6, "xy").move(z=height / 2)
    inner = slab(outline * 0.84, height * 0.8, 0.5, "xy").move(z=height / 2 + 0.1)
    neck = lathe(profile((1.3, height - 0.1), (1.3, height + 1.0), (0, height + 1.0), radius=0.1))
    cap = box(3.0, 3.0, 3.2, 0.35) if look.style != "round" else ball(1.9)
    scent = {
        "type": "dielectric",
        "int_ior": 1.36,
        "ext_ior": 1.5,
        "specular_transmittance": materials.paint(np.sqrt(look.colour)),
    }
    liquid = (
        {"type": "roughplastic", "diffuse_reflectance": materials.paint(look.colour), "alpha": 0.05}
        if look.material == "ceramic"
        else scent
    )
    front = -outline[:, 1].max() - 0.03
    label = from_grid(np.stack([[[x, front, z] for x in (-1.5, 1.5)] for z in (2.2, 5.0)]))
    return [
        Part(outer, materials.glass()),
        Part(inner, liquid),
        Part(neck, materials.metal("gold", 0.12)),
        Part(cap.move(z=height + 2.4), materials.glossy(look.accent, 0.06)),
        Part(label, materials.matte(_label(look))),
    ]
