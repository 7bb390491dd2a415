"""Title-to-photo recall when the photos are mirrored, cropped, darkened or degraded."""

import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

from embed.compact.encoder import CompactEncoder
from embed.finetuning.retrieval_metrics import evaluate_title_retrieval
from embed.photos.reader import PhotoReader
from shopwindow.values.encoder import Vectors
from tools.train_compact.datasets import read_labeled_products, split_by_title

Change = Callable[[Image.Image], Image.Image]

STUDIO_BACKGROUND_THRESHOLD = 240
BATCH_SIZE = 64


def _crop(photo: Image.Image) -> Image.Image:
    width, height = photo.size
    box = (width // 10, height // 10, width - width // 10, height - height // 10)
    return photo.crop(box)


def _darken(photo: Image.Image) -> Image.Image:
    return ImageEnhance.Brightness(photo).enhance(0.5)


def _compress_jpeg_20(photo: Image.Image) -> Image.Image:
    data = io.BytesIO()
    photo.save(data, "JPEG", quality=20)
    return Image.open(data).convert("RGB")


def _make_background_grey(photo: Image.Image) -> Image.Image:
    pixels = np.asarray(photo)
    is_background = pixels.min(axis=2, keepdims=True) > STUDIO_BACKGROUND_THRESHOLD
    return Image.fromarray(np.where(is_background, np.uint8(160), pixels).astype(np.uint8))


def _shrink_to_60_pixels(photo: Image.Image) -> Image.Image:
    return ImageOps.contain(photo, (60, 60), Image.Resampling.BICUBIC)


CHANGES: Mapping[str, Change] = {
    "as they are": lambda photo: photo,
    "mirrored": ImageOps.mirror,
    "cropped to 80 %": _crop,
    "darkened to 50 %": _darken,
    "JPEG quality 20": _compress_jpeg_20,
    "grey background": _make_background_grey,
    "60 pixels": _shrink_to_60_pixels,
}


def measure_robustness(encoder: CompactEncoder, data: Path) -> Mapping[str, Any]:
    """Evaluate titles against the test photos, changed in one way after the other.

    Returns:
        Recall@10 and mean reciprocal rank by change.
    """
    photos = read_labeled_products(data)
    products = [photos[row] for row in split_by_title(photos).test]
    keys = [product.title_key for product in products]
    texts = encoder.encode_texts([product.title for product in products])
    images = [PhotoReader().read_image(product.image) for product in products]
    by_change = {}
    for name, change in CHANGES.items():
        vectors = _encode_changed(encoder, images, change)
        metrics = evaluate_title_retrieval(texts, vectors, keys, keys)
        by_change[name] = {
            "recall": round(metrics.recall_at_10, 4),
            "reciprocal_rank": round(metrics.mrr, 4),
        }
    return {"n_products": len(products), **by_change}


def _encode_changed(encoder: CompactEncoder, images: list[Image.Image], change: Change) -> Vectors:
    batches = [
        encoder.encode_images([change(image) for image in images[start : start + BATCH_SIZE]])
        for start in range(0, len(images), BATCH_SIZE)
    ]
    return np.concatenate(batches)
