"""Every kind of thing: its builder and the camera angles that suit it."""

from collections.abc import Callable
from dataclasses import dataclass

from data_samples.render.families import (
    audio,
    bags,
    bottoms,
    carried,
    electronics,
    furniture,
    hanging_garments,
    interior,
    jewellery,
    peripherals,
    scents,
    shoes,
    sport,
    tableware,
    textiles,
    tops,
    vessels,
    watches,
    worn,
)
from data_samples.render.look import Look
from data_samples.render.studio import Part, View


@dataclass(frozen=True)
class Kind:
    """A builder and how its things are photographed."""

    build: Callable[[Look], list[Part]]
    view: View


ABOVE = View((-7, 7), (76, 84), 1.08, lying=True)
FIGURE = View((-24, 24), (3, 9), 1.08)
LOW = View((-32, 32), (9, 22))
SIDE = View((-30, 12), (14, 28), 1.12)
HIGH = View((-35, 35), (26, 42))

KINDS: dict[str, Kind] = {
    "mug": Kind(tableware.mug, View((-40, 40), (14, 30))),
    "teapot": Kind(tableware.teapot, View((-22, 22), (12, 26))),
    "dallah": Kind(tableware.dallah, View((-22, 22), (7, 18))),
    "bowl": Kind(tableware.bowl, View((-35, 35), (24, 40))),
    "plates": Kind(tableware.plates, View((-25, 25), (32, 50))),
    "tumblers": Kind(tableware.tumblers, View((-20, 20), (16, 28))),
    "bottle": Kind(vessels.bottle, LOW),
    "vase": Kind(vessels.vase, LOW),
    "lamp": Kind(interior.lamp, View((-30, 30), (4, 14))),
    "candle": Kind(scents.candle, View((-18, 18), (14, 26))),
    "burner": Kind(scents.burner, View((20, 40), (16, 28))),
    "clock": Kind(interior.clock, View((-25, 25), (4, 14))),
    "planter": Kind(interior.planter, View((-35, 35), (10, 24))),
    "cushion": Kind(textiles.cushion, View((-28, 28), (8, 20))),
    "rug": Kind(textiles.rug, View((12, 40), (34, 50), 1.08)),
    "towels": Kind(textiles.towels, View((-40, -15), (14, 26))),
    "perfume": Kind(scents.perfume, View((-25, 25), (8, 18))),
    "chair": Kind(furniture.chair, View((-40, 40), (12, 24))),
    "stool": Kind(furniture.stool, View((-30, 30), (12, 26))),
    "table": Kind(furniture.table, View((-35, 35), (16, 28))),
    "sofa": Kind(furniture.sofa, View((-30, 30), (12, 22))),
    "t-shirt": Kind(tops.tshirt, ABOVE),
    "shirt": Kind(tops.shirt, ABOVE),
    "hoodie": Kind(tops.hoodie, ABOVE),
    "trousers": Kind(bottoms.trousers, ABOVE),
    "scarf": Kind(bottoms.scarf, ABOVE),
    "dress": Kind(hanging_garments.dress, FIGURE),
    "abaya": Kind(hanging_garments.abaya, FIGURE),
    "thobe": Kind(hanging_garments.thobe, FIGURE),
    "skirt": Kind(hanging_garments.skirt, FIGURE),
    "sneaker": Kind(shoes.sneaker, SIDE),
    "boot": Kind(shoes.boot, SIDE),
    "loafer": Kind(shoes.loafer, View((-40, -5), (22, 34), 1.12)),
    "sandal": Kind(shoes.sandal, View((-45, -10), (26, 40), 1.12)),
    "handbag": Kind(bags.handbag, LOW),
    "tote": Kind(bags.tote, View((-30, 30), (10, 20))),
    "backpack": Kind(bags.backpack, View((-35, 35), (8, 18))),
    "suitcase": Kind(carried.suitcase, View((-38, 38), (8, 18))),
    "wallet": Kind(carried.wallet, View((-60, -35), (18, 30))),
    "belt": Kind(carried.belt, View((-30, 30), (24, 40))),
    "umbrella": Kind(carried.umbrella, View((-15, 25), (10, 20))),
    "sunglasses": Kind(worn.sunglasses, View((-32, 32), (10, 24))),
    "watch": Kind(watches.watch, View((-30, 30), (6, 20))),
    "ring": Kind(jewellery.finger_ring, View((-38, 38), (12, 26))),
    "necklace": Kind(jewellery.necklace, View((-10, 10), (52, 72))),
    "bangles": Kind(jewellery.bangles, View((-25, 15), (24, 38))),
    "cap": Kind(worn.cap, View((20, 48), (12, 24))),
    "hat": Kind(worn.hat, View((10, 50), (14, 28))),
    "smartphone": Kind(electronics.smartphone, View((-14, 14), (6, 14))),
    "tablet": Kind(electronics.tablet, View((-30, 30), (14, 26))),
    "laptop": Kind(electronics.laptop, View((-35, 35), (18, 30))),
    "headphones": Kind(audio.headphones, View((20, 50), (8, 20))),
    "earbuds": Kind(audio.earbuds, View((-30, 30), (22, 34))),
    "speaker": Kind(audio.speaker, LOW),
    "camera": Kind(electronics.camera, View((-30, 30), (10, 22))),
    "mouse": Kind(peripherals.mouse, View((-50, 50), (26, 40))),
    "keyboard": Kind(peripherals.keyboard, View((-30, 30), (34, 52))),
    "football": Kind(sport.football, HIGH),
    "basketball": Kind(sport.basketball, LOW),
    "dumbbells": Kind(sport.dumbbells, HIGH),
    "mat": Kind(sport.mat, View((-25, 20), (16, 28))),
}
