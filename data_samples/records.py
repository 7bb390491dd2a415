"""The sample products: TOML groups of variants, read for the catalogue and for rendering."""

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
    """A colour: its hex value, and its Arabic word in masculine and feminine form."""

    hex: str
    m: str
    f: str


@dataclass(frozen=True)
class Record:
    """One product: its catalogue data, and what its photo is rendered from.

    `kind`, `surface`, `style`, `colour`, `accent` and `backdrop` are for the renderer, the rest for
    the catalogue.
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
        """Random seed of the product's photo, the same on every machine."""
        return zlib.crc32(self.id.encode())


def read_palette() -> dict[str, Colour]:
    """Return the colours by name."""
    entries = tomllib.loads((HERE / "products" / "palette.toml").read_text("utf-8"))
    return {name: Colour(**entry) for name, entry in entries.items()}


def read_records() -> tuple[Record, ...]:
    """Return all products, in the order of the data files.

    Raises:
        KeyError: A group lacks a field or names a colour that is not in the palette.
        ValueError: Two products share an id.
    """
    palette = read_palette()
    records = []
    for source in SOURCES:
        path = HERE / "products" / f"{source}.toml"
        for group in tomllib.loads(path.read_text("utf-8"))["group"]:
            records += [_build_record(group, variant, palette) for variant in group["variants"]]
    ids = [record.id for record in records]
    if len(set(ids)) != len(ids):
        repeated = sorted({name for name in ids if ids.count(name) > 1})
        raise ValueError(f"product ids must be unique, these are repeated: {repeated}")
    return tuple(records)


def _build_record(
    group: dict[str, Any], variant: dict[str, Any], palette: dict[str, Colour]
) -> Record:
    """Return the record of a variant; its own fields take precedence over its group's."""
    fields = {"style": "plain", "surface": "plastic", **group, **variant}
    colour = fields["color"]
    product_id = f"{group['id']}-{variant.get('key', colour).replace(' ', '-')}"
    words = {"color": colour, "color_ar": getattr(palette[colour], group["gender_ar"])}
    merchant_id = fields["merchant"]
    return Record(
        id=product_id,
        group_id=group["id"],
        kind=fields["kind"],
        title=_capitalize_first(fields["title"].format(**words)),
        title_ar=fields["title_ar"].format(**words),
        description=_join_sentences(fields["description"], fields.get("note", "")),
        description_ar=_join_sentences(fields["description_ar"], fields.get("note_ar", "")),
        price=float(fields["price"]),
        currency=CURRENCIES[merchant_id],
        brand=fields["brand"],
        category=fields["category"],
        merchant_id=merchant_id,
        in_stock=fields.get("stock", True),
        created_at=_pick_creation_date(group["id"], product_id),
        colour=colour,
        accent=fields.get("accent", colour),
        surface=fields["surface"],
        style=fields["style"],
        backdrop=fields.get("backdrop"),
        attributes={"color": colour, **group["attributes"], **variant.get("attributes", {})},
    )


def _capitalize_first(title: str) -> str:
    """Return the title with its first letter in upper case and the others unchanged."""
    return title[:1].upper() + title[1:]


def _join_sentences(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)


def _pick_creation_date(group_id: str, product_id: str) -> date:
    """Return a creation date by hash: a day for the group, plus up to six weeks per variant."""
    n_days = (LAST_DAY - FIRST_DAY).days - 42
    group_day = zlib.crc32(group_id.encode()) % n_days
    return FIRST_DAY + timedelta(days=group_day + zlib.crc32(product_id.encode()) % 42)
