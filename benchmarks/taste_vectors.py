"""Real photos as a world to visit: vectors are computed once and kept in `var/`."""

from pathlib import Path

import numpy as np

from benchmarks.datasets import Row, sample_rows
from benchmarks.results_file import SEED
from benchmarks.simulator import World, planted_prices
from core.encoder import Vectors
from embed import load_encoder

N_PRODUCTS = 4000
LEAST_IN_CATEGORY = 40
CACHE = Path("var/tastes")


def real_world(data: Path, encoder_name: str) -> tuple[World, str]:
    """Return the fashion products of categories that are large enough, and the encoder's identity.

    Prices are planted: the data has none.

    Args:
        data: Folder of the research data.
        encoder_name: Encoder of the photos.
    """
    rows = sample_rows(data, "fashion", N_PRODUCTS, SEED)
    vectors, identity = _vectors(rows, encoder_name)
    names, places, sizes = np.unique(
        [row.category for row in rows], return_inverse=True, return_counts=True
    )
    kept = sizes[places] >= LEAST_IN_CATEGORY
    categories = names[places][kept]
    colors = np.array([str(row.attributes.get("base_colour") or "") for row in rows])[kept]
    prices = planted_prices(categories, np.random.default_rng(SEED))
    return World(vectors[kept], categories, colors, prices), identity


def _vectors(rows: list[Row], encoder_name: str) -> tuple[Vectors, str]:
    encoder = load_encoder(encoder_name)
    identity = encoder.spec.identity
    path = CACHE / f"{identity.replace('/', '_')}.{len(rows)}.npy"
    if path.exists():
        found: Vectors = np.load(path)
        return found, identity
    made = encoder.encode_images([row.image for row in rows])
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, made)
    return made, identity
