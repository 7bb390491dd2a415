"""Furniture and the rooms that it was shown in, split into training and test rooms."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pyarrow.parquet as pq

from benchmarks.datasets import read_rows
from benchmarks.results_file import SEED
from embed import load_encoder
from shopwindow.ranking import BasketCounter, ComplementFeatures
from shopwindow.values import Product
from shopwindow.values.arrays import l2_normalize
from shopwindow.values.encoder import Vectors

SET = "ikea"
N_FOLDS = 5
TEST_SHARE = 0.3
MAX_OVERLAP = 0.25
"""Greatest Jaccard overlap of two rooms; with more they are two pictures of one room."""

CACHE = Path("var/complements")
Room: TypeAlias = tuple[int, ...]
"""The indices of its products."""


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """Products with their vectors.

    Attributes:
        features: Of each product, without popularity.
        joint_vectors: Photo vectors without the dimensions that only photos have, shape
            (n_products, dim).
        photos: Photo vectors, shape (n_products, dim).
        texts: Vectors of the titles, shape (n_products, dim).
        rooms: Products of each room.
        encoder: The encoder's identity.
    """

    features: Sequence[ComplementFeatures]
    joint_vectors: Vectors
    photos: Vectors
    texts: Vectors
    rooms: Sequence[Room]
    encoder: str

    def count_baskets(self, rooms: Sequence[Room]) -> BasketCounter:
        """Return the basket counts of some rooms."""
        return BasketCounter.from_baskets(
            [[self.features[index] for index in room] for room in rooms]
        )


def read_catalogue(data: Path, encoder_name: str) -> Catalogue:
    """Return the furniture of the research data, with cached vectors where there are some.

    Args:
        data: Folder of the research data.
        encoder_name: Encoder of photos and titles.
    """
    rows = list(read_rows(data, SET))
    encoder = load_encoder(encoder_name)
    path = CACHE / f"{encoder.spec.identity.replace('/', '_')}.npz"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        photos = encoder.encode_images([row.image for row in rows])
        np.savez(path, photos=photos, texts=encoder.encode_texts([row.title for row in rows]))
    cached = np.load(path)
    joint_vectors = cached["photos"].copy()
    joint_vectors[:, slice(*encoder.spec.image_only_dims)] = 0.0
    products = [
        Product(
            id=row.id,
            title=row.title,
            category=(row.category,),
            attributes={"color": row.attributes["color"]} if row.attributes.get("color") else {},
        )
        for row in rows
    ]
    return Catalogue(
        [ComplementFeatures.from_product(product) for product in products],
        l2_normalize(joint_vectors[:, joint_vectors.any(axis=0)]),
        cached["photos"],
        cached["texts"],
        _read_rooms(data),
        encoder.spec.identity,
    )


def _read_rooms(data: Path) -> list[Room]:
    extras = pq.read_table(data / SET / "products.parquet", columns=["extra"])["extra"]
    members: dict[str, list[int]] = {}
    for product, extra in enumerate(extras.to_pylist()):
        for name in json.loads(extra).get("rooms", []):
            members.setdefault(name, []).append(product)
    distinct: list[Room] = []
    for _, room in sorted(members.items()):
        if len(room) > 1 and all(
            _overlap(room, kept_room) <= MAX_OVERLAP for kept_room in distinct
        ):
            distinct.append(tuple(room))
    return distinct


def _overlap(first: Sequence[int], second: Sequence[int]) -> float:
    """Return the Jaccard overlap of two rooms."""
    return len({*first} & {*second}) / len({*first} | {*second})


def split(rooms: Sequence[Room]) -> tuple[list[Room], list[list[Room]]]:
    """Return the test rooms, and the others split into folds."""
    shuffled = np.random.default_rng(SEED).permutation(len(rooms)).tolist()
    n_test = round(TEST_SHARE * len(rooms))
    training_rooms = [rooms[index] for index in shuffled[n_test:]]
    return [rooms[index] for index in shuffled[:n_test]], [
        training_rooms[index::N_FOLDS] for index in range(N_FOLDS)
    ]
