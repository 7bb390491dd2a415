"""The record of one training: what went in, and how the unseen products fared by epoch."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embed.compact.heads import CompactHeads
from embed.finetuning.retrieval_metrics import (
    compute_label_precision,
    evaluate_title_retrieval,
    find_neighbors,
)
from tools.train_compact.datasets import LabeledProduct, Split
from tools.train_compact.feature_cache import FeatureCache

LOG_FILE = "training-log.json"


@dataclass(slots=True)
class TrainingLog:
    """Judges the heads on the development products after each epoch, and keeps the numbers.

    Attributes:
        photos: Every product.
        split: Which of them are trained on.
        image_features: Image features of every product, shape (n_products, width).
        cache: Encodes the titles.
        print_line: Shows a line.
        epochs: What was noted, by epoch.
    """

    photos: Sequence[LabeledProduct]
    split: Split
    image_features: NDArray[np.float16]
    cache: FeatureCache
    print_line: Callable[[str], None]
    epochs: list[dict[str, float]] = field(default_factory=list)

    def record_epoch(self, epoch: int, loss: float, heads: CompactHeads) -> None:
        """Judge the heads of one epoch and show the numbers."""
        numbers = {"epoch": epoch, "loss": round(loss, 4), **self._judge(heads, self.split.dev)}
        self.epochs.append(numbers)
        self.print_line("  ".join(f"{name} {value}" for name, value in numbers.items()))

    def write(
        self, folder: Path, version: str, hyperparameters: Mapping[str, Any], seconds: float
    ) -> None:
        """Write the record next to the weights."""
        parts = {name: len(getattr(self.split, name)) for name in ("train", "dev", "test")}
        sets = Counter(self.photos[n].dataset for n in self.split.train)
        record = {
            "version": version,
            "recipe": dict(hyperparameters),
            "products": {**parts, "train_by_set": dict(sorted(sets.items()))},
            "seconds_of_training": round(seconds),
            "development_by_epoch": self.epochs,
        }
        (folder / LOG_FILE).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")

    def _judge(self, heads: CompactHeads, rows: Sequence[int]) -> dict[str, float]:
        products = [self.photos[n] for n in rows]
        images = heads.project_images(self.image_features[list(rows)].astype(np.float32))
        titles = [product.title for product in products]
        texts = heads.project_texts(self.cache.get_text_features(titles).astype(np.float32), titles)
        keys = [product.title_key for product in products]
        found = evaluate_title_retrieval(texts, images, keys, keys)
        near = find_neighbors(images)
        kinds, colours = (
            np.array([getattr(p, at) for p in products]) for at in ("product_type", "color")
        )
        return {
            "title_to_photo_recall_at_10": round(found.recall_at_10, 4),
            "title_to_photo_mrr": round(found.mrr, 4),
            "photo_to_photo_same_kind": round(compute_label_precision(near, kinds), 4),
            "photo_to_photo_same_colour": round(compute_label_precision(near, colours), 4),
        }
