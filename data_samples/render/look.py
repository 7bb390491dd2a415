"""How one product looks: what a family's builder is given, read from the product's record."""

from dataclasses import dataclass

from data_samples.render import materials, textures
from data_samples.render.materials import Material
from data_samples.render.mesh import Floats


@dataclass(frozen=True)
class Look:
    """Colours (linear RGB, (3,)), material and style names, and the product's own chance."""

    colour: Floats
    accent: Floats
    material: str
    style: str
    rng: textures.Rng

    def surface(self, tile: float = 1.0) -> Material:
        """The product's main surface: its material in its colour."""
        return surface(self.material, self.colour, self.rng, tile)

    def trim(self, tile: float = 1.0) -> Material:
        """The same material in the second colour."""
        return surface(self.material, self.accent, self.rng, tile)


def surface(name: str, colour: Floats, rng: textures.Rng, tile: float = 1.0) -> Material:
    """A material by the name that the catalogue uses for it, in a colour.

    Raises:
        KeyError: The material has no recipe.
    """
    if name in materials.METALS:
        return materials.metal(name, 0.14)
    recipes = {
        "ceramic": lambda: materials.glossy(colour, 0.06),
        "porcelain": lambda: materials.glossy(colour, 0.04),
        "stoneware": lambda: materials.glossy(
            textures.speckled(colour, colour * 0.25, rng), 0.22, tile
        ),
        "clay": lambda: materials.matte(textures.speckled(colour, colour * 0.7, rng, 1.2), tile),
        "marble": lambda: materials.glossy(textures.marble(colour, colour * 0.3, rng), 0.05, tile),
        "plastic": lambda: materials.glossy(colour, 0.12),
        "rubber": lambda: materials.satin(colour),
        "enamel": lambda: materials.glossy(colour, 0.1),
        "powder-coated steel": lambda: materials.satin(colour),
        "wood": lambda: materials.timber(colour, rng, tile),
        "glass": lambda: materials.glass(colour),
        "leather": lambda: materials.leather(colour, rng, 2.0 * tile),
        "suede": lambda: materials.cloth(colour, 1.0),
        "canvas": lambda: materials.weave(colour, rng, tile, 48, 3 * tile),
        "cotton": lambda: materials.weave(colour, rng, tile, 80, 3 * tile),
        "linen": lambda: materials.weave(colour, rng, tile, 44, 2.5 * tile),
        "denim": lambda: materials.cloth(textures.denim(colour, rng), 0.3, tile),
        "crepe": lambda: materials.cloth(colour, 0.4),
        "wool": lambda: materials.knit(colour, tile, 2.5 * tile),
        "satin": lambda: materials.satin_cloth(colour),
        "velvet": lambda: materials.cloth(colour, 1.0),
        "nylon": lambda: materials.weave(colour, rng, tile, 90, 3 * tile),
        "straw": lambda: materials.weave(colour, rng, tile, 24, 2.5 * tile),
    }
    return recipes[name]()
