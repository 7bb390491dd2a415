"""The log of one training: its inputs, and the metrics on the dev products by epoch."""

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
    """Evaluates the heads on the dev products after each epoch, and keeps the metrics.

    Attributes:
        photos: Every product.
        split: Their split.
        image_features: Image features of every product, shape (n_products, width).
        cache: Encodes the titles.
        print_line: Prints a line.
        epochs: The metrics of each epoch.
    """

    photos: Sequence[LabeledProduct]
    split: Split
    image_features: NDArray[np.float16]
    cache: FeatureCache
    print_line: Callable[[str], None]
    epochs: list[dict[str, float]] = field(default_factory=list)

    def record_epoch(self, epoch: int, loss: float, heads: CompactHeads) -> None:
        """Evaluate the heads of one epoch, record and print the metrics."""
        metrics = {"epoch": epoch, "loss": round(loss, 4), **self._evaluate(heads, self.split.dev)}
        self.epochs.append(metrics)
        self.print_line("  ".join(f"{name} {value}" for name, value in metrics.items()))

    def write(
        self, folder: Path, version: str, hyperparameters: Mapping[str, Any], seconds: float
    ) -> None:
        """Write the log next to the weights."""
        sizes = {name: len(getattr(self.split, name)) for name in ("train", "dev", "test")}
        n_by_dataset = Counter(self.photos[row].dataset for row in self.split.train)
        record = {
            "version": version,
            "recipe": dict(hyperparameters),
            "products": {**sizes, "train_by_set": dict(sorted(n_by_dataset.items()))},
            "seconds_of_training": round(seconds),
            "development_by_epoch": self.epochs,
        }
        (folder / LOG_FILE).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")

    def _evaluate(self, heads: CompactHeads, rows: Sequence[int]) -> dict[str, float]:
        products = [self.photos[row] for row in rows]
        images = heads.project_images(self.image_features[list(rows)].astype(np.float32))
        titles = [product.title for product in products]
        texts = heads.project_texts(self.cache.get_text_features(titles).astype(np.float32), titles)
        keys = [product.title_key for product in products]
        metrics = evaluate_title_retrieval(texts, images, keys, keys)
        neighbors = find_neighbors(images)
        product_types = np.array([product.product_type for product in products])
        colors = np.array([product.color for product in products])
        same_type = compute_label_precision(neighbors, product_types)
        return {
            "title_to_photo_recall_at_10": round(metrics.recall_at_10, 4),
            "title_to_photo_mrr": round(metrics.mrr, 4),
            "photo_to_photo_same_product_type": round(same_type, 4),
            "photo_to_photo_same_color": round(compute_label_precision(neighbors, colors), 4),
        }
