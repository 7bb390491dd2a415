"""The datasets that may train bundled weights, and the split into train, dev and test."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from shopwindow.values.errors import FeedError

TRAINING_DATASETS = ("fashion", "fashion_small", "magento_luma")
"""Datasets whose licence allows it; their README files say so."""

HOLDOUT_DATASETS = ("fashion", "fashion_small")
"""Datasets that test and dev products are drawn from: one shop in two image sizes."""

SPLIT_SALT = "second split"
"""Salt of the split: the first test set had been looked at while hyperparameters were chosen."""

N_TEST = 2000
N_DEV = 1400


@dataclass(frozen=True, slots=True)
class LabeledProduct:
    """One product of a dataset with its labels.

    Attributes:
        dataset: Name of its dataset.
        id: Its id there.
        title: Its title.
        description: Its description, often empty.
        product_type: Its product type, as the dataset names it ("Casual Shoes").
        color: Its main colour, as the dataset names it; empty when unknown.
        audience: For whom it is ("Men"); empty when unknown.
        group_id: Shared by its variants; products of one group are never split.
        image: The bytes of its photo.
    """

    dataset: str
    id: str
    title: str
    description: str
    product_type: str
    color: str
    audience: str
    group_id: str
    image: bytes

    @property
    def title_key(self) -> str:
        """The normalised title: equal for products that a title cannot tell apart."""
        return " ".join(self.title.lower().split())


@dataclass(frozen=True, slots=True)
class Split:
    """Row numbers of the training, dev and test products; no row is in two parts."""

    train: tuple[int, ...]
    dev: tuple[int, ...]
    test: tuple[int, ...]


def read_labeled_products(
    data: Path, datasets: Sequence[str] = TRAINING_DATASETS
) -> list[LabeledProduct]:
    """Read every product of some datasets, in the order of the files.

    Args:
        data: Folder of the datasets.
        datasets: Their names.

    Returns:
        The products.

    Raises:
        FeedError: A dataset is missing.
    """
    return [
        product
        for name in datasets
        for product in _read_dataset(data / name / "products.parquet", name)
    ]


def split_by_title(products: Sequence[LabeledProduct]) -> Split:
    """Split off N_TEST products for the test and N_DEV for development, by a hash of the title.

    A product's position depends on its own group or title alone, so that it never moves when a
    dataset grows. Training excludes every product of a test or dev title, whatever its dataset.

    Returns:
        Row numbers, in ascending order.
    """
    by_hash = sorted(
        (_compute_split_key(product), row)
        for row, product in enumerate(products)
        if product.dataset in HOLDOUT_DATASETS
    )
    test = [row for _, row in by_hash[:N_TEST]]
    dev = [row for _, row in by_hash[N_TEST : N_TEST + N_DEV]]
    # One title may lie on both sides of a border; it is then excluded from training, and from the
    # dev set when the test set has it.
    held_out_titles = {products[row].title_key for row in (*test, *dev)}
    test_titles = {products[row].title_key for row in test}
    dev = [row for row in dev if products[row].title_key not in test_titles]
    train = [
        row for row, product in enumerate(products) if product.title_key not in held_out_titles
    ]
    return Split(tuple(train), tuple(sorted(dev)), tuple(sorted(test)))


def _compute_split_key(product: LabeledProduct) -> int:
    key = f"{SPLIT_SALT}{product.group_id or product.title_key}".encode()
    return int.from_bytes(hashlib.blake2b(key, digest_size=8).digest())


def _read_dataset(path: Path, name: str) -> Iterator[LabeledProduct]:
    try:
        rows = pq.read_table(path).to_pylist()
    except FileNotFoundError as exc:
        raise FeedError(
            path, "the dataset is missing; give the folder of the datasets with --data"
        ) from exc
    for row in rows:
        attributes: dict[str, Any] = json.loads(row["attributes"] or "{}")
        yield LabeledProduct(
            dataset=name,
            id=str(row["id"]),
            title=row["title"] or "",
            description=row["description"] or "",
            product_type=row["category"] or "",
            color=attributes.get("base_colour") or attributes.get("color") or "",
            audience=str(attributes.get("gender") or "").split(",")[0],
            group_id=str(attributes.get("group") or ""),
            image=row["image"],
        )
