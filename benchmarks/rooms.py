"""Furniture and the rooms that it was shown in, cut into rooms to learn from and rooms to test."""

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
SAME_FROM = 0.25
"""Rooms that share more of their things are two pictures of one room: one of them is kept."""

CACHE = Path("var/complements")
Room: TypeAlias = tuple[int, ...]
"""The numbers of the products in it."""


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """Products with their vectors.

    Attributes:
        traits: Of each product, without popularity.
        joint: Photo vectors without the columns that only photos have, shape (n_products, dim).
        photos: Whole photo vectors.
        texts: Vectors of the titles.
        rooms: Products of each room.
        encoder: The encoder's identity.
    """

    traits: Sequence[ComplementFeatures]
    joint: Vectors
    photos: Vectors
    texts: Vectors
    rooms: Sequence[Room]
    encoder: str

    def baskets(self, rooms: Sequence[Room]) -> BasketCounter:
        """Return counts of some rooms."""
        return BasketCounter.from_baskets([[self.traits[n] for n in room] for room in rooms])


def read_catalogue(data: Path, encoder_name: str) -> Catalogue:
    """Return the furniture of the research data, its vectors from the cache where there are some.

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
    found = np.load(path)
    joint = found["photos"].copy()
    joint[:, slice(*encoder.spec.image_only_dims)] = 0.0
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
        [ComplementFeatures.from_product(each) for each in products],
        l2_normalize(joint[:, joint.any(axis=0)]),
        found["photos"],
        found["texts"],
        _rooms(data),
        encoder.spec.identity,
    )


def _rooms(data: Path) -> list[Room]:
    extras = pq.read_table(data / SET / "products.parquet", columns=["extra"])["extra"]
    members: dict[str, list[int]] = {}
    for number, extra in enumerate(extras.to_pylist()):
        for name in json.loads(extra).get("rooms", []):
            members.setdefault(name, []).append(number)
    kept: list[Room] = []
    for _, room in sorted(members.items()):
        if len(room) > 1 and all(_overlap(room, other) <= SAME_FROM for other in kept):
            kept.append(tuple(room))
    return kept


def _overlap(first: Sequence[int], second: Sequence[int]) -> float:
    """Return the share of things that two rooms have in common (Jaccard)."""
    return len({*first} & {*second}) / len({*first} | {*second})


def split(rooms: Sequence[Room]) -> tuple[list[Room], list[list[Room]]]:
    """Return the rooms to test, and the others dealt into folds; each room is in one place."""
    order = np.random.default_rng(SEED).permutation(len(rooms)).tolist()
    n_test = round(TEST_SHARE * len(rooms))
    others = [rooms[n] for n in order[n_test:]]
    return [rooms[n] for n in order[:n_test]], [others[n::N_FOLDS] for n in range(N_FOLDS)]
