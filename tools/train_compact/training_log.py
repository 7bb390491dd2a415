"""The record of one training: what went in, and how the unseen products fared by epoch."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embed.compact.heads import Heads
from tools.train_compact.datasets import LabelledPhoto, Split
from tools.train_compact.feature_cache import FeatureCache
from tools.train_compact.retrieval_metrics import agreement, find_equals, neighbours

LOG = "training-log.json"


@dataclass(slots=True)
class Journal:
    """Judges the heads on the development products after each epoch, and keeps the numbers.

    Attributes:
        photos: Every product.
        split: Which of them are trained on.
        features: Image features of every product, shape (n_products, width).
        cache: Encodes the titles.
        say: Shows a line.
        epochs: What was noted, by epoch.
    """

    photos: Sequence[LabelledPhoto]
    split: Split
    features: NDArray[np.float16]
    cache: FeatureCache
    say: Callable[[str], None]
    epochs: list[dict[str, float]] = field(default_factory=list)

    def note(self, epoch: int, loss: float, heads: Heads) -> None:
        """Judge the heads of one epoch and show the numbers."""
        numbers = {"epoch": epoch, "loss": round(loss, 4), **self._judge(heads, self.split.dev)}
        self.epochs.append(numbers)
        self.say("  ".join(f"{name} {value}" for name, value in numbers.items()))

    def write(self, folder: Path, version: str, recipe: Mapping[str, Any], seconds: float) -> None:
        """Write the record next to the weights."""
        parts = {name: len(getattr(self.split, name)) for name in ("train", "dev", "test")}
        sets = Counter(self.photos[n].set_name for n in self.split.train)
        record = {
            "version": version,
            "recipe": dict(recipe),
            "products": {**parts, "train_by_set": dict(sorted(sets.items()))},
            "seconds_of_training": round(seconds),
            "development_by_epoch": self.epochs,
        }
        (folder / LOG).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")

    def _judge(self, heads: Heads, rows: Sequence[int]) -> dict[str, float]:
        products = [self.photos[n] for n in rows]
        images = heads.image_vectors(self.features[list(rows)].astype(np.float32))
        titles = [product.title for product in products]
        texts = heads.text_vectors(self.cache.texts(titles).astype(np.float32), titles)
        keys = [product.title_key for product in products]
        found = find_equals(texts, images, keys, keys)
        near = neighbours(images)
        kinds, colours = (np.array([getattr(p, at) for p in products]) for at in ("kind", "colour"))
        return {
            "title_to_photo_recall_at_10": round(found.recall, 4),
            "title_to_photo_mrr": round(found.reciprocal_rank, 4),
            "photo_to_photo_same_kind": round(agreement(near, kinds), 4),
            "photo_to_photo_same_colour": round(agreement(near, colours), 4),
        }
