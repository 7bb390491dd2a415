"""The products as data: TOML groups of variants, read for catalogue and camera alike."""

import tomllib
import zlib
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SOURCES = ("fashion", "accessories", "home", "electronics")
CURRENCIES = {"liwan-fashion": "AED", "dar-finjan": "SAR", "sadaf-tech": "USD"}
FIRST_DAY, LAST_DAY = date(2025, 1, 6), date(2026, 10, 30)


@dataclass(frozen=True)
class Colour:
    """A colour's paint and its Arabic word, masculine and feminine."""

    hex: str
    m: str
    f: str


@dataclass(frozen=True)
class Record:
    """One product: its texts and facts, and what its photo is made from.

    `kind`, `surface`, `style`, `colour` and `accent` are for the renderer, the rest for the shop.
    """

    id: str
    group_id: str
    kind: str
    title: str
    title_ar: str
    description: str
    description_ar: str
    price: float
    currency: str
    brand: str
    category: str
    merchant_id: str
    in_stock: bool
    created_at: date
    colour: str
    accent: str
    surface: str
    style: str
    backdrop: str | None = None
    attributes: dict[str, str] = field(default_factory=dict)

    @property
    def image(self) -> str:
        """Path of the photo, relative to the catalogue."""
        return f"photos/{self.id}.jpg"

    @property
    def seed(self) -> int:
        """The product's own chance, the same on every machine."""
        return zlib.crc32(self.id.encode())


def read_palette() -> dict[str, Colour]:
    """Colours by name."""
    entries = tomllib.loads((HERE / "products" / "palette.toml").read_text("utf-8"))
    return {name: Colour(**entry) for name, entry in entries.items()}


def read_records() -> tuple[Record, ...]:
    """All products, in the order of the data files.

    Raises:
        KeyError: A group lacks a field or names a colour that the palette does not have.
        ValueError: Two products share an id.
    """
    palette = read_palette()
    records = []
    for source in SOURCES:
        path = HERE / "products" / f"{source}.toml"
        for group in tomllib.loads(path.read_text("utf-8"))["group"]:
            records += [_record(group, variant, palette) for variant in group["variants"]]
    ids = [record.id for record in records]
    if len(set(ids)) != len(ids):
        repeated = sorted({name for name in ids if ids.count(name) > 1})
        raise ValueError(f"product ids must be unique, these are repeated: {repeated}")
    return tuple(records)


def _record(group: dict[str, Any], variant: dict[str, Any], palette: dict[str, Colour]) -> Record:
    """A variant completed by its group; what the variant says itself comes first."""
    facts = {"style": "plain", "surface": "plastic", **group, **variant}
    colour = facts["color"]
    product_id = f"{group['id']}-{variant.get('key', colour).replace(' ', '-')}"
    words = {"color": colour, "color_ar": getattr(palette[colour], group["gender_ar"])}
    merchant = facts["merchant"]
    return Record(
        id=product_id,
        group_id=group["id"],
        kind=facts["kind"],
        title=_capitalised(facts["title"].format(**words)),
        title_ar=facts["title_ar"].format(**words),
        description=_joined(facts["description"], facts.get("note", "")),
        description_ar=_joined(facts["description_ar"], facts.get("note_ar", "")),
        price=float(facts["price"]),
        currency=CURRENCIES[merchant],
        brand=facts["brand"],
        category=facts["category"],
        merchant_id=merchant,
        in_stock=facts.get("stock", True),
        created_at=_created(group["id"], product_id),
        colour=colour,
        accent=facts.get("accent", colour),
        surface=facts["surface"],
        style=facts["style"],
        backdrop=facts.get("backdrop"),
        attributes={"color": colour, **group["attributes"], **variant.get("attributes", {})},
    )


def _capitalised(title: str) -> str:
    """The title with its first letter large and the others as they are."""
    return title[:1].upper() + title[1:]


def _joined(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)


def _created(group_id: str, product_id: str) -> date:
    """A day for the group with its variants following within six weeks."""
    span = (LAST_DAY - FIRST_DAY).days - 42
    start = zlib.crc32(group_id.encode()) % span
    return FIRST_DAY + timedelta(days=start + zlib.crc32(product_id.encode()) % 42)
