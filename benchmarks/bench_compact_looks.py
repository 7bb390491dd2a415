"""Photo-to-photo retrieval on four shops against the bare backbone: product type, colour, phone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.bench_compact_photos import make_phone_photo
from benchmarks.results_file import SEED
from embed.compact.encoder import CompactEncoder
from embed.compact.image_encoder import ImageTower
from embed.compact.tower_files import N_LAST_CHANNELS
from embed.finetuning.retrieval_metrics import (
    compute_label_precision,
    evaluate_title_retrieval,
    find_neighbors,
)
from embed.photos.letterboxing import letterbox_to_array
from embed.photos.reader import PhotoReader
from shopwindow.values.arrays import l2_normalize
from shopwindow.values.encoder import PreparedImage, Vectors
from shopwindow.values.setting_groups import EncoderSettings
from tools.train_compact.datasets import LabeledProduct, read_labeled_products, split_by_title

N_PHONE_PHOTOS = 400
"""Phone photos of each shop."""

SHOPS = ("fashion", "electronics", "ikea", "magento_luma")


@dataclass(frozen=True, slots=True)
class ShopVectors:
    """One encoder's vectors of the photos of one shop.

    Attributes:
        photos: Shape (n_photos, dim).
        phone_photos: Shape (n_phone_photos, dim).
    """

    photos: Vectors
    phone_photos: Vectors


def measure_looks(encoder: CompactEncoder, data: Path) -> Mapping[str, Any]:
    """Compare with the bare backbone: cosine of the last layer's means, on the same photos.

    Returns:
        Metrics by shop.
    """
    tower = ImageTower(EncoderSettings(precision="float32", threads=1))

    def encode_with_backbone(pixels: Sequence[PreparedImage]) -> Vectors:
        return l2_normalize(tower.extract_features(np.stack(pixels))[:, :N_LAST_CHANNELS])

    side = encoder.spec.image_size
    encoders = (encoder.encode_prepared, encode_with_backbone)
    return {name: _measure_shop(data, name, side, encoders) for name in SHOPS}


def _measure_shop(
    data: Path,
    name: str,
    side: int,
    encoders: tuple[Callable[[Sequence[PreparedImage]], Vectors], ...],
) -> Mapping[str, Any]:
    products = _read_test_products(data, name)
    reader, rng = PhotoReader(), np.random.default_rng(SEED)
    rows = rng.permutation(len(products))[:N_PHONE_PHOTOS]
    photos = [reader.read_letterboxed(product.image, side) for product in products]
    phone_photos = [
        letterbox_to_array(make_phone_photo(reader.read_image(products[row].image), rng), side)
        for row in rows
    ]
    compact, backbone = (
        _evaluate(ShopVectors(encode(photos), encode(phone_photos)), products, rows)
        for encode in encoders
    )
    counts = {"n_photos": len(products), "n_phone_photos": len(rows)}
    return {**counts, "compact": compact, "bare backbone": backbone}


def _evaluate(
    vectors: ShopVectors, products: list[LabeledProduct], rows: NDArray[np.int64]
) -> Mapping[str, float]:
    """Return the metrics of one encoder, by their stored names.

    Args:
        vectors: The encoder's vectors.
        products: The products, by row of `vectors.photos`.
        rows: Row of each phone photo's product, shape (n_phone_photos,).
    """
    neighbors = find_neighbors(vectors.photos)
    product_types = np.array([_get_product_type(product) for product in products])
    colors = np.array([product.color for product in products])
    keys = [str(row) for row in range(len(products))]
    phone = evaluate_title_retrieval(
        vectors.phone_photos, vectors.photos, [keys[row] for row in rows], keys
    )
    has_colors = colors.astype(bool).any()
    metrics = {
        "same_kind": compute_label_precision(neighbors, product_types),
        "same_colour": compute_label_precision(neighbors, colors) if has_colors else None,
        "phone_first": phone.precision_at_1,
        "phone_in_first_ten": phone.recall_at_10,
    }
    return {name: round(value, 4) for name, value in metrics.items() if value is not None}


def _read_test_products(data: Path, name: str) -> list[LabeledProduct]:
    """Return the products that no head was trained on; of `magento_luma`, which was, all."""
    photos = read_labeled_products(data)
    if name == "fashion":
        return [photos[n] for n in split_by_title(photos).test]
    return read_labeled_products(data, (name,))


def _get_product_type(product: LabeledProduct) -> str:
    """Return the product type; of ikea the last word of the free text ("Chest of 5 drawers")."""
    if product.dataset != "ikea":
        return product.product_type
    return product.product_type.replace(",", " ").split()[-1].lower()
