"""A shop with words of its own, which an encoder can only know by learning them."""

from pathlib import Path

from PIL import Image

from core import Product

HUES = ("vermio", "azulo", "verdine", "nerro", "roseta", "ambrel")
RGB = ((200, 30, 30), (30, 60, 200), (30, 150, 50), (20, 20, 20), (240, 150, 190), (250, 150, 20))
PLACES = ("zenith", "nadir", "porto", "astern", "midway")
CORNERS = ((0, 0), (16, 16), (0, 16), (16, 0), (8, 8))


def products(folder: Path, count: int, first: int = 0) -> list[Product]:
    """A shop with words of its own: each title names a hue and a place, each photo shows them."""
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for number in range(first, first + count):
        hue, place = number % len(HUES), (number // len(HUES)) % len(PLACES)
        picture = Image.new("RGB", (32, 32), "white")
        x, y = CORNERS[place]
        picture.paste(RGB[hue], (x, y, x + 16, y + 10 + number % 7))
        path = folder / f"{number}.png"
        picture.save(path)
        title = f"{HUES[hue]} {PLACES[place]} no {number}"
        found.append(Product(f"p{number}", title, image=str(path), category=(HUES[hue],)))
    return found
