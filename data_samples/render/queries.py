"""Phone-like pictures of catalogue products, to try photo search with."""

from dataclasses import dataclass, replace

from data_samples.render.studio import Shot


@dataclass(frozen=True)
class PhoneQuery:
    """One picture: the product it shows and how it differs from the product's photo."""

    name: str
    product_id: str
    turn: float
    rise: float
    roll: float
    margin: float
    backdrop: str
    warmth: float
    shift: tuple[float, float]


QUERIES = (
    PhoneQuery("query-1", "mug-stoneware-blue", 55, 16, 7, 1.35, "#7b5a3f", 0.6, (0.06, 0.05)),
    PhoneQuery("query-2", "sneaker-run-navy", -48, 14, -6, 1.3, "#6f7276", 0.2, (-0.05, 0.03)),
    PhoneQuery("query-3", "handbag-flap-red", 38, 12, 5, 1.12, "#a99a86", 0.5, (0.1, 0.0)),
    PhoneQuery("query-4", "lamp-gourd-blue", -30, 10, -4, 1.25, "#5d6a5c", 0.9, (0.0, 0.06)),
    PhoneQuery("query-5", "headphones-over-black", -62, 18, 9, 1.3, "#8c7359", 0.3, (-0.04, 0.0)),
    PhoneQuery("query-6", "dress-summer-red", 26, 8, 3, 1.1, "#8d8f97", 0.5, (0.0, -0.08)),
)


def phone_shot(query: PhoneQuery, studio: Shot) -> Shot:
    """The picture's settings: the studio photo turned, tilted, warmer and darker."""
    return replace(
        studio,
        width=300,
        height=400,
        backdrop=query.backdrop,
        azimuth=studio.azimuth + query.turn,
        elevation=min(studio.elevation + query.rise, 85),
        roll=query.roll,
        margin=query.margin,
        field_of_view=44.0,
        brightness=0.62,
        phone=True,
        warmth=query.warmth,
        shift=query.shift,
    )
