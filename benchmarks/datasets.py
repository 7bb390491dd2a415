"""Datasets that the benchmarks read; they are not part of the repository.

A data folder holds `fashion/products.parquet`, `electronics/products.parquet` and so on, with the
columns id, title, description, category, attributes (JSON text), language, image (JPEG bytes) and
extra (JSON text).
"""

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import numpy as np
import pyarrow.parquet as pq
import typer

from shopwindow.values import Product
from shopwindow.values.translation import Translation

DATA = Path("../shared/data")
DataFolder: TypeAlias = Annotated[Path, typer.Option(help="Folder of the datasets.")]
EncoderName: TypeAlias = Annotated[str, typer.Option(help="Encoder to measure.")]
"""Command-line options of the benchmarks that read datasets."""


@dataclass(frozen=True, slots=True)
class Row:
    """One product of a dataset; `image` is the bytes of its photo."""

    id: str
    title: str
    description: str
    category: str
    attributes: dict[str, Any]
    image: bytes


def read_rows(data: Path, name: str) -> Iterator[Row]:
    """Yield the products of one dataset, in the order of the file.

    Yields:
        Products with the bytes of their photo.
    """
    for batch in pq.ParquetFile(data / name / "products.parquet").iter_batches(500):
        for record in batch.to_pylist():
            yield Row(
                id=str(record["id"]),
                title=record["title"] or "",
                description=record["description"] or "",
                category=record["category"] or "",
                attributes=json.loads(record["attributes"] or "{}"),
                image=record["image"],
            )


def sample_rows(data: Path, name: str, n_rows: int, seed: int) -> list[Row]:
    """Return a random sample of one dataset, in the order of the file."""
    rows = list(read_rows(data, name))
    sampled = np.random.default_rng(seed).permutation(len(rows))[:n_rows]
    return [rows[n] for n in sorted(sampled)]


def write_feed(rows: Sequence[Row], folder: Path) -> Path:
    """Write products as a shop's feed: a CSV file and a folder of photos.

    Returns:
        Path of the CSV file.
    """
    photos = folder / "photos"
    photos.mkdir(parents=True, exist_ok=True)
    feed = folder / "feed.csv"
    with feed.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "title", "description", "category", "image", "color", "gender"])
        for row in rows:
            (photos / f"{row.id}.jpg").write_bytes(row.image)
            color, gender = row.attributes.get("base_colour"), row.attributes.get("gender")
            photo = f"photos/{row.id}.jpg"
            fields = [row.id, row.title, row.description, row.category, photo, color, gender]
            writer.writerow(["" if field is None else field for field in fields])
    return feed


def read_bilingual(data: Path, folder: Path) -> list[Product]:
    """Return the products of the bilingual (English and Arabic) dataset.

    Args:
        data: Folder of the datasets.
        folder: Folder to write the photos to; created if missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    products = []
    path = data / "bilingual_shop_ar_en" / "products.parquet"
    for row in pq.read_table(path).to_pylist():
        extra, attributes = json.loads(row["extra"]), json.loads(row["attributes"])
        photo = folder / f"{row['id']}.jpg"
        photo.write_bytes(row["image"] or b"")
        arabic = Translation(extra["title_ar"], extra["description_ar"])
        products.append(
            Product(
                id=row["id"],
                title=row["title"],
                description=row["description"],
                translations={"ar": arabic},
                price=attributes.get("price"),
                brand=attributes.get("brand") or "",
                category=(row["category"],),
                image=str(photo) if row["image"] else "",
                language="en",
            )
        )
    return products
