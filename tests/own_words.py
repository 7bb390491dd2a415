"""A synthetic shop with invented words, which an encoder can only know after fine-tuning."""

from pathlib import Path

from PIL import Image

from shopwindow.values import Product

HUES = {
    "vermio": (200, 30, 30),
    "azulo": (30, 60, 200),
    "verdine": (30, 150, 50),
    "nerro": (20, 20, 20),
    "roseta": (240, 150, 190),
    "ambrel": (250, 150, 20),
    "limonel": (250, 230, 40),
    "violeen": (120, 40, 160),
    "bruniel": (110, 70, 40),
    "grisel": (128, 128, 128),
    "cyanel": (40, 200, 210),
    "oliveo": (120, 120, 30),
}
POSITIONS = ("zenith", "porto", "nadir", "astern", "midway", "leeward", "aloft", "abeam", "keelson")


def products(folder: Path, count: int, first: int = 0) -> list[Product]:
    """Return products whose title names the hue and position in their photo: 108 titles."""
    folder.mkdir(parents=True, exist_ok=True)
    shop = []
    for number in range(first, first + count):
        hue = list(HUES)[number % len(HUES)]
        position = (number // len(HUES)) % len(POSITIONS)
        image = Image.new("RGB", (36, 36), "white")
        x, y = 12 * (position % 3), 12 * (position // 3)
        image.paste(HUES[hue], (x, y, x + 12, y + 8 + number % 5))
        path = folder / f"{number}.png"
        image.save(path)
        title = f"{hue} {POSITIONS[position]}"
        shop.append(Product(f"p{number}", title, image=str(path), category=(hue,)))
    return shop
