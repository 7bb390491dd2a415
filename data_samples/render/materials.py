"""What surfaces are made of, as mitsuba descriptions; pictures in them stay numpy arrays.

A picture stands in a description as {"type": "bitmap", "pixels": array}; `engine` loads it.
"""

from typing import Any

import numpy as np

from data_samples.render import textures
from data_samples.render.mesh import Floats

Material = dict[str, Any]
Paint = Floats
"""A linear RGB colour (3,) or a picture (h, w, 3) of them."""


def paint(value: Paint, tile: float = 1.0) -> Any:
    """A texture from one colour or a picture, repeated `tile` times per unit of uv."""
    if value.ndim == 1:
        return {"type": "rgb", "value": [float(channel) for channel in np.clip(value, 0.001, 0.96)]}
    return {"type": "bitmap", "pixels": np.clip(value, 0.001, 0.96), "raw": False, "tile": tile}


def bumped(material: Material, height: Floats, depth: float, tile: float = 1.0) -> Material:
    """The material with a height picture (h, w) felt in its shading.

    `depth` is in lengths of the model. Slopes much over one half turn cloth dark and blotchy.
    """
    bitmap = {"type": "bitmap", "pixels": height[..., None], "raw": True, "tile": tile}
    return {"type": "bumpmap", "arbitrary": bitmap, "scale": depth, "bsdf": material}


def glossy(value: Paint, roughness: float = 0.08, tile: float = 1.0) -> Material:
    """Glazed ceramic, lacquer or polished plastic."""
    return {
        "type": "roughplastic",
        "diffuse_reflectance": paint(value, tile),
        "alpha": max(roughness, 0.02),
        "nonlinear": True,
    }


def matte(value: Paint, tile: float = 1.0) -> Material:
    """Unglazed clay, paper, dull paint."""
    return {"type": "diffuse", "reflectance": paint(value, tile)}


def satin(value: Paint, tile: float = 1.0) -> Material:
    """Soft-touch plastic, rubber, painted metal."""
    return glossy(value, 0.3, tile)


METALS = {
    "gold": (1.0, 0.72, 0.32),
    "rose gold": (0.95, 0.62, 0.5),
    "silver": (0.93, 0.92, 0.9),
    "steel": (0.62, 0.62, 0.63),
    "brass": (0.86, 0.66, 0.32),
    "copper": (0.93, 0.54, 0.38),
    "bronze": (0.5, 0.33, 0.2),
    "gunmetal": (0.16, 0.165, 0.18),
    "aluminium": (0.78, 0.79, 0.8),
}


def metal(name_or_colour: str | Floats, roughness: float = 0.15) -> Material:
    """A metal by name, or one of a given mirror colour."""
    colour = METALS[name_or_colour] if isinstance(name_or_colour, str) else name_or_colour
    return {
        "type": "roughconductor",
        "material": "none",
        "alpha": max(roughness, 0.03),
        "distribution": "ggx",
        "specular_reflectance": paint(np.asarray(colour, dtype=float)),
    }


def glass(tint: Floats | None = None) -> Material:
    """Clear glass; a tint colours what passes through each surface."""
    described: Material = {"type": "dielectric", "int_ior": 1.5, "ext_ior": 1.0}
    if tint is not None:
        described["specular_transmittance"] = paint(tint)
    return described


def pane(tint: Floats) -> Material:
    """A thin tinted pane, such as a lens: no bending of light."""
    return {"type": "thindielectric", "int_ior": 1.5, "specular_transmittance": paint(tint)}


def cloth(value: Paint, sheen: float = 0.5, tile: float = 1.0) -> Material:
    """Soft fibre: no gloss, a pale rim."""
    return {
        "type": "principled",
        "base_color": paint(value, tile),
        "roughness": 0.9,
        "specular": 0.15,
        "sheen": sheen,
        "sheen_tint": 0.6,
    }


def weave(
    value: Paint, rng: textures.Rng, tile: float = 1.0, threads: int = 48, bump_tile: float = 4.0
) -> Material:
    """Cloth with visible threads."""
    return bumped(cloth(value, tile=tile), textures.woven(rng, threads), 0.0018, bump_tile)


def knit(value: Paint, tile: float = 1.0, bump_tile: float = 3.0) -> Material:
    """Cloth with visible stitches."""
    return bumped(cloth(value, 0.8, tile), textures.knitted(), 0.004, bump_tile)


def satin_cloth(value: Paint, tile: float = 1.0) -> Material:
    """Silk, satin and other cloth that catches the light."""
    return {
        "type": "principled",
        "base_color": paint(value, tile),
        "roughness": 0.42,
        "specular": 0.5,
        "spec_tint": 0.6,
        "sheen": 0.5,
        "sheen_tint": 0.8,
    }


def leather(value: Paint, rng: textures.Rng, tile: float = 2.0, depth: float = 0.003) -> Material:
    """Grained leather with a dull shine."""
    base = {"type": "principled", "base_color": paint(value), "roughness": 0.34, "specular": 0.6}
    return bumped(base, textures.pebbled(rng), depth, tile)


def timber(tone: Floats, rng: textures.Rng, tile: float = 1.0) -> Material:
    """Oiled wood with grain along v."""
    return {
        "type": "principled",
        "base_color": paint(textures.wood(tone, rng), tile),
        "roughness": 0.45,
        "specular": 0.35,
    }


def screen(picture: Floats) -> Material:
    """A display behind glass showing a picture (h, w, 3)."""
    return {"type": "plastic", "diffuse_reflectance": paint(picture), "int_ior": 1.45}
