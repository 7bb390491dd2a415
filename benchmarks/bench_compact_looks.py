"""Photos to photos on four shops, beside the bare backbone: kind, colour, phone photos."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.bench_compact_photos import phone_photo
from benchmarks.results_file import SEED
from embed.compact.encoder import CompactEncoder
from embed.compact.image_encoder import ImageTower
from embed.compact.image_tower import N_LAST_CHANNELS
from embed.finetuning.retrieval_metrics import (
    compute_label_precision,
    evaluate_title_retrieval,
    find_neighbors,
)
from embed.photos.letterboxing import letterbox_to_array
from embed.photos.reader import PhotoReader
from shopwindow.values.arrays import l2_normalize
from shopwindow.values.encoder import PreparedImage, Vectors
from shopwindow.values.settings import EncoderSettings
from tools.train_compact.datasets import LabeledProduct, read_labeled_products, split_by_title

N_PHONE = 400
"""Phone photos of each shop."""

SHOPS = ("fashion", "electronics", "ikea", "magento_luma")


@dataclass(frozen=True, slots=True)
class Seen:
    """Photos and phone photos of one shop, as one encoder sees them.

    Attributes:
        photos: Shape (n_photos, dim).
        phone: Shape (n_phone, dim).
    """

    photos: Vectors
    phone: Vectors


def measure_looks(encoder: CompactEncoder, data: Path) -> Mapping[str, Any]:
    """Compare with the bare backbone: cosine of the last layer's means, same pictures.

    Returns:
        Measures by shop.
    """
    tower = ImageTower(encoder.spec.image_size, EncoderSettings(precision="float32", threads=1))

    def compact(pixels: Sequence[PreparedImage]) -> Vectors:
        return encoder.encode_prepared(pixels)

    def bare(pixels: Sequence[PreparedImage]) -> Vectors:
        return l2_normalize(tower.extract_features(np.stack(pixels))[:, :N_LAST_CHANNELS])

    side = encoder.spec.image_size
    return {name: _measure_shop(data, name, side, (compact, bare)) for name in SHOPS}


def _measure_shop(
    data: Path,
    name: str,
    side: int,
    views: tuple[Callable[[Sequence[PreparedImage]], Vectors], ...],
) -> Mapping[str, Any]:
    products = _unseen(data, name)
    reader, rng = PhotoReader(), np.random.default_rng(SEED)
    chosen = rng.permutation(len(products))[:N_PHONE]
    photos = [reader.read_letterboxed(each.image, side) for each in products]
    taken = [phone_photo(_open(reader, products[n]), rng) for n in chosen]
    phone = [letterbox_to_array(each, side) for each in taken]
    seen = [Seen(view(photos), view(phone)) for view in views]
    judged = [_judge(each, products, chosen) for each in seen]
    counts = {"n_photos": len(products), "n_phone_photos": len(chosen)}
    return {**counts, "compact": judged[0], "bare backbone": judged[1]}


def _judge(
    seen: Seen, products: list[LabeledProduct], chosen: NDArray[np.int64]
) -> Mapping[str, float]:
    near = find_neighbors(seen.photos)
    kinds = np.array([_kind(each) for each in products])
    colours = np.array([each.color for each in products])
    names = [str(n) for n in range(len(products))]
    found = evaluate_title_retrieval(seen.phone, seen.photos, [names[n] for n in chosen], names)
    measures = {
        "same_kind": compute_label_precision(near, kinds),
        "same_colour": compute_label_precision(near, colours)
        if colours.astype(bool).any()
        else None,
        "phone_first": found.precision_at_1,
        "phone_in_first_ten": found.recall_at_10,
    }
    return {name: round(value, 4) for name, value in measures.items() if value is not None}


def _unseen(data: Path, name: str) -> list[LabeledProduct]:
    """Return the products that no head was trained on; of the sports shop, which was, all."""
    photos = read_labeled_products(data)
    if name == "fashion":
        return [photos[n] for n in split_by_title(photos).test]
    return read_labeled_products(data, (name,))


def _kind(product: LabeledProduct) -> str:
    """Return the kind; of furniture the last word ("Chest of 5 drawers"), for the rest is free."""
    if product.dataset != "ikea":
        return product.product_type
    return product.product_type.replace(",", " ").split()[-1].lower()


def _open(reader: PhotoReader, product: LabeledProduct) -> Image.Image:
    return reader.read_image(product.image)
