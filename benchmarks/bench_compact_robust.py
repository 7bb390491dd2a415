"""Titles to photos that were mirrored, cropped, darkened or spoilt: what recall is left."""

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

STUDIO_FROM = 240
BATCH = 64


def _cropped(photo: Image.Image) -> Image.Image:
    width, height = photo.size
    box = (width // 10, height // 10, width - width // 10, height - height // 10)
    return photo.crop(box)


def _darkened(photo: Image.Image) -> Image.Image:
    return ImageEnhance.Brightness(photo).enhance(0.5)


def _jpeg_20(photo: Image.Image) -> Image.Image:
    data = io.BytesIO()
    photo.save(data, "JPEG", quality=20)
    return Image.open(data).convert("RGB")


def _grey_background(photo: Image.Image) -> Image.Image:
    pixels = np.asarray(photo)
    studio = pixels.min(axis=2, keepdims=True) > STUDIO_FROM
    return Image.fromarray(np.where(studio, np.uint8(160), pixels).astype(np.uint8))


def _sixty_pixels(photo: Image.Image) -> Image.Image:
    return ImageOps.contain(photo, (60, 60), Image.Resampling.BICUBIC)


CHANGES: Mapping[str, Change] = {
    "as they are": lambda photo: photo,
    "mirrored": ImageOps.mirror,
    "cropped to 80 %": _cropped,
    "darkened to 50 %": _darkened,
    "JPEG quality 20": _jpeg_20,
    "grey background": _grey_background,
    "60 pixels": _sixty_pixels,
}


def measure_robustness(encoder: CompactEncoder, data: Path) -> Mapping[str, Any]:
    """Change every test photo in one way after the other, and ask their titles.

    Returns:
        Recall@10 and mean reciprocal rank by change.
    """
    photos = read_labeled_products(data)
    products = [photos[n] for n in split_by_title(photos).test]
    keys = [each.title_key for each in products]
    texts = encoder.encode_texts([each.title for each in products])
    pictures = [PhotoReader().read_image(each.image) for each in products]
    found = {}
    for name, change in CHANGES.items():
        judged = evaluate_title_retrieval(texts, _encoded(encoder, pictures, change), keys, keys)
        found[name] = {
            "recall": round(judged.recall_at_10, 4),
            "reciprocal_rank": round(judged.mrr, 4),
        }
    return {"n_products": len(products), **found}


def _encoded(encoder: CompactEncoder, pictures: list[Image.Image], change: Change) -> Vectors:
    starts = range(0, len(pictures), BATCH)
    parts = [encoder.encode_images([change(p) for p in pictures[n : n + BATCH]]) for n in starts]
    return np.concatenate(parts)
